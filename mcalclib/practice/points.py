"""Points at which answers are compared, by family, with the right value at each.

A family is what the points have in common: nothing (generic), symmetric matrices, matrices that
commute, two symbols with the same value, a doubled or added tangent, small whole numbers.
"""

from dataclasses import dataclass, field
from itertools import combinations
from zlib import crc32

import numpy as np

from .. import samples
from .reference import derived_values, difference_value, right_value, row_by_row, value_of

SIZES = (3, 2, 4, 5)  # distinct, so that a transposed answer has another shape
REPEATS = 3  # an experiment must come out alike at this many points
SMALL_TRIES = 4


@dataclass
class Point:
    """Values of all symbols and tangents as matrices, and what is right there."""

    family: str
    values: dict
    right: np.ndarray
    which: tuple = ()  # the symbols that the family is about
    of: tuple = ()  # index of the point that this one is made from
    summands: list = field(default_factory=list)
    difference: np.ndarray | None = None
    value: np.ndarray | None = None  # of the function itself
    permuted: np.ndarray | None = None  # the right matrix if vec went row by row
    permuted_summands: list = field(default_factory=list)
    other_summands: list = field(default_factory=list)  # of the other right forms


def seed_of(exercise):
    """Return the seed of the points in the page: the same in every build."""
    return crc32(exercise.id.encode())


def points_of(exercise, rng):
    """Return all points of an exercise, family by family.

    Parameters
    ----------
    exercise : Exercise
        Of a kind whose answer is computed.
    rng : numpy.random.Generator
    """
    found = [_point(exercise, "generic", drawn_values(exercise, rng)) for _ in range(REPEATS + 1)]
    found += _linear_family(exercise, found)
    for which in _symmetric_groups(exercise):
        found += _family(exercise, rng, "symmetric", which, _made_symmetric)
    if which := _commuting_group(exercise):
        found += _family(exercise, rng, "commuting", which, _made_commuting)
    for which in _equal_pairs(exercise):
        found += _family(exercise, rng, "equal", which, _made_equal)
    if exercise.at is not None:
        for _ in range(REPEATS):
            found.append(text_point(exercise, rng))
            found.append(_fixed_point(exercise, rng, found[-1], len(found) - 1))
    return found + small_points(exercise)


def text_point(exercise, rng=None):
    """Return the point of the text; without rng, its tangents are small whole numbers."""
    values = {name: _column(exercise, name, x) for name, x in exercise.at.items()}
    if rng is None:
        rng = np.random.default_rng(seed_of(exercise))
        values |= _whole_tangents(exercise, rng, values)
    values = _completed(exercise, rng, values)
    return _point(exercise, "text", values)


def _family(exercise, rng, family, which, change):
    points = []
    for _ in range(REPEATS):
        values = drawn_values(exercise, rng)
        change(values, which, rng, exercise)
        points.append(_point(exercise, family, values, which))
    return points


def _point(exercise, family, values, which=(), of=()):
    values |= derived_values(exercise, values)
    right = right_value(exercise, values)
    point = Point(
        family, values, right, which, of,
        difference=difference_value(exercise, values), value=value_of(exercise, values),
        permuted=row_by_row(exercise, values, right),
    )  # fmt: skip
    if family == "generic":  # where summands are looked for
        point.summands, *point.other_summands = (
            [term(values) for term in terms] for terms in exercise.terms
        )
        if exercise.stacks and len(point.summands) > 1:
            point.permuted_summands = [row_by_row(exercise, values, s) for s in point.summands]
    return point


def _linear_family(exercise, generic):
    """The same points with the tangent doubled, negated and added to another, to test linearity."""
    name = exercise.linear_in
    if name is None:
        return []
    found = []
    for i, point in enumerate(generic[:REPEATS]):
        other = generic[i + 1].values[name]
        for family, tangent in (
            ("doubled", 2 * point.values[name]),
            ("sum", point.values[name] + other),
            ("other", other),
            ("tiny", 1e-4 * point.values[name]),
        ):
            values = {**point.values, name: tangent}
            found.append(_point(exercise, family, values, of=(i,)))
    return found


def _fixed_point(exercise, rng, text, index):
    """Return other numbers of the same sizes as in the text, with the same tangents."""
    moving = {*exercise.tangents, exercise.linear_in}
    values = {
        name: text.values[name]
        if name in moving
        else _drawn(rng, exercise.properties[name], text.values[name].shape)
        for name in text.values
        if name not in exercise.derived
    }
    return _point(exercise, "fixed", values, of=(index,))


def drawn_values(exercise, rng):
    """Return random matrices for the symbols of an exercise and their tangents."""
    sizes = dict(zip(_labels(exercise), SIZES, strict=False))
    values = {}
    for name in exercise.drawn:
        shape = tuple(_count(d, sizes) for d in exercise.symbols[name])
        values[name] = _drawn(rng, exercise.properties[name], shape)
    return _completed(exercise, rng, values)


def _completed(exercise, rng, values):
    """Add what moves: tangents, and F_bar where the text gives a point only."""
    if exercise.linear_in in exercise.shapes and exercise.linear_in not in values:
        shape = value_of(exercise, values).shape
        values[exercise.linear_in] = rng.standard_normal(shape)
    for tangent, name in exercise.tangents.items():
        if tangent not in values:
            values[tangent] = _drawn(rng, _tangent_property(exercise, name), values[name].shape)
    return values


def _labels(exercise):
    sizes = (s for shape in exercise.symbols.values() for size in shape for s in size)
    return list(dict.fromkeys(s for s in sizes if not s.isdigit()))


def _count(size, sizes):
    return int(np.prod([int(s) if s.isdigit() else sizes[s] for s in size], dtype=int))


def _column(exercise, name, x):
    x = np.asarray(x, dtype=float)
    return x.reshape(-1, 1) if exercise.dimensions[name] < 2 else x


def _drawn(rng, property, shape):
    if shape == (1, 1) and not property:
        return samples.away_from_zero(rng, 1, 1)
    match property:
        case "":
            return rng.standard_normal(shape)
        case "positive":
            return samples.positive(rng, *shape)
        case "symmetric":
            return samples.symmetric(rng, shape[0]) * rng.uniform(0.5, 1.0)
        case "positive definite":
            return samples.positive_definite(rng, shape[0]) * rng.uniform(0.5, 1.0)
        case "invertible":
            return samples.invertible(rng, shape[0]) * rng.uniform(0.5, 1.0)
        case "orthogonal":
            return samples.orthogonal(rng, shape[0])
    raise AssertionError(property)


def _square(exercise):
    """Return the symbols that are square matrices, with their tangents."""
    groups = {}
    for name in exercise.drawn:
        rows, columns = exercise.symbols[name]
        if rows == columns and rows:
            tangents = [t for t, of in exercise.tangents.items() if of == name]
            groups[name] = (name, *tangents)
    return groups


def _symmetric_groups(exercise):
    free = ("", "invertible")
    groups = [g for name, g in _square(exercise).items() if exercise.properties[name] in free]
    every = tuple(name for g in groups for name in g)
    return [*groups, *([every] if len(groups) > 1 else [])]


def _made_symmetric(values, which, rng, exercise):
    for name in which:
        property = exercise.properties.get(name, "")
        if property == "invertible":
            values[name] = _drawn(rng, "symmetric", values[name].shape)
        else:
            values[name] = values[name] + values[name].T


def _commuting_group(exercise):
    """Return square matrices of one size, the one that varies among them."""
    square = _square(exercise)
    size = exercise.symbols[exercise.wrt][0] if exercise.wrt in square else None
    if size is None and square:
        size = exercise.symbols[next(iter(square))][0]
    names = [n for name, g in square.items() if exercise.symbols[name][0] == size for n in g]
    return tuple(names) if len(names) > 1 else ()


def _made_commuting(values, which, rng, exercise):
    """Give all matrices the same eigenvectors: orthogonal ones only if one must be symmetric."""
    n = values[which[0]].shape[0]
    fixed = {"symmetric", "positive definite", "orthogonal"}
    if any(exercise.properties.get(name) in fixed for name in which):
        V = samples.orthogonal(rng, n)
    else:
        V = samples.invertible(rng, n)
    inverse = np.linalg.inv(V)
    for name in which:
        property = exercise.properties.get(name, "")
        spread = rng.permutation(n) + rng.uniform(0.6, 1.2)
        signs = 1.0 if property == "positive definite" else rng.choice([-1.0, 1.0], n)
        if property == "orthogonal":
            spread = np.ones(n)
        values[name] = V * (0.5 * spread * signs) @ inverse


def _equal_pairs(exercise):
    """Return pairs of symbols of one shape, neither of which varies."""
    names = [
        name for name in exercise.drawn
        if name not in (exercise.wrt, exercise.linear_in) and exercise.symbols[name] != ((), ())
    ]  # fmt: skip
    alike = (exercise.symbols, exercise.properties, exercise.dimensions)
    return [p for p in combinations(names, 2) if all(of[p[0]] == of[p[1]] for of in alike)]


def _made_equal(values, which, rng, exercise):
    for name in which[1:]:
        values[name] = values[which[0]]


def small_points(exercise):
    """Return points of small whole numbers, smallest first, the same at every call."""
    labels, found = _labels(exercise), []
    rng = np.random.default_rng(seed_of(exercise))
    plans = [dict.fromkeys(labels, 1), dict.fromkeys(labels, 2)]
    if len(labels) > 1:
        plans.append(dict(zip(labels, (2, 3, 2, 3), strict=False)))
    if not labels:
        plans = plans[:1]
    for sizes in plans:
        for _ in range(SMALL_TRIES):
            values = {
                name: _whole(rng, exercise.properties[name],
                             tuple(_count(d, sizes) for d in exercise.symbols[name]))
                for name in exercise.drawn
            }  # fmt: skip
            values |= _whole_tangents(exercise, rng, values)
            with np.errstate(all="ignore"):
                found.append(_point_or_none(exercise, values))
    return [p for p in found if p is not None]


def _whole_tangents(exercise, rng, values):
    return {
        tangent: _whole(rng, _tangent_property(exercise, name), values[name].shape)
        for tangent, name in exercise.tangents.items()
        if tangent not in values
    }


def _tangent_property(exercise, name):
    """A symmetric matrix moves among the symmetric ones."""
    symmetric = exercise.properties[name] in ("symmetric", "positive definite")
    return "symmetric" if symmetric else ""


def _point_or_none(exercise, values):
    """Return the point, None where the function or its derivative is undefined."""
    from ..errors import McalcError

    try:
        point = _point(exercise, "small", values)
    except (McalcError, np.linalg.LinAlgError):
        return None
    return point if np.isfinite(point.right).all() else None


def _whole(rng, property, shape):
    x = rng.integers(-2, 4, shape).astype(float)
    match property:
        case "positive":
            return np.abs(x) + 1
        case "symmetric":
            return np.triu(x) + np.triu(x, 1).T
        case "positive definite":
            return x.T @ x + np.eye(shape[0])
        case "invertible":
            # A product of triangular factors: their sum may be singular.
            lower = np.tril(np.sign(x), -1) + np.eye(shape[0])
            return lower @ (np.diag(np.where(np.diag(x) > 0, 1.0, 2.0)) + np.triu(np.sign(x), 1))
        case "orthogonal":
            return np.eye(shape[0])[rng.permutation(shape[0])]
    if not x.any():
        x[0, 0] = 1.0
    return x
