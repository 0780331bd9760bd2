"""Inverse and linear equations of arrays with many axes, said with those of matrices."""

import numpy as np

from ..samples import invertible
from .registry import case, expands


@expands(
    np.linalg.tensorinv,
    samples=lambda rng: (
        case(np.reshape(invertible(rng, 4), (2, 2, 4))),
        case(np.reshape(invertible(rng, 4), (4, 2, 2)), ind=1),
    ),
)
def tensorinv(a, ind=2):
    shape = np.shape(a)
    rows = int(np.prod(shape[:ind]))
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, -1))), shape[ind:] + shape[:ind])


@expands(
    np.linalg.tensorsolve,
    samples=lambda rng: (
        case(np.reshape(invertible(rng, 4), (2, 2, 4)), rng.standard_normal((2, 2))),
        case(np.reshape(invertible(rng, 4), (2, 4, 2)), rng.standard_normal((2, 2)), axes=(1,)),
    ),
)
def tensorsolve(a, b, axes=None):
    if axes is not None:
        moved = [k % np.ndim(a) for k in axes]
        a = np.transpose(a, [k for k in range(np.ndim(a)) if k not in moved] + moved)
    unknown = np.shape(a)[np.ndim(b) :]
    matrix = np.reshape(a, (-1, int(np.prod(unknown))))
    return np.reshape(np.linalg.solve(matrix, np.ravel(b)), unknown)
