"""Matrix inverse."""

import numpy as np

from ..factorisations import inverse
from ..samples import invertible, stack
from .registry import Rule, case


def pushforward(F, primals, tangents):
    (dX,) = tangents
    return -F @ dX @ F


def pullback(F, primals, F_bar):
    return (-F.mT @ F_bar @ F.mT,)


Rule(
    name="matrix inverse",
    functions=(np.linalg.inv,),
    value=inverse,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(invertible(rng, 4)),
        case(invertible(rng, 1)),
        case(stack(invertible, rng, 3)),
        case(invertible(rng, 3) + 0.3j * invertible(rng, 3)),
    ),
    source="Giles (2008), section 2.2.3",
    keeps="F",
    condition="an invertible matrix",
    node="Inverse",
    statement=r"d(X^{-1}) = -X^{-1}\, dX\, X^{-1}",
)
