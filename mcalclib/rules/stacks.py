"""Numbers and vectors that belong to the matrices of a stack."""

import numpy as np


def per_matrix(numbers):
    """Return numbers of shape (...) as (..., 1, 1), to be multiplied with matrices (..., m, n)."""
    return np.expand_dims(numbers, (-2, -1))


def diagonal_matrix(v):
    """Return the diagonal matrices of shape (..., n, n) with the entries v of shape (..., n)."""
    return v[..., None, :] * np.eye(np.shape(v)[-1])


def diagonal_of(A):
    """Return the diagonals, of shape (..., n), of matrices of shape (..., n, n)."""
    return np.sum(A * np.eye(np.shape(A)[-1]), axis=-1)


def as_columns(b):
    """Return how to make a right-hand side a matrix, and how to take its shape back.

    As for np.linalg.solve, it is a vector only where it has one axis.
    """
    if np.ndim(b) == 1:
        return lambda x: x[..., None], lambda x: x[..., 0]
    return lambda x: x, lambda x: x
