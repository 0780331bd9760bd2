"""Right answers in other forms are right, over the whole bank."""

import itertools

import numpy as np
import pytest

from mcalclib.practice.bank import BANK
from mcalclib.practice.checking import check
from mcalclib.practice.exercise import COMPUTED
from mcalclib.practice.experiments import judge
from mcalclib.practice.formulas import Formula, is_scalar
from mcalclib.practice.points import points_of
from mcalclib.practice.reference import as_matrix
from mcalclib.practice.typesetting import text_of
from mcalclib.symbolic.grammar import Tree

EXERCISES = [e for e in BANK.values() if e.kind in COMPUTED]
every = pytest.mark.parametrize("exercise", EXERCISES, ids=[e.id for e in EXERCISES])


def node(op, *args, data=None):
    return Tree(op, list(args), data)


def rebuilt(tree, change):
    """Return the tree with every piece changed, from the leaves up."""
    args = [rebuilt(a, change) for a in tree.args]
    new = Tree(tree.op, args, tree.data, tree.place)
    for known in ("shape", "size"):
        if hasattr(tree, known):
            setattr(new, known, getattr(tree, known))
    return change(new)


def to_the_right(tree):
    """A (B C) in the place of (A B) C."""
    if tree.op == "*" and tree.args[0].op == "*":
        (a, b), c = tree.args[0].args, tree.args[1]
        if not any(map(is_scalar, (a.shape, b.shape, c.shape, tree.args[0].shape))):
            inner = node("*", b, c)
            inner.shape = (b.shape[0], c.shape[1])
            return like(tree, to_the_right(node_like(tree, a, inner)))
    return tree


def node_like(tree, *args):
    new = node(tree.op, *args, data=tree.data)
    new.shape = tree.shape
    return new


def like(tree, new):
    new.shape = tree.shape
    return new


def terms_turned_round(tree):
    return node_like(tree, *tree.args[::-1]) if tree.op == "+" else tree


def transposed_twice(tree):
    """(B' A')' in the place of A B, and s' in the place of a number s."""
    if tree.op == "*" and not any(is_scalar(a.shape) for a in tree.args):
        a, b = tree.args
        return like(tree, node("'", node("*", node("'", b), node("'", a))))
    if tree.op in ("+", "-") and is_scalar(tree.shape):
        return like(tree, node("'", tree))
    return tree


def trace_cycled(tree):
    if tree.op == "call" and tree.data in ("tr", "trace") and tree.args[0].op == "*":
        a, b = tree.args[0].args
        if not is_scalar(a.shape) and not is_scalar(b.shape):
            return like(tree, node("call", node("*", b, a), data="tr"))
    if tree.op == "*" and is_scalar(tree.shape) and not any(is_scalar(a.shape) for a in tree.args):
        a, b = tree.args  # a number is its own trace
        return like(tree, node("call", node("*", b, a), data="tr"))
    return tree


def multiplied_out(exercise):
    return " + ".join(f"({text_of(t.tree)})" for t in exercise.formula.terms())


CHANGES = {
    "association": to_the_right,
    "order of the terms": terms_turned_round,
    "transposes": transposed_twice,
    "traces": trace_cycled,
}


@every
@pytest.mark.parametrize("change", CHANGES)
def test_formula_in_another_form_is_accepted(exercise, change):
    text = text_of(rebuilt(exercise.formula.tree, CHANGES[change]))
    result = check(exercise.id, text)
    assert result.ok, (text, result)


@every
def test_formula_multiplied_out_is_accepted(exercise):
    text = multiplied_out(exercise)
    result = check(exercise.id, text)
    assert result.ok, (text, result)


@every
def test_formula_in_expanded_brackets_and_shifted_signs_is_accepted(exercise):
    text = exercise.answer
    for other in (f"-(-({text}))", f"2 ({text}) - ({text})", f"({text} + {text}) / 2"):
        assert check(exercise.id, other).ok, other


@every
def test_sum_over_the_entries_of_the_tangent_is_accepted(exercise, rng):
    """As a loop would: for each entry of dX, the entry times what the unit matrix gives."""
    name = exercise.linear_in
    if name is None:
        return
    symmetric = exercise.properties[exercise.tangents.get(name, name)] in (
        "symmetric", "positive definite",
    )  # fmt: skip
    points = points_of(exercise, rng)

    def summed(values):
        dX, total = values[name], 0
        for i, j in itertools.product(*map(range, dX.shape)):
            E = np.zeros(dX.shape)
            E[i, j] = 1.0
            E = (E + E.T) / 2 if symmetric else E
            total = total + dX[i, j] * exercise.formula({**values, name: E})
        return as_matrix(total)

    assert judge(exercise, points, [summed(p.values) for p in points]).ok


def test_every_form_was_tried_on_some_formula():
    """A change that changes nothing would test nothing."""
    for name, change in CHANGES.items():
        changed = [
            e.id for e in EXERCISES
            if text_of(rebuilt(e.formula.tree, change)) != text_of(e.formula.tree)
        ]  # fmt: skip
        assert len(changed) >= 5, name
    several = [e for e in EXERCISES if len(e.formula.terms()) > 1]
    assert len(several) >= 10
    assert Formula(multiplied_out(several[0]), several[0].arguments).shape == several[0].result
