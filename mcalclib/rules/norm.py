"""Norms of vectors and matrices, said with the norms that have rules."""

import numpy as np

from ..errors import NoRuleError, NotDifferentiableError, ShapeError
from ..samples import away_from_zero, full_rank, matrix, stack
from . import conditions
from .euclidean_norm import euclidean_norm
from .nuclear_norm import nuclear_norm
from .power_norm import power_norm
from .registry import case, expands
from .singular_value import singular_value


@expands(
    np.linalg.norm,
    samples=lambda rng: (
        case(rng.standard_normal(4)),
        case(matrix(rng, 3, 2)),
        case(rng.standard_normal((2, 3, 2))),
        case(away_from_zero(rng, 4), 1),
        case(away_from_zero(rng, 4), 3),
        case(away_from_zero(rng, 4), np.inf),
        case(away_from_zero(rng, 4), -np.inf),
        case(matrix(rng, 3, 2), axis=0),
        case(matrix(rng, 3, 2), np.inf, axis=1, keepdims=True),
        *(case(full_rank(rng, 3, 2), ord) for ord in ("fro", "nuc", 2, -2)),
        *(case(away_from_zero(rng, 3, 2), ord) for ord in (1, -1, np.inf, -np.inf)),
        case(rng.standard_normal((3, 2, 2)), 2, axis=(2, 0)),
        case(rng.standard_normal((3, 2, 2)), 1, axis=(-1, 0), keepdims=True),
        case(matrix(rng, 1, 1), 2),
    ),
)
def norm(x, ord=None, axis=None, keepdims=False):
    """Return np.linalg.norm(x, ord, axis, keepdims)."""
    ndim = np.ndim(x)
    axes = tuple(range(ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(a % ndim for a in axes)
    if len(axes) > 2 and ord is not None or len(axes) == 0 and ndim:
        raise ShapeError(
            f"np.linalg.norm: a vector or matrix is needed for ord={ord!r}, got shape "
            f"{np.shape(x)} and axis={axis}; give one or two axes."
        )
    if ord is None or len(axes) == 2 and ord == "fro" or len(axes) == 1 and ord == 2:
        N = euclidean_norm(x, axes)
    elif len(axes) == 1:
        N = _of_vector(x, ord, axes)
    else:
        N = _of_matrix(x, ord, axes)
    if keepdims:
        return N
    return np.reshape(N, tuple(n for i, n in enumerate(np.shape(x)) if i not in axes))


def _of_vector(x, p, axes):
    if isinstance(p, str) or p == 0:
        raise NoRuleError(
            f"np.linalg.norm: ord={p!r} of a vector has no derivative; use a number other than 0."
        )
    if np.isinf(p):
        return np.sum(extreme(x, axes[0], None, p > 0) * x, axis=axes, keepdims=True)
    return power_norm(x, float(p), axes)


def _of_matrix(x, ord, axes):
    row, column = axes
    if ord in (1, -1):
        return np.sum(extreme(x, column, row, ord > 0) * x, axis=axes, keepdims=True)
    if ord in (np.inf, -np.inf):
        return np.sum(extreme(x, row, column, ord > 0) * x, axis=axes, keepdims=True)
    if ord not in (2, -2, "nuc"):
        raise NoRuleError(
            f"np.linalg.norm: ord={ord!r} of a matrix has no derivative; use None, 'fro', 'nuc', "
            "1, -1, 2, -2, np.inf or -np.inf."
        )
    others = [i for i in range(np.ndim(x)) if i not in axes]
    x = np.transpose(x, (*others, row, column)) if axes != (np.ndim(x) - 2, np.ndim(x) - 1) else x
    N = nuclear_norm(x) if ord == "nuc" else singular_value(x, 0 if ord == 2 else -1)
    return np.expand_dims(N, axes)


@conditions.check
def extreme(x, along, summed, largest):
    """Return the gradient of the largest (smallest) of the sums of |x|: it is locally constant.

    Parameters
    ----------
    x : array
    along : int
        The axis along which the largest is taken.
    summed : int or None
        The axis over which |x| is summed first.
    largest : bool

    Raises
    ------
    NotDifferentiableError
        Where two of them are equal, or an entry in the one taken is 0.
    """
    conditions.real_only("np.linalg.norm", x)
    sums = np.abs(x) if summed is None else np.sum(np.abs(x), axis=summed, keepdims=True)
    ranked = np.sort(sums if largest else -sums, axis=along)
    first = np.abs(np.take(ranked, [-1], axis=along))
    name = "largest" if largest else "smallest"
    if ranked.shape[along] > 1:
        second = np.abs(np.take(ranked, [-2], axis=along))
        if np.any(np.abs(first - second) <= 4 * np.finfo(float).eps * first):
            raise NotDifferentiableError(
                f"np.linalg.norm: two entries or sums are {name} together, where the norm has a "
                "kink; move the point, or use a smooth norm."
            )
    chosen = sums == first
    if np.any(chosen & (x == 0)):
        raise NotDifferentiableError(
            f"np.linalg.norm: an entry that counts in the {name} sum is 0, where the norm has a "
            "kink; move the point, or use a smooth norm."
        )
    return chosen * np.sign(x)


@expands(
    np.linalg.vector_norm,
    samples=lambda rng: (
        case(matrix(rng, 3, 2)),
        case(matrix(rng, 3, 2), axis=1),
        case(away_from_zero(rng, 3), ord=1),
    ),
)
def vector_norm(x, *, axis=None, keepdims=False, ord=2):
    if isinstance(axis, tuple) or axis is None and np.ndim(x) != 1:
        axes = tuple(range(np.ndim(x))) if axis is None else axis
        shape = np.linalg.vector_norm(np.zeros(np.shape(x)), axis=axis, keepdims=keepdims).shape
        others = [i for i in range(np.ndim(x)) if i not in {a % np.ndim(x) for a in axes}]
        rest = tuple(np.shape(x)[i] for i in others)
        x = np.transpose(x, (*others, *(a % np.ndim(x) for a in axes)))
        return np.reshape(norm(np.reshape(x, (*rest, -1)), ord, -1), shape)
    return norm(x, ord, 0 if axis is None else axis, keepdims)


@expands(
    np.linalg.matrix_norm,
    samples=lambda rng: (
        case(matrix(rng, 3, 2)),
        case(stack(full_rank, rng, 3, 2), ord=2, keepdims=True),
    ),
)
def matrix_norm(x, *, keepdims=False, ord="fro"):
    return norm(x, ord, (-2, -1), keepdims)


@expands(
    np.linalg.cond,
    samples=lambda rng: (
        case(full_rank(rng, 3, 2)),
        case(full_rank(rng, 3, 3), -2),
        case(full_rank(rng, 3, 3), "fro"),
        case(full_rank(rng, 3, 3), 1),
        case(stack(full_rank, rng, 3, 3)),
    ),
)
def cond(x, p=None):
    """Return the condition number ‖A‖ ‖A⁻¹‖, in the 2-norm the ratio of singular values."""
    if p is None or p in (2, -2):
        high, low = singular_value(x, 0), singular_value(x, -1)
        return low / high if p == -2 else high / low
    return norm(x, p, (-2, -1)) * norm(np.linalg.inv(x), p, (-2, -1))
