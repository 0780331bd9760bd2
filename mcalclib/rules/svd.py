"""Singular value decomposition."""

import numpy as np

from .. import factorisations
from ..dispatch import overridable
from ..errors import NoRuleError
from ..samples import full_rank, stack
from . import conditions
from .registry import ZERO, Rule, case, expands
from .singular_values import ADVICE, AT_ZERO
from .stacks import diagonal_matrix, diagonal_of

Result = type(np.linalg.svd(np.eye(1)))
OF_VECTORS = "Of repeated singular values, no single vectors are defined, only their span."


@overridable
def thin_svd(A):
    """Return U, s and Vᵀ with as many columns and rows as A has singular values."""
    conditions.real_only("svd", A)
    return Result(*factorisations.svd(A))


def inverse_gaps(s):
    """Return 1/(sⱼ² - sᵢ²), and 0 on the diagonal and for the repeated ones that are not used."""
    equal = conditions.equal_pairs(s)
    square = s * s
    return (1 - equal) / (square[..., None, :] - square[..., :, None] + equal)


def refuse(s, used=None):
    conditions.distinct(s, "svd", "singular values", OF_VECTORS, used)
    conditions.nonzero(s, "svd", AT_ZERO, used)


def pushforward(F, primals, tangents):
    U, s, Vt = F
    (dA,) = tangents
    refuse(s)
    V, row, column = Vt.mT, s[..., None, :], s[..., :, None]
    P, gaps = U.mT @ dA @ V, inverse_gaps(s)
    dU = U @ (gaps * (P * row + column * P.mT))
    dV = V @ (gaps * (column * P + P.mT * row))
    if np.shape(U)[-2] > np.shape(s)[-1]:
        X = dA @ V / row
        dU = dU + X - U @ (U.mT @ X)
    if np.shape(V)[-2] > np.shape(s)[-1]:
        X = dA.mT @ U / row
        dV = dV + X - V @ (V.mT @ X)
    return dU, diagonal_of(P), dV.mT


def pullback(F, primals, F_bar):
    U, s, Vt = F
    U_bar, s_bar, Vt_bar = F_bar
    if U_bar is ZERO and Vt_bar is ZERO:
        conditions.symmetric_in_clusters(s, s_bar, "svd", "singular values", ADVICE)
        conditions.nonzero(s, "svd", AT_ZERO, s_bar)
        return ((U * s_bar[..., None, :]) @ Vt,)
    refuse(s, conditions.columns_used(U_bar, Vt_bar.mT))
    conditions.symmetric_in_clusters(s, s_bar, "svd", "singular values", ADVICE)
    conditions.nonzero(s, "svd", AT_ZERO, s_bar)
    row, column, gaps = s[..., None, :], s[..., :, None], inverse_gaps(s)
    one_over = 1 / (row + conditions.is_zero(row))
    P_bar = ZERO if s_bar is ZERO else diagonal_matrix(s_bar)
    A_bar = ZERO
    if U_bar is not ZERO:
        J = gaps * (U.mT @ U_bar)
        P_bar = P_bar + (J + J.mT) * row
        if np.shape(U)[-2] > np.shape(s)[-1]:
            A_bar = A_bar + ((U_bar - U @ (U.mT @ U_bar)) * one_over) @ Vt
    if Vt_bar is not ZERO:
        K = gaps * (Vt @ Vt_bar.mT)
        P_bar = P_bar + column * (K + K.mT)
        if np.shape(Vt)[-1] > np.shape(s)[-1]:
            A_bar = A_bar + (U * one_over) @ (Vt_bar - (Vt_bar @ Vt.mT) @ Vt)
    return (U @ P_bar @ Vt + A_bar,)


Rule(
    name="singular value decomposition",
    functions=(thin_svd,),
    value=thin_svd,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 3, 3)),
        case(full_rank(rng, 4, 2)),
        case(full_rank(rng, 2, 4)),
        case(full_rank(rng, 1, 1)),
        case(stack(full_rank, rng, 3, 2)),
    ),
    source="Townsend (2016), Differentiating the singular value decomposition; Giles (2008)",
    keeps="F",
    condition="distinct singular values above 0, as far as their vectors are used",
    statement=r"dS = I \circ P,\quad U^T dU = F \circ (PS + SP^T),\quad V^T dV = F \circ "
    r"(SP + P^TS),\quad P = U^T dA\, V,\ F_{ij} = 1/(\sigma_j^2 - \sigma_i^2)",
)


@expands(
    np.linalg.svd,
    samples=lambda rng: (
        case(full_rank(rng, 3, 3)),
        case(full_rank(rng, 4, 2), full_matrices=False),
        case(full_rank(rng, 2, 4), compute_uv=False),
    ),
)
def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    """Return np.linalg.svd(a)."""
    if hermitian:
        raise NoRuleError(
            "svd(hermitian=True) reads one triangle only and has no derivative rule; use "
            "np.linalg.eigh, or leave the argument out."
        )
    if not compute_uv:
        return np.linalg.svdvals(a)
    m, n = np.shape(a)[-2:]
    if full_matrices and m != n:
        raise NoRuleError(
            f"svd: the full U and V of a {m} by {n} matrix hold an arbitrary basis of a "
            "complement, which has no derivative; use full_matrices=False."
        )
    return thin_svd(a)
