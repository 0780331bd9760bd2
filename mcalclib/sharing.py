"""Work on one matrix that several rules need, done once: factorisations and inverses."""

import weakref

_kept: dict[int, tuple[weakref.ref, dict]] = {}

# The arrays that a rule is called with just now, and for each whether it is traced (not None).
# The engine made a traced array itself, so it cannot change while it lives, and work on it may be
# kept; an array that a caller can write to would make kept work wrong. A plain global, since the
# engine sets it for every operation.
trusted: tuple = ((), ())


def shared(array, key, compute):
    """Return ``compute()``, kept with the array under this key when that is safe.

    Parameters
    ----------
    array : array
        A plain array (kept only when the engine trusts it) or a traced one (always kept).
    key : str
        What is computed: "lu", "inverse".
    compute : callable
        Called without arguments.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.eye(2)
    >>> shared(A, "sum", lambda: float(A.sum()))       # a caller's own array: nothing is kept
    2.0
    """
    memo = _memo_of(array)
    if memo is None:
        return compute()
    if key not in memo:
        memo[key] = compute()
    return memo[key]


def _memo_of(array):
    if hasattr(array, "memo"):  # a traced array, which nobody can write to
        if array.memo is None:
            array.memo = {}
        return array.memo
    key = id(array)
    entry = _kept.get(key)
    if entry is not None:
        return entry[1]
    values, parents = trusted
    for value, parent in zip(values, parents, strict=True):
        if value is array and parent is not None:
            return _memo_for(array)
    return None


def keep(array):
    """Return a constant array such that work on it may be kept: itself if so, else a copy.

    Examples
    --------
    >>> import numpy as np
    >>> A = np.eye(2)
    >>> B = keep(A)
    >>> B is A, keep(B) is B
    (False, True)
    """
    if id(array) in _kept:
        return array
    copy = array.copy()
    copy.flags.writeable = False
    return own(copy)


def own(array):
    """Declare that nobody will write to an array, one that a rule has just made."""
    if id(array) not in _kept:
        _memo_for(array)
    return array


def _memo_for(array):
    key = id(array)
    memo = {}
    _kept[key] = (weakref.ref(array, lambda _: _kept.pop(key, None)), memo)
    return memo
