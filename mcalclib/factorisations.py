"""The LU factorisation of a square matrix, computed once for all rules that need it."""

import numpy as np
import scipy.linalg
from scipy.linalg import lapack

from .errors import DomainError, ShapeError
from .sharing import shared


def is_plain_matrix(A) -> bool:
    """Whether A is one plain real matrix, for which LAPACK can be called directly."""
    return type(A) is np.ndarray and A.ndim == 2 and A.dtype == np.float64


def lu(A, where):
    """Return the LU factorisation of a plain square matrix, shared.

    Raises
    ------
    ShapeError
        If A is not square.
    DomainError
        If A is singular to working precision: the reciprocal of its condition number, estimated
        in the 1-norm, is below the machine epsilon.
    """
    return shared(A, "lu", lambda: _lu(A, where))


def _lu(A, where):
    if A.shape[0] != A.shape[1]:
        raise ShapeError(f"{where}: expected a square matrix, got shape {A.shape}.")
    factor, pivots, _ = lapack.dgetrf(A)
    rcond, _ = lapack.dgecon(factor, np.abs(A).sum(axis=0).max(initial=0.0))
    if not rcond > np.finfo(float).eps:
        raise DomainError(
            f"{where}: the {A.shape[0]} by {A.shape[0]} matrix is singular to working precision "
            f"(reciprocal condition number {rcond:.2g}); it needs an invertible matrix."
        )
    return factor, pivots


def inverse(A):
    """Return A⁻¹, shared between all rules that ask for it; stacks and traced arrays too.

    Raises
    ------
    DomainError
        If a matrix is singular to working precision.
    """
    return shared(A, "inverse", lambda: _inverse(A))


def _inverse(A):
    if not is_plain_matrix(A):
        return np.linalg.inv(A)
    return lapack.dgetri(*lu(A, "inv"))[0]


def solve(A, b, transposed=False):
    """Return A⁻¹b, or A⁻ᵀb, for a plain square matrix with its shared factorisation."""
    return scipy.linalg.lu_solve(lu(A, "solve"), b, trans=int(transposed), check_finite=False)
