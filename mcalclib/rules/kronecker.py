"""Kronecker product."""

import numpy as np

from ..errors import ShapeError
from ..samples import matrix
from .registry import Rule, case


def value(A, B):
    if np.ndim(A) > 2 or np.ndim(B) > 2:
        raise ShapeError(
            f"np.kron: expected matrices or vectors, got shapes {np.shape(A)} and {np.shape(B)}."
        )
    return np.kron(A, B)


def pushforward(F, primals, tangents):
    A, B = primals
    dA, dB = tangents
    return np.kron(dA, B) + np.kron(A, dB)


def pullback(F, primals, F_bar):
    A, B = primals
    rows_a, columns_a = _as_matrix(A)
    rows_b, columns_b = _as_matrix(B)
    blocks = np.reshape(F_bar, (rows_a, rows_b, columns_a, columns_b))
    A_matrix, B_matrix = (np.reshape(M, _as_matrix(M)) for M in (A, B))
    return (
        lambda: np.reshape(np.einsum("ipjq,pq->ij", blocks, B_matrix), A.shape),
        lambda: np.reshape(np.einsum("ipjq,ij->pq", blocks, A_matrix), B.shape),
    )


def _as_matrix(M):
    """Return the shape as a matrix; NumPy takes a vector in a Kronecker product as a row."""
    return (1,) * (2 - np.ndim(M)) + tuple(np.shape(M))


Rule(
    name="Kronecker product",
    functions=(np.kron,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 2, 3), matrix(rng, 3, 2)),
        case(matrix(rng, 1, 1), matrix(rng, 2, 1)),
        case(rng.standard_normal(2), rng.standard_normal(3)),
        case(rng.standard_normal(2), matrix(rng, 2, 2)),
    ),
    source="Magnus and Neudecker (2019), section 3.6",
    arity=2,
    keeps="primals",
    node="KroneckerProduct",
    statement=r"d(A \otimes B) = dA \otimes B + A \otimes dB",
)
