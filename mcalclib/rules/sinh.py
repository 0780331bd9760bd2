"""Hyperbolic sine of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "hyperbolic sine of entries",
    np.sinh,
    slope=lambda F, x: np.cosh(x),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\sinh x = \cosh x\, dx",
)
