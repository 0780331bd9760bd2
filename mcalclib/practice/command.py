"""``mcalc exercise new ID`` and ``mcalc exercise test ID``, for authors of exercises."""

import argparse
import sys
from collections import Counter

import numpy as np

from ..errors import McalcError
from .bank import BANK
from .checking import check
from .exercise import COMPUTED, KINDS, ROOMS
from .lines import check_lines
from .mutations import mutations
from .points import points_of, seed_of
from .solutions import solution
from .typesetting import matrix_text

TEMPLATE = """\
    Exercise(
        id="{id}",
        kind="{kind}",
        title="",
        question=r"Let $f(X) = \\operatorname{{tr}}(A X)$. What is ...?",
        function=lambda X, A: np.trace(A @ X),
        wrt="X",
        shapes={{"X": "n, m", "A": "m, n"}},
        answer="tr(A dX)",
        also=[],
        mistakes={{}},
        hints=["", ""],
        expression="tr(A X); A: m by n; X: n by m",
    ),"""


def exercise_main(argv=None) -> int:
    """Run ``mcalc exercise`` and return its exit status: 1 where an entry is not in order.

    Parameters
    ----------
    argv : list of str, optional
        What follows ``mcalc exercise``.
    """
    options = _arguments().parse_args(argv)
    try:
        return options.run(options)
    except McalcError as problem:
        print(f"mcalc exercise: {problem}", file=sys.stderr)
        return 1


def _arguments():
    parser = argparse.ArgumentParser(prog="mcalc exercise", description="Write and try exercises.")
    commands = parser.add_subparsers(required=True, metavar="new | test")
    new = commands.add_parser("new", help="print an entry to fill in, and where it goes")
    new.add_argument("id", metavar="ROOM/SLUG")
    new.add_argument("--kind", choices=sorted(KINDS), default="action")
    new.set_defaults(run=_new)
    test = commands.add_parser("test", help="show its points, its answer and how mistakes come out")
    test.add_argument("id", metavar="ROOM/SLUG", nargs="?", help="all of them by default")
    test.set_defaults(run=_test)
    return parser


def _new(options):
    room = options.id.split("/")[0]
    if room not in ROOMS or "/" not in options.id:
        print(f"mcalc exercise: the id is ROOM/SLUG, with a room among {', '.join(ROOMS)}.",
              file=sys.stderr)  # fmt: skip
        return 2
    if options.id in BANK:
        print(f"mcalc exercise: {options.id!r} stands in the bank already.", file=sys.stderr)
        return 1
    print(f"# into EXERCISES of mcalclib/practice/bank/{room.replace('-', '_')}.py;")
    print('# the fields of every kind stand in CONTRIBUTING.md, "Adding an exercise"')
    print(TEMPLATE.format(id=options.id, kind=options.kind))
    return 0


def _test(options):
    chosen = [BANK[options.id]] if options.id else list(BANK.values())
    failures = 0
    for exercise in chosen:
        failures += _shown(exercise)
    print("in order" if not failures else f"{failures} not as the entry says")
    return 1 if failures else 0


def _shown(exercise):
    """Print one exercise; return how many of its statements do not hold."""
    print(f"{exercise.id} ({exercise.kind})")
    print(f"  answer: {exercise.answer}")
    failures = 0
    if exercise.kind in COMPUTED:
        points = points_of(exercise, np.random.default_rng(seed_of(exercise)))
        counts = Counter(" ".join((p.family, *p.which)) for p in points)
        print("  points: " + ", ".join(f"{n} {family}" for family, n in counts.items()))
        small = next(p for p in reversed(points) if p.family == "small")
        given = ", ".join(f"{k} = {matrix_text(x)}" for k, x in small.values.items())
        print(f"  for example {given}: {matrix_text(small.right)}")
    accepted = [] if exercise.kind == "verdict" else [exercise.answer]
    for text in [*accepted, *exercise.also]:
        failures += _line(exercise, text, True, "right")
    for text, code in exercise.mistakes.items():
        failures += _line(exercise, text, False, code)
    if exercise.kind in COMPUTED:
        print("  slips that readers make:")
        for kind, text in mutations(exercise):
            result = check(exercise.id, text, seed=seed_of(exercise))
            print(f"    {kind:<18} {result.code:<16} {text}")
    print("  solution:")
    for row in str(solution(exercise.id)).splitlines():
        print(f"    {row}")
    return failures


def _line(exercise, text, ok, wanted):
    if isinstance(text, str) and "\n" in text:
        result = check_lines(exercise.id, text.splitlines(), seed=seed_of(exercise))
    else:
        result = check(exercise.id, text, seed=seed_of(exercise))
    fine = result.ok if ok else not result.ok and result.code == wanted
    shown = str(text).replace("\n", " / ")
    print(f"  {'as listed' if fine else 'NOT ' + wanted:<16} {result.code:<16} {shown}")
    return not fine
