"""Transpose, and any other permutation of axes."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def pullback(X, F_bar, axes=None):
    return np.transpose(F_bar, None if axes is None else np.argsort(axes))


linear(
    "transpose",
    (np.transpose,),
    np.transpose,
    pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2)),
        case(rng.standard_normal((2, 3, 4)), axes=(2, 0, 1)),
        case(rng.standard_normal(3)),
    ),
    source="Magnus and Neudecker (2019), section 8.2",
    node="Transpose",
    statement=r"d(A^T) = (dA)^T",
)
