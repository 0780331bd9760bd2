"""Cube root of entries."""

import numpy as np

from ..samples import away_from_zero
from .forms import elementwise
from .registry import case

elementwise(
    "cube root of entries",
    np.cbrt,
    slope=lambda F, x: F / (3 * x),
    samples=lambda rng: (case(away_from_zero(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="F primals",
    condition="entries other than 0",
    statement=r"d\sqrt[3]{x} = \sqrt[3]{x}\, dx/(3x)",
)
