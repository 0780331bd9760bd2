"""Running sums."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, axis=None):
    return np.cumsum(X, axis=axis)


def pullback(X, F_bar, axis=None):
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(F_bar))), X.shape)
    return np.flip(np.cumsum(np.flip(F_bar, axis), axis=axis), axis)


linear(
    "running sum",
    (np.cumsum,),
    value,
    pullback,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(matrix(rng, 3, 2), axis=1)),
    statement=r"d\Bigl(\sum_{i \le k} a_i\Bigr) = \sum_{i \le k} da_i",
    source="a linear function; its transpose sums from the other end",
)
