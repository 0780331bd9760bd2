"""What is right: computed from the exercise's function by the numeric engine, never typed."""

import numpy as np

from .. import numeric


def natural(exercise, values, names):
    """Return values as NumPy code takes them: vectors with one axis, numbers with none."""
    taken = {}
    for name in names:
        like = exercise.tangents.get(name, name)
        x, axes = np.asarray(values[name], dtype=float), exercise.dimensions[like]
        taken[name] = x.copy() if axes == 2 else x.ravel().copy() if axes == 1 else float(x.item())
    return taken


def derived_values(exercise, values):
    """Return the symbols that are computed from others, as matrices."""
    found = {}
    for name, function in exercise.derived.items():
        from inspect import signature

        needed = natural(exercise, values, signature(function).parameters)
        found[name] = as_matrix(function(**needed))
    return found


def as_matrix(x):
    """Return a number or a vector as a matrix with one column; matrices as they are."""
    x = np.asarray(x, dtype=float)
    return x if x.ndim == 2 else x.reshape(-1, 1)


def value_of(exercise, values):
    """Return f at a point, as a matrix."""
    return as_matrix(exercise.function(**natural(exercise, values, exercise.parameters)))


def right_value(exercise, values):
    """Return the right answer at a point, as a matrix."""
    taken = natural(exercise, values, [*exercise.parameters, *exercise.tangents])
    point = tuple(taken[p] for p in exercise.parameters)
    f, wrt = exercise.function, exercise.wrt
    match exercise.asks:
        case "value":
            return as_matrix(f(*point))
        case "action":
            return as_matrix(numeric.pushforward(f, point, np.asarray(taken[f"d{wrt}"]), wrt=wrt))
        case "gradient":
            return as_matrix(numeric.gradient(f, point, wrt=wrt))
        case "jacobian":
            return np.atleast_2d(numeric.derivative(f, point, wrt=wrt).matrix())
        case "adjoint":
            value = np.asarray(f(*point))
            F_bar = np.reshape(values["F_bar"], value.shape)
            return as_matrix(numeric.pullback(f, point, F_bar, wrt=wrt))
        case "hessian":
            H = numeric.hessian(f, point, wrt=wrt)
            if exercise.form == "matrix":
                return H.matrix()
            dX = np.asarray(taken[f"d{wrt}"])
            if exercise.form == "operator":
                return as_matrix(H.apply(dX))
            return as_matrix(H(dX, np.asarray(taken[f"d{wrt}2"])))
    raise AssertionError(exercise.asks)


def difference_value(exercise, values):
    """Return f(X + dX) - f(X), None where the kind has no tangent."""
    if exercise.asks != "action":
        return None
    moved = {**values, exercise.wrt: values[exercise.wrt] + values[f"d{exercise.wrt}"]}
    with np.errstate(all="ignore"):
        try:
            return value_of(exercise, moved) - value_of(exercise, values)
        except np.linalg.LinAlgError:
            return np.full(value_of(exercise, values).shape, np.nan)


def row_by_row(exercise, values, J):
    """Return a matrix J as it is where vec goes row by row, None where no vec is asked for."""
    if not exercise.stacks:
        return None
    X = values[exercise.wrt].shape
    F = X if exercise.asks == "hessian" else value_of(exercise, values).shape
    return J[np.ix_(_by_rows(*F), _by_rows(*X))]


def _by_rows(m, n):
    """Return the places in vec(A) of the entries of A of shape (m, n), taken row by row."""
    return np.arange(m * n).reshape((m, n), order="F").ravel()


def adjoint_gap(exercise, operator, point):
    """Return how far an operator's adjoint is from <L dX, Y> = <dX, L* Y>, relatively."""
    name = exercise.linear_in
    dX = np.asarray(natural(exercise, point.values, [name])[name])
    dF = np.asarray(operator(dX))
    # any Y will do that is no multiple of dF; cosines are as good as random numbers
    Y = np.cos(1.0 + np.arange(dF.size)).reshape(dF.shape)
    left, right = np.vdot(dF, Y), np.vdot(dX, np.asarray(operator.adjoint(Y)))
    return float(abs(left - right) / max(np.linalg.norm(dF) * np.linalg.norm(Y), 1e-3))
