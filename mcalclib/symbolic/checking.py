"""No result leaves the engine unchecked: the numeric engine is asked at random points."""

import numpy as np

from ..errors import McalcError, NoRuleError
from .evaluation import evaluate
from .points import points

ENOUGH = 2  # points at which a result is compared; a wrong one would have to agree by chance


class UnverifiedError(McalcError, ArithmeticError):
    """A result of the symbolic engine that the numeric engine does not confirm."""


def function_of(node, leaf, env):
    """Return the NumPy function leaf value -> value of the tree."""

    def f(value):
        return evaluate(node, {**env, leaf: value})

    return f


def numeric_differential(node, leaf, env, *tangents):
    """Return the directional derivative, by the numeric engine, or by differences without it.

    Returns
    -------
    array, float
        The derivative and the relative error that it may have.
    """
    from ..numeric import pushforward

    f = function_of(node, leaf, env)
    X = env[leaf]
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(pushforward(f, X, *tangents))
            # The engine uses the same rules; differences share nothing with them.
            if len(tangents) == 1 and not agree(value, _differences(f, X, tangents)[0], 1e-5):
                return np.full(value.shape, np.nan), 0.0
            return value, 1e-7
    except (NoRuleError, AttributeError, TypeError, ValueError, np.linalg.LinAlgError):
        with np.errstate(all="ignore"):  # beside this point there may be none, as of a root at 0
            return _differences(f, X, tangents)


def _differences(f, X, tangents):
    *outer, dX = tangents
    h = 2e-3 / (1 + np.max(np.abs(dX)))

    def slope(X, step):
        return (np.asarray(f(X + step * dX)) - np.asarray(f(X - step * dX))) / (2 * step)

    def extrapolated(X):
        wide, middle, narrow = (slope(X, s) for s in (h, h / 2, h / 4))
        return (64 * narrow - 20 * middle + wide) / 45

    if not outer:
        return extrapolated(X), 1e-6
    return _differences(extrapolated, X, outer)[0], 1e-3


def agree(a, b, tolerance, scale=1.0):
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.size != b.size:
        return False
    a, b = a.reshape(-1), b.reshape(-1)
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return False
    bound = tolerance * (1e-3 * scale + np.max(np.abs(a), initial=0) + np.max(np.abs(b), initial=0))
    return bool(np.max(np.abs(a - b), initial=0) <= bound)


def check_differential(what, F, X, dX, claim, order="C"):
    """Compare ``claim(env) -> dF`` with the numeric derivative of F along dX.

    The claim may be flat; order "F" says that it is a vec.

    Raises
    ------
    UnverifiedError
        Naming the expression.
    """
    compared = 0
    for point in points([F], [X, dX]):
        env = point.with_values([dX], "normal").env
        env[dX] = _direction(point.rng, dX, env[dX])
        try:
            expected, tolerance = numeric_differential(F, X, env, env[dX])
        except McalcError:
            continue
        if not np.isfinite(expected).all():
            continue
        claimed = _value_of(claim, env)
        if claimed is None:
            continue
        compared += 1
        if not agree(claimed, np.ravel(expected, order=order), tolerance):
            raise UnverifiedError(
                f"{what} of `{F!r}`: the result does not agree with the numeric derivative at a "
                "random point, so it is not returned."
            )
        if compared == ENOUGH:
            break
    _at_least_one(compared, what, F)


def _value_of(claim, env):
    """Return the value of a claim, None where it has none: an inverse that does not exist."""
    try:
        with np.errstate(all="ignore"):
            value = np.asarray(claim(env), dtype=float)
    except (McalcError, np.linalg.LinAlgError):
        return None
    return value if np.isfinite(value).all() else None


def check_second(what, f, X, dX, dY, claim):
    """Compare ``claim(env) -> f''(X)[dX, dY]`` with the numeric second derivative."""
    compared = 0
    for point in points([f], [X, dX, dY]):
        env = dict(point.env)
        for d in (dX, dY):
            env[d] = _direction(point.rng, d, env[d])
        try:
            expected, tolerance = numeric_differential(f, X, env, env[dX], env[dY])
        except McalcError:
            continue
        if not np.isfinite(expected).all():
            continue
        claimed = _value_of(claim, env)
        if claimed is None:
            continue
        compared += 1
        # second differences have rounding errors in proportion to f, also where f'' is 0
        rounding = tolerance > 1e-4
        size = min(np.max(np.abs(evaluate(f, env)), initial=0), 100.0) if rounding else 0.0
        if not agree(claimed, expected, max(tolerance, 1e-6), 1.0 + size):
            raise UnverifiedError(
                f"{what} of `{f!r}`: the result does not agree with the numeric second "
                "derivative at a random point, so it is not returned."
            )
        if compared == ENOUGH:
            break
    _at_least_one(compared, what, f)


def _direction(rng, dX, like):
    if not dX.shape:
        return float(rng.standard_normal())
    E = rng.standard_normal(np.shape(like))
    return E + E.T if dX.data[1] else E


def _at_least_one(compared, what, F):
    if not compared:
        raise UnverifiedError(
            f"{what} of `{F!r}`: the expression could not be differentiated numerically at any "
            "random point, so the result cannot be checked."
        )
