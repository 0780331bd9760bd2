"""Cholesky factorisation.

np.linalg.cholesky reads one triangle only, and so does its derivative: it is that of the
function of the lower triangle of A (with ``upper=True`` of the upper one), taken as a symmetric
matrix. Where f is used on symmetric matrices only, project the gradient G: (G + Gᵀ)/2.
"""

import numpy as np

from ..linalg.triangular import solve_triangular
from ..samples import matrix, positive_definite, stack
from .conditions import real_only
from .registry import Rule, case
from .triangles import lower_half, symmetric_from_triangle, triangle_cotangent


def value(A, upper=False):
    real_only("cholesky", A)
    return np.linalg.cholesky(A, upper=upper)


def pushforward(F, primals, tangents, upper=False):
    (dA,) = tangents
    L = F.mT if upper else F
    half = solve_triangular(L, symmetric_from_triangle(dA, lower=not upper), lower=True)
    M = solve_triangular(L, half.mT, lower=True)  # L⁻¹ dA L⁻ᵀ, symmetric
    dL = L @ lower_half(M)
    return dL.mT if upper else dL


def pullback(F, primals, F_bar, upper=False):
    L, L_bar = (F.mT, F_bar.mT) if upper else (F, F_bar)
    half = solve_triangular(L, lower_half(L.mT @ L_bar), trans=1, lower=True)
    S_bar = solve_triangular(L, half.mT, trans=1, lower=True)
    return (triangle_cotangent(S_bar, lower=not upper),)


Rule(
    name="Cholesky factorisation",
    functions=(np.linalg.cholesky,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(positive_definite(rng, 4)),
        case(positive_definite(rng, 1)),
        case(np.tril(positive_definite(rng, 3)) + np.triu(matrix(rng, 3, 3), 1)),
        case(positive_definite(rng, 3), upper=True),
        case(stack(positive_definite, rng, 3)),
    ),
    source="Murray (2016), Differentiation of the Cholesky decomposition",
    keeps="F",
    condition="a positive definite matrix; only its lower triangle is read",
    statement=r"dL = L\,\Phi(L^{-1}\, dA\, L^{-T}),\quad "
    r"\Phi \text{ the lower triangle with half the diagonal}",
)
