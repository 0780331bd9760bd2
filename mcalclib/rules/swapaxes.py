"""Exchange of two axes."""

import numpy as np

from .forms import linear
from .registry import case


def value(X, axis1, axis2):
    return np.swapaxes(X, axis1, axis2)


linear(
    "exchange of two axes",
    (np.swapaxes,),
    value,
    pullback=lambda X, F_bar, axis1, axis2: np.swapaxes(F_bar, axis1, axis2),
    samples=lambda rng: (
        case(rng.standard_normal((2, 3, 4)), axis1=-1, axis2=-2),
        case(rng.standard_normal((2, 3)), axis1=0, axis2=1),
    ),
    source="a permutation of entries, whose transpose is its inverse",
    statement=r"d(A^T) = (dA)^T \text{ for each matrix of a stack}",
)
