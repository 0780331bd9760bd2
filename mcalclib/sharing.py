"""Work on one matrix that several rules need, done once: factorisations and inverses."""

import weakref

import numpy as np

_owned: dict[int, tuple[weakref.ref, dict]] = {}


def own(array):
    """Declare that an array will not change, so that work on it may be kept as long as it lives.

    Only the engine declares this, and only of arrays it made itself: an array that a caller
    can write to would make the kept work wrong.
    """
    key = id(array)
    if type(array) is np.ndarray and key not in _owned:
        _owned[key] = (weakref.ref(array, lambda _: _owned.pop(key, None)), {})


def shared(array, key, compute):
    """Return ``compute()``, kept with the array under this key when that is safe.

    Parameters
    ----------
    array : array
        A plain array (kept only when the engine owns it) or a traced one (always kept).
    key : str
        What is computed: "lu", "inverse".
    compute : callable
        Called without arguments.
    """
    memo = getattr(array, "memo", None)
    if memo is None:
        entry = _owned.get(id(array))
        if entry is None:
            return compute()
        memo = entry[1]
    if key not in memo:
        memo[key] = compute()
    return memo[key]
