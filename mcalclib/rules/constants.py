"""Functions whose value does not move with the point, at almost every point."""

import numpy as np

from .registry import locally_constant

locally_constant(
    np.shape, np.ndim, np.size, np.iscomplexobj, np.isrealobj, np.result_type,
    np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
    np.logical_and, np.logical_or, np.logical_not, np.logical_xor,
    np.isnan, np.isinf, np.isfinite, np.isclose, np.allclose, np.array_equal, np.array_equiv,
    np.any, np.all, np.count_nonzero, np.nonzero, np.flatnonzero, np.argwhere,
    np.argmax, np.argmin, np.argsort, np.searchsorted,
    np.zeros_like, np.ones_like, np.full_like, np.empty_like,
    np.linalg.matrix_rank,
)  # fmt: skip
