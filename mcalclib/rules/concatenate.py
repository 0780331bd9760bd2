"""Arrays joined along an axis."""

from itertools import accumulate

import numpy as np

from ..samples import matrix
from .registry import ZERO, Rule, case


def value(*arrays, axis=0):
    return np.concatenate(arrays, axis=axis)


def pushforward(F, primals, tangents, axis=0):
    filled = [np.zeros(p.shape) if d is ZERO else d for p, d in zip(primals, tangents, strict=True)]
    return np.concatenate(filled, axis=axis)


def pullback(F, primals, F_bar, axis=0):
    if axis is None:
        ends = accumulate(p.size for p in primals)
        return tuple(
            np.reshape(F_bar[end - p.size : end], p.shape)
            for p, end in zip(primals, ends, strict=True)
        )
    before = (slice(None),) * (axis % primals[0].ndim)
    sizes = [p.shape[axis] for p in primals]
    return tuple(
        F_bar[(*before, slice(end - size, end))]
        for size, end in zip(sizes, accumulate(sizes), strict=True)
    )


Rule(
    name="arrays joined",
    functions=(np.concatenate,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 2, 3), matrix(rng, 1, 3)),
        case(matrix(rng, 2, 3), matrix(rng, 2, 1), matrix(rng, 2, 2), axis=-1),
        case(matrix(rng, 2, 3), rng.standard_normal(2), axis=None),
    ),
    statement=r"d\,[A\;\; B] = [dA\;\; dB]",
    source="a linear function; its transpose takes the parts apart again",
    arity=-1,
    keeps="shapes",
)
