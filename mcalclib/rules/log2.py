"""Logarithm of entries to base 2."""

import numpy as np

from ..samples import positive
from .forms import elementwise
from .registry import case

elementwise(
    "logarithm of entries to base 2",
    np.log2,
    slope=lambda F, x: 1 / (np.log(2.0) * x),
    samples=lambda rng: (case(positive(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    condition="entries above 0",
    statement=r"d\log_2 x = dx/(x \log 2)",
)
