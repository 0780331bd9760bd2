"""Euclidean norm of a vector, which is the Frobenius norm of a matrix."""

import numpy as np

from ..dispatch import overridable
from ..samples import matrix
from . import conditions
from .registry import Rule, case

AT_ZERO = (
    "the Euclidean norm has a kink at 0, and the vector or matrix is 0 here; use its square, "
    "np.sum(x**2), which is smooth, or move the point."
)


@overridable
def euclidean_norm(X, axes):
    """Return the square root of the sum of |x|² over the axes, which are kept with length 1."""
    return np.linalg.vector_norm(X, axis=axes, keepdims=True)


def pushforward(F, primals, tangents, axes):
    (X,) = primals
    (dX,) = tangents
    conditions.above_zero(F, "np.linalg.norm", AT_ZERO)
    return np.sum(np.real(np.conjugate(X) * dX), axis=axes, keepdims=True) / F


def pullback(F, primals, F_bar, axes):
    (X,) = primals
    conditions.above_zero(F, "np.linalg.norm", AT_ZERO)
    return (np.conjugate(X) * (F_bar / F),)


Rule(
    name="Euclidean norm",
    functions=(euclidean_norm,),
    value=euclidean_norm,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(rng.standard_normal(4), axes=(0,)),
        case(matrix(rng, 3, 2), axes=(0, 1)),
        case(rng.standard_normal((2, 3, 4)), axes=(0, -1)),
        case(matrix(rng, 3, 2) + 1j * matrix(rng, 3, 2), axes=(0, 1)),
    ),
    source="Magnus and Neudecker (2019), section 8.2, with the chain rule",
    condition="a vector or matrix that is not 0",
    node="Norm",
    statement=r"d\|X\|_F = \langle X, dX \rangle / \|X\|_F",
)
