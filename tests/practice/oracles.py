"""For each diagnosis, whether it is true of an answer: by its meaning, at points of our own."""

import itertools
from functools import cache

import numpy as np

from mcalclib.practice.bank import BANK
from mcalclib.practice.formulas import Formula
from mcalclib.practice.points import drawn_values
from mcalclib.practice.reference import derived_values
from mcalclib.symbolic.grammar import ParseError
from mcalclib.symbolic.parsing import parse_node
from tests.practice import witness

TOLERANCE = 1e-5  # what differences of differences allow


def near(a, b, tolerance=TOLERANCE):
    if a.shape != b.shape or not (np.isfinite(a).all() and np.isfinite(b).all()):
        return False
    size = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0), 1e-2)
    return bool(np.max(np.abs(a - b), initial=0) <= tolerance * size)


@cache
def known(id, change=None, which=(), count=3):
    """Return points of our own with the right value by differences, drawn once an exercise."""
    exercise, found = BANK[id], []
    rng = np.random.default_rng([*id.encode()])
    for _ in range(count):
        values = drawn_values(exercise, rng)
        if change is not None:
            change(values, which, rng)
        values |= derived_values(exercise, values)
        found.append((values, witness.right(exercise, values)))
    return found


def is_right(exercise, answer):
    """Whether an answer is right: at random points."""
    return all(near(answer(v), right) for v, right in known(exercise.id))


def _relation(relation):
    """True where the answer is related to the right value like this, everywhere."""

    def holds(exercise, answer, data):
        return all(relation(answer(v), right, v, exercise, data) for v, right in known(exercise.id))

    return holds


def _structured(change):
    """True where the answer is right at points with this structure."""

    def holds(exercise, answer, data):
        where = known(exercise.id, change, tuple(data["which"]))
        return all(near(answer(v), right) for v, right in where)

    return holds


def _symmetric(values, which, rng):
    for name in which:
        values[name] = (values[name] + values[name].T) / 2


def _equal(values, which, rng):
    for name in which:
        values[name] = values[which[0]]


def _commuting(values, which, rng):
    """Polynomials of one matrix commute."""
    n = len(values[which[0]])
    M = rng.standard_normal((n, n)) / np.sqrt(n)
    if all(np.allclose(values[name], values[name].T) for name in which[:1]):
        M = M + M.T
    for name in which:
        a, b, c = rng.uniform(0.5, 1.5, 3)
        values[name] = a * np.eye(n) + b * M + c * M @ M


def _forms(exercise, values):
    """Yield the summands of every right form."""
    for text in (exercise.answer, *(t for t in exercise.also if "\n" not in t)):
        formula = Formula(text, exercise.arguments, exercise.result)
        yield [term(values) for term in formula.terms()]


def _subset(weight):
    """Some summands, times the weight, make up what is missing."""

    def relation(came, right, values, exercise, data):
        return any(
            near(came + weight * sum(chosen), right)
            for parts in _forms(exercise, values)
            for size in range(1, len(parts) + 1)
            for chosen in itertools.combinations(parts, size)
        )

    return _relation(relation)


def _repeated(came, right, values, exercise, data):
    parts = [term(values) for term in exercise.formula.terms()]
    chosen = itertools.combinations_with_replacement(parts, len(parts))
    return any(near(came, sum(parts)) for parts in chosen) and not near(came, right)


def _partly_by_rows(came, right, values, exercise, data):
    parts = [term(values) for term in exercise.formula.terms()]
    m, n = (
        values[exercise.wrt] if exercise.asks == "hessian" else witness.f_of(exercise, values)
    ).shape
    p, q = values[exercise.wrt].shape
    out = np.arange(m * n).reshape((m, n), order="F").ravel()
    into = np.arange(p * q).reshape((p, q), order="F").ravel()
    both = [(s, s[np.ix_(out, into)]) for s in parts]
    return any(near(came, sum(chosen)) for chosen in itertools.product(*both))


def _one_off(came, right, values, exercise, data):
    parts = [part for parts in _forms(exercise, values) for part in parts]
    return any(near(came + (1 - data["factor"]) * part, right) for part in parts)


def _whole_difference(came, right, values, exercise, data):
    moved = {**values, exercise.wrt: values[exercise.wrt] + values[f"d{exercise.wrt}"]}
    return near(came, witness.f_of(exercise, moved) - witness.f_of(exercise, values))


def _lacks_tangent(came, right, values, exercise, data):
    d = values[data["tangent"]]
    if came.shape in (d.shape, d.shape[::-1]) and right.size == 1:
        turned = came if came.shape == d.shape else came.T
        return near(np.array([[np.sum(turned * d)]]), right)
    if came.shape == (right.size, d.size):
        return near((came @ d.reshape((-1, 1), order="F")), right.reshape((-1, 1), order="F"))
    return near(came * d, right)


def _constant(exercise, answer, data):
    """Whether an answer stays the same with another tangent."""
    name = data["tangent"]
    return all(
        near(answer({**values, name: np.cos(values[name])}), answer(values), 1e-9)
        for values, _ in known(exercise.id)
    )


def _not_linear(exercise, answer, data):
    name = data["tangent"]
    values, _ = known(exercise.id)[0]
    return not near(answer({**values, name: 2 * values[name]}), 2 * answer(values), 1e-9)


def _first_order(exercise, answer, data):
    name = data["tangent"]
    values, _ = known(exercise.id)[0]
    small = {**values, name: 1e-4 * values[name]}
    gap = np.linalg.norm(answer(small) - witness.right(exercise, small))
    return gap < 1e-2 * np.linalg.norm(witness.right(exercise, small)) and _not_linear(
        exercise, answer, data
    )


ORACLES = {
    "factor": _relation(lambda came, right, v, e, data: near(came, data["factor"] * right)),
    "sign": _relation(lambda came, right, v, e, data: near(came, -right)),
    "layout": _relation(lambda came, right, v, e, data: near(came, right.T)),
    "zero": _relation(lambda came, right, v, e, data: near(came, 0 * right)),
    "value": _relation(lambda came, right, v, e, data: near(came, witness.f_of(e, v))),
    "rowwise": _relation(lambda came, right, v, e, data: near(came, _rows(e, v))),
    "rowwise-layout": _relation(lambda came, right, v, e, data: near(came, _rows(e, v).T)),
    "layout-or-rowwise": _relation(
        lambda came, right, v, e, data: near(came, right.T) and near(came, _rows(e, v))
    ),
    "numeric": _relation(lambda came, right, v, e, data: near(came, right, 1e-3)),
    "shape": _relation(lambda came, right, v, e, data: came.shape != right.shape),
    "nan": lambda e, answer, data: not all(np.isfinite(answer(v)).all() for v, _ in known(e.id)),
    "term": _subset(1),
    "sign-of-term": _subset(2),
    "repeated": _relation(_repeated),
    "rowwise-term": _relation(_partly_by_rows),
    "factor-of-term": _relation(_one_off),
    "difference": _relation(_whole_difference),
    "missing-tangent": _relation(_lacks_tangent),
    "constant": _constant,
    "not-linear": _not_linear,
    "higher-order": _first_order,
    "symmetric": _structured(_symmetric),
    "swapped": _structured(_equal),
    "commuting": _structured(_commuting),
}


def _rows(exercise, values):
    if exercise.asks == "hessian":
        m, n = values[exercise.wrt].shape
        order = np.arange(m * n).reshape((m, n), order="F").ravel()
        return witness.right(exercise, values)[np.ix_(order, order)]
    return witness.row_by_row(exercise, values)


def is_refused_by_the_parser(exercise, text):
    """Whether the symbolic engine's own reader refuses a text, or gives it another shape."""
    declared = {
        name: "scalar" if shape == ((), ()) else " by ".join(s[0] if s else "1" for s in shape)
        for name, shape in exercise.arguments.items()
    }
    try:
        node, _ = parse_node(text, **declared)
    except ParseError:
        return True
    return tuple(map(str, node.shape or (1, 1))) != tuple(
        "*".join(s) or "1" for s in exercise.result
    )
