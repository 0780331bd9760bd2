"""Product of the entries, over all axes or along one; zeros among them included."""

import numpy as np

from ..samples import away_from_zero
from .registry import Rule, case, expands


def value(X, axis=None, dtype=None, out=None, keepdims=False):
    return np.prod(X, axis=axis, keepdims=keepdims)


def of_the_others(X, axis):
    """Return, for each entry, the product of the others: no division, so zeros do no harm."""
    if axis is None:
        return np.reshape(of_the_others(np.ravel(X), 0), X.shape)
    X = np.moveaxis(X, axis, -1)
    others = np.where(np.eye(X.shape[-1], dtype=bool), 1.0, X[..., None, :])
    return np.moveaxis(np.prod(others, axis=-1), -1, axis)


def pushforward(F, primals, tangents, axis=None, dtype=None, out=None, keepdims=False):
    (X,) = primals
    (dX,) = tangents
    return np.sum(of_the_others(X, axis) * dX, axis=axis, keepdims=keepdims)


def pullback(F, primals, F_bar, axis=None, dtype=None, out=None, keepdims=False):
    (X,) = primals
    if axis is not None and not keepdims:
        F_bar = np.expand_dims(F_bar, axis)
    return (of_the_others(X, axis) * F_bar,)


Rule(
    name="product of entries",
    functions=(np.prod,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(away_from_zero(rng, 3, 2)),
        case(away_from_zero(rng, 3, 2), axis=0),
        case(away_from_zero(rng, 2, 3, 2), axis=-1, keepdims=True),
        case(np.array([1.5, 0.0, 2.0])),
        case(np.array([1.5, 0.0, 0.0])),
    ),
    source="product rule for n factors",
    keeps="primals",
    statement=r"d\prod_i x_i = \sum_i \Bigl(\prod_{j \ne i} x_j\Bigr) dx_i",
)


@expands(
    np.cumprod,
    samples=lambda rng: (
        case(away_from_zero(rng, 4)),
        case(away_from_zero(rng, 3, 2), axis=0),
        case(np.array([1.5, 0.0, 2.0])),
    ),
)
def cumulative(X, axis=None):
    if axis is None:
        X, axis = np.ravel(X), 0
    X = np.moveaxis(X, axis, -1)
    n = X.shape[-1]
    upto = np.where(np.tri(n, dtype=bool), X[..., None, :], 1.0)
    return np.moveaxis(np.prod(upto, axis=-1), -1, axis)
