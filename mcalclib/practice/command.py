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
        title="...",
        {fields}
        hints=["...", "..."],
    ),"""

_QUADRATIC = """\
function=lambda x, A: x @ A @ x,
wrt="x",
shapes={"x": "n", "A": "n, n"},
"""
_PRODUCT = """\
function=lambda X, A: A @ X,
wrt="X",
"""

# for each kind an entry that is in order, to be changed
FIELDS = {
    "action": _QUADRATIC + """\
question=r"Let $f(x) = x^{\\mathsf T} A x$. What is $f'(x)[dx]$?",
answer="x' (A + A') dx",
also=["x' A dx + dx' A x"],
mistakes={"2 x' A dx": "symmetric"},
expression="x' A x",""",
    "gradient": _QUADRATIC + """\
question=r"Let $f(x) = x^{\\mathsf T} A x$. What is $\\nabla f(x)$?",
answer="(A + A') x",
mistakes={"2 A x": "symmetric"},
expression="x' A x",""",
    "jacobian": _PRODUCT + """\
question=r"Let $F(X) = A X$. Which $J$ gives $\\operatorname{vec}(dF) = J\\operatorname{vec}(dX)$?",
shapes={"X": "n, p", "A": "m, n"},
answer="kron(I_p, A)",
mistakes={"kron(A, I_p)": "rowwise"},
expression="A X; A: m by n; X: n by p",""",
    "hessian": _QUADRATIC + """\
question=r"Let $f(x) = x^{\\mathsf T} A x$. What is $H[dx]$?",
form="operator",
answer="(A + A') dx",
mistakes={"2 A dx": "symmetric"},
expression="x' A x",""",
    "adjoint": _PRODUCT + """\
question=r"Let $L[X] = A X$. What is $L^*[\\bar F]$?",
shapes={"X": "n, p", "A": "m, n", "F_bar": "m, p"},
answer="A' F_bar",
mistakes={"-A' F_bar": "sign"},
solution="...",""",
    "value": """\
question="Let $A = [[A]]$ and $x = [[x]]$. What is $A x$?",
function=lambda x, A: A @ x,
shapes={"x": "2", "A": "2, 2"},
answer="A x",
mistakes={},
solution="...",""",
    "lines": _QUADRATIC + """\
question=r"Let $f(x) = x^{\\mathsf T} A x$. Go on until $dx$ stands once, at the right end.",
answer="x' (A + A') dx",
also=["x' A dx + dx' A x\\nx' (A + A') dx"],
mistakes={"x' A dx + dx' A x\\n2 x' A dx": "symmetric"},
expression="x' A x",""",
    "shape": """\
question="$A$ is $m$ by $n$ and $x$ has $n$ entries. What is the shape of $A x$?",
answer="m by 1",
mistakes={"1 by m": "layout"},
solution="...",""",
    "order": """\
question="Where do brackets go in $A B x$ so that it takes the fewest multiplications?",
shapes={"A": "10, 1000", "B": "1000, 10", "x": "10"},
answer="A (B x)",
mistakes={"(A B) x": "costly"},
solution="...",""",
    "cost": """\
question="How many multiplications does $A B$ take, $A$ $m$ by $n$ and $B$ $n$ by $p$?",
shapes={"A": "m, n", "B": "n, p"},
answer="m n p",
mistakes={"m p": "different"},
solution="...",""",
    "verdict": """\
question="True for all square $A$ and $B$ of one size, or is there a counterexample? $A B = B A$",
shapes={"A": "n, n", "B": "n, n"},
claim="A B = B A",
answer=False,
mistakes={"true": "claim-false"},
solution="...",""",
    "choice": """\
question="Which acts first in $A B x$?",
choices=[("$A$", "What does $A$ act on?"), ("$B$", "$B$ acts on $x$, and $A$ on what comes out.")],
answer=2,
solution="...",""",
}  # fmt: skip


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
    fields = FIELDS[options.kind].replace("\n", "\n        ")
    print(TEMPLATE.format(id=options.id, kind=options.kind, fields=fields))
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
