"""Entries shifted around an axis."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, shift, axis=None):
    return np.roll(X, shift, axis)


def pullback(X, F_bar, shift, axis=None):
    back = tuple(-s for s in shift) if isinstance(shift, tuple) else -shift
    return np.roll(F_bar, back, axis)


linear(
    "cyclic shift",
    (np.roll,),
    value,
    pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), shift=1),
        case(matrix(rng, 3, 2), shift=-1, axis=0),
        case(matrix(rng, 3, 2), shift=(1, 2), axis=(1, 0)),
    ),
    statement=r"d(a_{i+k}) = (da)_{i+k},\quad \text{indices taken in a circle}",
    source="a permutation of entries, whose transpose is its inverse",
)
