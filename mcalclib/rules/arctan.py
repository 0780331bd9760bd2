"""Arc tangent of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "arc tangent of entries",
    np.arctan,
    slope=lambda F, x: 1 / (1 + x * x),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\arctan x = dx/(1 + x^2)",
)
