"""Inverse hyperbolic sine of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "inverse hyperbolic sine of entries",
    np.arcsinh,
    slope=lambda F, x: 1 / np.sqrt(1 + x * x),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\operatorname{arsinh} x = dx/\sqrt{1 + x^2}",
)
