"""Orthogonal factor of the polar decomposition: UVᵀ from the singular value decomposition.

It is smooth wherever A has full rank, also where singular values repeat and U and V themselves
have no derivative. So its formulas use A = QH with H = QᵀA symmetric, and no singular vectors.
"""

from .. import factorisations
from ..dispatch import overridable
from ..samples import full_rank, stack, with_singular_values
from . import conditions
from .matrix_square_root import solution
from .registry import Rule, case

AT_ZERO = "a singular value is 0, where the polar factor jumps; it needs full rank."


@overridable
def polar_factor(A):
    """Return the matrix nearest to A with orthonormal columns, or rows where A is wide."""
    conditions.real_only("polar factor", A)
    U, s, Vt = factorisations.svd(A)
    conditions.nonzero(s, "polar factor", AT_ZERO)
    return U @ Vt


def is_wide(A):
    return A.shape[-2] < A.shape[-1]


def over_H(H, X):
    """Return X H⁻¹ with H symmetric."""
    return factorisations.solve(H, X.mT).mT


def push_tall(Q, A, dA):
    H, P = Q.mT @ A, Q.mT @ dA
    dQ = Q @ solution(H, P - P.mT, False)
    return dQ + over_H(H, dA - Q @ P) if A.shape[-2] > A.shape[-1] else dQ


def pull_tall(Q, A, Q_bar):
    H, M = Q.mT @ A, Q.mT @ Q_bar
    N = solution(H, M, False)
    A_bar = Q @ (N - N.mT)
    return A_bar + over_H(H, Q_bar - Q @ M) if A.shape[-2] > A.shape[-1] else A_bar


def pushforward(F, primals, tangents):
    (A,) = primals
    (dA,) = tangents
    return push_tall(F.mT, A.mT, dA.mT).mT if is_wide(A) else push_tall(F, A, dA)


def pullback(F, primals, F_bar):
    (A,) = primals
    return (pull_tall(F.mT, A.mT, F_bar.mT).mT if is_wide(A) else pull_tall(F, A, F_bar),)


Rule(
    name="polar factor",
    functions=(polar_factor,),
    value=polar_factor,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 3, 3)),
        case(full_rank(rng, 4, 2)),
        case(full_rank(rng, 2, 4)),
        case(full_rank(rng, 1, 1)),
        case(with_singular_values(rng, 3, 3, [2, 2, 2])),
        case(stack(full_rank, rng, 3, 2)),
    ),
    source="Higham (2008), chapter 8: differentiate A = QH and QᵀQ = I",
    condition="full rank",
    statement=r"Q^T dQ = \Omega,\quad H\Omega + \Omega H = Q^T dA - dA^T Q,\quad A = QH",
)
