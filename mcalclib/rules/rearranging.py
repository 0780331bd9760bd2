"""Rearrangements of entries, said with reshape, transpose and indexing."""

import numpy as np

from ..samples import matrix
from .registry import case, expands


@expands(np.squeeze, samples=lambda rng: (case(rng.standard_normal((1, 3, 1))),
                                          case(rng.standard_normal((1, 3, 1)), axis=0)))  # fmt: skip
def squeeze(a, axis=None):
    axes = range(len(a.shape)) if axis is None else np.atleast_1d(axis) % len(a.shape)
    gone = {i for i in axes if a.shape[i] == 1}
    return np.reshape(a, [n for i, n in enumerate(a.shape) if i not in gone])


@expands(np.copy, samples=lambda rng: (case(matrix(rng, 2, 3)),))
def copy(a, order="K", subok=False):
    return a  # traced arrays cannot be written to, so one serves as well as two


@expands(np.matrix_transpose, np.linalg.matrix_transpose,
         samples=lambda rng: (case(rng.standard_normal((2, 3, 4))),))  # fmt: skip
def matrix_transpose(x):
    return np.swapaxes(x, -1, -2)


@expands(np.take, samples=lambda rng: (case(matrix(rng, 3, 2), np.array([0, 4, 4])),
                                       case(matrix(rng, 3, 2), np.array([2, 0]), axis=0),
                                       case(matrix(rng, 3, 2), 1, axis=1)))  # fmt: skip
def take(a, indices, axis=None):
    if axis is None:
        return np.ravel(a)[indices]
    return a[(slice(None),) * (axis % len(a.shape)) + (indices,)]


@expands(np.repeat, samples=lambda rng: (case(matrix(rng, 3, 2), 2),
                                         case(matrix(rng, 3, 2), [1, 0, 2], axis=0)))  # fmt: skip
def repeat(a, repeats, axis=None):
    size = int(np.prod(a.shape)) if axis is None else a.shape[axis]
    return np.take(a, np.repeat(np.arange(size), repeats), axis=axis)


@expands(np.tile, samples=lambda rng: (case(rng.standard_normal(3), 2),
                                       case(matrix(rng, 2, 3), (2, 1, 2))))  # fmt: skip
def tile(a, reps):
    reps = (reps,) if isinstance(reps, int) else tuple(reps)
    a = np.reshape(a, (1,) * (len(reps) - len(a.shape)) + tuple(a.shape))
    reps = (1,) * (len(a.shape) - len(reps)) + reps
    for axis, count in enumerate(reps):
        a = np.concatenate([a] * count, axis=axis)
    return a


@expands(np.rot90, samples=lambda rng: (case(matrix(rng, 2, 3)), case(matrix(rng, 2, 3), 3)))
def rot90(m, k=1, axes=(0, 1)):
    first, second = axes
    for _ in range(k % 4):
        m = np.swapaxes(np.flip(m, second), first, second)
    return m


@expands(np.sort, samples=lambda rng: (case(matrix(rng, 3, 4)), case(matrix(rng, 3, 4), axis=0),
                                       case(matrix(rng, 3, 4), axis=None)))  # fmt: skip
def sort(a, axis=-1):
    if axis is None:
        a, axis = np.ravel(a), 0
    return np.take_along_axis(a, np.argsort(a, axis=axis), axis=axis)


@expands(np.take_along_axis,
         samples=lambda rng: (case(matrix(rng, 2, 3), np.array([[2, 0], [1, 1]]), axis=1),))  # fmt: skip
def take_along_axis(arr, indices, axis=-1):
    places = list(np.ix_(*[np.arange(n) for n in indices.shape]))
    places[axis] = indices
    return arr[tuple(places)]


@expands(np.split, np.array_split,
         samples=lambda rng: (case(matrix(rng, 4, 3), 2), case(matrix(rng, 4, 3), [1, 3], axis=0)))  # fmt: skip
def split(ary, indices_or_sections, axis=0):
    pieces = np.array_split(np.arange(ary.shape[axis]), indices_or_sections)
    return tuple(np.take(ary, piece, axis=axis) for piece in pieces)
