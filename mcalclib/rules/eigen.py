"""Eigenvalues and eigenvectors of a square matrix that need not be symmetric.

An eigenvector is defined up to a complex factor. LAPACK makes it a unit vector and, where it is
complex, its largest component real; the derivative given here keeps both, so it is that of the
arrays np.linalg.eig returns, as long as their signs and order stay, which LAPACK does not promise.
They are not holomorphic in A, though the eigenvalues are.
"""

import numpy as np

from .. import factorisations
from ..dispatch import overridable
from ..errors import NotDifferentiableError
from ..samples import matrix, stack
from . import conditions
from .registry import ZERO, Rule, case, locally_constant
from .stacks import diagonal_matrix, diagonal_of
from .symmetric_eigen import inverse_gaps

Result = type(np.linalg.eig(np.eye(1)))
ADVICE = "Differentiate a function of the matrix itself, such as np.trace or mcalclib.linalg.expm."


@conditions.check
def diagonalised(w, V, where):
    """Refuse repeated eigenvalues, and eigenvectors that are nearly dependent."""
    conditions.distinct(w, where, "eigenvalues", ADVICE)
    n = np.shape(w)[-1]
    gaps = np.abs(w[..., :, None] - w[..., None, :]) + np.diag(np.full(n, np.inf))
    gap = np.min(gaps, axis=(-2, -1)) / np.max(np.abs(w), axis=-1)
    worst = np.max(np.linalg.cond(V) / gap)
    # LAPACK's backward error moves an eigenvalue's derivative by this times eps, relatively
    if not worst * conditions.CLOSE < 1:
        raise NotDifferentiableError(
            f"{where}: the eigenvectors are nearly dependent (their condition number over the "
            f"smallest relative gap of the eigenvalues is {worst:.2g}), so the matrix is "
            f"defective to working precision; the derivative needs it diagonalisable. {ADVICE}"
        )


@conditions.check
def largest_component(V):
    """Return for each column a one where its largest component stands, and zeros.

    Raises
    ------
    NotDifferentiableError
        Where two components of a complex column are largest together: there LAPACK's choice
        jumps, and the column with it.
    """
    size = np.abs(V)
    if V.shape[-2] > 1:
        ranked = np.sort(size, axis=-2)
        tied = ranked[..., -1, :] - ranked[..., -2, :] <= conditions.CLOSE
        tied = tied & np.any(np.imag(V) != 0, axis=-2)
        if np.any(tied):
            raise NotDifferentiableError(
                f"eig: eigenvector {int(np.argwhere(tied)[0][-1])} (counted from 0) is complex "
                "and has two largest components of equal size. np.linalg.eig makes the largest "
                "component real, so its result jumps here. Use np.linalg.eigvals, or a function "
                "of the matrix itself."
            )
    chosen = np.argmax(size, axis=-2, keepdims=True)
    return 1.0 * (np.arange(V.shape[-2])[:, None] == chosen)


def value(A):
    return Result(*factorisations.eig(A))


def values_only(A):
    return np.linalg.eigvals(A)


def pushforward(F, primals, tangents):
    w, V = F
    (dA,) = tangents
    diagonalised(w, V, "eig")
    P = factorisations.solve(V, dA @ V)
    D = V @ (inverse_gaps(w) * P)
    along = -np.sum(np.real(np.conjugate(V) * D), axis=-2)
    if np.iscomplexobj(V):
        k = largest_component(V)
        turn = np.imag(np.sum(k * D, axis=-2)) / np.real(np.sum(k * V, axis=-2))
        along = along - 1j * turn
    return diagonal_of(P), D + V * along[..., None, :]


def pullback(F, primals, F_bar):
    w, V = F
    w_bar, V_bar = F_bar
    diagonalised(w, V, "eig")
    P_bar = ZERO if w_bar is ZERO else diagonal_matrix(w_bar)
    if V_bar is not ZERO:
        q = np.sum(V_bar * V, axis=-2)
        D_bar = V_bar - np.real(q)[..., None, :] * np.conjugate(V)
        if np.iscomplexobj(V):
            k = largest_component(V)
            turn = np.imag(q) / np.real(np.sum(k * V, axis=-2))
            D_bar = D_bar - 1j * k * turn[..., None, :]
        P_bar = P_bar + inverse_gaps(w) * (V.mT @ D_bar)
    return (factorisations.solve(V, P_bar @ V.mT, transposed=True),)


def in_order_of(F, A):
    """Return the eigenvectors of A in the order of the eigenvalues F."""
    w, V = factorisations.eig(A)
    diagonalised(w, V, "eigvals")
    order = matching(F, w)
    return (
        V[..., order]
        if np.ndim(V) == 2
        else np.take_along_axis(V, np.broadcast_to(order[..., None, :], np.shape(V)), -1)
    )


@overridable
def matching(F, w):
    """Return the positions of the eigenvalues F among w: LAPACK's order is not always the same."""
    return np.argmin(np.abs(F[..., :, None] - w[..., None, :]), axis=-1)


locally_constant(matching)


def push_values(F, primals, tangents):
    (A,) = primals
    (dA,) = tangents
    V = in_order_of(F, A)
    return diagonal_of(factorisations.solve(V, dA @ V))


def pull_values(F, primals, F_bar):
    (A,) = primals
    V = in_order_of(F, A)
    return (factorisations.solve(V, F_bar[..., :, None] * V.mT, transposed=True),)


def near_diagonal(rng, n):
    """Return a matrix near diag(1, ..., n): LAPACK's signs stay the same around it."""
    return np.diag(1.0 + np.arange(n)) + 0.2 * matrix(rng, n, n)


def near_spiral(rng, n):
    """Return a matrix near one with the eigenvalues 1 ± 2i, 2 ± 2i, ..., and n if n is odd."""
    D = np.diag(1.0 + np.arange(n) // 2)
    for k in range(0, n - 1, 2):
        D[k, k + 1], D[k + 1, k] = -4.0, 1.0
    return D + 0.2 * matrix(rng, n, n)


def samples(rng):
    return (
        case(near_diagonal(rng, 3)),
        case(near_diagonal(rng, 1)),
        case(near_spiral(rng, 2)),
        case(near_spiral(rng, 5)),
        case(stack(near_diagonal, rng, 3)),
        case(near_diagonal(rng, 3) + 0.3j * matrix(rng, 3, 3)),
    )


Rule(
    name="eigenvalues and eigenvectors",
    functions=(np.linalg.eig,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=samples,
    source="Horn and Johnson (2013), theorem 6.3.12; Giles (2008); the factors of the "
    " eigenvectors follow by differentiating vᴴv = 1 and Im v_k = 0",
    keeps="F",
    condition="a diagonalisable matrix with distinct eigenvalues",
    statement=r"d\lambda_i = (V^{-1} dA\, V)_{ii},\quad dV = V(C + \operatorname{diag} c),\quad "
    r"C_{ij} = \frac{(V^{-1} dA\, V)_{ij}}{\lambda_j - \lambda_i}",
)

Rule(
    name="eigenvalues",
    functions=(np.linalg.eigvals,),
    value=values_only,
    pushforward=push_values,
    pullback=pull_values,
    samples=samples,
    source="Horn and Johnson (2013), theorem 6.3.12",
    condition="a diagonalisable matrix with distinct eigenvalues",
    statement=r"d\lambda_i = \frac{w_i^H\, dA\, v_i}{w_i^H v_i}",
)
