"""Exponential of entries, minus 1."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "exponential of entries, minus 1",
    np.expm1,
    slope=lambda F, x: F + 1,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="F",
    statement=r"d(e^x - 1) = e^x dx",
)
