"""Error function."""

import numpy as np
import scipy.special

from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "error function of entries",
    scipy.special.erf,
    slope=lambda F, x: 2 / np.sqrt(np.pi) * np.exp(-(x**2)),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.3)),
    source="elementary calculus",
    keeps="primals",
    statement=r"d\operatorname{erf}(x) = \tfrac{2}{\sqrt{\pi}} e^{-x^2}\, dx",
)
