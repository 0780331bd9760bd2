"""Sum of the entries, over all axes or some."""

import math

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, axis=None, dtype=None, out=None, keepdims=False):
    return np.sum(X, axis=axis, keepdims=keepdims)


def pullback(X, F_bar, axis=None, dtype=None, out=None, keepdims=False):
    if axis is not None and not keepdims:
        axes = {a % X.ndim for a in (axis if isinstance(axis, tuple) else (axis,))}
        kept = tuple(1 if i in axes else n for i, n in enumerate(X.shape))
        F_bar = F_bar.reshape(kept)
    return spread(F_bar, X.shape)


def spread(F_bar, shape):
    """Return F_bar repeated to the shape of what was summed."""
    if isinstance(F_bar, np.ndarray | float) and math.prod(shape) < 10_000:
        filled = np.empty(shape, dtype=np.result_type(F_bar))  # a third of np.broadcast_to's time
        filled[...] = F_bar
        return filled
    return np.broadcast_to(F_bar, shape)


linear(
    "sum of entries",
    (np.sum,),
    value,
    pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2)),
        case(matrix(rng, 3, 2), axis=0),
        case(rng.standard_normal((2, 3, 4)), axis=(0, -1)),
        case(rng.standard_normal((2, 3, 4)), axis=1, keepdims=True),
    ),
    source="a linear function",
    statement=r"d\Bigl(\sum_{ij} a_{ij}\Bigr) = \sum_{ij} da_{ij}",
)
