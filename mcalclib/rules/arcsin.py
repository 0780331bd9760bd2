"""Arc sine of entries."""

import numpy as np

from .forms import elementwise
from .registry import case

elementwise(
    "arc sine of entries",
    np.arcsin,
    slope=lambda F, x: 1 / np.sqrt(1 - x * x),
    samples=lambda rng: (case(rng.uniform(-0.9, 0.9, (3, 2))), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    condition="entries strictly between -1 and 1",
    statement=r"d\arcsin x = dx/\sqrt{1 - x^2}",
)
