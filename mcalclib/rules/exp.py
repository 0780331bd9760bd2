"""Exponential of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "exponential of entries",
    np.exp,
    slope=lambda F, x: F,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(1.3)),
    source="elementary calculus",
    keeps="F",
    statement=r"d(e^x) = e^x dx",
)
