"""Sum of two arrays."""

import numpy as np

from ..samples import matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    dA, dB = tangents
    return dA + dB


def pullback(F, primals, F_bar):
    return F_bar, F_bar


Rule(
    name="sum of two arrays",
    functions=(np.add,),
    value=np.add,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), matrix(rng, 3, 2)),
        case(matrix(rng, 3, 2), rng.standard_normal(2)),
        case(matrix(rng, 3, 1), matrix(rng, 1, 2)),
        case(rng.standard_normal((2, 3, 1)), 2.0),
    ),
    source="Magnus and Neudecker (2019), section 8.2",
    arity=2,
    keeps="",
    node="MatAdd",
    statement=r"d(A + B) = dA + dB",
)
