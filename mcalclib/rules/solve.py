"""Solution of linear equations, in the matrix and in the right-hand side."""

import numpy as np

from ..factorisations import solve
from ..samples import full_rank, invertible, matrix, stack
from ..sharing import keep
from .registry import Rule, case, expands
from .stacks import as_columns


def pushforward(F, primals, tangents, transposed=False):
    A, b = primals
    dA, db = tangents
    column, back = as_columns(b)
    dA = dA.mT if transposed else dA
    return back(solve(A, column(db) - dA @ column(F), transposed))


def pullback(F, primals, F_bar, transposed=False):
    A, b = primals
    column, back = as_columns(b)
    X, G = column(F), solve(A, column(F_bar), not transposed)
    return lambda: -X @ G.mT if transposed else -G @ X.mT, lambda: back(G)


Rule(
    name="linear solve",
    functions=(solve,),
    value=solve,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(invertible(rng, 4), matrix(rng, 4, 2)),
        case(invertible(rng, 4), rng.standard_normal(4)),
        case(invertible(rng, 4), matrix(rng, 4, 2), transposed=True),
        case(invertible(rng, 1), matrix(rng, 1, 3)),
        case(stack(invertible, rng, 3), stack(matrix, rng, 3, 2)),
        case(stack(invertible, rng, 3), rng.standard_normal(3)),
        case(invertible(rng, 3), stack(matrix, rng, 3, 2), transposed=True),
        case(invertible(rng, 3) + 1j * matrix(rng, 3, 3), matrix(rng, 3, 2), transposed=True),
        case(invertible(rng, 3), rng.standard_normal(3) + 1j * rng.standard_normal(3)),
    ),
    source="Giles (2008), section 2.3.1",
    arity=2,
    condition="an invertible matrix A",
    statement=r"d(A^{-1}B) = A^{-1}(dB - dA\, A^{-1}B)",
)


@expands(
    np.linalg.solve,
    samples=lambda rng: (
        case(invertible(rng, 3), matrix(rng, 3, 2)),
        case(full_rank(rng, 2, 2), rng.standard_normal(2)),
    ),
)
def linear_solve(a, b):
    """Return np.linalg.solve(a, b); a constant matrix is factorised once for both directions."""
    if type(a) is np.ndarray:
        a = keep(a)
    return solve(a, b)
