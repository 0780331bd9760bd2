"""Angle of a point of the plane."""

import numpy as np

from ..samples import away_from_zero, matrix
from .registry import Rule, case


def pushforward(F, primals, tangents):
    y, x = primals
    dy, dx = tangents
    return (x * dy - y * dx) / (x * x + y * y)


def pullback(F, primals, F_bar):
    y, x = primals
    square = x * x + y * y
    return lambda: F_bar * x / square, lambda: -F_bar * y / square


Rule(
    name="angle of a point",
    functions=(np.arctan2,),
    value=np.arctan2,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(away_from_zero(rng, 3, 2), matrix(rng, 3, 2)),
        case(1.2, away_from_zero(rng, 3)),
    ),
    source="elementary calculus",
    arity=2,
    keeps="primals",
    condition="a point other than the origin",
    statement=r"d\operatorname{atan2}(y, x) = (x\, dy - y\, dx)/(x^2 + y^2)",
)
