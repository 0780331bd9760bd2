"""LU factorisation with row exchanges."""

import numpy as np

from ..linalg.triangular import lu_pivots, packed_lu, permutation, solve_triangular
from ..samples import invertible
from .registry import Rule, case, locally_constant
from .triangles import strictly_lower

locally_constant(lu_pivots)


def quotient(F, M):
    """Return L⁻¹ M U⁻¹ from the factors packed in F."""
    half = solve_triangular(F, M, lower=True, unit_diagonal=True)
    return solve_triangular(F, half.mT, trans=1).mT


def factors(F):
    n = np.shape(F)[-1]
    return strictly_lower(F) + np.eye(n), F - strictly_lower(F)


def pushforward(F, primals, tangents):
    (A,) = primals
    (dA,) = tangents
    L, U = factors(F)
    M = quotient(F, dA[permutation(lu_pivots(A))])
    below = strictly_lower(M)
    return strictly_lower(L @ below) + upper((M - below) @ U)


def upper(A):
    return A - strictly_lower(A)


def pullback(F, primals, F_bar):
    (A,) = primals
    L, U = factors(F)
    M_bar = strictly_lower(L.mT @ strictly_lower(F_bar)) + upper(upper(F_bar) @ U.mT)
    # transposed quotient: L⁻ᵀ M U⁻ᵀ
    half = solve_triangular(F, M_bar, trans=1, lower=True, unit_diagonal=True)
    A_bar = solve_triangular(F, half.mT).mT
    return (A_bar[np.argsort(permutation(lu_pivots(A)))],)


Rule(
    name="LU factorisation",
    functions=(packed_lu,),
    value=packed_lu,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(invertible(rng, 4)),
        case(invertible(rng, 4)[::-1]),
        case(invertible(rng, 1)),
    ),
    source="differentiate PA = LU and multiply by the inverse factors: L⁻¹P dA U⁻¹ = "
    "L⁻¹dL + dU U⁻¹, whose two terms are strictly lower and upper triangular",
    condition="an invertible matrix whose row exchanges do not change near the point",
    statement=r"P\,dA = dL\,U + L\,dU",
)
