"""Singular values."""

import numpy as np

from .. import factorisations
from ..errors import DtypeError
from ..samples import full_rank, stack
from . import conditions
from .registry import Rule, case
from .stacks import diagonal_of

ADVICE = (
    "A function that is symmetric in them, such as the nuclear norm, has a gradient here; its "
    "pullback is computed."
)
AT_ZERO = "a singular value is 0, where it has a kink; the derivative needs full rank."


def value(A):
    if np.iscomplexobj(A):
        raise DtypeError("svd: a derivative is known for real matrices only, got complex.")
    return factorisations.svd(A)[1]


def pushforward(F, primals, tangents):
    (A,) = primals
    (dA,) = tangents
    conditions.distinct(F, "svd", "singular values", ADVICE)
    conditions.nonzero(F, "svd", AT_ZERO)
    U, _, Vt = factorisations.svd(A)
    return diagonal_of(U.mT @ dA @ Vt.mT)


def pullback(F, primals, F_bar):
    (A,) = primals
    conditions.symmetric_in_clusters(F, F_bar, "svd", "singular values", ADVICE)
    conditions.nonzero(F, "svd", AT_ZERO, F_bar)
    U, _, Vt = factorisations.svd(A)
    return ((U * F_bar[..., None, :]) @ Vt,)


Rule(
    name="singular values",
    functions=(np.linalg.svdvals,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 3, 3)),
        case(full_rank(rng, 4, 2)),
        case(full_rank(rng, 2, 4)),
        case(full_rank(rng, 1, 1)),
        case(stack(full_rank, rng, 3, 2)),
    ),
    source="Giles (2008); Townsend (2016), Differentiating the singular value decomposition",
    condition="full rank and distinct singular values, as far as the function tells them apart",
    node="SingularValue",
    statement=r"d\sigma_i = u_i^T\, dA\, v_i",
)
