"""Reversed order along axes."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case, expands


def value(X, axis=None):
    return np.flip(X, axis)


linear(
    "reversed order",
    (np.flip,),
    value,
    pullback=lambda X, F_bar, axis=None: np.flip(F_bar, axis),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(matrix(rng, 3, 2), axis=1)),
    statement=r"d(a_{n+1-i}) = (da)_{n+1-i}",
    source="a permutation of entries, whose transpose is its inverse",
)


@expands(np.flipud, samples=lambda rng: (case(matrix(rng, 3, 2)),))
def upside_down(X):
    return np.flip(X, 0)


@expands(np.fliplr, samples=lambda rng: (case(matrix(rng, 3, 2)),))
def left_to_right(X):
    return np.flip(X, 1)
