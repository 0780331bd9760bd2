"""Moore–Penrose inverse of a matrix of full rank.

At lower rank the function jumps: an arbitrarily small change of the matrix makes the inverse
of a zero singular value appear. So such points are refused.
"""

import numpy as np

from ..dispatch import overridable
from ..errors import NoRuleError
from ..factorisations import svd
from ..samples import full_rank, stack
from ..sharing import shared
from . import conditions
from .registry import Rule, case, expands


@overridable
def pseudoinverse(A, cutoff=0.0):
    """Return A⁺. Singular values up to cutoff times the largest would be dropped: refused."""
    conditions.real_only("pinv", A)
    U, s, Vt = svd(A)
    conditions.full_rank(s, np.shape(A), "pinv", cutoff)
    return (Vt.mT / s[..., None, :]) @ U.mT


def shared_pseudoinverse(A):
    """Return A⁺, shared between the rules that ask for it."""
    return shared(A, "pseudoinverse", lambda: pseudoinverse(A))


def pushforward(F, primals, tangents, **_):
    (A,) = primals
    (dA,) = tangents
    dF = -F @ dA @ F
    m, n = np.shape(A)[-2:]
    if m > n:  # I - AA⁺ is not zero: changes of A out of its range
        X = (F @ F.mT) @ dA.mT
        dF = dF + X - (X @ A) @ F
    if m < n:
        X = dA.mT @ (F.mT @ F)
        dF = dF + X - F @ (A @ X)
    return dF


def pullback(F, primals, F_bar, **_):
    (A,) = primals
    A_bar = -F.mT @ F_bar @ F.mT
    m, n = np.shape(A)[-2:]
    if m > n:
        Y = F_bar.mT @ (F @ F.mT)
        A_bar = A_bar + Y - A @ (F @ Y)
    if m < n:
        Y = (F.mT @ F) @ F_bar.mT
        A_bar = A_bar + Y - (Y @ F) @ A
    return (A_bar,)


Rule(
    name="pseudoinverse",
    functions=(pseudoinverse,),
    value=pseudoinverse,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 4, 2)),
        case(full_rank(rng, 2, 4)),
        case(full_rank(rng, 3, 3)),
        case(full_rank(rng, 1, 1)),
        case(stack(full_rank, rng, 3, 2)),
    ),
    source="Golub and Pereyra (1973), The differentiation of pseudo-inverses, equation 4.12; "
    "Magnus and Neudecker (2019), section 8.5",
    condition="a matrix of full rank, so that the rank is constant near it",
    node="PseudoInverse",
    statement=r"dA^+ = -A^+ dA\, A^+ + A^+A^{+T} dA^T (I - AA^+) + (I - A^+A)\, dA^T A^{+T}A^+",
)


@expands(
    np.linalg.pinv,
    samples=lambda rng: (case(full_rank(rng, 4, 2)), case(full_rank(rng, 2, 3), rcond=1e-3)),
)
def pinv(a, rcond=None, hermitian=False, *, rtol=None):
    if hermitian:
        raise NoRuleError(
            "pinv(hermitian=True) reads one triangle only and has no derivative rule; "
            "leave the argument out."
        )
    cutoff = next((c for c in (rcond, rtol) if c is not None and c is not np._NoValue), 0.0)
    return pseudoinverse(a, float(cutoff))
