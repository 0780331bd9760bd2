"""Lower and upper triangle of a matrix."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case


def lower(X, k=0):
    return np.tril(X, k)


def upper(X, k=0):
    return np.triu(X, k)


linear(
    "lower triangle",
    (np.tril,),
    lower,
    pullback=lambda X, F_bar, k=0: np.tril(F_bar, k),
    samples=lambda rng: (
        case(matrix(rng, 3, 3)),
        case(matrix(rng, 3, 4), k=1),
        case(rng.standard_normal((2, 3, 3)), k=-1),
    ),
    statement=r"d \operatorname{tril}A = \operatorname{tril} dA",
    source="an orthogonal projection, which is its own transpose",
)
linear(
    "upper triangle",
    (np.triu,),
    upper,
    pullback=lambda X, F_bar, k=0: np.triu(F_bar, k),
    samples=lambda rng: (
        case(matrix(rng, 3, 3)),
        case(matrix(rng, 4, 3), k=-1),
        case(rng.standard_normal((2, 3, 3)), k=1),
    ),
    statement=r"d \operatorname{triu}A = \operatorname{triu} dA",
    source="an orthogonal projection, which is its own transpose",
)
