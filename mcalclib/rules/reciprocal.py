"""Reciprocal of entries."""

import numpy as np

from ..samples import away_from_zero
from .forms import elementwise
from .registry import case

elementwise(
    "reciprocal of entries",
    np.reciprocal,
    slope=lambda F, x: -F * F,
    samples=lambda rng: (case(away_from_zero(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="F",
    condition="entries other than 0",
    statement=r"d(1/x) = -dx/x^2",
)
