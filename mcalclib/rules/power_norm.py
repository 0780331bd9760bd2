"""Norm of a vector with any exponent: (Σ|x|ᵖ)^(1/p)."""

import numpy as np

from ..dispatch import overridable
from ..errors import NotDifferentiableError
from ..samples import away_from_zero
from . import conditions
from .registry import Rule, case


@overridable
def power_norm(X, p, axes):
    """Return (Σ|x|ᵖ)^(1/p) over the axes, which are kept with length 1."""
    conditions.real_only("np.linalg.norm", X)
    size = np.max(np.abs(X), axis=axes, keepdims=True)
    size = np.where(size == 0, 1.0, size)  # so that no power overflows
    return size * np.sum(np.abs(X / size) ** p, axis=axes, keepdims=True) ** (1 / p)


@conditions.check
def smooth(X, F, p):
    """Refuse the kinks: at 0, and for p ≤ 1 where an entry is 0."""
    if np.any(F == 0):
        raise NotDifferentiableError(
            f"np.linalg.norm: the {p:g}-norm has a kink at 0, and the vector is 0 here; move it."
        )
    if p <= 1 and np.any(X == 0):
        place = tuple(int(i) for i in np.argwhere(X == 0)[0])
        raise NotDifferentiableError(
            f"np.linalg.norm: the {p:g}-norm has a kink where an entry is 0, as entry {place} is; "
            "move the point, or use a smooth function such as np.sum(np.sqrt(x**2 + eps))."
        )


@conditions.check
def signs(X):
    return np.sign(X)


def gradient(F, X, p):
    smooth(X, F, p)
    side = signs(X)
    return side * (side * X / F) ** (p - 1)


def pushforward(F, primals, tangents, p, axes):
    (X,) = primals
    (dX,) = tangents
    return np.sum(gradient(F, X, p) * dX, axis=axes, keepdims=True)


def pullback(F, primals, F_bar, p, axes):
    (X,) = primals
    return (gradient(F, X, p) * F_bar,)


Rule(
    name="p-norm",
    functions=(power_norm,),
    value=power_norm,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(away_from_zero(rng, 4), p=3, axes=(0,)),
        case(away_from_zero(rng, 4), p=1.5, axes=(0,)),
        case(np.array([0.0, 1.0, -2.0]), p=4, axes=(0,)),
        case(away_from_zero(rng, 3, 2), p=0.5, axes=(1,)),
        case(away_from_zero(rng, 3), p=-2.0, axes=(0,)),
    ),
    source="the chain rule; Horn and Johnson (2013), section 5.2",
    condition="a vector that is not 0, and for p of at most 1 no entry equal to 0",
    statement=r"d\|x\|_p = \sum_i \operatorname{sign}(x_i) \left(|x_i|/\|x\|_p\right)^{p-1} dx_i",
)
