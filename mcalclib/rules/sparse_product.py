"""Product of a sparse matrix with a vector or matrix, in its entries and in the other factor."""

import numpy as np

from ..linalg.sparse import Pattern, sparse_product
from ..samples import matrix
from .registry import ZERO, Rule, case


def sampled(G, X, pattern, transposed):
    """Return the entries of G Xᵀ at the places of the pattern, without the others."""
    if transposed:
        G, X = X, G
    entries = G[pattern.rows] * X[pattern.cols]
    return entries if np.ndim(X) == 1 else np.sum(entries, axis=1)


def pushforward(F, primals, tangents, pattern, transposed=False):
    data, x = primals
    ddata, dx = tangents
    moved = ZERO if ddata is ZERO else sparse_product(ddata, x, pattern, transposed)
    return moved if dx is ZERO else moved + sparse_product(data, dx, pattern, transposed)


def pullback(F, primals, F_bar, pattern, transposed=False):
    data, x = primals
    return (
        lambda: sampled(F_bar, x, pattern, transposed),
        lambda: sparse_product(data, F_bar, pattern, not transposed),
    )


PLACES = Pattern([0, 0, 1, 2, 2, 0], [0, 2, 1, 0, 2, 0], (3, 3))  # one place is given twice
WIDE = Pattern([0, 1, 1], [3, 0, 2], (2, 4))

Rule(
    name="product with a sparse matrix",
    functions=(sparse_product,),
    value=sparse_product,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(rng.standard_normal(6), rng.standard_normal(3), pattern=PLACES),
        case(rng.standard_normal(6), matrix(rng, 3, 2), pattern=PLACES, transposed=True),
        case(rng.standard_normal(3), matrix(rng, 4, 2), pattern=WIDE),
    ),
    source="the product rule; the derivative in the entries keeps their places",
    arity=2,
    keeps="primals",
    statement=r"d(Ax) = dA\,x + A\,dx",
)
