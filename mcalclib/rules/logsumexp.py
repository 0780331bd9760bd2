"""Logarithm of a sum of exponentials."""

import numpy as np

from ..linalg.probabilities import log_sum_exp
from ..samples import matrix, positive
from .registry import Rule, case


def spread(F, axis, keepdims):
    """Return a result with its axes kept, so that it fits the array again."""
    return F if keepdims or axis is None else np.expand_dims(F, axis)


def weights(F, X, axis, b, keepdims):
    """Return the share of each term in the sum; without b, the softmax."""
    share = np.exp(X - spread(F, axis, keepdims))
    return share if b is None else b * share


def pushforward(F, primals, tangents, axis=None, b=None, keepdims=False):
    (X,) = primals
    (dX,) = tangents
    return np.sum(weights(F, X, axis, b, keepdims) * dX, axis=axis, keepdims=keepdims)


def pullback(F, primals, F_bar, axis=None, b=None, keepdims=False):
    (X,) = primals
    return (weights(F, X, axis, b, keepdims) * spread(F_bar, axis, keepdims),)


Rule(
    name="log-sum-exp",
    functions=(log_sum_exp,),
    value=log_sum_exp,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2)),
        case(matrix(rng, 3, 2), axis=1),
        case(matrix(rng, 3, 2), axis=0, keepdims=True),
        case(matrix(rng, 3, 2), axis=(0, 1), b=positive(rng, 3, 2)),
    ),
    source="elementary calculus; its gradient is the softmax",
    statement=r"d\log\sum_i e^{x_i} = \sum_i p_i\, dx_i,\quad p = \operatorname{softmax}(x)",
)
