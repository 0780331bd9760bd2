"""What is right, by values of the function alone: no rule of the engine is used here."""

import itertools

import numpy as np

from mcalclib.practice.reference import as_matrix, natural

STEP = 1e-3


def f_of(exercise, values):
    """Return f at a point as a matrix."""
    return as_matrix(exercise.function(**natural(exercise, values, exercise.parameters)))


def slope(exercise, values, direction):
    """Return the directional derivative of f by differences, extrapolated to about 1e-10."""
    X = values[exercise.wrt]

    def quotient(h):
        ahead = f_of(exercise, {**values, exercise.wrt: X + h * direction})
        behind = f_of(exercise, {**values, exercise.wrt: X - h * direction})
        return (ahead - behind) / (2 * h)

    wide, middle, narrow = quotient(STEP), quotient(STEP / 2), quotient(STEP / 4)
    return (64 * narrow - 20 * middle + wide) / 45


def basis(exercise, values):
    """Return a direction for every entry of X; symmetric ones where X is symmetric."""
    X = values[exercise.wrt]
    symmetric = exercise.properties[exercise.wrt] in ("symmetric", "positive definite")
    for j, i in itertools.product(range(X.shape[1]), range(X.shape[0])):
        E = np.zeros(X.shape)
        E[i, j] = 1.0
        yield (E + E.T) / 2 if symmetric else E


def unpacked(exercise, values, numbers):
    """Return a matrix shaped like X from numbers in the order of the basis."""
    return np.reshape(numbers, values[exercise.wrt].shape, order="F")


def gradient(exercise, values):
    parts = [slope(exercise, values, E).item() for E in basis(exercise, values)]
    return unpacked(exercise, values, parts)


def right(exercise, values):
    """Return the right answer at a point."""
    match exercise.asks:
        case "value":
            return f_of(exercise, values)
        case "action":
            return slope(exercise, values, values[f"d{exercise.wrt}"])
        case "gradient":
            return gradient(exercise, values)
        case "jacobian":
            columns = [slope(exercise, values, E) for E in basis(exercise, values)]
            return np.column_stack([c.ravel(order="F") for c in columns])
        case "adjoint":
            F_bar = values["F_bar"]
            parts = [np.sum(F_bar * slope(exercise, values, E)) for E in basis(exercise, values)]
            return unpacked(exercise, values, parts)
    return hessian(exercise, values)


def hessian(exercise, values):
    X = values[exercise.wrt]

    def turned(direction):
        """The derivative of the gradient along a direction."""

        def quotient(h):
            ahead = gradient(exercise, {**values, exercise.wrt: X + h * direction})
            return (ahead - gradient(exercise, {**values, exercise.wrt: X - h * direction})) / (
                2 * h
            )

        return (4 * quotient(STEP) - quotient(2 * STEP)) / 3

    if exercise.form == "matrix":
        return np.column_stack([turned(E).ravel(order="F") for E in basis(exercise, values)])
    H = turned(values[f"d{exercise.wrt}"])
    if exercise.form == "operator":
        return H
    return np.array([[np.sum(H * values[f"d{exercise.wrt}2"])]])


def row_by_row(exercise, values):
    """Return the right matrix for vec taken row by row, by its definition."""
    X = values[exercise.wrt]
    columns = []
    for i, j in itertools.product(range(X.shape[0]), range(X.shape[1])):
        E = np.zeros(X.shape)
        E[i, j] = 1.0
        columns.append(slope(exercise, values, E).ravel())
    return np.column_stack(columns)
