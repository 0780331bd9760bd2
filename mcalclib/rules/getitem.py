"""Indexing and slicing."""

from operator import getitem

import numpy as np

from ..dispatch import overridable
from ..samples import matrix
from .registry import Rule, case


def value(X, index):
    return X[index]


def pushforward(F, primals, tangents, index):
    (dX,) = tangents
    return dX[index]


def pullback(F, primals, F_bar, index):
    (X,) = primals
    return (scatter(F_bar, index=index, shape=X.shape),)


@overridable
def scatter(F_bar, index, shape):
    """Return zeros of the given shape with F_bar added at the index: the transpose of X[index]."""
    X_bar = np.zeros(shape, dtype=np.result_type(F_bar))
    if _repeats(index):
        np.add.at(X_bar, index, F_bar)
    else:
        X_bar[index] = F_bar
    return X_bar


def _repeats(index):
    """Whether an index may name an entry twice: only lists and integer arrays can."""
    parts = index if isinstance(index, tuple) else (index,)
    return any(
        isinstance(p, list) or (isinstance(p, np.ndarray) and p.dtype != bool) for p in parts
    )


Rule(
    name="indexing",
    functions=(getitem,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), index=(slice(None), 1)),
        case(matrix(rng, 4, 3), index=(slice(0, 3, 2), slice(None, None, -1))),
        case(matrix(rng, 3, 2), index=([0, 0, 2], [1, 1, 0])),
        case(matrix(rng, 3, 2), index=np.array([[True, False], [False, True], [True, True]])),
        case(rng.standard_normal(4), index=(slice(None), None)),
        case(rng.standard_normal((2, 3, 4)), index=(..., 0)),
        case(rng.standard_normal(4), index=2),
    ),
    source="a linear function; its transpose puts each entry back where it came from",
    keeps="shapes",
    statement=r"d(a_{ij}) = (dA)_{ij}",
)

Rule(
    name="entries put back at an index",
    functions=(scatter,),
    value=scatter,
    pushforward=lambda F, primals, tangents, index, shape: scatter(
        tangents[0], index=index, shape=shape
    ),
    pullback=lambda F, primals, F_bar, index, shape: (F_bar[index],),
    samples=lambda rng: (
        case(rng.standard_normal(3), index=(slice(None), 1), shape=(3, 2)),
        case(rng.standard_normal(3), index=([0, 0, 2], [1, 1, 0]), shape=(3, 2)),
    ),
    statement=r"d\Bigl(\sum_k a_k e_{i_k}\Bigr) = \sum_k da_k\, e_{i_k}",
    source="the transpose of indexing",
    keeps="",
)
