"""Factorisations of a matrix, computed once for all rules that need them."""

import numpy as np
from scipy.linalg import lapack

from .dispatch import overridable
from .errors import DomainError, ShapeError
from .sharing import shared

EPS = np.finfo(float).eps


def regular(rcond, n):
    """Whether 1/condition tells a matrix of n rows from a singular one that was rounded."""
    return rcond > max(n, 20) * EPS


def is_plain_matrix(A) -> bool:
    """Whether A is one plain real matrix, for which LAPACK can be called directly."""
    return type(A) is np.ndarray and A.ndim == 2 and A.dtype == np.float64 and A.size > 0


def lu_and_condition(A, where):
    """Return the LU factors of a plain square matrix, its pivots and 1/condition, shared.

    The reciprocal of the condition number is estimated in the 1-norm; it is 0 at a matrix with
    a zero pivot.

    Raises
    ------
    ShapeError
        If A is not square.
    """
    return shared(A, "lu", lambda: _lu(A, where))


def _lu(A, where):
    if A.shape[0] != A.shape[1]:
        raise ShapeError(f"{where}: expected a square matrix, got shape {A.shape}.")
    factor, pivots, _ = lapack.dgetrf(A)
    rcond, _ = lapack.dgecon(factor, np.abs(A).sum(axis=0).max())
    return factor, pivots, rcond


def lu(A, where):
    """Return the LU factors of a plain invertible matrix and its pivots, shared.

    Raises
    ------
    ShapeError
        If A is not square.
    DomainError
        If A is singular to working precision: the reciprocal of its condition number, estimated
        in the 1-norm, is of the size of rounding errors.
    """
    factor, pivots, rcond = lu_and_condition(A, where)
    if not regular(rcond, A.shape[0]):
        raise _singular(where, A.shape[0], rcond)
    return factor, pivots


def _singular(where, n, rcond):
    return DomainError(
        f"{where}: the {n} by {n} matrix is singular to working precision "
        f"(reciprocal condition number {rcond:.2g}); it needs an invertible matrix."
    )


def sign_of_permutation(pivots):
    """Return the determinant, 1 or -1, of the row exchanges that LAPACK's pivots describe."""
    return 1.0 - 2.0 * (np.count_nonzero(pivots != np.arange(len(pivots))) % 2)


def inverse(A):
    """Return A⁻¹, shared between all rules that ask for it; stacks and traced arrays too.

    Raises
    ------
    DomainError
        If a matrix is singular to working precision.
    """
    return shared(A, "inverse", lambda: _inverse(A, "inv"))


def _inverse(A, where):
    if is_plain_matrix(A):
        return lapack.dgetri(*lu(A, where))[0]
    F = np.linalg.inv(A)
    if type(A) is np.ndarray:  # complex, or a stack
        rcond = np.min(1 / (_one_norm(A) * _one_norm(F)), initial=1.0)
        if not regular(rcond, A.shape[-1]):
            raise _singular(where, A.shape[-1], rcond)
    return F


def _one_norm(A):
    return np.max(np.sum(np.abs(A), axis=-2), axis=-1)


@overridable
def solve(A, b, transposed=False):
    """Return A⁻¹b, or A⁻ᵀb, by the shared factorisation of A.

    Parameters
    ----------
    A : (..., n, n) array
    b : (n,) or (..., n, k) array
        As for np.linalg.solve, a vector only where it has one axis.
    transposed : bool
    """
    if is_plain_matrix(A) and np.ndim(b) <= 2 and not np.iscomplexobj(b):
        factor, pivots = lu(A, "solve")
        b = np.asarray(b, dtype=float)
        if b.shape[:1] != A.shape[:1]:
            raise ShapeError(
                f"solve: A has {A.shape[0]} rows and the right-hand side {b.shape[:1] or 'none'}; "
                "they must be as many."
            )
        return lapack.dgetrs(factor, pivots, b, trans=int(transposed))[0]
    if type(A) is np.ndarray:
        shared(A, "inverse", lambda: _inverse(A, "solve"))  # refuses a singular matrix
    return np.linalg.solve(A.mT if transposed else A, b)


def svd(A):
    """Return the thin singular value decomposition (U, s, Vᵀ), shared; traced arrays too."""
    return shared(A, "svd", lambda: tuple(np.linalg.svd(A, full_matrices=False)))


def eigh(A, UPLO="L"):
    """Return eigenvalues and eigenvectors of a symmetric matrix, shared; traced arrays too."""
    return shared(A, f"eigh {UPLO}", lambda: tuple(np.linalg.eigh(A, UPLO)))


def eig(A):
    """Return eigenvalues and eigenvectors of a square matrix, shared; traced arrays too."""
    return shared(A, "eig", lambda: tuple(np.linalg.eig(A)))
