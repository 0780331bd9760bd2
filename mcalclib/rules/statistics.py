"""Means, variances and what is built from them."""

import numpy as np

from ..samples import matrix
from .registry import case, expands


def _count(a, axis):
    axes = range(len(a.shape)) if axis is None else np.atleast_1d(axis)
    return int(np.prod([a.shape[i] for i in axes]))


AXES = ({}, {"axis": 0}, {"axis": (0, 1), "keepdims": True})


def _over_axes(rng):
    return tuple(case(matrix(rng, 3, 2), **options) for options in AXES)


@expands(np.mean, samples=_over_axes)
def mean(a, axis=None, dtype=None, out=None, keepdims=False):
    return np.sum(a, axis=axis, keepdims=keepdims) / _count(a, axis)


@expands(np.var, samples=lambda rng: (*_over_axes(rng), case(matrix(rng, 3, 2), axis=0, ddof=1)))
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    centred = a - np.mean(a, axis=axis, keepdims=True)
    return np.sum(centred * centred, axis=axis, keepdims=keepdims) / (_count(a, axis) - ddof)


@expands(np.std, samples=_over_axes)
def std(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False):
    return np.sqrt(np.var(a, axis=axis, ddof=ddof, keepdims=keepdims))


@expands(np.average, samples=lambda rng: (case(matrix(rng, 3, 2)),
                                          case(matrix(rng, 3, 2), axis=0, weights=np.arange(1.0, 4)),
                                          case(matrix(rng, 3, 2), weights=np.ones((3, 2)))))  # fmt: skip
def average(a, axis=None, weights=None):
    if weights is None:
        return np.mean(a, axis=axis)
    if np.shape(weights) != np.shape(a):
        axis = axis % len(a.shape)
        weights = np.reshape(weights, [-1 if i == axis else 1 for i in range(len(a.shape))])
    return np.sum(a * weights, axis=axis) / np.sum(weights * np.ones(a.shape), axis=axis)


@expands(np.ptp, samples=lambda rng: (case(matrix(rng, 3, 2)), case(matrix(rng, 3, 2), axis=0)))
def ptp(a, axis=None):
    return np.max(a, axis=axis) - np.min(a, axis=axis)


@expands(np.clip, samples=lambda rng: (case(matrix(rng, 3, 2), -0.5, 0.5),
                                       case(matrix(rng, 3, 2), None, 0.1)))  # fmt: skip
def clip(a, a_min=None, a_max=None):
    a = a if a_min is None else np.maximum(a, a_min)
    return a if a_max is None else np.minimum(a, a_max)


@expands(
    np.diff, samples=lambda rng: (case(matrix(rng, 3, 4)), case(matrix(rng, 4, 2), n=2, axis=0))
)
def diff(a, n=1, axis=-1):
    axis = axis % len(a.shape)
    before = (slice(None),) * axis
    for _ in range(n):
        a = a[(*before, slice(1, None))] - a[(*before, slice(None, -1))]
    return a
