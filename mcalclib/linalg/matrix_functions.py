"""Matrix exponential, logarithm and square root, and the Sylvester equation.

Under SciPy's names: plain arrays give what SciPy gives, traced arrays are differentiated.
"""

import numpy as np
import scipy.linalg
from scipy.linalg import lapack

from ..dispatch import overridable
from ..errors import DomainError, DtypeError, ShapeError
from ..sharing import shared


def each_matrix(function, *stacks):
    """Return a function of square matrices, applied to each of a stack."""
    if all(np.ndim(A) == 2 for A in stacks):
        return function(*stacks)
    signature = ",".join("(n,n)" for _ in stacks) + "->(n,n)"
    return np.vectorize(function, signature=signature)(*stacks)


def square(A, where, real=True):
    """Return A as an array, or raise where it is not a square matrix or a stack of them."""
    A = np.asarray(A)
    if A.ndim < 2 or A.shape[-1] != A.shape[-2]:
        raise ShapeError(f"{where}: expected a square matrix, got shape {A.shape}.")
    if real and np.iscomplexobj(A):
        raise DtypeError(f"{where}: expected a real matrix, got complex entries.")
    return A


@overridable
def expm(A):
    """Return the matrix exponential e^A.

    Parameters
    ----------
    A : (..., n, n) array

    Returns
    -------
    array shaped like A

    Raises
    ------
    ShapeError
        If A is not square.

    References
    ----------
    Al-Mohy and Higham (2009); Higham (2008), chapter 10.

    Examples
    --------
    >>> np.allclose(expm(np.array([[0.0, -np.pi], [np.pi, 0.0]])), -np.eye(2))
    True
    """
    return scipy.linalg.expm(square(A, "expm", real=False))


@overridable
def logm(A):
    """Return the principal logarithm of a real matrix.

    Parameters
    ----------
    A : (..., n, n) array
        No eigenvalue may be negative or 0, so that the logarithm is real and smooth.

    Returns
    -------
    array shaped like A

    Raises
    ------
    ShapeError
        If A is not square.
    DomainError
        If A has an eigenvalue on the closed negative real axis.

    References
    ----------
    Higham (2008), theorem 1.31 and chapter 11.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [0.0, 3.0]])
    >>> np.allclose(expm(logm(A)), A)
    True
    """
    return _principal(scipy.linalg.logm, A, "logm", "logarithm")


@overridable
def sqrtm(A):
    """Return the principal square root of a real matrix.

    Parameters
    ----------
    A : (..., n, n) array
        No eigenvalue may be negative or 0, so that the root is real and smooth.

    Returns
    -------
    array shaped like A
        The only square root whose eigenvalues have positive real parts.

    Raises
    ------
    ShapeError
        If A is not square.
    DomainError
        If A has an eigenvalue on the closed negative real axis.

    References
    ----------
    Higham (2008), theorem 1.29 and chapter 6.

    Examples
    --------
    >>> np.allclose(sqrtm(np.array([[4.0, 1.0], [0.0, 9.0]])), [[2.0, 0.2], [0.0, 3.0]])
    True
    """
    return _principal(scipy.linalg.sqrtm, A, "sqrtm", "square root")


def _principal(function, A, where, what):
    A = square(A, where)
    w = np.linalg.eigvals(A)
    size = np.max(np.abs(w), initial=0)
    bad = (np.abs(w.imag) <= 1e-14 * size) & (w.real <= 1e-14 * size)
    if np.any(bad):
        raise DomainError(
            f"{where}: the matrix has the eigenvalue {w[bad][0].real:.4g}; its principal {what} "
            "is real and differentiable only where no eigenvalue is negative or 0."
        )

    def real(A):
        F = function(A)
        if np.iscomplexobj(F) and np.max(np.abs(F.imag)) > 1e-8 * np.max(np.abs(F)):
            raise DomainError(
                f"{where}: the principal {what} came out complex, so an eigenvalue is negative "
                "to working precision; it is real and differentiable only where none is."
            )
        return np.real(F)

    return each_matrix(real, A)


@overridable
def exponential_derivative(A, E):
    """Return the derivative of expm at A along E."""

    def derivative(A, E):
        return scipy.linalg.expm_frechet(A, E, compute_expm=False, check_finite=False)

    return each_matrix(derivative, A, E)


@overridable
def logarithm_derivative(A, E):
    """Return the derivative of logm at A along E."""
    return each_matrix(_logarithm_derivative, A, E)


def _logarithm_derivative(A, E):
    # The block is the exact value for any E; one of the size of A keeps it well scaled.
    size = np.linalg.norm(E)
    scale = np.linalg.norm(A) / size if size else 1.0
    return derivative_by_block(logm, A, scale * E) / scale


def derivative_by_block(function, A, E):
    """Return the derivative of a matrix function at A along E, from its value at [[A, E], [0, A]].

    The upper right block of f([[A, E], [0, A]]) is the derivative (Higham 2008, theorem 3.6).
    The formula is a matrix function again, so it can be differentiated as often as wanted.
    """
    n = np.shape(A)[-1]
    top = np.concatenate([A, E], axis=-1)
    bottom = np.concatenate([np.zeros(np.shape(A)), A], axis=-1)
    return function(np.concatenate([top, bottom], axis=-2))[..., :n, n:]


@overridable
def solve_sylvester(a, b, q):
    """Return the solution x of ``a @ x + x @ b == q``.

    Parameters
    ----------
    a : (m, m) array
    b : (n, n) array
        No eigenvalue of b may be minus one of a.
    q : (m, n) array

    Returns
    -------
    (m, n) array

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    DomainError
        If a and -b have a common eigenvalue, to working precision.

    References
    ----------
    Horn and Johnson (1991), theorem 4.4.6; Bartels and Stewart (1972) for the method.

    Examples
    --------
    >>> a, b, q = np.diag([1.0, 2.0]), np.array([[1.0]]), np.array([[4.0], [6.0]])
    >>> solve_sylvester(a, b, q)
    array([[2.],
           [2.]])
    """
    return sylvester(a, b, q)


@overridable
def sylvester(a, b, q, transposed=False):
    """Solve ``a @ x + x @ b == q``, or with both matrices transposed, by shared Schur forms."""
    a, b = square(a, "solve_sylvester"), square(b, "solve_sylvester")
    if a.ndim > 2 or b.ndim > 2 or np.shape(q) != (len(a), len(b)):
        raise ShapeError(
            f"solve_sylvester: a, b and q must be matrices with a row of q for each of a and a "
            f"column for each of b, got shapes {a.shape}, {b.shape} and {np.shape(q)}."
        )
    R, U = _schur(a)
    S, V = (R, U) if b is a else _schur(b)
    side = "T" if transposed else "N"
    Y, scale, info = lapack.dtrsyl(R, S, U.T @ q @ V, trana=side, tranb=side)
    if info:
        raise DomainError(
            "solve_sylvester: a and -b have a common eigenvalue, to working precision, so "
            "a @ x + x @ b == q has no unique solution; it needs disjoint spectra."
        )
    return U @ (Y / scale) @ V.T


def _schur(A):
    return shared(A, "schur", lambda: scipy.linalg.schur(np.asarray(A, dtype=float), "real"))
