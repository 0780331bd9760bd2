"""Integer powers of a square matrix."""

import numpy as np

from ..errors import DtypeError
from ..factorisations import inverse
from ..samples import invertible, matrix, stack
from .registry import Rule, case


def value(A, n):
    if not isinstance(n, int | np.integer):
        raise DtypeError(
            f"matrix_power: the exponent must be an integer, got {n!r}; for a square root use "
            "mcalclib.linalg.sqrtm."
        )
    if n < 0:
        A, n = inverse(A), -n
    return np.linalg.matrix_power(A, n)


def directional(A, E, n):
    """Return Σ Aⁱ E Aʲ over i + j = n - 1, the derivative of Aⁿ along E, by repeated squaring."""
    if n < 0:  # Aⁿ = B⁻ⁿ with B = A⁻¹ and dB = -B E B
        B = inverse(A)
        A, E, n = B, -B @ E @ B, -n
    P = dP = None  # A to the bits of n seen so far, None for the identity and its derivative
    while n:
        if n & 1:
            P, dP = (A, E) if P is None else (P @ A, dP @ A + P @ E)
        n >>= 1
        if n:
            A, E = A @ A, A @ E + E @ A
    return 0.0 * E if dP is None else dP


def pushforward(F, primals, tangents, n):
    (A,) = primals
    (dA,) = tangents
    return directional(A, dA, n)


def pullback(F, primals, F_bar, n):
    (A,) = primals
    return (directional(A, F_bar.mT, n).mT,)


Rule(
    name="matrix power",
    functions=(np.linalg.matrix_power,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 3), n=3),
        case(matrix(rng, 3, 3), n=6),
        case(invertible(rng, 3), n=-2),
        case(matrix(rng, 3, 3), n=0),
        case(matrix(rng, 1, 1), n=2),
        case(stack(invertible, rng, 2), n=-1),
        case(invertible(rng, 2) + 0.3j * matrix(rng, 2, 2), n=3),
    ),
    source="the product rule, Magnus and Neudecker (2019), section 8.2",
    keeps="primals",
    condition="an invertible matrix where the exponent is negative",
    node="MatPow",
    statement=r"d(A^n) = \sum_{i+j=n-1} A^i\, dA\, A^j",
)
