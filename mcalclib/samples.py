"""Random points at which functions are differentiable: for tests, rules and exercises."""

import numpy as np


def matrix(rng, m, n):
    """Return an (m, n) matrix of standard normal entries."""
    return rng.standard_normal((m, n))


def positive(rng, *shape):
    """Return entries drawn uniformly from [0.5, 2]."""
    return rng.uniform(0.5, 2.0, shape)


def away_from_zero(rng, *shape):
    """Return entries of either sign with absolute value in [0.3, 2]."""
    return rng.uniform(0.3, 2.0, shape) * rng.choice([-1.0, 1.0], shape)


def orthogonal(rng, n):
    """Return an (n, n) orthogonal matrix."""
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


def with_singular_values(rng, m, n, values):
    """Return an (m, n) matrix with the given singular values."""
    k = min(m, n)
    return orthogonal(rng, m)[:, :k] * np.asarray(values, dtype=float) @ orthogonal(rng, n)[:, :k].T


def full_rank(rng, m, n):
    """Return an (m, n) matrix with separated singular values 1, 1.5, 2, ..."""
    return with_singular_values(rng, m, n, 1 + 0.5 * np.arange(min(m, n)))


def invertible(rng, n):
    """Return an (n, n) matrix with separated singular values 1, 1.5, 2, ..."""
    return full_rank(rng, n, n)


def symmetric(rng, n):
    """Return a symmetric (n, n) matrix with eigenvalues 1, -2, 3, -4, ... of separated size."""
    Q = orthogonal(rng, n)
    A = Q * ((1 + np.arange(n)) * (-1.0) ** np.arange(n)) @ Q.T
    return (A + A.T) / 2


def positive_definite(rng, n):
    """Return a symmetric (n, n) matrix with eigenvalues 1, 2, ..., n."""
    Q = orthogonal(rng, n)
    A = Q * (1.0 + np.arange(n)) @ Q.T
    return (A + A.T) / 2


def diagonalisable(rng, n):
    """Return an (n, n) matrix with the real, separated eigenvalues 1, 2, ..., n."""
    V = invertible(rng, n)
    return V * (1.0 + np.arange(n)) @ np.linalg.inv(V)


def stack(draw, rng, *sizes, count=2):
    """Return ``count`` matrices from ``draw(rng, *sizes)`` as one array of shape (count, ...)."""
    return np.stack([draw(rng, *sizes) for _ in range(count)])
