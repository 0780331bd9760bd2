"""Real part of entries."""

import numpy as np

from .forms import linear
from .registry import case

linear(
    "real part",
    (np.real,),
    np.real,
    pullback=lambda X, F_bar: F_bar,
    samples=lambda rng: (
        case(rng.standard_normal(3) + 1j * rng.standard_normal(3)),
        case(rng.standard_normal(3)),
    ),
    statement=r"d \operatorname{Re} A = \operatorname{Re} dA",
    source="linear over the real numbers",
)
