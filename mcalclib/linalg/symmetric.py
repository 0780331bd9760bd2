"""vech: the distinct entries of a symmetric matrix, and the matrices that go with it."""

import numpy as np

from ..errors import ShapeError


def _places(n):
    """Return rows and columns of the lower triangle, column by column."""
    cols, rows = np.triu_indices(n)
    return rows, cols


def _order(n):
    """Return for each entry of an n by n symmetric matrix its position in vech."""
    position = np.zeros((n, n), dtype=int)
    rows, cols = _places(n)
    position[rows, cols] = position[cols, rows] = np.arange(len(rows))
    return position


def vech(A):
    """Return the columns of the lower triangle of A stacked into one vector.

    Parameters
    ----------
    A : (n, n) array
        Symmetric; its upper triangle is not read.

    Returns
    -------
    (n*(n+1)/2,) array

    Raises
    ------
    ShapeError
        If A is not square.

    References
    ----------
    Magnus and Neudecker (2019), section 3.8.

    Examples
    --------
    >>> vech(np.array([[1, 2, 3], [2, 4, 5], [3, 5, 6]]))
    array([1, 2, 3, 4, 5, 6])
    """
    if np.ndim(A) != 2 or np.shape(A)[0] != np.shape(A)[1]:
        raise ShapeError(f"vech: expected a square matrix, got shape {np.shape(A)}.")
    return A[_places(np.shape(A)[0])]


def unvech(v):
    """Return the symmetric matrix whose vech is v.

    Parameters
    ----------
    v : (n*(n+1)/2,) array

    Returns
    -------
    (n, n) array

    Raises
    ------
    ShapeError
        If v is not a vector of such a length.

    Examples
    --------
    >>> unvech(np.array([1, 2, 3]))
    array([[1, 2],
           [2, 3]])
    """
    length = np.shape(v)[0] if np.ndim(v) == 1 else 0
    n = int((np.sqrt(8 * length + 1) - 1) / 2 + 0.5)
    if length == 0 or n * (n + 1) // 2 != length:
        raise ShapeError(
            f"unvech: expected a vector of length n(n+1)/2, such as 1, 3, 6 or 10, got shape "
            f"{np.shape(v)}."
        )
    return v[_order(n)]


def duplication_matrix(n: int) -> np.ndarray:
    """Return D with ``D @ vech(A) == vec(A)`` for every symmetric A of shape (n, n).

    Parameters
    ----------
    n : int
        At least 1.

    Returns
    -------
    (n*n, n*(n+1)/2) ndarray
        So the Jacobian in the vech coordinates of f at a symmetric X is ``jacobian(f, X) @ D``.

    Raises
    ------
    ShapeError
        If n is below 1.

    References
    ----------
    Magnus and Neudecker (2019), section 3.8.

    Examples
    --------
    >>> duplication_matrix(2)
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 1., 0.],
           [0., 0., 1.]])
    """
    _at_least_one(n, "duplication_matrix")
    return np.eye(n * (n + 1) // 2)[_order(n).ravel(order="F")]


def elimination_matrix(n: int) -> np.ndarray:
    """Return L with ``L @ vec(A) == vech(A)`` for every A of shape (n, n).

    Parameters
    ----------
    n : int
        At least 1.

    Returns
    -------
    (n*(n+1)/2, n*n) ndarray
        With ``L @ duplication_matrix(n)`` the identity.

    Raises
    ------
    ShapeError
        If n is below 1.

    References
    ----------
    Magnus and Neudecker (1980), The elimination matrix: some lemmas and applications.

    Examples
    --------
    >>> elimination_matrix(2)
    array([[1., 0., 0., 0.],
           [0., 1., 0., 0.],
           [0., 0., 0., 1.]])
    """
    _at_least_one(n, "elimination_matrix")
    rows, cols = _places(n)
    return np.eye(n * n)[rows + n * cols]


def _at_least_one(n, where):
    if n < 1:
        raise ShapeError(f"{where}: n must be at least 1, got {n}.")
