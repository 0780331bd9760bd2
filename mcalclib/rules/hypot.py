"""Length of a vector of the plane."""

import numpy as np

from ..samples import away_from_zero, matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    a, b = primals
    da, db = tangents
    return (a * da + b * db) / F


def pullback(F, primals, F_bar):
    a, b = primals
    return lambda: F_bar * a / F, lambda: F_bar * b / F


Rule(
    name="length of a plane vector",
    functions=(np.hypot,),
    value=np.hypot,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(away_from_zero(rng, 3, 2), matrix(rng, 3, 2)),
        case(3.0, matrix(rng, 2, 2)),
    ),
    source="elementary calculus",
    arity=2,
    condition="a vector other than 0",
    statement=r"d\sqrt{a^2 + b^2} = (a\, da + b\, db)/\sqrt{a^2 + b^2}",
)
