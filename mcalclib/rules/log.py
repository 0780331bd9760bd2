"""Logarithm of entries."""

import numpy as np

from ..samples import positive
from .forms import elementwise
from .registry import case

elementwise(
    "logarithm of entries",
    np.log,
    slope=lambda F, x: 1 / x,
    samples=lambda rng: (case(positive(rng, 3, 2)), case(1.3)),
    source="elementary calculus",
    keeps="primals",
    condition="entries above 0",
    statement=r"d\log x = dx/x",
)
