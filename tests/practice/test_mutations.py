"""Generated wrong answers over the whole bank: never taken for right, diagnosed right or not.

What is right is decided by differences of the function's values, at points of our own; whether a
diagnosis is true is decided by what it means, likewise.
"""

import zlib
from collections import Counter

import numpy as np
import pytest

from mcalclib.practice.bank import BANK
from mcalclib.practice.exercise import COMPUTED
from mcalclib.practice.experiments import judge
from mcalclib.practice.formulas import Formula
from mcalclib.practice.mutations import KINDS, mutations
from mcalclib.practice.points import points_of
from mcalclib.symbolic.grammar import ParseError
from tests.practice.oracles import ORACLES, is_refused_by_the_parser, is_right
from tests.practice.slips import function_slips

TABLE = Counter()  # (kind, code) over all exercises, filled by the tests below
LEAST = 0.8

EXERCISES = [e for e in BANK.values() if e.kind in COMPUTED]
every = pytest.mark.parametrize("exercise", EXERCISES, ids=[e.id for e in EXERCISES])


@every
def test_mutations_are_judged_and_diagnosed_truly(exercise):
    rng = np.random.default_rng(zlib.crc32(exercise.id.encode()) + 1)
    points = points_of(exercise, rng)
    for kind, text in mutations(exercise):
        try:
            formula = Formula(text, exercise.arguments, exercise.result)
        except ParseError:
            assert is_refused_by_the_parser(exercise, text), text
            TABLE[kind, "unreadable"] += 1
            continue
        _judged(exercise, points, kind, formula, text)
    for kind, function in function_slips(exercise):
        _judged(exercise, points, kind, function, "a function")


def _judged(exercise, points, kind, answer, text):
    with np.errstate(all="ignore"):
        finding = judge(exercise, points, [answer(p.values) for p in points])
        right = is_right(exercise, answer)
        told = (exercise.id, kind, text, finding)
        if finding.ok:
            assert right, told
            return  # a right answer in another form, so no mutation
        if right:
            # differences cannot tell a difference quotient from the derivative
            assert finding.code == "numeric", told
        TABLE[kind, finding.code] += 1
        if finding.code != "different":
            assert ORACLES[finding.code](exercise, answer, finding.data), told


def test_most_mutations_of_every_kind_are_diagnosed(capsys):
    """Runs after the others of this module; alone it has nothing to count."""
    if not TABLE:
        pytest.skip("the mutations are counted by the tests above")
    codes = [c for c, _ in Counter({c: TABLE[k, c] for k, c in TABLE}).most_common()]
    codes = [c for c in codes if c != "different"] + ["different"]
    with capsys.disabled():
        print("\n\nmutations of the bank's formulas, and their diagnoses")
        for kind in KINDS:
            total = sum(TABLE[kind, c] for c in codes)
            shown = ", ".join(f"{c} {TABLE[kind, c]}" for c in codes if TABLE[kind, c])
            share = 1 - TABLE[kind, "different"] / total if total else 0
            shaped = total - TABLE[kind, "unreadable"]
            valued = 1 - TABLE[kind, "different"] / shaped if shaped else 0
            print(
                f"  {kind:<18} {total:>5}  {share:>4.0%} diagnosed ({valued:.0%} of those whose "
                f"shapes fit): {shown}"
            )
    for kind in KINDS:
        total = sum(TABLE[kind, c] for c in codes)
        if total:
            silent = TABLE[kind, "different"]
            assert silent <= (1 - LEAST) * total, (kind, silent, total)
