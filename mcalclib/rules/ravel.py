"""The entries in one row; column by column this is vec."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, order="C"):
    return np.ravel(X, order=order)


linear(
    "vec",
    (np.ravel,),
    value,
    pullback=lambda X, F_bar, order="C": np.reshape(F_bar, X.shape, order=order),
    samples=lambda rng: (
        case(matrix(rng, 3, 2), order="F"),
        case(matrix(rng, 3, 2)),
        case(rng.standard_normal((2, 3, 2)), order="F"),
    ),
    source="Magnus and Neudecker (2019), section 2.4",
    node="Vec",
    statement=r"d\operatorname{vec}A = \operatorname{vec}dA",
)
