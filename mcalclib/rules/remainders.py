"""Remainder of a division, and the functions that round."""

import numpy as np

from ..samples import away_from_zero, positive
from .registry import Rule, case, locally_constant

locally_constant(
    np.floor, np.ceil, np.trunc, np.rint, np.round, np.floor_divide, np.heaviside, np.signbit
)


def pushforward(F, primals, tangents):
    A, B = primals
    dA, dB = tangents
    return dA - np.floor(A / B) * dB


def pullback(F, primals, F_bar):
    A, B = primals
    return F_bar, lambda: -np.floor(A / B) * F_bar


Rule(
    name="remainder",
    functions=(np.remainder,),
    value=np.remainder,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(5 * away_from_zero(rng, 3, 2), positive(rng, 3, 2)),
        case(5 * away_from_zero(rng, 3), 2.0),
    ),
    statement=r"d(a - b \lfloor a/b \rfloor) = da - \lfloor a/b \rfloor\, db",
    source="a - b floor(a/b), where the floor is constant near the point",
    arity=2,
    keeps="primals",
    condition="a quotient that is not an integer",
)
