"""Product of several matrices, in the order that needs the fewest multiplications."""

from functools import cache

import numpy as np

from ..samples import matrix
from .registry import case, expands


@expands(
    np.linalg.multi_dot,
    samples=lambda rng: (
        case([matrix(rng, 2, 5), matrix(rng, 5, 1), matrix(rng, 1, 4), matrix(rng, 4, 2)]),
        case([matrix(rng, 3, 2), matrix(rng, 2, 3)]),
        case([rng.standard_normal(3), matrix(rng, 3, 4), rng.standard_normal(4)]),
    ),
)
def multi_dot(arrays):
    sizes = [1 if np.ndim(arrays[0]) == 1 else np.shape(arrays[0])[0]]
    sizes += [1 if np.ndim(A) == 1 and i else np.shape(A)[-1] for i, A in enumerate(arrays)]

    @cache
    def cheapest(i, j):
        """Return the cost of the product of the factors i to j, and the last one of its left."""
        if i == j:
            return 0, i
        return min(
            (cheapest(i, k)[0] + cheapest(k + 1, j)[0] + sizes[i] * sizes[k + 1] * sizes[j + 1], k)
            for k in range(i, j)
        )

    def product(i, j):
        if i == j:
            return arrays[i]
        k = cheapest(i, j)[1]
        return product(i, k) @ product(k + 1, j)

    return product(0, len(arrays) - 1)
