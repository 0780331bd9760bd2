"""Solution of triangular equations."""

import numpy as np

from ..linalg.triangular import solve_triangular
from ..samples import full_rank, matrix, stack
from .registry import ZERO, Rule, case
from .stacks import as_columns


def triangle(A, lower, unit_diagonal):
    """Return the entries that the function reads, by a constant mask."""
    mask = np.tri(np.shape(A)[-1], k=-1 if unit_diagonal else 0)
    return A * (mask if lower else mask.T)


def pushforward(F, primals, tangents, trans=0, lower=False, unit_diagonal=False, **_):
    a, b = primals
    da, db = tangents
    column, back = as_columns(b)
    if da is not ZERO:
        da = triangle(da, lower, unit_diagonal)
        da = da.mT if trans in (1, "T") else da
    right = column(db) - da @ column(F)
    return back(solve_triangular(a, right, trans, lower, unit_diagonal))


def pullback(F, primals, F_bar, trans=0, lower=False, unit_diagonal=False, **_):
    a, b = primals
    transposed = trans in (1, "T")
    column, back = as_columns(b)
    X = column(F)
    G = solve_triangular(a, column(F_bar), int(not transposed), lower, unit_diagonal)

    def matrix_bar():
        return triangle(-X @ G.mT if transposed else -G @ X.mT, lower, unit_diagonal)

    return matrix_bar, lambda: back(G)


def triangular(rng, n):
    return full_rank(rng, n, n) + 3 * np.eye(n)


Rule(
    name="triangular solve",
    functions=(solve_triangular,),
    value=solve_triangular,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(triangular(rng, 4), matrix(rng, 4, 2)),
        case(triangular(rng, 4), rng.standard_normal(4), trans="T"),
        case(triangular(rng, 3), rng.standard_normal(3), lower=True),
        case(triangular(rng, 3), matrix(rng, 3, 2), lower=True, unit_diagonal=True, trans=1),
        case(triangular(rng, 1), matrix(rng, 1, 2)),
        case(triangular(rng, 3) + 1j * matrix(rng, 3, 3), rng.standard_normal(3), trans=1),
        case(stack(triangular, rng, 3), stack(matrix, rng, 3, 2), lower=True),
    ),
    source="the linear solve, Giles (2008), section 2.3.1, with the entries that are read",
    arity=2,
    condition="a triangular matrix without a zero on its diagonal",
    statement=r"d(T^{-1}B) = T^{-1}(dB - dT\, T^{-1}B)",
)
