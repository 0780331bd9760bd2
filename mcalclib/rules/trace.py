"""Trace, and the trace of a product that need not be multiplied out."""

import numpy as np

from ..dispatch import overridable
from ..errors import ShapeError
from ..samples import matrix
from .forms import linear
from .registry import Rule, case, expands


@expands(
    np.trace,
    samples=lambda rng: (
        case(matrix(rng, 3, 3)),
        case(matrix(rng, 3, 4), offset=1),
        case(rng.standard_normal((2, 2, 3))),
    ),
)
def trace(A, offset=0, axis1=0, axis2=1):
    """Return np.trace(A); a product of two matrices is not multiplied out for it."""
    if len(A.shape) < 2:
        raise ShapeError(f"np.trace: expected a matrix, got shape {A.shape}.")
    if A.factors is not None and offset == 0 and A.shape[0] == A.shape[1]:
        return trace_of_product(*A.factors)
    if (offset, axis1, axis2) == (0, 0, 1) and len(A.shape) == 2:
        return trace_of_matrix(A)
    return np.sum(np.diagonal(A, offset, axis1, axis2), axis=-1)


@overridable
def trace_of_matrix(A):
    """Return tr(A)."""
    return np.trace(A)


@overridable
def trace_of_product(A, B):
    """Return tr(AB), one multiplication per entry."""
    return np.vdot(A, B.T) if not np.iscomplexobj(A) else np.sum(A * B.T)


def pullback_of_product(F, primals, F_bar):
    A, B = primals
    return lambda: F_bar * B.T, lambda: F_bar * A.T


linear(
    "trace",
    (trace_of_matrix,),
    trace_of_matrix,
    pullback=lambda A, F_bar: F_bar * np.eye(*A.shape),
    samples=lambda rng: (case(matrix(rng, 3, 3)), case(matrix(rng, 1, 1)), case(matrix(rng, 2, 4))),
    source="Magnus and Neudecker (2019), section 8.2",
    node="Trace",
    statement=r"d\operatorname{tr}A = \operatorname{tr}dA",
)

Rule(
    name="trace of a product",
    functions=(trace_of_product,),
    value=trace_of_product,
    pushforward=lambda F, primals, tangents: (
        trace_of_product(tangents[0], primals[1]) + trace_of_product(primals[0], tangents[1])
    ),
    pullback=pullback_of_product,
    samples=lambda rng: (
        case(matrix(rng, 3, 4), matrix(rng, 4, 3)),
        case(matrix(rng, 1, 2), matrix(rng, 2, 1)),
    ),
    source="Magnus and Neudecker (2019), section 8.2",
    arity=2,
    keeps="primals",
    statement=r"d\operatorname{tr}(AB) = \operatorname{tr}(dA\,B) + \operatorname{tr}(A\,dB)",
)
