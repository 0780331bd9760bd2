"""vec, unvec, the Kronecker product and the commutation matrix."""

import numpy as np

from ..errors import ShapeError


def vec(A):
    """Return the columns of A stacked into one vector.

    Parameters
    ----------
    A : (m, n) array
        A matrix. A vector of shape (n,) is taken as one column and comes back unchanged; a
        scalar comes back with shape (1,).

    Returns
    -------
    (m*n,) array
        ``vec(A)[i + m*j] == A[i, j]``.

    Raises
    ------
    ShapeError
        If A has more than two axes.

    References
    ----------
    Magnus and Neudecker (2019), section 2.4.

    Examples
    --------
    >>> vec(np.array([[1, 2], [3, 4]]))
    array([1, 3, 2, 4])
    """
    if np.ndim(A) > 2:
        raise ShapeError(
            f"vec: expected a matrix, got shape {np.shape(A)}; apply vec to each matrix of a stack."
        )
    return np.ravel(A, order="F")


def unvec(v, m: int, n: int):
    """Return the (m, n) matrix whose vec is v.

    Parameters
    ----------
    v : (m*n,) array
        Stacked columns.
    m, n : int
        Rows and columns of the result.

    Returns
    -------
    (m, n) array
        ``vec(unvec(v, m, n)) == v``.

    Raises
    ------
    ShapeError
        If v is not a vector with m*n entries.

    Examples
    --------
    >>> unvec(np.arange(6), 2, 3)
    array([[0, 2, 4],
           [1, 3, 5]])
    """
    if np.shape(v) != (m * n,):
        raise ShapeError(
            f"unvec: a {m} by {n} matrix needs a vector of shape ({m * n},), got {np.shape(v)}."
        )
    return np.reshape(v, (m, n), order="F")


def kronecker_product(A, B):
    """Return the Kronecker product A ⊗ B: every entry ``A[i, j]`` replaced by ``A[i, j] * B``.

    Parameters
    ----------
    A : (m, n) array
    B : (p, q) array

    Returns
    -------
    (m*p, n*q) array
        For C of shape (q, n): ``kronecker_product(A, B) @ vec(C) == vec(B @ C @ A.T)``.

    Raises
    ------
    ShapeError
        If A or B is not a matrix.

    References
    ----------
    Magnus and Neudecker (2019), sections 2.2 and 2.4.

    Examples
    --------
    >>> A, B, C = np.eye(2), np.ones((1, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> np.array_equal(kronecker_product(A, B) @ vec(C), vec(B @ C @ A.T))
    True
    """
    for name, M in (("A", A), ("B", B)):
        if np.ndim(M) != 2:
            raise ShapeError(
                f"kronecker_product: {name} must be a matrix, got shape {np.shape(M)}; "
                "write a column vector v as v[:, None]."
            )
    return np.kron(A, B)


def commutation_matrix(m: int, n: int) -> np.ndarray:
    """Return K with ``K @ vec(A) == vec(A.T)`` for every A of shape (m, n).

    Parameters
    ----------
    m, n : int
        Rows and columns of A, at least 1.

    Returns
    -------
    (m*n, m*n) ndarray
        A permutation matrix, so its inverse is its transpose.

    Raises
    ------
    ShapeError
        If m or n is below 1.

    References
    ----------
    Magnus and Neudecker (2019), section 3.7.

    Examples
    --------
    >>> A = np.arange(6).reshape(2, 3)
    >>> np.array_equal(commutation_matrix(2, 3) @ vec(A), vec(A.T))
    True
    """
    if min(m, n) < 1:
        raise ShapeError(f"commutation_matrix: m and n must be at least 1, got {m} and {n}.")
    order = np.arange(m * n).reshape((m, n), order="F").ravel()
    return np.eye(m * n)[order]
