"""Square root of entries."""

import numpy as np

from ..samples import positive
from .forms import elementwise
from .registry import case

elementwise(
    "square root of entries",
    np.sqrt,
    slope=lambda F, x: 0.5 / F,
    samples=lambda rng: (case(positive(rng, 3, 2)), case(1.3)),
    source="elementary calculus",
    keeps="F",
    condition="entries above 0",
    statement=r"d\sqrt x = dx/(2\sqrt x)",
)
