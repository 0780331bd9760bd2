"""Slips that formulas of the grammar cannot make: as functions of the values."""

import numpy as np

from tests.practice import witness


def function_slips(exercise):
    """Return (kind, function of values) pairs, all of them wrong."""
    found = []
    f = _f_or_nan
    if exercise.asks == "action":
        dX = f"d{exercise.wrt}"

        def moved(values, h):
            return {**values, exercise.wrt: values[exercise.wrt] + h * values[dX]}

        for h in (1e-5, 1e-6, 1e-7):
            found.append(
                (
                    "finite difference",
                    lambda v, h=h: (f(exercise, moved(v, h)) - f(exercise, v)) / h,
                )
            )
            found.append(
                (
                    "finite difference",
                    lambda v, h=h: (f(exercise, moved(v, h)) - f(exercise, moved(v, -h))) / (2 * h),
                )
            )
        found.append(
            (
                "finite difference",
                lambda v: f(exercise, moved(v, 1.0)) - f(exercise, v),
            )
        )
    if exercise.asks in ("gradient", "jacobian"):
        for h in (1e-5, 1e-6, 1e-7):
            found.append(("finite difference", lambda v, h=h: _quotients(exercise, v, h)))
    if exercise.asks == "jacobian":
        found.append(("row-wise vec", lambda v: witness.row_by_row(exercise, v)))
    return found


def _f_or_nan(exercise, values):
    try:
        return witness.f_of(exercise, values)
    except np.linalg.LinAlgError:  # f(X + dX) at small whole numbers may be singular
        return np.array([[np.nan]])


def _quotients(exercise, values, h):
    X, start = values[exercise.wrt], witness.f_of(exercise, values)
    columns = []
    for E in witness.basis(exercise, values):
        ahead = witness.f_of(exercise, {**values, exercise.wrt: X + h * E})
        columns.append(((ahead - start) / h).ravel(order="F"))
    J = np.column_stack(columns)
    return J if exercise.asks == "jacobian" else J.reshape(X.shape, order="F")
