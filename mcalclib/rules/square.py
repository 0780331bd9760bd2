"""Square of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "square of entries",
    np.square,
    slope=lambda F, x: 2 * x,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d(x^2) = 2x\, dx",
)
