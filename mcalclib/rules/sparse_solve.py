"""Solution of linear equations with a sparse matrix, in its entries and the right-hand side."""

from ..linalg.sparse import sparse_product, sparse_solve
from ..samples import matrix, positive
from .registry import ZERO, Rule, case
from .sparse_product import PLACES, sampled


def pushforward(F, primals, tangents, pattern, transposed=False):
    data, _ = primals
    ddata, db = tangents
    right = db if ddata is ZERO else db - sparse_product(ddata, F, pattern, transposed)
    return sparse_solve(data, right, pattern, transposed)


def pullback(F, primals, F_bar, pattern, transposed=False):
    data, _ = primals
    G = sparse_solve(data, F_bar, pattern, not transposed)
    return lambda: -sampled(G, F, pattern, transposed), lambda: G


def entries(rng):
    """Return entries that make the matrix of the pattern invertible."""
    return positive(rng, 6) + [3, 0, 3, 0, 3, 0]


Rule(
    name="sparse linear solve",
    functions=(sparse_solve,),
    value=sparse_solve,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(entries(rng), rng.standard_normal(3), pattern=PLACES),
        case(entries(rng), matrix(rng, 3, 2), pattern=PLACES, transposed=True),
    ),
    source="the linear solve, Giles (2008), section 2.3.1, at the places of the entries",
    arity=2,
    condition="an invertible matrix; its zeros stay zero",
    statement=r"d(A^{-1}b) = A^{-1}(db - dA\, A^{-1}b)",
)
