"""Solutions of linear equations that depend on parameters: x(p) = A(p)⁻¹ b(p)."""

import numpy as np
import scipy.linalg

from .errors import ShapeError
from .factorisations import lu
from .linalg.sparse import SparseMatrix, splu
from .numeric import derivative, gradient
from .operators import LinearOperator
from .spaces import Space, real_array


class SolveDerivative(LinearOperator):
    """The derivative of x(p) = A(p)⁻¹ b(p): dp -> A⁻¹(db - dA x), with one factorisation of A.

    Attributes
    ----------
    solution : array
        x(p).
    solves : int
        How many systems with A or Aᵀ have been solved so far, that for x included.
    """

    def __init__(self, solve, right_hand_side, residual):
        self.solves = 0
        self._solve = solve
        self.solution = self._solved(right_hand_side)
        along_p = residual(self.solution)
        super().__init__(
            lambda dp: self._solved(along_p(dp)),
            along_p.domain,
            Space.like(self.solution),
            adjoint=lambda x_bar: along_p.adjoint(self._solved(x_bar, transposed=True)),
            name="x'(p)",
        )

    def _solved(self, b, transposed=False):
        self.solves += 1
        return self._solve(b, transposed)

    def gradient(self, f):
        """Return the gradient of f(x(p)) by the adjoint method: one solve with Aᵀ.

        Parameters
        ----------
        f : callable
            A scalar function of x, in plain NumPy.
        """
        return self.adjoint(gradient(f, self.solution))

    def gradient_forward(self, f):
        """Return the same gradient by one solve with A for every entry of p."""
        df = gradient(f, self.solution)
        slopes = [
            np.sum(df * self(self.domain.from_vector(e))) for e in np.eye(self.domain.dimension)
        ]
        return self.domain.from_vector(np.array(slopes))


def solve_derivative(A, b, p):
    """Return the derivative of the solution x(p) of A(p) x = b, with A factorised once.

    The adjoint costs one solve with Aᵀ however many parameters there are; a pushforward costs one
    solve for every direction.

    Parameters
    ----------
    A : callable
        ``A(p)``: an (n, n) array, or a sparse matrix from `mcalclib.linalg.sparse_matrix`.
    b : (n,) or (n, k) array, or callable
        The right-hand side, or ``b(p)``.
    p : array, or list or dict of arrays
        The parameters.

    Returns
    -------
    SolveDerivative
        ``L(dp) -> dx``, ``L.adjoint(x_bar) -> p_bar``, ``L.gradient(f)``, ``L.solution``.

    Raises
    ------
    DomainError
        If A(p) is singular to working precision.
    ShapeError
        If A(p) is not square or b does not fit it.

    References
    ----------
    Bright, Edelman and Johnson (2025), chapter 6 (the adjoint method).

    Examples
    --------
    >>> A = lambda p: np.diag(p) + np.ones((2, 2))
    >>> L = solve_derivative(A, np.array([1.0, 0.0]), np.array([1.0, 1.0]))
    >>> bool(np.allclose(L.gradient(np.sum), L.gradient_forward(np.sum)))
    True
    >>> L.solves                          # x, one adjoint solve, two forward solves
    4
    """
    right_hand_side = b if callable(b) else lambda _: b
    matrix, vector = A(p), real_array(right_hand_side(p), "solve_derivative: b")
    if not isinstance(matrix, SparseMatrix):
        matrix = np.array(real_array(matrix, "solve_derivative: A(p)"))
    n = len(vector) if vector.ndim in (1, 2) else -1
    if matrix.shape != (n, n):
        raise ShapeError(
            f"solve_derivative: A(p) must be square with as many rows as b, got shapes "
            f"{matrix.shape} and {vector.shape}."
        )
    return SolveDerivative(
        _solver(matrix),
        vector,
        lambda x: derivative(lambda p: right_hand_side(p) - A(p) @ x, (p,), wrt=0),
    )


def _solver(matrix):
    if isinstance(matrix, SparseMatrix):
        factor = splu(matrix)
        return lambda b, transposed: factor.solve(b, "T" if transposed else "N")
    factor = lu(matrix, "solve_derivative")
    return lambda b, transposed: scipy.linalg.lu_solve(
        factor, b, trans=int(transposed), check_finite=False
    )
