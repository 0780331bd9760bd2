"""Directional derivatives from values of f alone: central differences and the complex step."""

import warnings
from itertools import pairwise

import numpy as np

from ..errors import DomainError, NotDifferentiableError
from .points import EPS, Function, element


def central_difference(f, X, dX, step=None):
    """Return (f(X + h dX) - f(X - h dX)) / 2h, close to the directional derivative f'(X)[dX].

    The truncation error falls like h², the rounding error grows like 1/h; together they are
    least near h = ε^(1/3), about 1e-5, where some ten digits are right. Without `step`, the
    steps 1e-2, ..., 1e-11 (times the size of X over the size of dX) are tried and the one is
    taken whose two neighbours agree with it best. So it also works near a
    singularity, where a fixed step would jump across.

    Parameters
    ----------
    f : callable
        f(X), or f(*X) where X is a tuple.
    X, dX : float arrays of one shape, or lists, tuples or dicts of such arrays
        The point and the direction.
    step : float, optional
        The h of the formula.

    Returns
    -------
    array shaped like f(X), or a tree of arrays like f(X)

    Raises
    ------
    ShapeError
        If X and dX differ in shape, or f changes the shape of its value.
    DtypeError
        If X or dX is not of real floating-point numbers.
    DomainError
        If f is not finite at X, or nowhere around it.

    References
    ----------
    Nocedal and Wright (2006), section 8.1.

    Examples
    --------
    >>> A = np.array([[2.0, 1.0], [1.0, 3.0]])
    >>> dA = np.array([[0.0, 1.0], [0.0, 0.0]])
    >>> np.round(central_difference(np.linalg.inv, A, dA), 6)
    array([[ 0.12, -0.24],
           [-0.04,  0.08]])
    """
    function = Function(f, X, "central_difference")
    v = function.direction(dX)
    if step is None:
        return element(function.outputs, best_difference(function, v)[0])
    if not np.isfinite(step) or step <= 0:
        raise DomainError(f"central_difference: step must be positive and finite, got {step}.")
    return element(function.outputs, _quotient(function, v, float(step)))


def best_difference(function, v):
    """Return the best central difference along v and a bound of its error, as it shows itself.

    The bound is the change to the neighbouring steps plus the rounding error of f over the step.
    """
    steps = function.scale / np.linalg.norm(v) * 10.0 ** -np.arange(2.0, 12.0)
    tries = [_quotient(function, v, h) for h in steps]
    change = np.array([np.linalg.norm(b - a) for a, b in pairwise(tries)])
    # The doubt about a quotient: how far both neighbours are from it, and the rounding of f.
    doubt = np.maximum(change[:-1], change[1:]) + function.noise(v) / steps[1:-1]
    if np.isnan(doubt).all():
        raise DomainError(
            f"{function.where}: f is not finite around X along dX; X lies on the border of the "
            "domain of f, move it inside or give a smaller step."
        )
    # Relative to the quotients, because steps across a singularity give small ones, which
    # agree for no good reason; and to f, so that a derivative 0 is not judged by its rounding.
    size = np.array([np.linalg.norm(quotient) for quotient in tries])
    size = np.fmax(np.maximum(size[:-1], size[1:])[:-1], size[2:])
    size = np.fmax(size, 1e-3 * np.linalg.norm(function.value) / steps[0] * 1e-2)
    best = int(np.nanargmin(np.divide(doubt, size, out=np.zeros_like(size), where=size != 0)))
    return tries[best + 1], float(doubt[best])


def _quotient(function, v, h):
    return (function.near(function.x + h * v) - function.near(function.x - h * v)) / (2 * h)


def complex_step(f, X, dX):
    """Return Im f(X + ih dX) / h with h = 1e-20: the directional derivative to full precision.

    Nothing is subtracted, so nothing cancels and h can be tiny. The price: f must be analytic,
    and written so that complex numbers pass through. ``abs``, conjugates, ``max``, casts to
    float and routines that assume a Hermitian matrix (``eigvalsh``, ``cholesky``) all break
    this; the result is therefore compared with a central difference and refused where the two
    disagree.

    Parameters
    ----------
    f : callable
        f(X), or f(*X) where X is a tuple; real for real X.
    X, dX : float arrays of one shape, or lists, tuples or dicts of such arrays

    Returns
    -------
    array shaped like f(X), or a tree of arrays like f(X)

    Raises
    ------
    NotDifferentiableError
        If f is not analytic at X, or does not let complex numbers through.
    ShapeError, DtypeError, DomainError
        As `central_difference`.

    References
    ----------
    Squire and Trapp (1998); Martins, Sturdza and Alonso (2003).

    Examples
    --------
    >>> float(complex_step(np.exp, 1.0, 1.0)) == np.e
    True
    >>> complex_step(np.abs, 1.0, 1.0)
    Traceback (most recent call last):
        ...
    mcalclib.errors.NotDifferentiableError: complex_step: f is not analytic at X: ...
    """
    function = Function(f, X, "complex_step")
    v = function.direction(dX)
    return element(function.outputs, analytic_derivative(function, v))


def analytic_derivative(function, v):
    """Return the complex-step derivative along v as a vector, or refuse."""
    if function.value.dtype.kind == "c":
        raise _refusal("f(X) is already complex")
    h = 1e-20 * function.scale / np.linalg.norm(v)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            value = function(function.x + 1j * h * v)
    except np.exceptions.ComplexWarning:
        raise _refusal("it casts complex numbers to real ones") from None
    except Exception as error:  # noqa: BLE001 - f may fail on complex numbers in any way
        raise _refusal(f"with complex input it raises {type(error).__name__}: {error}") from None
    result = value.imag / h
    witness, doubt = best_difference(function, v)
    # Ten times the witness's own doubt, and never closer than its usual 1e-6.
    allowed = 10 * doubt + 1e-6 * np.linalg.norm(witness) + 1e3 * EPS
    if not np.linalg.norm(result - witness) <= allowed:
        raise _refusal(
            "the complex step and the central difference disagree (abs, a conjugate, a cast "
            "to real, or a routine for Hermitian matrices?)"
        )
    return result


def _refusal(reason):
    return NotDifferentiableError(
        f"complex_step: f is not analytic at X: {reason}. Use central_difference instead."
    )
