"""Axes moved to other places."""

import numpy as np

from .forms import linear
from .registry import case


def value(X, source, destination):
    return np.moveaxis(X, source, destination)


linear(
    "moved axes",
    (np.moveaxis,),
    value,
    pullback=lambda X, F_bar, source, destination: np.moveaxis(F_bar, destination, source),
    samples=lambda rng: (
        case(rng.standard_normal((2, 3, 4)), source=0, destination=-1),
        case(rng.standard_normal((2, 3, 4)), source=(0, 1), destination=(1, 2)),
    ),
    statement=r"d(a_{jki}) = (da)_{jki} \text{ for a fixed order of the indices}",
    source="a permutation of entries, whose transpose is its inverse",
)
