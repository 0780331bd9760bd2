"""Determinant, also where the matrix is singular."""

import numpy as np

from ..samples import invertible, matrix, stack
from .registry import Rule, case


def cofactors(X):
    """Return the cofactor matrix, the gradient of det, from the singular value decomposition.

    X = U S Vᵀ has cofactors det(U) det(V) U cof(S) Vᵀ, and cof(S) needs products only. Unlike
    det(X) X⁻ᵀ this holds at singular X too.
    """
    U, s, Vt = np.linalg.svd(X)
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :])  # row i: s without s[i]
    orientation = np.linalg.det(U) * np.linalg.det(Vt)
    return orientation[..., None, None] * (U * np.prod(others, axis=-1)[..., None, :]) @ Vt


def gradient(F, X):
    return cofactors(X) if type(X) is np.ndarray else _differentiable_cofactors(F, X)


def _differentiable_cofactors(F, X):
    return F[..., None, None] * np.linalg.inv(X).mT


def pushforward(F, primals, tangents):
    (X,) = primals
    (dX,) = tangents
    return np.sum(gradient(F, X) * dX, axis=(-2, -1))


def pullback(F, primals, F_bar):
    (X,) = primals
    return (F_bar[..., None, None] * gradient(F, X),)


Rule(
    name="determinant",
    functions=(np.linalg.det,),
    value=np.linalg.det,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(invertible(rng, 4)),
        case(invertible(rng, 1)),
        case(stack(invertible, rng, 3)),
        case(matrix(rng, 4, 1) @ matrix(rng, 1, 4)),
        case(matrix(rng, 3, 2) @ matrix(rng, 2, 3)),
    ),
    source="Magnus and Neudecker (2019), section 8.3",
    condition="a square matrix, invertible or not",
    node="Determinant",
    statement=r"d\det X = \operatorname{tr}(\operatorname{adj}(X)\, dX)",
)
