"""Symmetric matrices given by one triangle, as LAPACK reads them, and triangular parts.

Constant masks rather than np.tril, so that one product serves plain and traced arrays alike.
"""

import numpy as np


def strictly_lower(A):
    """Return the entries of A below the diagonal."""
    return A * np.tri(np.shape(A)[-1], k=-1)


def lower_half(A):
    """Return the lower triangle of A with half its diagonal: A = lower_half(A) + its transpose."""
    n = np.shape(A)[-1]
    return A * (np.tri(n) - np.eye(n) / 2)


def symmetric_from_triangle(A, lower=True):
    """Return the symmetric matrix that has the lower (upper) triangle of A."""
    half = lower_half(A if lower else A.mT)
    return half + half.mT


def triangle_cotangent(S_bar, lower=True):
    """Return the cotangent of A where S_bar is that of symmetric_from_triangle(A)."""
    bar = lower_half(S_bar + S_bar.mT)
    return bar if lower else bar.mT
