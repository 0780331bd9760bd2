"""Eigenvalues and eigenvectors of a symmetric matrix.

np.linalg.eigh reads one triangle only, and so does its derivative, as for the Cholesky
factorisation. The signs of the eigenvectors are those LAPACK returns; they stay near the point.
"""

import numpy as np

from .. import factorisations
from ..samples import matrix, stack, symmetric
from . import conditions
from .registry import ZERO, Rule, case
from .stacks import diagonal_matrix, diagonal_of
from .triangles import symmetric_from_triangle, triangle_cotangent

Result = type(np.linalg.eigh(np.eye(1)))
OF_VALUES = (
    "A function that is symmetric in them, such as their sum, has a gradient here; its pullback "
    "is computed. Otherwise differentiate a function of the matrix itself."
)
OF_VECTORS = (
    "Of a repeated eigenvalue, no single eigenvectors are defined, only their span: "
    "differentiate a function of the matrix itself, such as mcalclib.linalg.expm."
)


def is_lower(UPLO):
    return UPLO in ("L", "l")


def value(A, UPLO="L"):
    conditions.real_only("eigh", A)
    return Result(*factorisations.eigh(A, UPLO))


def values_only(A, UPLO="L"):
    conditions.real_only("eigvalsh", A)
    return factorisations.eigh(A, UPLO)[0]


def inverse_gaps(w):
    """Return 1/(λⱼ - λᵢ), and 0 on the diagonal and for the repeated ones that are not used."""
    equal = conditions.equal_pairs(w)
    return (1 - equal) / (w[..., None, :] - w[..., :, None] + equal)


def pushforward(F, primals, tangents, UPLO="L"):
    w, V = F
    (dA,) = tangents
    conditions.distinct(w, "eigh", "eigenvalues", OF_VECTORS)
    P = V.mT @ symmetric_from_triangle(dA, is_lower(UPLO)) @ V
    return diagonal_of(P), V @ (inverse_gaps(w) * P)


def pullback(F, primals, F_bar, UPLO="L"):
    w, V = F
    w_bar, V_bar = F_bar
    if V_bar is ZERO:
        return (from_values(w, V, w_bar, UPLO, "eigh"),)
    used = conditions.columns_used(V_bar)
    conditions.distinct(w, "eigh", "eigenvalues", OF_VECTORS, used)
    conditions.symmetric_in_clusters(w, w_bar, "eigh", "eigenvalues", OF_VALUES)
    P_bar = inverse_gaps(w) * (V.mT @ V_bar)
    if w_bar is not ZERO:
        P_bar = P_bar + diagonal_matrix(w_bar)
    return (triangle_cotangent(V @ P_bar @ V.mT, is_lower(UPLO)),)


def from_values(w, V, w_bar, UPLO, where):
    """Return the cotangent of the matrix from that of its eigenvalues alone."""
    conditions.symmetric_in_clusters(w, w_bar, where, "eigenvalues", OF_VALUES)
    return triangle_cotangent((V * w_bar[..., None, :]) @ V.mT, is_lower(UPLO))


def push_values(F, primals, tangents, UPLO="L"):
    (A,) = primals
    (dA,) = tangents
    conditions.distinct(F, "eigvalsh", "eigenvalues", OF_VALUES)
    _, V = factorisations.eigh(A, UPLO)
    return diagonal_of(V.mT @ symmetric_from_triangle(dA, is_lower(UPLO)) @ V)


def pull_values(F, primals, F_bar, UPLO="L"):
    (A,) = primals
    w, V = factorisations.eigh(A, UPLO)
    return (from_values(w, V, F_bar, UPLO, "eigvalsh"),)


def samples(rng):
    return (
        case(symmetric(rng, 4)),
        case(symmetric(rng, 1)),
        case(symmetric(rng, 3), UPLO="U"),
        case(np.tril(symmetric(rng, 3)) + np.triu(matrix(rng, 3, 3), 1)),
        case(stack(symmetric, rng, 3)),
    )


Rule(
    name="eigenvalues and eigenvectors of a symmetric matrix",
    functions=(np.linalg.eigh,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=samples,
    source="Magnus and Neudecker (2019), section 8.9; Giles (2008)",
    keeps="F",
    condition="a symmetric matrix, of which only the lower triangle is read; distinct "
    "eigenvalues, as far as their eigenvectors are used",
    statement=r"d\lambda_i = v_i^T dA\, v_i,\quad dv_j = \sum_{i \ne j} "
    r"\frac{v_i^T dA\, v_j}{\lambda_j - \lambda_i}\, v_i",
)

Rule(
    name="eigenvalues of a symmetric matrix",
    functions=(np.linalg.eigvalsh,),
    value=values_only,
    pushforward=push_values,
    pullback=pull_values,
    samples=samples,
    source="Magnus and Neudecker (2019), section 8.9",
    condition="distinct eigenvalues, as far as the function tells them apart",
    statement=r"d\lambda_i = v_i^T dA\, v_i",
)
