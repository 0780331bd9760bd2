"""Logistic function."""

from ..linalg.probabilities import expit
from ..samples import matrix
from .forms import elementwise
from .registry import case

elementwise(
    "logistic function of entries",
    expit,
    slope=lambda F, x: F * (1 - F),
    samples=lambda rng: (case(matrix(rng, 3, 2)), case(0.3)),
    source="elementary calculus",
    keeps="F",
    statement=r"d\sigma(x) = \sigma(x)(1 - \sigma(x))\, dx,\quad \sigma(x) = 1/(1 + e^{-x})",
)
