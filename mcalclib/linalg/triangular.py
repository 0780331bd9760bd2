"""Triangular systems, and the Cholesky and LU factorisations that lead to them.

Under SciPy's names and signatures. Plain arrays give what SciPy gives; inside a differentiated
function traced arrays are differentiated, which SciPy's own functions do not allow.
"""

import numpy as np
import scipy.linalg

from ..dispatch import overridable
from ..errors import ShapeError
from ..factorisations import is_plain_matrix, lu

_TRANS = {0: 0, 1: 1, "N": 0, "T": 1}


@overridable
def solve_triangular(
    a, b, trans=0, lower=False, unit_diagonal=False, overwrite_b=False, check_finite=True
):
    """Return the solution x of ``a @ x == b`` with a triangular; only that triangle is read.

    Parameters
    ----------
    a : (..., n, n) array
    b : (n,) or (..., n, k) array
    trans : {0, 1, "N", "T"}
        1 or "T" solves ``a.T @ x == b``.
    lower : bool
        Whether the lower triangle of a is used; the default is the upper one.
    unit_diagonal : bool
        Whether the diagonal is taken as 1 and not read.
    overwrite_b, check_finite : bool
        As for scipy.linalg.solve_triangular; nothing is overwritten.

    Returns
    -------
    array shaped like b

    Raises
    ------
    ShapeError
        If ``trans`` is none of the above.

    Examples
    --------
    >>> U = np.array([[2.0, 1.0], [0.0, 4.0]])
    >>> solve_triangular(U, np.array([4.0, 8.0]))
    array([1., 2.])
    """
    if trans not in _TRANS:
        raise ShapeError(f"solve_triangular: trans must be 0, 1, 'N' or 'T', got {trans!r}.")

    def solve(a, b):
        return scipy.linalg.solve_triangular(
            a, b, _TRANS[trans], lower, unit_diagonal, check_finite=check_finite
        )

    if np.ndim(a) == 2 and np.ndim(b) <= 2:
        return solve(a, b)
    if np.ndim(b) == 1:
        return solve_triangular(a, b[:, None], trans, lower, unit_diagonal)[..., 0]
    return np.vectorize(solve, signature="(n,n),(n,k)->(n,k)")(a, b)


def cho_factor(a, lower=False, overwrite_a=False, check_finite=True):
    """Return the Cholesky factor of a symmetric positive definite matrix, for `cho_solve`.

    Parameters
    ----------
    a : (n, n) array
        Only its upper triangle is read, or its lower one with ``lower=True``. The derivative is
        that of this function of one triangle.
    lower : bool
    overwrite_a, check_finite : bool
        As for scipy.linalg.cho_factor; nothing is overwritten.

    Returns
    -------
    c : (n, n) array
        The triangular factor. SciPy leaves arbitrary numbers in the other triangle, we put 0.
    lower : bool

    Examples
    --------
    >>> A, b = np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([8.0, 12.0])
    >>> cho_solve(cho_factor(A), b)
    array([1., 2.])
    """
    return np.linalg.cholesky(a, upper=not lower), bool(lower)


def cho_solve(c_and_lower, b, overwrite_b=False, check_finite=True):
    """Return the solution x of ``A @ x == b`` from the result of `cho_factor` for A.

    Parameters
    ----------
    c_and_lower : tuple
        What `cho_factor` returned.
    b : (n,) or (n, k) array
    overwrite_b, check_finite : bool
        As for scipy.linalg.cho_solve; nothing is overwritten.

    Returns
    -------
    array shaped like b
    """
    c, lower = c_and_lower
    y = solve_triangular(c, b, trans=0 if lower else 1, lower=lower)
    return solve_triangular(c, y, trans=1 if lower else 0, lower=lower)


def lu_factor(a, overwrite_a=False, check_finite=True):
    """Return the LU factors of an invertible matrix with row exchanges, for `lu_solve`.

    Parameters
    ----------
    a : (n, n) array
    overwrite_a, check_finite : bool
        As for scipy.linalg.lu_factor; nothing is overwritten.

    Returns
    -------
    lu : (n, n) array
        U in the upper triangle and, below the diagonal, L without its unit diagonal.
    piv : (n,) array of int
        Row i was exchanged with row ``piv[i]``; constant near the point.

    Raises
    ------
    DomainError
        If a is singular to working precision.

    Examples
    --------
    >>> A, b = np.array([[1.0, 2.0], [2.0, 1.0]]), np.array([5.0, 4.0])
    >>> np.allclose(lu_solve(lu_factor(A), b), [1.0, 2.0])
    True
    """
    return packed_lu(a), lu_pivots(a)


@overridable
def packed_lu(a):
    """Return L and U in one matrix, the differentiable half of `lu_factor`."""
    return _lu_of(a)[0].copy()


@overridable
def lu_pivots(a):
    """Return the row exchanges of `lu_factor`."""
    return _lu_of(a)[1].copy()


def _lu_of(a):
    a = np.asarray(a, dtype=float)
    if not is_plain_matrix(a):
        raise ShapeError(f"lu_factor: expected a square matrix, got shape {np.shape(a)}.")
    return lu(a, "lu_factor")


def permutation(piv):
    """Return p such that the row exchanges turn b into ``b[p]``."""
    p = np.arange(len(piv))
    for i, j in enumerate(piv):
        p[[i, j]] = p[[j, i]]
    return p


def lu_solve(lu_and_piv, b, trans=0, overwrite_b=False, check_finite=True):
    """Return the solution x of ``A @ x == b`` from the result of `lu_factor` for A.

    Parameters
    ----------
    lu_and_piv : tuple
        What `lu_factor` returned.
    b : (n,) or (n, k) array
    trans : {0, 1}
        1 solves ``A.T @ x == b``.
    overwrite_b, check_finite : bool
        As for scipy.linalg.lu_solve; nothing is overwritten.

    Returns
    -------
    array shaped like b
    """
    factor, piv = lu_and_piv
    p = permutation(piv)
    if _TRANS[trans]:
        y = solve_triangular(factor, b, trans=1)
        z = solve_triangular(factor, y, trans=1, lower=True, unit_diagonal=True)
        return z[np.argsort(p)]
    y = solve_triangular(factor, b[p], lower=True, unit_diagonal=True)
    return solve_triangular(factor, y)
