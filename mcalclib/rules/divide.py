"""Quotient, entry by entry."""

import numpy as np

from ..samples import away_from_zero, matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    _, B = primals
    dA, dB = tangents
    return (dA - F * dB) / B


def pullback(F, primals, F_bar):
    _, B = primals
    return lambda: F_bar / B, lambda: -F * F_bar / B


Rule(
    name="quotient",
    functions=(np.divide,),
    value=np.divide,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), away_from_zero(rng, 3, 2)),
        case(matrix(rng, 3, 2), 1.7),
        case(1.0, away_from_zero(rng, 2, 1, 3)),
    ),
    source="quotient rule",
    arity=2,
    condition="a divisor without zeros",
    statement=r"d(a/b) = (da - (a/b)\, db)/b",
)
