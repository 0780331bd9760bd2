"""Sign of entries."""

import numpy as np

from ..errors import NotDifferentiableError
from ..samples import away_from_zero
from .registry import ZERO, Rule, case


def value(X):
    if np.any(X == 0):
        raise NotDifferentiableError(
            "np.sign jumps at 0, and an entry is 0 here; it has no derivative there."
        )
    return np.sign(X)


Rule(
    name="sign of entries",
    functions=(np.sign,),
    value=value,
    pushforward=lambda F, primals, tangents: ZERO,
    pullback=lambda F, primals, F_bar: (None,),
    samples=lambda rng: (case(away_from_zero(rng, 3, 2)), case(-1.3)),
    source="constant on each side of 0",
    keeps="",
    condition="no entry equal to 0",
    statement=r"d\operatorname{sign}(x) = 0",
)
