"""Named refusals: what a matrix must satisfy for a derivative to exist.

The checks look at plain numbers, so they say the same at every order of differentiation.
"""

import numpy as np

from ..dispatch import overridable
from ..errors import DtypeError, NotDifferentiableError
from .registry import ZERO, locally_constant

# Eigenvectors change like 1/gap, with an error of eps/gap: half the digits are left here.
CLOSE = np.sqrt(np.finfo(float).eps)


def real_only(where, *arrays):
    """Refuse complex matrices.

    Raises
    ------
    DtypeError
    """
    if any(np.iscomplexobj(A) for A in arrays):
        raise DtypeError(f"{where}: a derivative is known for real matrices only, got complex.")


def check(function):
    """Make a check of plain numbers callable with traced arrays."""
    function = overridable(function)
    locally_constant(function)
    return function


@check
def distinct(values, where, what, advice, used=None):
    """Refuse values that are nearly equal.

    Parameters
    ----------
    values : (..., n) array
        Eigenvalues or singular values.
    where, what, advice : str
        The function, the name of the values in plural, and what a caller can do.
    used : (..., n) bool array, optional
        Which values must differ from all others; the default is all of them.

    Raises
    ------
    NotDifferentiableError
        Naming the two values of the smallest gap.
    """
    n = np.shape(values)[-1]
    if n < 2:
        return
    stack = np.reshape(values, (-1, n))
    gaps = np.abs(stack[:, :, None] - stack[:, None, :]) + np.diag(np.full(n, np.inf))
    if used is not None:
        used = np.reshape(used, (-1, n))
        gaps[~(used[:, :, None] | used[:, None, :])] = np.inf
    far = np.min(gaps, axis=(1, 2)) > CLOSE * np.max(np.abs(stack), axis=1)
    if not far.all():
        k = int(np.argmin(far))
        i, j = sorted(int(i) for i in np.unravel_index(np.argmin(gaps[k]), (n, n)))
        raise NotDifferentiableError(_repeated(where, what, stack[k], i, j, advice))


def _repeated(where, what, v, i, j, advice):
    return (
        f"{where}: {what} {i} and {j} (counted from 0) are repeated: {v[i]:.6g} and {v[j]:.6g}, "
        f"gap {abs(v[i] - v[j]):.2g}; the derivative needs them distinct. {advice}"
    )


def symmetric_in_clusters(values, cotangent, where, what, advice):
    """Refuse a cotangent that tells nearly equal values apart.

    A function of eigenvalues that is symmetric in those of a cluster has a derivative although
    each of them has none; then its cotangent is the same for all of the cluster.

    Raises
    ------
    NotDifferentiableError
    """
    if cotangent is ZERO:
        return
    if type(cotangent) is not np.ndarray:  # traced: equal here, but perhaps not nearby
        distinct(values, where, what, advice)
    _symmetric_in_clusters(values, cotangent, where, what, advice)


@check
def _symmetric_in_clusters(values, cotangent, where, what, advice):
    n = np.shape(values)[-1]
    stack = np.reshape(values, (-1, n))
    bars = np.reshape(np.broadcast_to(cotangent, np.shape(values)), (-1, n))
    close = np.abs(np.diff(stack)) <= CLOSE * np.max(np.abs(stack), axis=1, keepdims=True)
    apart = np.abs(np.diff(bars)) > CLOSE * np.max(np.abs(bars), axis=1, keepdims=True)
    if np.any(close & apart):
        k, i = (int(i) for i in np.argwhere(close & apart)[0])
        raise NotDifferentiableError(_repeated(where, what, stack[k], i, i + 1, advice))


@check
def above_zero(values, where, message):
    """Refuse values of which one is 0.

    Raises
    ------
    NotDifferentiableError
    """
    if np.any(values == 0):
        raise NotDifferentiableError(f"{where}: {message}")


def columns_used(*cotangents):
    """Return which columns of eigenvectors have a cotangent that is not 0; None is all of them."""
    given = [c for c in cotangents if c is not ZERO]
    if any(type(c) is not np.ndarray for c in given):  # traced: 0 here, but perhaps not nearby
        return None
    return np.any([np.any(c != 0, axis=-2) for c in given], axis=0)


@check
def equal_pairs(values):
    """Return 1 for each pair of values that are nearly equal, so on the diagonal, and 0 else."""
    gaps = np.abs(values[..., :, None] - values[..., None, :])
    return 1.0 * (gaps <= CLOSE * np.max(np.abs(values), axis=-1)[..., None, None])


@check
def is_zero(values):
    """Return 1 for each value that is exactly 0, and 0 else."""
    return 1.0 * (values == 0)


def nonzero(values, where, message, cotangent=None):
    """Refuse values that are 0 to working precision, where the cotangent is not 0 as well.

    Raises
    ------
    NotDifferentiableError
    """
    if cotangent is ZERO:
        return
    # a traced cotangent may be 0 here, but not nearby
    _nonzero(values, where, message, cotangent if type(cotangent) is np.ndarray else 1.0)


@check
def _nonzero(values, where, message, cotangent):
    size = np.max(np.abs(values), axis=-1, keepdims=True)
    if np.any((np.abs(values) <= 4 * np.finfo(float).eps * size) & (np.asarray(cotangent) != 0)):
        raise NotDifferentiableError(f"{where}: {message}")


def full_rank(singular_values, shape, where, cutoff=0.0):
    """Refuse a matrix whose rank is not min(m, n), or cannot be told from a smaller one.

    Raises
    ------
    NotDifferentiableError
    """
    s = np.reshape(singular_values, (-1, np.shape(singular_values)[-1]))
    cutoff = max(cutoff, max(shape[-2:]) * np.finfo(float).eps)
    ranks = np.sum(s > cutoff * s[:, :1], axis=1)
    if np.min(ranks) < s.shape[1]:
        k = int(np.argmin(ranks))
        raise NotDifferentiableError(
            f"{where}: the {shape[-2]} by {shape[-1]} matrix has rank {ranks[k]} to working "
            f"precision (singular values from {s[k, 0]:.3g} to {s[k, -1]:.3g}), and a small change "
            f"can raise it, where the function jumps; it needs full rank {s.shape[1]}. Adding a "
            "ridge, as in solve(A.T @ A + eps * I, A.T @ b), has a derivative everywhere."
        )
