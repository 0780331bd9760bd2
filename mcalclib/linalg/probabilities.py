"""Sums of exponentials and the functions built on them.

Under SciPy's names: plain arrays give what SciPy gives, traced arrays are differentiated.
"""

import scipy.special

from ..dispatch import overridable
from ..errors import NoRuleError

expit = scipy.special.expit  # a ufunc, which traced arrays answer as they do NumPy's


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """Return log Σ b exp(a) without overflow.

    Parameters
    ----------
    a : array
    axis : int, tuple of int or None
        Where the sum is taken; None is over all entries.
    b : array, optional
        Constant factors of the exponentials, with a positive sum.
    keepdims : bool
        Whether the axes stay, with length 1.
    return_sign : bool
        Not differentiable; kept so that the signature is SciPy's.

    Returns
    -------
    array

    Raises
    ------
    NoRuleError
        For ``return_sign=True``.

    Examples
    --------
    >>> import numpy as np
    >>> bool(np.isclose(logsumexp(np.array([1000.0, 1000.0])), 1000 + np.log(2), rtol=1e-15))
    True
    """
    if return_sign:
        raise NoRuleError("logsumexp: return_sign=True is not supported; leave it out.")
    return log_sum_exp(a, axis, b, keepdims)


@overridable
def log_sum_exp(a, axis=None, b=None, keepdims=False):
    """Return `logsumexp`; the options are constants."""
    return scipy.special.logsumexp(a, axis=axis, b=b, keepdims=keepdims)


@overridable
def softmax(x, axis=None):
    """Return exp(x) divided by its sum over an axis.

    Parameters
    ----------
    x : array
    axis : int, tuple of int or None
        None is over all entries.

    Returns
    -------
    array shaped like x
        Positive numbers that sum to 1 over the axis.

    Examples
    --------
    >>> import numpy as np
    >>> softmax(np.log(np.array([1.0, 2.0, 5.0])))
    array([0.125, 0.25 , 0.625])
    """
    return scipy.special.softmax(x, axis=axis)


def log_softmax(x, axis=None):
    """Return the logarithm of `softmax` without underflow.

    Parameters
    ----------
    x : array
    axis : int, tuple of int or None

    Returns
    -------
    array shaped like x

    Examples
    --------
    >>> import numpy as np
    >>> np.allclose(log_softmax(np.array([0.0, 1000.0])), [-1000.0, 0.0])
    True
    """
    return x - logsumexp(x, axis=axis, keepdims=True)
