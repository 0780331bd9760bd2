"""Logarithm of 1 + entries."""

import numpy as np

from ..samples import positive
from .forms import elementwise
from .registry import case

elementwise(
    "logarithm of 1 + entries",
    np.log1p,
    slope=lambda F, x: 1 / (1 + x),
    samples=lambda rng: (case(positive(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    condition="entries above -1",
    statement=r"d\log(1 + x) = dx/(1 + x)",
)
