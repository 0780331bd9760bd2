"""Solution of a symmetric positive definite banded system."""

import numpy as np

from ..linalg.banded import solveh_banded
from ..samples import positive
from .registry import ZERO, Rule, case


def diagonals(ab, lower):
    """Yield k and the k-th diagonal of A below and above the main one, which is k = 0."""
    last = ab.shape[0] - 1
    n = ab.shape[1]
    for k in range(last + 1):
        yield k, ab[k, : n - k] if lower else ab[last - k, k:]


def multiply(ab, X, lower):
    """Return A @ X for the symmetric matrix whose diagonals are in ab."""

    def fill(k):
        return np.zeros((k, *X.shape[1:]))

    total = ZERO
    for k, entries in diagonals(ab, lower):
        entries = np.reshape(entries, (-1,) + (1,) * (X.ndim - 1))
        if k == 0:
            total = total + entries * X
        else:
            total = total + np.concatenate([entries * X[k:], fill(k)])
            total = total + np.concatenate([fill(k), entries * X[:-k]])
    return total


def pushforward(F, primals, tangents, lower=False, **_):
    ab, _ = primals
    dab, db = tangents
    change = ZERO if dab is ZERO else multiply(dab, F, lower)
    return solveh_banded(ab, db - change, lower=lower)


def pullback(F, primals, F_bar, lower=False, **_):
    ab, _ = primals
    v = solveh_banded(ab, F_bar, lower=lower)

    def bands_bar():
        x, w = (np.reshape(a, (a.shape[0], -1)) for a in (F, v))
        rows = []
        for k in range(ab.shape[0]):
            if k == 0:
                rows.append(-np.sum(w * x, axis=1))
                continue
            both = -np.sum(w[:-k] * x[k:] + w[k:] * x[:-k], axis=1)
            gap = np.zeros(k)  # places of ab outside the matrix
            rows.append(np.concatenate([both, gap] if lower else [gap, both]))
        return np.stack(rows if lower else rows[::-1])

    return bands_bar, lambda: v


def bands(rng, n, u, lower=False):
    """Return the diagonals of a diagonally dominant, so positive definite, matrix."""
    ab = rng.uniform(-1.0, 1.0, (u + 1, n))
    ab[0 if lower else u] = 2.0 * u + positive(rng, n)
    return ab


Rule(
    name="banded symmetric solve",
    functions=(solveh_banded,),
    value=solveh_banded,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(bands(rng, 5, 1), rng.standard_normal(5)),
        case(bands(rng, 5, 2), rng.standard_normal((5, 2))),
        case(bands(rng, 4, 1, lower=True), rng.standard_normal(4), lower=True),
        case(bands(rng, 1, 0), rng.standard_normal(1)),
    ),
    source="the linear solve, Giles (2008), section 2.2.4, with the entries that are stored",
    arity=2,
    condition="a positive definite matrix",
    statement=r"d(A^{-1}b) = A^{-1}(db - dA\, A^{-1}b)",
)
