"""Inverse hyperbolic cosine of entries."""

import numpy as np

from .forms import elementwise
from .registry import case

elementwise(
    "inverse hyperbolic cosine of entries",
    np.arccosh,
    slope=lambda F, x: 1 / np.sqrt(x * x - 1),
    samples=lambda rng: (case(rng.uniform(1.2, 3.0, (3, 2))), case(1.7)),
    source="elementary calculus",
    keeps="primals",
    condition="entries above 1",
    statement=r"d\operatorname{arcosh} x = dx/\sqrt{x^2 - 1}",
)
