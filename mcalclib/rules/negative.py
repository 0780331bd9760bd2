"""Negative of an array."""

import numpy as np

from ..samples import matrix
from .forms import linear
from .registry import case

linear(
    "negative",
    (np.negative,),
    np.negative,
    pullback=lambda X, F_bar: -F_bar,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(2.0)),
    source="Magnus and Neudecker (2019), section 8.2",
    statement=r"d(-A) = -dA",
)
