"""Imaginary part of entries."""

import numpy as np

from .forms import linear
from .registry import case

linear(
    "imaginary part",
    (np.imag,),
    np.imag,
    pullback=lambda X, F_bar: -1j * F_bar,  # Re(-i b (u + iv)) = b v
    samples=lambda rng: (case(rng.standard_normal(3) + 1j * rng.standard_normal(3)),),
    statement=r"d \operatorname{Im} A = \operatorname{Im} dA",
    source="linear over the real numbers",
)
