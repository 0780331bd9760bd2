"""Functions of our own that traced arrays can answer, as they answer NumPy's."""

from functools import wraps

import numpy as np

_PLAIN = np.ndarray.__array_function__


def overridable(function):
    """Let an argument's ``__array_function__`` take over, as NumPy does for its own functions.

    NumPy offers this to its own functions only; SciPy's have nothing like it.
    """

    @wraps(function)
    def public(*args, **kwargs):
        for argument in (*args, *kwargs.values()):
            override = getattr(type(argument), "__array_function__", _PLAIN)
            if override is not _PLAIN:
                return argument.__array_function__(public, (type(argument),), args, kwargs)
        return function(*args, **kwargs)

    return public
