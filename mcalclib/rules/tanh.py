"""Hyperbolic tangent of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "hyperbolic tangent of entries",
    np.tanh,
    slope=lambda F, x: 1 - F * F,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(1.3)),
    source="elementary calculus",
    keeps="F",
    statement=r"d\tanh x = (1 - \tanh^2 x)\, dx",
)
