"""Hadamard product: entry times entry, or scalar times array."""

import numpy as np

from ..samples import matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    A, B = primals
    dA, dB = tangents
    return dA * B + A * dB


def pullback(F, primals, F_bar):
    A, B = primals
    return lambda: F_bar * B, lambda: A * F_bar


Rule(
    name="Hadamard product",
    functions=(np.multiply,),
    value=np.multiply,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), matrix(rng, 3, 2)),
        case(2.5, matrix(rng, 3, 2)),
        case(matrix(rng, 3, 1), rng.standard_normal((2, 1, 4))),
    ),
    source="Magnus and Neudecker (2019), section 8.2",
    arity=2,
    keeps="primals",
    node="HadamardProduct",
    statement=r"d(A \circ B) = dA \circ B + A \circ dB",
)
