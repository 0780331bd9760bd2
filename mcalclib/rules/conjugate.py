"""Complex conjugate of entries."""

import numpy as np

from .forms import linear
from .registry import case

linear(
    "complex conjugate",
    (np.conjugate,),
    np.conjugate,
    pullback=lambda X, F_bar: np.conjugate(F_bar),  # Re(b conj(z)) = Re(conj(b) z)
    samples=lambda rng: (
        case(rng.standard_normal(3) + 1j * rng.standard_normal(3)),
        case(rng.standard_normal(3)),
    ),
    statement=r"d\,\overline{A} = \overline{dA}",
    source="linear over the real numbers",
)
