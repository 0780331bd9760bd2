"""Absolute value of entries, real or complex."""

import numpy as np

from ..errors import NotDifferentiableError
from ..samples import away_from_zero
from .registry import Rule, case


def direction(F, X):
    """Return conj(x)/|x|, which for a real entry is its sign."""
    if np.any(F == 0):
        raise NotDifferentiableError(
            "np.abs has no derivative at 0, and an entry is 0 here; use a smooth function such as "
            "np.sqrt(x**2 + eps), or move the point."
        )
    return np.conjugate(X) / F


def pushforward(F, primals, tangents):
    (X,) = primals
    (dX,) = tangents
    return np.real(direction(F, X) * dX)


def pullback(F, primals, F_bar):
    (X,) = primals
    return (direction(F, X) * F_bar,)


Rule(
    name="absolute value of entries",
    functions=(np.absolute, np.fabs),
    value=np.absolute,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(away_from_zero(rng, 3, 2)),
        case(-1.3),
        case(away_from_zero(rng, 3) + 1j * away_from_zero(rng, 3)),
    ),
    source="elementary calculus",
    condition="no entry equal to 0",
    statement=r"d|x| = \operatorname{sign}(x)\, dx",
)
