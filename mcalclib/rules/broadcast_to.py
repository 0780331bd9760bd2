"""Repetition of an array along new or stretched axes."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, shape):
    return np.broadcast_to(X, shape)


linear(
    "broadcasting",
    (np.broadcast_to,),
    value,
    pullback=lambda X, F_bar, shape: F_bar,  # the engine sums over what was repeated
    samples=lambda rng: (
        case(matrix(rng, 3, 1), shape=(3, 4)),
        case(rng.standard_normal(2), shape=(3, 2)),
        case(1.5, shape=(2, 2)),
    ),
    source="its transpose sums what was repeated",
    statement=r"d(a\mathbf 1^T) = da\,\mathbf 1^T",
)
