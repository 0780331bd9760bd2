"""Banded symmetric systems, under SciPy's name and signature."""

import scipy.linalg

from ..dispatch import overridable
from ..sharing import shared


@overridable
def solveh_banded(ab, b, overwrite_ab=False, overwrite_b=False, lower=False, check_finite=True):
    """Return the solution x of ``A @ x == b`` for a symmetric positive definite banded A.

    Solving again with the same ab inside a differentiated function uses the same Cholesky
    factorisation, so a gradient factorises once.

    Parameters
    ----------
    ab : (u + 1, n) array
        The diagonals of A. In upper form ``ab[u + i - j, j] == A[i, j]`` for i <= j; in lower form
        ``ab[i - j, j] == A[i, j]`` for i >= j. Entries outside A are not read.
    b : (n,) or (n, k) array
    lower : bool
        Whether ab is in lower form.
    overwrite_ab, overwrite_b, check_finite : bool
        As for scipy.linalg.solveh_banded; nothing is overwritten.

    Returns
    -------
    array shaped like b

    Raises
    ------
    DomainError
        Inside a differentiated function, if A is not positive definite; plain arrays raise
        SciPy's LinAlgError.

    Examples
    --------
    >>> import numpy as np
    >>> ab = np.array([[0.0, -1.0, -1.0], [2.0, 2.0, 2.0]])     # -1, 2, -1 on three diagonals
    >>> solveh_banded(ab, np.array([1.0, 0.0, 1.0]))
    array([1., 1., 1.])
    """
    factor = shared(
        ab,
        f"banded Cholesky, lower={lower}",
        lambda: scipy.linalg.cholesky_banded(ab, lower=lower, check_finite=check_finite),
    )
    return scipy.linalg.cho_solve_banded((factor, lower), b, check_finite=check_finite)
