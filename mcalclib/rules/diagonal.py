"""The diagonal of a matrix, and the matrix with a given diagonal."""

import numpy as np

from ..dispatch import overridable
from ..errors import ShapeError
from ..samples import matrix
from .forms import linear
from .registry import case, expands


def value(X, offset=0, axis1=0, axis2=1):
    return np.diagonal(X, offset, axis1, axis2)


@overridable
def on_diagonal(v, offset, shape):
    """Return zeros of the given shape with v on a diagonal of the last two axes."""
    X = np.zeros(v.shape[:-1] + tuple(shape), dtype=v.dtype)
    i = np.arange(v.shape[-1])
    X[..., i + max(-offset, 0), i + max(offset, 0)] = v
    return X


def pullback(X, F_bar, offset=0, axis1=0, axis2=1):
    shape = (X.shape[axis1], X.shape[axis2])
    return np.moveaxis(on_diagonal(F_bar, offset=offset, shape=shape), (-2, -1), (axis1, axis2))


linear(
    "diagonal of a matrix",
    (np.diagonal,),
    value,
    pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 3)),
        case(matrix(rng, 3, 4), offset=1),
        case(matrix(rng, 4, 3), offset=-2),
        case(rng.standard_normal((2, 3, 3)), axis1=-2, axis2=-1),
    ),
    source="a linear function; its transpose puts the entries back on the diagonal",
    statement=r"d\operatorname{diag}(A) = \operatorname{diag}(dA)",
)
linear(
    "diagonal matrix",
    (on_diagonal,),
    on_diagonal,
    pullback=lambda v, F_bar, offset, shape: np.diagonal(F_bar, offset, -2, -1),
    samples=lambda rng: (
        case(rng.standard_normal(3), offset=0, shape=(3, 3)),
        case(rng.standard_normal(2), offset=1, shape=(3, 3)),
    ),
    source="a linear function; its transpose reads the diagonal",
    node="DiagMatrix",
    statement=r"d\operatorname{Diag}(v) = \operatorname{Diag}(dv)",
)


@expands(
    np.diag,
    samples=lambda rng: (
        case(rng.standard_normal(3)),
        case(rng.standard_normal(2), k=-1),
        case(matrix(rng, 3, 3)),
        case(matrix(rng, 3, 4), k=1),
    ),
)
def diag(v, k=0):
    if len(v.shape) == 1:
        n = v.shape[0] + abs(k)
        return on_diagonal(v, offset=k, shape=(n, n))
    if len(v.shape) == 2:
        return np.diagonal(v, k)
    raise ShapeError(f"np.diag: expected a vector or a matrix, got shape {v.shape}.")


@expands(np.diagflat, samples=lambda rng: (case(rng.standard_normal(3)), case(matrix(rng, 2, 2))))
def diagflat(v, k=0):
    return np.diag(np.ravel(v), k)
