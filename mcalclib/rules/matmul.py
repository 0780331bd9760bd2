"""Matrix product, of matrices, vectors and stacks of matrices."""

import numpy as np

from ..samples import matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    A, B = primals
    dA, dB = tangents
    return dA @ B + A @ dB


def pullback(F, primals, F_bar):
    A, B = primals
    row, column = np.ndim(A) == 1, np.ndim(B) == 1
    # a vector is a row on the left and a column on the right
    if row and column:
        return lambda: F_bar * B, lambda: F_bar * A
    if row:
        return lambda: (B @ F_bar[..., None])[..., 0], lambda: A[:, None] * F_bar[..., None, :]
    if column:
        return lambda: F_bar[..., None] * B, lambda: (A.mT @ F_bar[..., None])[..., 0]
    return lambda: F_bar @ B.mT, lambda: A.mT @ F_bar


Rule(
    name="matrix product",
    functions=(np.matmul,),
    value=np.matmul,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 4), matrix(rng, 4, 2)),
        case(matrix(rng, 1, 1), matrix(rng, 1, 1)),
        case(matrix(rng, 3, 4), rng.standard_normal(4)),
        case(rng.standard_normal(3), matrix(rng, 3, 4)),
        case(rng.standard_normal(3), rng.standard_normal(3)),
        case(rng.standard_normal((5, 3, 2)), rng.standard_normal((5, 2, 4))),
        case(rng.standard_normal((5, 3, 2)), matrix(rng, 2, 4)),
        case(rng.standard_normal((5, 3, 2)), rng.standard_normal(2)),
        case(rng.standard_normal(3), rng.standard_normal((5, 3, 2))),
    ),
    source="Giles (2008), section 2.2.2",
    arity=2,
    keeps="primals",
    node="MatMul",
    statement=r"d(AB) = dA\, B + A\, dB",
)
