"""The larger of two entries."""

import numpy as np

from ..errors import NotDifferentiableError
from ..samples import matrix
from .registry import Rule, case


def first_wins(A, B):
    if np.any(A == B):
        raise NotDifferentiableError(
            "np.maximum has no derivative where both arguments are equal, and two entries are equal "
            "here; move the point, or use a smooth function such as np.logaddexp."
        )
    return A > B


def pushforward(F, primals, tangents):
    dA, dB = tangents
    return np.where(first_wins(*primals), dA, dB)


def pullback(F, primals, F_bar):
    first = first_wins(*primals)
    return lambda: np.where(first, F_bar, 0.0), lambda: np.where(first, 0.0, F_bar)


Rule(
    name="larger of two entries",
    functions=(np.maximum, np.fmax),
    value=np.maximum,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), matrix(rng, 3, 2)),
        case(matrix(rng, 3, 2), 0.0),
        case(matrix(rng, 3, 1), rng.standard_normal(2)),
    ),
    source="the derivative of the argument that is larger",
    arity=2,
    keeps="primals",
    condition="entries that differ",
    statement=r"d\max(a, b) = da \text{ if } a > b,\ db \text{ otherwise}",
)
