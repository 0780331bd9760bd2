"""Nuclear norm: the sum of the singular values."""

import numpy as np

from .. import factorisations
from ..dispatch import overridable
from ..samples import full_rank, stack
from . import conditions
from .registry import Rule, case
from .stacks import per_matrix

AT_ZERO = (
    "the nuclear norm has a kink where a singular value is 0, as here; the derivative needs full "
    "rank."
)


@overridable
def nuclear_norm(A):
    """Return the sum of the singular values of matrices."""
    conditions.real_only("np.linalg.norm", A)
    return np.sum(factorisations.svd(A)[1], axis=-1)


def gradient(A):
    """Return UVᵀ, the orthogonal factor of the polar decomposition."""
    U, s, Vt = factorisations.svd(A)
    conditions.nonzero(s, "np.linalg.norm", AT_ZERO)
    return U @ Vt


def pushforward(F, primals, tangents):
    (A,) = primals
    (dA,) = tangents
    return np.sum(gradient(A) * dA, axis=(-2, -1))


def pullback(F, primals, F_bar):
    (A,) = primals
    return (per_matrix(F_bar) * gradient(A),)


Rule(
    name="nuclear norm",
    functions=(nuclear_norm,),
    value=nuclear_norm,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 3, 3)),
        case(full_rank(rng, 4, 2)),
        case(full_rank(rng, 2, 4)),
        case(full_rank(rng, 1, 1)),
        case(stack(full_rank, rng, 3, 2)),
    ),
    source="Watson (1992), Characterization of the subdifferential of some matrix norms",
    keeps="primals",
    condition="full rank; the singular values may be repeated",
    statement=r"d\|A\|_* = \langle UV^T, dA \rangle",
)
