"""A new axis of length one."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, axis):
    return np.expand_dims(X, axis)


linear(
    "new axis",
    (np.expand_dims,),
    value,
    pullback=lambda X, F_bar, axis: np.reshape(F_bar, X.shape),
    samples=lambda rng: (
        case(matrix(rng, 3, 2), axis=1),
        case(rng.standard_normal(3), axis=(0, 2)),
    ),
    statement=r"d(A_{1 \times m \times n}) = (dA)_{1 \times m \times n}",
    source="the same entries in the same order, whose transpose is its inverse",
)
