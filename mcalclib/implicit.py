"""Functions given by an equation: solve it, and differentiate the solution by one more solve."""

import numpy as np
import scipy.linalg

from .errors import DomainError, NotDifferentiableError, ShapeError
from .factorisations import lu
from .numeric import derivative
from .operators import LinearOperator
from .spaces import Space, real_array

NEWTON_STEPS = 50


class ImplicitDerivative(LinearOperator):
    """The derivative of the solution x(p) of h(x, p) = 0: dp -> dx.

    Attributes
    ----------
    solution : array
        x(p), to working precision.
    """

    def __init__(self, solution, along_p, factor):
        self.solution = solution
        shape = solution.shape

        def solve(rhs, transposed):
            flat = scipy.linalg.lu_solve(factor, np.ravel(rhs, order="F"), trans=int(transposed))
            return np.reshape(flat, shape, order="F")

        super().__init__(
            lambda dp: -solve(along_p(dp), transposed=False),
            along_p.domain,
            Space.like(solution),
            adjoint=lambda x_bar: along_p.adjoint(-solve(x_bar, transposed=True)),
            name="x'(p)",
        )


def implicit_derivative(h, x, p, *, tolerance=1e-12):
    """Return the derivative of the function x(p) that solves h(x, p) = 0 near a point.

    Newton's method solves the equation from the start x. The derivative is
    dx = -hₓ⁻¹ h_p dp; its adjoint costs one solve with hₓᵀ, however many parameters there are.

    Parameters
    ----------
    h : callable
        ``h(x, p)`` with as many entries as x, in plain NumPy.
    x : array
        Where Newton's method starts; a solution, or near one.
    p : array, or list or dict of arrays
        The parameters.
    tolerance : float
        The residual, relative to its size at the start or to 1, that counts as zero.

    Returns
    -------
    ImplicitDerivative
        ``L(dp) -> dx``, ``L.adjoint(x_bar) -> p_bar``, ``L.solution``.

    Raises
    ------
    DomainError
        If Newton's method does not arrive.
    NotDifferentiableError
        If hₓ is singular at the solution: the implicit function theorem does not apply.
    ShapeError
        If h has not as many entries as x.

    References
    ----------
    Magnus and Neudecker (2019), section 7.9 (the implicit function theorem).

    Examples
    --------
    >>> h = lambda x, p: x**2 - p                     # x(p) is the square root
    >>> L = implicit_derivative(h, np.array([1.0]), np.array([4.0]))
    >>> L.solution, L(np.array([1.0]))
    (array([2.]), array([0.25]))
    """
    x = np.array(real_array(x, "implicit_derivative: the start x"))
    along_x, residual = _linearised(h, x, p)
    goal = tolerance * max(1.0, float(np.linalg.norm(residual)))
    for _ in range(NEWTON_STEPS):
        if np.linalg.norm(residual) <= goal:
            break
        step = scipy.linalg.lu_solve(_factorised(along_x), np.ravel(residual, order="F"))
        x = x - np.reshape(step, x.shape, order="F")
        if not np.isfinite(x).all():
            break
        along_x, residual = _linearised(h, x, p)
    if not np.linalg.norm(residual) <= goal:
        raise DomainError(
            f"implicit_derivative: Newton's method did not solve h(x, p) = 0: after at most "
            f"{NEWTON_STEPS} steps the residual is {np.linalg.norm(residual):.3g}, wanted "
            f"{goal:.3g}; start x nearer to the solution."
        )
    factor = _factorised(along_x)
    return ImplicitDerivative(x, derivative(lambda p: h(x, p), (p,), wrt=0), factor)


def _linearised(h, x, p):
    L = derivative(lambda x: h(x, p), x)
    residual = np.asarray(h(x, p), dtype=float)
    if residual.size != x.size:
        raise ShapeError(
            f"implicit_derivative: h(x, p) must have as many entries as x, {x.size}, got "
            f"{residual.size}."
        )
    return L, residual


def _factorised(along_x):
    try:
        return lu(along_x.matrix(), "implicit_derivative")
    except DomainError as error:
        raise NotDifferentiableError(
            f"{error} That matrix is the derivative of h with respect to x: where it is singular "
            "the implicit function theorem does not apply, and x may not be a function of p."
        ) from None
