"""Other names and shapes of products, said with @ and *."""

import numpy as np

from ..samples import matrix
from .registry import case, expands


def vectors(*sizes):
    return lambda rng: (case(*[rng.standard_normal(n) for n in sizes]),)


@expands(
    np.dot,
    samples=lambda rng: (
        case(matrix(rng, 3, 4), matrix(rng, 4, 2)),
        case(matrix(rng, 3, 4), rng.standard_normal(4)),
        case(2.0, matrix(rng, 2, 2)),
        case(rng.standard_normal((2, 3, 4)), rng.standard_normal((5, 4, 2))),
    ),
)
def dot(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return a @ b
    return np.tensordot(a, b, axes=(-1, -1 if np.ndim(b) == 1 else -2))


@expands(np.inner, samples=lambda rng: (case(matrix(rng, 2, 3), matrix(rng, 4, 3)),
                                        *vectors(3, 3)(rng), case(2.0, matrix(rng, 2, 2))))  # fmt: skip
def inner(a, b):
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return np.tensordot(a, b, axes=(-1, -1))


@expands(np.outer, np.linalg.outer, samples=vectors(3, 2))
def outer(a, b):
    return np.ravel(a)[:, None] * np.ravel(b)[None, :]


@expands(np.vdot, samples=lambda rng: (case(matrix(rng, 2, 3), matrix(rng, 2, 3)),
                                       *vectors(3, 3)(rng)))  # fmt: skip
def vdot(a, b):
    return np.sum(np.conjugate(np.ravel(a)) * np.ravel(b))


@expands(np.linalg.vecdot, samples=lambda rng: (case(matrix(rng, 2, 3), matrix(rng, 2, 3)),))
def vecdot(x1, x2, axis=-1):
    return np.sum(np.conjugate(x1) * x2, axis=axis)


@expands(np.vecdot, samples=lambda rng: (case(matrix(rng, 2, 3), matrix(rng, 2, 3)),))
def vecdot_ufunc(x1, x2, axis=-1):
    return np.sum(np.conjugate(x1) * x2, axis=axis)


if hasattr(np, "matvec"):  # NumPy 2.2 and newer

    @expands(
        np.matvec, samples=lambda rng: (case(rng.standard_normal((2, 4, 3)), matrix(rng, 2, 3)),)
    )
    def matvec(x1, x2):
        return (x1 @ x2[..., None])[..., 0]

    @expands(
        np.vecmat, samples=lambda rng: (case(matrix(rng, 2, 4), rng.standard_normal((2, 4, 3))),)
    )
    def vecmat(x1, x2):
        return (np.conjugate(x1)[..., None, :] @ x2)[..., 0, :]


@expands(np.linalg.matmul, samples=lambda rng: (case(matrix(rng, 2, 3), matrix(rng, 3, 2)),))
def matmul(x1, x2):
    return x1 @ x2


@expands(
    np.tensordot, np.linalg.tensordot,
    samples=lambda rng: (
        case(rng.standard_normal((2, 3, 4)), rng.standard_normal((4, 3, 2)), axes=([1, 2], [1, 0])),
        case(rng.standard_normal((2, 3)), rng.standard_normal((3, 2)), axes=1),
        case(rng.standard_normal(2), rng.standard_normal(3), axes=0),
    ),
)  # fmt: skip
def tensordot(a, b, axes=2):
    if isinstance(axes, int):
        axes = (range(-axes, 0), range(axes))
    mine, theirs = (
        [i % np.ndim(x) for i in np.atleast_1d(list(ax) if np.iterable(ax) else ax).astype(int)]
        for x, ax in zip((a, b), axes, strict=True)
    )
    free_a = [i for i in range(np.ndim(a)) if i not in mine]
    free_b = [i for i in range(np.ndim(b)) if i not in theirs]
    shape_a, shape_b = np.shape(a), np.shape(b)
    inner_size = int(np.prod([shape_a[i] for i in mine]))
    left = np.reshape(np.transpose(a, free_a + mine), (-1, inner_size))
    right = np.reshape(np.transpose(b, theirs + free_b), (inner_size, -1))
    return np.reshape(left @ right, [shape_a[i] for i in free_a] + [shape_b[i] for i in free_b])


@expands(np.cross, np.linalg.cross, samples=lambda rng: (*vectors(3, 3)(rng),
                                                         case(matrix(rng, 2, 3), matrix(rng, 2, 3))))  # fmt: skip
def cross(a, b, axis=-1):
    a0, a1, a2 = (np.take(a, i, axis=axis) for i in range(3))
    b0, b1, b2 = (np.take(b, i, axis=axis) for i in range(3))
    return np.stack([a1 * b2 - a2 * b1, a2 * b0 - a0 * b2, a0 * b1 - a1 * b0], axis=axis)


@expands(np.linalg.trace, samples=lambda rng: (case(matrix(rng, 3, 3)),
                                               case(rng.standard_normal((2, 3, 3)))))  # fmt: skip
def trace(x, offset=0):
    return np.trace(x, offset, -2, -1) if np.ndim(x) > 2 else np.trace(x, offset)


@expands(np.linalg.diagonal, samples=lambda rng: (case(rng.standard_normal((2, 3, 3))),))
def diagonal(x, offset=0):
    return np.diagonal(x, offset, -2, -1)


@expands(np.polyval, samples=lambda rng: (case(rng.standard_normal(4), rng.standard_normal(3)),))
def polyval(p, x):
    total = 0.0 * x
    for coefficient in p:
        total = total * x + coefficient
    return total


@expands(np.vander, samples=lambda rng: (case(rng.standard_normal(3)),
                                         case(rng.standard_normal(3), 4, increasing=True)))  # fmt: skip
def vander(x, N=None, increasing=False):
    powers = range(x.shape[0] if N is None else N)
    columns = [x**k for k in powers]
    return np.stack(columns if increasing else columns[::-1], axis=1)
