"""Determinant, also where the matrix is singular."""

import numpy as np

from ..dispatch import overridable
from ..factorisations import inverse, is_plain_matrix, lu_and_condition, sign_of_permutation
from ..samples import invertible, matrix, stack
from .registry import Rule, case, locally_constant
from .stacks import per_matrix

SMALL = 1e-7  # singular values below this times the largest count as zero
WELL_CONDITIONED = 1e-7  # the rounding of det(X) X⁻ᵀ is eps over this, relatively


def value(X):
    if not is_plain_matrix(X):
        return np.linalg.det(X)
    factor, pivots, _ = lu_and_condition(X, "det")
    return sign_of_permutation(pivots) * np.prod(np.diagonal(factor))


def cofactors(F, X):
    """Return the cofactor matrix, the gradient of det: det(X) X⁻ᵀ, and its limit at singular X."""
    if is_plain_matrix(X) and lu_and_condition(X, "det")[2] > WELL_CONDITIONED:
        return F * inverse(X).T
    if type(X) is np.ndarray:
        return _from_singular_values(X)
    return _from_regular_neighbours(F, X)


def _from_singular_values(X):
    # X = U S Vᵀ has cofactors det(U) det(V) U cof(S) Vᵀ, and cof(S) needs products only;
    # in the complex case U and Vᵀ are conjugated, since cof(U) = det(U) U⁻ᵀ
    U, s, Vt = np.linalg.svd(X)
    n = s.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, s[..., None, :])  # row i: s without s[i]
    orientation = np.linalg.det(U) * np.linalg.det(Vt)
    products = np.prod(others, axis=-1)[..., None, :]
    return orientation[..., None, None] * (np.conj(U) * products) @ np.conj(Vt)


def _from_regular_neighbours(F, X):
    """Return the cofactors in a form that can be differentiated again, at singular X too.

    With E of rank k the cofactors of X + tE are a polynomial of degree k in t. Where X is
    singular, E fills the missing directions, so X + tE is invertible for t = ±1, ±2, ..., and
    interpolation from k + 1 of those gives the value at t = 0, exactly.
    """
    E, k = filling(X)
    if k == 0:
        return per_matrix(F) * inverse(X).mT
    total = 0.0
    nodes = [(1 + i // 2) * (-1.0) ** i for i in range(k + 1)]
    for t in nodes:
        weight = np.prod([s / (s - t) for s in nodes if s != t])
        Y = X + t * E
        total = total + weight * per_matrix(np.linalg.det(Y)) * np.linalg.inv(Y).mT
    return total


@overridable
def filling(X):
    """Return E = r Σ u vᵀ over the singular vectors of X that belong to 0, and how many."""
    U, s, Vt = np.linalg.svd(X)
    missing = s <= SMALL * s[..., :1]
    r = 2 * np.min(np.where(missing, np.inf, s), axis=-1, keepdims=True)
    r = np.where(np.isfinite(r), r, 1.0)  # X = 0
    return (U * (r * missing)[..., None, :]) @ Vt, int(np.max(np.sum(missing, axis=-1)))


locally_constant(filling)


def pushforward(F, primals, tangents):
    (X,) = primals
    (dX,) = tangents
    return np.sum(cofactors(F, X) * dX, axis=(-2, -1))


def pullback(F, primals, F_bar):
    (X,) = primals
    return (per_matrix(F_bar) * cofactors(F, X),)


Rule(
    name="determinant",
    functions=(np.linalg.det,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(invertible(rng, 4)),
        case(invertible(rng, 1)),
        case(stack(invertible, rng, 3)),
        case(matrix(rng, 4, 1) @ matrix(rng, 1, 4)),
        case(matrix(rng, 3, 2) @ matrix(rng, 2, 3)),
        case(np.zeros((1, 1))),
        case(matrix(rng, 3, 3) + 1j * matrix(rng, 3, 3)),
        case(np.stack([np.zeros((2, 2)), invertible(rng, 2)])),
    ),
    source="Magnus and Neudecker (2019), section 8.3",
    condition="a square matrix, invertible or not",
    node="Determinant",
    statement=r"d\det X = \operatorname{tr}(\operatorname{adj}(X)\, dX)",
)
