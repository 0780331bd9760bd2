"""Another shape for the same entries, read row by row or column by column."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def value(X, shape, order="C"):
    return np.reshape(X, shape, order=order)


linear(
    "reshape",
    (np.reshape,),
    value,
    pullback=lambda X, F_bar, shape, order="C": np.reshape(F_bar, X.shape, order=order),
    samples=lambda rng: (
        case(matrix(rng, 4, 3), shape=(2, 6)),
        case(matrix(rng, 4, 3), shape=(-1, 2), order="F"),
        case(rng.standard_normal(1), shape=()),
    ),
    source="the same entries in the same order, whose transpose is its inverse",
    node="Unvec",
    statement=r"d\,\mathrm{reshape}(A) = \mathrm{reshape}(dA)",
)
