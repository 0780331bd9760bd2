"""Least squares solutions of linear equations with a matrix of full rank."""

import numpy as np

from ..dispatch import overridable
from ..errors import ShapeError
from ..factorisations import svd
from ..samples import full_rank, matrix
from ..sharing import keep
from . import conditions
from .pseudoinverse import shared_pseudoinverse
from .registry import Rule, case, expands
from .stacks import as_columns


@overridable
def least_squares(A, b, cutoff=0.0):
    """Return A⁺b: it minimises ‖Ax - b‖, and ‖x‖ where several x do."""
    conditions.real_only("lstsq", A, b)
    U, s, Vt = svd(A)
    conditions.full_rank(s, np.shape(A), "lstsq", cutoff)
    column, back = as_columns(b)
    return back(Vt.T @ ((U.T @ column(b)) / s[:, None]))


def pushforward(F, primals, tangents, **_):
    A, b = primals
    dA, db = tangents
    column, back = as_columns(b)
    X, P = column(F), shared_pseudoinverse(A)
    dX = P @ (column(db) - dA @ X)
    m, n = np.shape(A)
    if m > n:
        dX = dX + P @ (P.mT @ (dA.mT @ (column(b) - A @ X)))
    if m < n:
        Y = dA.mT @ (P.mT @ X)
        dX = dX + Y - P @ (A @ Y)
    return back(dX)


def pullback(F, primals, F_bar, **_):
    A, b = primals
    column, back = as_columns(b)
    X, X_bar, P = column(F), column(F_bar), shared_pseudoinverse(A)
    Y = P.mT @ X_bar
    m, n = np.shape(A)

    def matrix_bar():
        A_bar = -Y @ X.mT
        if m > n:
            A_bar = A_bar + (column(b) - A @ X) @ (P @ Y).mT
        if m < n:
            A_bar = A_bar + (P.mT @ X) @ (X_bar - P @ (A @ X_bar)).mT
        return A_bar

    return matrix_bar, lambda: back(Y)


Rule(
    name="least squares",
    functions=(least_squares,),
    value=least_squares,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 5, 2), rng.standard_normal(5)),
        case(full_rank(rng, 5, 3), matrix(rng, 5, 2)),
        case(full_rank(rng, 3, 3), rng.standard_normal(3)),
        case(full_rank(rng, 2, 4), matrix(rng, 2, 3)),
        case(full_rank(rng, 1, 1), matrix(rng, 1, 1)),
    ),
    source="the differential of A⁺b, Golub and Pereyra (1973), section 4",
    arity=2,
    condition="a matrix A of full rank",
    statement=r"d(A^+b) = A^+(db - dA\,x) + (A^TA)^{-1} dA^T (b - Ax)",
)


@expands(
    np.linalg.lstsq,
    samples=lambda rng: (
        case(full_rank(rng, 5, 2), rng.standard_normal(5), rcond=None),
        case(full_rank(rng, 4, 2), matrix(rng, 4, 3), rcond=None),
        case(full_rank(rng, 2, 4), rng.standard_normal(2), rcond=None),
    ),
)
def lstsq(a, b, rcond=None):
    """Return np.linalg.lstsq's solution, residuals, rank and singular values."""
    m, n = np.shape(a)
    if np.shape(b)[:1] != (m,) or np.ndim(b) > 2:
        raise ShapeError(f"lstsq: a has shape {np.shape(a)}, so b cannot have {np.shape(b)}.")
    if type(a) is np.ndarray:
        a = keep(a)
    x = least_squares(a, b, 0.0 if rcond is None else max(float(rcond), 0.0))
    residuals = np.empty(0)
    if m > n:
        column, _ = as_columns(b)
        residuals = np.sum((column(b) - a @ column(x)) ** 2, axis=0)
    return x, residuals, min(m, n), np.linalg.svdvals(a)
