"""Logarithm of a sum of two exponentials, without overflow."""

import numpy as np

from ..samples import matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    A, B = primals
    dA, dB = tangents
    return np.exp(A - F) * dA + np.exp(B - F) * dB


def pullback(F, primals, F_bar):
    A, B = primals
    return lambda: np.exp(A - F) * F_bar, lambda: np.exp(B - F) * F_bar


Rule(
    name="logarithm of a sum of two exponentials",
    functions=(np.logaddexp,),
    value=np.logaddexp,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), matrix(rng, 3, 2)),
        case(0.0, 20 * matrix(rng, 3, 2)),
    ),
    source="elementary calculus",
    arity=2,
    statement=r"d\log(e^a + e^b) = (e^a da + e^b db)/(e^a + e^b)",
)
