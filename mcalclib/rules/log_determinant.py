"""Sign and logarithm of the absolute value of a determinant."""

import numpy as np

from ..errors import DtypeError
from ..factorisations import inverse, is_plain_matrix, lu, sign_of_permutation
from ..samples import invertible, stack
from .registry import ZERO, Rule, case
from .stacks import per_matrix

Result = type(np.linalg.slogdet(np.eye(1)))


def value(X):
    if np.iscomplexobj(X):
        raise DtypeError(
            "slogdet: the sign of a complex determinant is not constant; "
            "a derivative is known for real matrices only."
        )
    if not is_plain_matrix(X):
        return np.linalg.slogdet(X)
    factor, pivots = lu(X, "slogdet")
    diagonal = np.diagonal(factor)
    sign = sign_of_permutation(pivots) * np.prod(np.sign(diagonal))
    return Result(sign, np.sum(np.log(np.abs(diagonal))))


def pushforward(F, primals, tangents):
    (X,) = primals
    (dX,) = tangents
    return ZERO, np.sum(inverse(X).mT * dX, axis=(-2, -1))


def pullback(F, primals, F_bar):
    (X,) = primals
    _, log_bar = F_bar  # the sign does not move
    return (per_matrix(log_bar) * inverse(X).mT,)


Rule(
    name="logarithm of the determinant",
    functions=(np.linalg.slogdet,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(invertible(rng, 4)),
        case(invertible(rng, 1)),
        case(-invertible(rng, 3)),
        case(stack(invertible, rng, 3)),
    ),
    source="Magnus and Neudecker (2019), section 8.3",
    keeps="primals",
    condition="an invertible matrix",
    statement=r"d\log|\det X| = \operatorname{tr}(X^{-1}\, dX)",
)
