"""Arrays of one shape side by side along a new axis."""

import numpy as np

from ..samples import matrix
from .registry import ZERO, Rule, case


def value(*arrays, axis=0):
    return np.stack(arrays, axis=axis)


def pushforward(F, primals, tangents, axis=0):
    filled = [np.zeros(p.shape) if d is ZERO else d for p, d in zip(primals, tangents, strict=True)]
    return np.stack(filled, axis=axis)


def pullback(F, primals, F_bar, axis=0):
    before = (slice(None),) * (axis % np.ndim(F_bar))
    return tuple(F_bar[(*before, i)] for i in range(len(primals)))


Rule(
    name="arrays side by side",
    functions=(np.stack,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 2, 3), matrix(rng, 2, 3)),
        case(1.5, 2.5),
        case(matrix(rng, 2, 3), matrix(rng, 2, 3), matrix(rng, 2, 3), axis=-1),
    ),
    statement=r"d\,[A\;\; B] = [dA\;\; dB] \text{ along a new axis}",
    source="a linear function; its transpose takes the parts apart again",
    arity=-1,
    keeps="shapes",
)
