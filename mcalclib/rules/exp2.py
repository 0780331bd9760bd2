"""Power of 2."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "power of 2",
    np.exp2,
    slope=lambda F, x: np.log(2.0) * F,
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="F",
    statement=r"d(2^x) = 2^x \log 2\, dx",
)
