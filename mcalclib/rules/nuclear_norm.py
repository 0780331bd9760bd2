"""Nuclear norm: the sum of the singular values."""

import numpy as np

from .. import factorisations
from ..dispatch import overridable
from ..samples import full_rank, stack, with_singular_values
from . import conditions
from .polar_factor import polar_factor
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
    """Return UVᵀ, which is smooth where the singular vectors are not."""
    if type(A) is np.ndarray:  # a traced matrix was checked when its value was computed
        conditions.nonzero(factorisations.svd(A)[1], "np.linalg.norm", AT_ZERO)
    return polar_factor(A)


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
        case(with_singular_values(rng, 3, 2, [2, 2])),
        case(stack(full_rank, rng, 3, 2)),
    ),
    source="Watson (1992), Characterization of the subdifferential of some matrix norms",
    keeps="primals",
    condition="full rank; the singular values may be repeated",
    node="Norm",
    statement=r"d\|A\|_* = \langle UV^T, dA \rangle",
)
