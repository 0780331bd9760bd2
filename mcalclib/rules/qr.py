"""QR factorisation."""

import numpy as np

from ..dispatch import overridable
from ..errors import NoRuleError, NotDifferentiableError
from ..linalg.triangular import solve_triangular
from ..samples import full_rank, matrix, stack
from . import conditions
from .registry import Rule, case, expands
from .triangles import strictly_lower, symmetric_from_triangle

Result = type(np.linalg.qr(np.eye(1)))


@overridable
def reduced_qr(A):
    """Return Q with orthonormal columns and R of a matrix with at least as many rows as columns."""
    conditions.real_only("qr", A)
    F = np.linalg.qr(A)
    independent_columns(F.R)
    return F


@conditions.check
def independent_columns(R):
    """Refuse a factor R with a zero on its diagonal."""
    pivots = np.abs(np.diagonal(R, axis1=-2, axis2=-1))
    sizes = np.max(np.abs(R), axis=(-2, -1))[..., None]
    zero = ~(pivots > R.shape[-1] * np.finfo(float).eps * sizes)
    if zero.any():
        place = tuple(np.argwhere(zero)[0])
        raise NotDifferentiableError(
            f"qr: column {place[-1]} (counted from 0) is a combination of the columns before it, "
            f"to working precision (diagonal of R: {pivots[place]:.2g}); the derivative needs the "
            f"first {pivots.shape[-1]} columns independent."
        )


def pushforward(F, primals, tangents):
    Q, R = F
    (dA,) = tangents
    S = solve_triangular(R, dA.mT, trans=1).mT  # dA R⁻¹
    M = Q.mT @ S
    below = strictly_lower(M)
    skew = below - below.mT  # QᵀdQ
    return S - Q @ (M - skew), (M - skew) @ R


def pullback(F, primals, F_bar):
    Q, R = F
    Q_bar, R_bar = F_bar
    M = R @ R_bar.mT - Q_bar.mT @ Q
    return (solve_triangular(R, (Q_bar + Q @ symmetric_from_triangle(M)).mT).mT,)


Rule(
    name="QR factorisation",
    functions=(reduced_qr,),
    value=reduced_qr,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 4, 2)),
        case(matrix(rng, 3, 3)),
        case(full_rank(rng, 1, 1)),
        case(matrix(rng, 3, 1)),
        case(stack(matrix, rng, 3, 2)),
    ),
    source="Walter and Lehmann (2010), Algorithmic differentiation of linear algebra functions "
    "with application in optimum experimental design",
    keeps="F",
    condition="independent columns",
    statement=r"dR = (M - \Omega) R,\quad dQ = dA\, R^{-1} - Q (M - \Omega),\quad "
    r"M = Q^T dA\, R^{-1},\ \Omega = \operatorname{tril}_{-1}(M) - \operatorname{tril}_{-1}(M)^T",
)


@expands(
    np.linalg.qr,
    samples=lambda rng: (
        case(matrix(rng, 4, 2)),
        case(matrix(rng, 2, 4)),
        case(matrix(rng, 4, 2), mode="r"),
        case(matrix(rng, 2, 3), mode="r"),
        case(matrix(rng, 4, 2), mode="complete"),
        case(matrix(rng, 3, 3), mode="complete"),
        case(stack(matrix, rng, 2, 3)),
    ),
)
def qr(a, mode="reduced"):
    """Return np.linalg.qr(a, mode)."""
    if mode not in ("reduced", "complete", "r"):
        raise NoRuleError(f"qr: mode {mode!r} has no derivative; use 'reduced', 'complete' or 'r'.")
    m, n = np.shape(a)[-2:]
    if mode == "complete" and m > n:
        return Result(*_householder(a))
    if m >= n:
        Q, R = reduced_qr(a)
    else:  # the square part in front determines Q
        Q, R = reduced_qr(a[..., :m])
        R = np.concatenate([R, Q.mT @ a[..., m:]], axis=-1)
    return R if mode == "r" else Result(Q, R)


def _householder(A):
    """Return the complete factors by the reflections that LAPACK uses.

    The last columns of Q are any orthonormal basis of the complement; which one LAPACK returns
    follows from its reflections H = I - 2wwᵀ alone.
    """
    if np.ndim(A) > 2:
        raise NoRuleError("qr: mode 'complete' of a stack of tall matrices; take them one by one.")
    m, n = A.shape
    Q = np.eye(m)
    for k in range(n):
        x = A[k:, k]
        beta = -np.sign(x[0]) * np.linalg.norm(x)
        w = np.concatenate([np.zeros(k), x[:1] - beta, x[1:]])
        w = (w / np.linalg.norm(w))[:, None]
        A = A - 2 * w @ (w.T @ A)
        Q = Q - 2 * (Q @ w) @ w.T
    independent_columns(A[:n])
    return Q, np.triu(A)
