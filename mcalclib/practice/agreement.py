"""Answers with the verdict that Python gives them, for comparing the page with Python.

``python -m mcalclib.practice.agreement [ID ...]`` prints them as JSON.
"""

import json
import sys

from .bank import BANK
from .checking import check
from .exercise import COMPUTED
from .lines import check_lines
from .mutations import mutations
from .points import seed_of
from .typesetting import number
from .variants import variants_of


def verdicts(exercise):
    """Return dicts with answer, ok, code and example: each answer judged at the page's points.

    ``answer`` is a text, or a list of texts where it is a derivation line by line; ``line`` is
    then the first that does not follow. ``variant`` counts from 1 and says which numbers a typed
    value belongs to. ``source`` says where the answer comes from.

    Parameters
    ----------
    exercise : Exercise
    """
    found = []
    if exercise.kind == "verdict":
        found.append(_verdict(exercise, "right" if exercise.answer else "mistake", "true"))
        found.append(_verdict(exercise, "mistake", "false"))
    else:
        found.append(_verdict(exercise, "right", str(exercise.answer)))
    found += [_verdict(exercise, "right", text) for text in exercise.also]
    found += [_verdict(exercise, "mistake", text) for text in exercise.mistakes]
    if exercise.kind in COMPUTED:
        found += [_verdict(exercise, kind, text) for kind, text in mutations(exercise)]
    if exercise.kind == "value":
        found += _values(exercise)
    return found


def _verdict(exercise, source, text, variant=1):
    seed = seed_of(exercise)
    if "\n" in text:
        lines = text.splitlines()
        result = check_lines(exercise.id, lines, seed=seed)
        return _record(source, lines, result) | {"line": result.line}
    return _record(source, text, check(exercise.id, text, seed=seed, variant=variant))


def _record(source, answer, result):
    return {
        "source": source,
        "answer": answer,
        "ok": result.ok,
        "code": result.code,
        "message": result.message,
        "example": result.finding.example,
    }


def _values(exercise):
    """Typed values for every choice of numbers: right, negated, doubled, off by one."""
    found = []
    for variant, point in enumerate(variants_of(exercise), 1):
        right = point.right
        for source, x in (("right", right), ("lost sign", -right), ("lost constant", 2 * right),
                          ("off by one", right + 1)):  # fmt: skip
            rows = "; ".join(", ".join(map(number, row)) for row in x)
            text = number(x.item()) if x.size == 1 else f"[{rows}]"
            found.append(_verdict(exercise, source, text, variant) | {"variant": variant})
    return found


def main(ids):
    chosen = [BANK[id] for id in ids] or list(BANK.values())
    print(json.dumps({e.id: verdicts(e) for e in chosen}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
