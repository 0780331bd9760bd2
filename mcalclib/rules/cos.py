"""Cosine of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "cosine of entries",
    np.cos,
    slope=lambda F, x: -np.sin(x),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(1.3)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\cos x = -\sin x\, dx",
)
