"""Sine of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "sine of entries",
    np.sin,
    slope=lambda F, x: np.cos(x),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(1.3)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\sin x = \cos x\, dx",
)
