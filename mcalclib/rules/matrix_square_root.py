"""Principal square root of a matrix."""

import numpy as np

from ..linalg.matrix_functions import sqrtm, sylvester
from ..samples import diagonalisable, positive_definite, stack
from ..sharing import own
from .registry import Rule, case


def value(A):
    return own(sqrtm(A))  # so that the Schur form of the root is computed once


def solution(F, E, transposed):
    """Return X with F X + X F = E, or with Fᵀ; both directions share the Schur form of F."""
    if np.ndim(F) == 2:
        return sylvester(F, F, E, transposed)
    return np.stack([solution(f, e, transposed) for f, e in zip(F, E, strict=True)])


def pushforward(F, primals, tangents):
    return solution(F, *tangents, False)


def pullback(F, primals, F_bar):
    return (solution(F, F_bar, True),)


Rule(
    name="matrix square root",
    functions=(sqrtm,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(diagonalisable(rng, 3)),
        case(positive_definite(rng, 3)),
        case(diagonalisable(rng, 1)),
        case(stack(diagonalisable, rng, 2)),
    ),
    source="differentiate F² = A; Higham (2008), chapter 6",
    keeps="F",
    condition="no eigenvalue negative or 0",
    statement=r"F\, dF + dF\, F = dA,\quad F = A^{1/2}",
)
