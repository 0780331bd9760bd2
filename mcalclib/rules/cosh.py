"""Hyperbolic cosine of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "hyperbolic cosine of entries",
    np.cosh,
    slope=lambda F, x: np.sinh(x),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\cosh x = \sinh x\, dx",
)
