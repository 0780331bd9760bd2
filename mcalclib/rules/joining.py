"""Stacks and blocks, said with np.concatenate."""

import numpy as np

from ..samples import matrix
from .registry import case, expands


def pair(*shapes, **options):
    """Return a sampler of one sequence argument."""
    return lambda rng: (case([rng.standard_normal(s) for s in shapes], **options),)


@expands(np.vstack, samples=lambda rng: (*pair((2, 3), (1, 3))(rng), *pair((3,), (3,))(rng)))
def vstack(arrays):
    return np.concatenate([np.atleast_2d(a) for a in arrays], axis=0)


@expands(np.hstack, samples=lambda rng: (*pair((2, 3), (2, 1))(rng), *pair((3,), (2,))(rng),
                                         *pair((), ())(rng)))  # fmt: skip
def hstack(arrays):
    arrays = [np.atleast_1d(a) for a in arrays]
    return np.concatenate(arrays, axis=0 if arrays[0].ndim == 1 else 1)


@expands(np.dstack, samples=pair((2, 3), (2, 3)))
def dstack(arrays):
    return np.concatenate([np.atleast_3d(a) for a in arrays], axis=2)


@expands(np.column_stack, samples=pair((3,), (3, 2)))
def column_stack(arrays):
    columns = [a[:, None] if np.ndim(a) == 1 else a for a in arrays]
    return np.concatenate(columns, axis=1)


@expands(np.append, samples=lambda rng: (case(matrix(rng, 2, 2), matrix(rng, 1, 2), axis=0),
                                         case(matrix(rng, 2, 2), rng.standard_normal(3))))  # fmt: skip
def append(array, values, axis=None):
    if axis is None:
        return np.concatenate([np.ravel(array), np.ravel(values)])
    return np.concatenate([array, values], axis=axis)


@expands(
    np.block,
    samples=lambda rng: (
        case([[matrix(rng, 2, 2), matrix(rng, 2, 1)], [matrix(rng, 1, 2), matrix(rng, 1, 1)]]),
        case([[rng.standard_normal(()), 1.0], [0.0, rng.standard_normal(())]]),
        case([rng.standard_normal(2), rng.standard_normal(3)]),
    ),
)
def block(arrays):
    depth = _depth(arrays)
    ndim = max(depth, max(np.ndim(a) for a in _leaves(arrays)))
    return _block(arrays, -depth, ndim)


def _block(arrays, axis, ndim):
    if not isinstance(arrays, list):
        a = np.asarray(arrays) if isinstance(arrays, int | float) else arrays
        missing = ndim - np.ndim(a)
        return np.reshape(a, (1,) * missing + tuple(np.shape(a)))
    return np.concatenate([_block(a, axis + 1, ndim) for a in arrays], axis=axis)


def _depth(arrays):
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _leaves(arrays):
    if not isinstance(arrays, list):
        return [arrays]
    return [leaf for a in arrays for leaf in _leaves(a)]


def _at_least(n):
    def enter(a):
        missing = n - np.ndim(a)
        if missing <= 0:
            return a
        if n == 3 and np.ndim(a) > 0:  # NumPy puts the new axis last, and a vector in the middle
            return np.expand_dims(a, 2 if np.ndim(a) == 2 else (0, 2))
        return np.reshape(a, (1,) * missing + tuple(np.shape(a)))

    return enter


for _n, _function in enumerate((np.atleast_1d, np.atleast_2d, np.atleast_3d), start=1):
    expands(
        _function,
        samples=lambda rng: (case(rng.standard_normal(())), case(rng.standard_normal(3)),
                             case(matrix(rng, 2, 3))),
    )(_at_least(_n))  # fmt: skip
