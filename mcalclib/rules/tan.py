"""Tangent of entries."""

import numpy as np

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "tangent of entries",
    np.tan,
    slope=lambda F, x: 1 + F * F,
    samples=lambda rng: (case(0.3 * matrix(rng, 3, 2)), case(0.7)),
    source="elementary calculus",
    keeps="F",
    condition="entries where the cosine is not 0",
    statement=r"d\tan x = (1 + \tan^2 x)\, dx",
)
