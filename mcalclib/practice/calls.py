"""Calling a reader's function: by keyword, on copies, with its errors kept for showing."""

import contextlib
import inspect
import io
import linecache
import os
import random
import re
import sysconfig
import traceback
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import DomainError, McalcError
from ..operators import SecondDerivative
from .limits import TimeLimit, TimeLimitReached
from .reference import adjoint_gap, as_matrix, natural


class AnswerError(McalcError):
    """An answer that gave no values: the code of what happened, and what to say."""

    def __init__(self, code, **data):
        self.code, self.data = code, data
        super().__init__(code)


@dataclass
class Called:
    """What a function gave at one point: its value as a matrix, and the operator if it was one."""

    value: np.ndarray
    flat: bool = False  # an array with one axis, neither row nor column
    operator: object = None


def is_operator(x):
    return hasattr(x, "adjoint") and hasattr(x, "domain") and callable(x)


def call_all(exercise, function, points, seconds):
    """Return what a function gives at each point.

    It gets copies, so it may write to them. Random states are put back; of what it prints only
    the first call is shown, for the others are ours.

    Raises
    ------
    AnswerError
        If it cannot be called so, raises, returns no array of numbers or does not end.
    """
    names = _arguments(exercise, function)
    with _guarded(seconds) as limit:
        found = [limit.armed(_call, exercise, function, names, p) for p in points[:1]]
        with contextlib.redirect_stdout(io.StringIO()):
            for p in points[1:]:
                found.append(limit.armed(_call_elsewhere, exercise, function, names, p))
        return found


def adjoint_gaps(exercise, called, points, seconds):
    """Return how far the adjoints of operators are from what they must be, at generic points.

    Raises
    ------
    AnswerError
        If an adjoint raises or does not end.
    """
    pairs = [
        (c.operator, p)
        for c, p in zip(called, points, strict=True)
        if c.operator is not None and p.family in ("generic", "text")
    ]
    with _guarded(seconds) as limit, contextlib.redirect_stdout(io.StringIO()):
        return [limit.armed(_told, adjoint_gap, exercise, op, p) for op, p in pairs]


@contextlib.contextmanager
def _guarded(seconds):
    """Stop what does not end, keep warnings quiet, put random states back."""
    state, numpy_state = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            with TimeLimit(seconds) as limit:
                yield limit
    except TimeLimitReached:
        raise AnswerError("timeout", seconds=seconds) from None
    finally:
        random.setstate(state)
        np.random.set_state(numpy_state)


def _arguments(exercise, function):
    """Return the names by which to call, or say which are wrong."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # such as np.dot: it has no signature to look at
        return list(exercise.arguments)
    if any(p.kind == p.VAR_KEYWORD for p in parameters):
        return list(exercise.arguments)
    strange = [
        p.name for p in parameters
        if p.name not in exercise.arguments and p.default is p.empty and p.kind != p.VAR_POSITIONAL
    ]  # fmt: skip
    unnamed = [p.name for p in parameters if p.kind == p.POSITIONAL_ONLY]
    names = [p.name for p in parameters if p.name in exercise.arguments]
    if not names:
        unnamed += [f"*{p.name}" for p in parameters if p.kind == p.VAR_POSITIONAL]
    if strange or unnamed:
        raise AnswerError("arguments", came=strange or unnamed, expected=exercise.signature)
    return names


def _call(exercise, function, names, point):
    came = _told(function, **natural(exercise, point.values, names))
    if isinstance(came, SecondDerivative) and exercise.asks == "hessian":
        came = _told(_of_form, exercise, came, point)
    operator = came if is_operator(came) else None
    if operator is not None:
        tangent = exercise.linear_in
        if tangent is None:
            raise AnswerError("returned", came=type(came).__name__)
        came = _told(operator, natural(exercise, point.values, [tangent])[tangent])
    if came is ... or came is None:
        raise AnswerError("unanswered")
    return Called(_told(as_numbers, came), np.ndim(came) == 1, operator)


def _of_form(exercise, second, point):
    """Return of f''(X) what the exercise asks for: its matrix, its operator, or its value."""
    if exercise.form == "matrix":
        return second.matrix()
    if exercise.form == "operator":
        return second.operator
    return second(*natural(exercise, point.values, exercise.tangents).values())


def _told(function, *arguments, **named):
    """Return what a function gives; what it raises is the answer's error, to be shown."""
    try:
        return function(*arguments, **named)
    except (AnswerError, KeyboardInterrupt, TimeLimitReached):
        raise
    except BaseException as error:  # SystemExit too is no reason to stop here
        if type(error) is NotImplementedError and not error.args:  # as a cell to fill in has it
            raise AnswerError("unanswered") from None
        raise AnswerError("error", **described(error)) from error


def _call_elsewhere(exercise, function, names, point):
    """Call at a further point, where a right answer may be undefined: a matrix may be singular."""
    try:
        return _call(exercise, function, names, point)
    except AnswerError as problem:
        undefined = isinstance(problem.__cause__, UNDEFINED)
        if point.family == "generic" or problem.code != "error":
            raise
        if undefined:
            return Called(np.full(point.right.shape, np.nan))
        raise AnswerError("error-elsewhere", **problem.data) from problem.__cause__


UNDEFINED = (np.linalg.LinAlgError, ArithmeticError, DomainError)


def as_numbers(came):
    """Return what an answer gave as a matrix of floats, or say that it is none."""
    if isinstance(came, np.ma.MaskedArray):
        came = came.astype(float).filled(np.nan)  # what is masked is not answered
    try:
        x = np.asarray(came.toarray() if hasattr(came, "toarray") else came)
        if x.dtype.kind == "O" and all(map(_is_number, x.flat)):
            x = x.astype(complex)  # sympy's numbers, fractions
    except (ValueError, TypeError):  # rows of different lengths, symbols without a value
        x = np.asarray(None)
    if x.dtype.kind == "c" and np.allclose(x.imag, 0, atol=1e-12 * np.max(np.abs(x), initial=1.0)):
        x = x.real  # rounding of a result that is real, such as from eigenvectors
    if x.dtype.kind in "biuf" and x.ndim <= 2 and x.size:
        return as_matrix(x)
    if x.dtype.kind == "c":
        raise AnswerError("returned", came="complex")
    shape = f" of shape {np.shape(came)}" if isinstance(came, np.ndarray) else ""
    raise AnswerError("returned", came=f"{type(came).__name__}{shape}")


def _is_number(x):
    return hasattr(x, "__float__") or hasattr(x, "__complex__")


def described(error):
    """Return the error as text, and the line of the answer that raised it."""
    place = next(
        (f for f in reversed(traceback.extract_tb(error.__traceback__)) if not _is_ours(f)), None
    )
    try:
        problem = str(error)
    except Exception:  # noqa: BLE001 - the answer's own class of errors may be broken too
        problem = ""
    text = f"{type(error).__name__}: {problem}" if problem else type(error).__name__
    if place is None:
        return {"error": text, "line": None, "source": ""}
    source = place.line or linecache.getline(place.filename, place.lineno).strip()
    return {"error": text, "line": place.lineno, "source": source}


_INSTALLED = re.compile(r"[\\/](site|dist)-packages[\\/]")
_LIBRARIES = (
    sysconfig.get_path("stdlib") + os.sep, str(Path(__file__).parents[1]) + os.sep,
    "<frozen ", "<__array_function__ ",  # where numpy before 1.25 passes calls on
)  # fmt: skip


def _is_ours(frame):
    """Whether a frame is of a library rather than of the answer."""
    return frame.filename.startswith(_LIBRARIES) or bool(_INSTALLED.search(frame.filename))
