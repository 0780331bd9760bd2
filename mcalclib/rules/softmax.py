"""Softmax."""

import numpy as np

from ..linalg.probabilities import softmax
from ..samples import matrix
from .registry import Rule, case


def derivative(F, dX, axis):
    """Return (diag(p) - ppᵀ) dX, a symmetric map, so that it is its own transpose."""
    return F * (dX - np.sum(F * dX, axis=axis, keepdims=True))


Rule(
    name="softmax",
    functions=(softmax,),
    value=softmax,
    pushforward=lambda F, primals, tangents, axis=None: derivative(F, tangents[0], axis),
    pullback=lambda F, primals, F_bar, axis=None: (derivative(F, F_bar, axis),),
    samples=lambda rng: (
        case(rng.standard_normal(4)),
        case(matrix(rng, 3, 2)),
        case(matrix(rng, 3, 2), axis=-1),
        case(matrix(rng, 1, 1), axis=0),
    ),
    source="elementary calculus",
    keeps="F",
    statement=r"dp = (\operatorname{diag}(p) - pp^T)\, dx,\quad p = \operatorname{softmax}(x)",
)
