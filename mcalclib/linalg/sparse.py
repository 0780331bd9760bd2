"""Sparse matrices whose entries may be traced, and linear solves with them.

The places of the entries are constant, their values are differentiated: a derivative with
respect to a sparse matrix has the same few entries, where the dense one would have n².
"""

import warnings
from functools import cached_property

import numpy as np
import scipy.sparse
import scipy.sparse.linalg

from ..dispatch import overridable
from ..errors import DomainError, NoRuleError, ShapeError
from ..sharing import keep, shared


class Pattern:
    """The places of the entries of a sparse matrix; several entries at one place are summed."""

    def __init__(self, rows, cols, shape):
        self.rows = np.asarray(rows)
        self.cols = np.asarray(cols)
        self.shape = tuple(int(n) for n in shape)

    @cached_property
    def compressed(self):
        """The order that sorts the entries by columns, and SciPy's index arrays for it."""
        order = np.lexsort((self.rows, self.cols))
        rows, cols = self.rows[order], self.cols[order]
        new = np.ones(len(rows), dtype=bool)
        new[1:] = (np.diff(rows) != 0) | (np.diff(cols) != 0)
        starts = None if new.all() else np.flatnonzero(new)
        counts = np.bincount(cols[new], minlength=self.shape[1])
        indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.intc)
        return order, starts, rows[new].astype(np.intc), indptr

    def csc(self, data):
        """Return SciPy's sparse array with these entries."""
        order, starts, indices, indptr = self.compressed
        data = data[order] if starts is None else np.add.reduceat(data[order], starts)
        return scipy.sparse.csc_array((data, indices, indptr), shape=self.shape)


class SparseMatrix:
    """A matrix given by its nonzero entries; made by `sparse_matrix`."""

    __array_ufunc__ = None

    def __init__(self, data, pattern, transposed=False):
        # work on constant entries is kept, so they must not change
        self.data = keep(data) if type(data) is np.ndarray else data
        self.pattern = pattern
        self.transposed = transposed

    @property
    def shape(self):
        return self.pattern.shape[::-1] if self.transposed else self.pattern.shape

    @property
    def T(self):
        """The transpose; it shares the factorisation."""
        return SparseMatrix(self.data, self.pattern, not self.transposed)

    def __matmul__(self, x):
        if np.ndim(x) not in (1, 2) or np.shape(x)[0] != self.shape[1]:
            raise ShapeError(
                f"sparse matrix @ x: the matrix has shape {self.shape}, x has {np.shape(x)}."
            )
        return sparse_product(self.data, x, self.pattern, self.transposed)

    def __rmatmul__(self, x):
        return self.T @ x if np.ndim(x) == 1 else (self.T @ x.T).T

    def toarray(self):
        """Return the dense matrix."""
        return self @ np.eye(self.shape[1])

    def __repr__(self):
        return f"<{self.shape[0]} by {self.shape[1]} sparse matrix of {len(self.data)} entries>"


def sparse_matrix(data, places=None, shape=None):
    """Return a sparse matrix whose entries may be traced.

    Parameters
    ----------
    data : (k,) array, or a SciPy sparse matrix
        The entries. A SciPy matrix is taken whole; its entries are constants.
    places : pair of (k,) int arrays
        Rows and columns of the entries. Entries at one place are summed.
    shape : pair of int
        Rows and columns of the matrix.

    Returns
    -------
    SparseMatrix
        With ``A @ x``, ``A.T``, ``A.toarray()``; for `spsolve` and `splu`.

    Raises
    ------
    ShapeError
        If there are not as many entries as places, or a place lies outside the matrix.

    Examples
    --------
    >>> rows, cols = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> A = sparse_matrix(np.array([2.0, 1.0, 4.0]), (rows, cols), (2, 2))
    >>> A.toarray()
    array([[2., 1.],
           [0., 4.]])
    >>> spsolve(A, np.array([4.0, 8.0]))
    array([1., 2.])
    """
    if scipy.sparse.issparse(data):
        entries = data.tocoo()
        return SparseMatrix(
            np.array(entries.data, dtype=float), Pattern(entries.row, entries.col, data.shape)
        )
    if places is None or shape is None:
        raise ShapeError("sparse_matrix: give the entries, (rows, cols) and the shape.")
    pattern = Pattern(*places, shape)
    if not np.shape(data) == pattern.rows.shape == pattern.cols.shape:
        raise ShapeError(
            f"sparse_matrix: data has shape {np.shape(data)}, rows {pattern.rows.shape} and cols "
            f"{pattern.cols.shape}; all must be vectors of one length."
        )
    for name, index, size in zip(
        ("row", "column"), (pattern.rows, pattern.cols), pattern.shape, strict=True
    ):
        if index.size and (index.min() < 0 or index.max() >= size):
            raise ShapeError(
                f"sparse_matrix: a {name} index lies outside 0, ..., {size - 1}: they range from "
                f"{index.min()} to {index.max()}."
            )
    return SparseMatrix(data if hasattr(data, "dtype") else np.array(data, dtype=float), pattern)


@overridable
def sparse_product(data, x, pattern, transposed=False):
    """Return A @ x, or A.T @ x, where A has the entries data at the places of the pattern."""
    A = shared(data, ("csc", pattern), lambda: pattern.csc(data))
    return (A.T if transposed else A) @ x


@overridable
def sparse_solve(data, b, pattern, transposed=False):
    """Return A⁻¹b, or A⁻ᵀb, where A has the entries data at the places of the pattern.

    One factorisation serves both, and every right-hand side.
    """
    return _splu(data, pattern).solve(np.asarray(b, dtype=float), "T" if transposed else "N")


def _splu(data, pattern):
    return shared(data, ("splu", pattern), lambda: _factorised(data, pattern))


def _factorised(data, pattern):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", scipy.sparse.linalg.MatrixRankWarning)
            return scipy.sparse.linalg.splu(pattern.csc(data))
    except (RuntimeError, scipy.sparse.linalg.MatrixRankWarning) as error:
        raise DomainError(
            f"spsolve: the {pattern.shape[0]} by {pattern.shape[1]} sparse matrix is singular "
            f"({error}); it needs an invertible matrix."
        ) from None


def spsolve(A, b, permc_spec=None, use_umfpack=True):
    """Return the solution x of ``A @ x == b`` with A sparse.

    Parameters
    ----------
    A : SparseMatrix or SciPy sparse matrix, (n, n)
    b : (n,) or (n, k) array
    permc_spec, use_umfpack
        As for scipy.sparse.linalg.spsolve; the defaults are used.

    Returns
    -------
    array shaped like b

    Raises
    ------
    ShapeError
        If A is not square or b does not fit.
    DomainError
        If A is singular.

    Examples
    --------
    >>> A = scipy.sparse.csc_array(np.array([[2.0, 1.0], [0.0, 4.0]]))
    >>> spsolve(A, np.array([4.0, 8.0]))
    array([1., 2.])
    """
    return splu(A).solve(b)


def splu(A, permc_spec=None, diag_pivot_thresh=None, relax=None, panel_size=None, options=None):
    """Return the LU factorisation of a sparse matrix, an object with ``solve(b, trans)``.

    Parameters
    ----------
    A : SparseMatrix or SciPy sparse matrix, (n, n)
    permc_spec, diag_pivot_thresh, relax, panel_size, options
        As for scipy.sparse.linalg.splu; the defaults are used.

    Returns
    -------
    SparseLU
        With ``solve(b)``, ``solve(b, "T")`` for the transpose, and ``shape``.

    Raises
    ------
    ShapeError
        If A is not square.
    """
    if scipy.sparse.issparse(A):
        A = sparse_matrix(A)
    if not isinstance(A, SparseMatrix):
        raise NoRuleError(
            f"spsolve: A must be a sparse matrix, got {type(A).__name__}; make one with "
            "mcalclib.linalg.sparse_matrix, or use np.linalg.solve."
        )
    if A.shape[0] != A.shape[1]:
        raise ShapeError(f"spsolve: expected a square matrix, got shape {A.shape}.")
    return SparseLU(A)


class SparseLU:
    """A sparse matrix that is solved with; factorised at the first solve, then kept."""

    def __init__(self, A):
        self._A = A
        self.shape = A.shape

    def solve(self, rhs, trans="N"):
        """Return A⁻¹ rhs, or A⁻ᵀ rhs for ``trans="T"``."""
        if trans not in ("N", "T"):
            raise ShapeError(f"splu: trans must be 'N' or 'T', got {trans!r}.")
        if np.ndim(rhs) not in (1, 2) or np.shape(rhs)[0] != self.shape[0]:
            raise ShapeError(
                f"spsolve: the matrix has shape {self.shape}, the right-hand side "
                f"{np.shape(rhs)}; they must have as many rows."
            )
        A = self._A
        return sparse_solve(A.data, rhs, A.pattern, A.transposed != (trans == "T"))
