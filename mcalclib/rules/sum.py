"""Sum of the entries, over all axes or some."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, axis=None, dtype=None, out=None, keepdims=False):
    return np.sum(X, axis=axis, keepdims=keepdims)


def pullback(X, F_bar, axis=None, dtype=None, out=None, keepdims=False):
    if axis is not None and not keepdims:
        axes = axis if isinstance(axis, tuple) else (axis,)
        F_bar = np.expand_dims(F_bar, tuple(a % X.ndim for a in axes))
    return np.broadcast_to(F_bar, X.shape)


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
