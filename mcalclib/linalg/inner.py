"""Inner products on spaces of arrays."""

import numpy as np
import scipy.linalg

from ..errors import DomainError, ShapeError


def inner(A, B):
    """Return the Frobenius inner product ⟨A, B⟩ = tr(AᵀB), the sum of products of entries.

    Parameters
    ----------
    A, B : arrays of one shape
        Vectors give the dot product.

    Returns
    -------
    float

    Raises
    ------
    ShapeError
        If the shapes differ.

    Examples
    --------
    >>> A, B = np.array([[1.0, 2.0], [3.0, 4.0]]), np.eye(2)
    >>> float(inner(A, B)), float(np.trace(A.T @ B))
    (5.0, 5.0)
    """
    if np.shape(A) != np.shape(B):
        raise ShapeError(
            f"inner: both arguments must have one shape, got {np.shape(A)} and {np.shape(B)}."
        )
    return np.sum(A * B)


class InnerProduct:
    """An inner product on arrays of one shape, given by its Gram matrix or by a function.

    ⟨A, B⟩ = vec(A)ᵀ W vec(B) with W symmetric positive definite.

    Parameters
    ----------
    shape : tuple of int
        Shape of the arrays.
    weight : (d, d) array, callable or None
        W itself, with d the number of entries; or a function of (A, B) that is bilinear,
        symmetric and positive definite, from which W is computed; None is the Frobenius
        inner product.

    Raises
    ------
    ShapeError
        If W has another shape.
    DomainError
        If W is not symmetric or not positive definite.

    Examples
    --------
    >>> W = np.diag([1.0, 4.0])
    >>> product = InnerProduct((2,), W)
    >>> float(product(np.array([1.0, 1.0]), np.array([1.0, 1.0])))
    5.0
    >>> product.riesz(np.array([2.0, 8.0]))        # g with <g, h> = [2, 8] @ h for all h
    array([2., 2.])
    """

    def __init__(self, shape, weight=None):
        self.shape = tuple(shape)
        if callable(weight):
            weight = _gram(weight, self.shape)
        self.weight = None if weight is None else self._checked(np.asarray(weight, dtype=float))

    def _checked(self, W):
        d = int(np.prod(self.shape))
        if W.shape != (d, d):
            raise ShapeError(
                f"inner product on arrays of shape {self.shape}: the weight must be "
                f"({d}, {d}), got {W.shape}."
            )
        if not np.allclose(W, W.T, rtol=1e-12, atol=0):
            raise DomainError("inner product: the weight must be symmetric; it is not.")
        try:
            self._factor = scipy.linalg.cho_factor(W)
        except scipy.linalg.LinAlgError:
            lowest = scipy.linalg.eigvalsh(W)[0]
            raise DomainError(
                "inner product: the weight must be positive definite; "
                f"its smallest eigenvalue is {lowest:.3g}."
            ) from None
        return W

    def __call__(self, A, B):
        if self.weight is None:
            return inner(A, B)
        return inner(A, self.lower(B))

    def lower(self, A):
        """Return W applied to A, so that ⟨B, A⟩ is the Frobenius product of B with it."""
        if self.weight is None:
            return A
        flat = self.weight @ np.ravel(A, order="F")
        return np.reshape(flat, self.shape, order="F")

    def riesz(self, A):
        """Return G with ⟨G, B⟩ equal to the Frobenius product of A with B, for every B."""
        if self.weight is None:
            return A
        flat = scipy.linalg.cho_solve(self._factor, np.ravel(A, order="F"))
        return np.reshape(flat, self.shape, order="F")


def _gram(product, shape):
    d = int(np.prod(shape))
    basis = [np.reshape(e, shape, order="F") for e in np.eye(d)]
    return np.array([[float(product(a, b)) for b in basis] for a in basis])
