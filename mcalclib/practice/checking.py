"""`mc.check`: an answer in, a result that shows what is right or what is wrong out."""

import inspect

import numpy as np

from .bank import BANK
from .experiments import judge
from .formulas import Formula
from .points import points_of
from .reference import as_matrix, natural


def check(id, answer=..., *, seed=None):
    """Return the result of an answer to an exercise.

    Parameters
    ----------
    id : str
        Such as ``"operators/quadratic-form"``.
    answer : callable, array, LinearOperator or str
        A function is called by keyword with the symbols of the exercise, the tangent named ``d``
        and the variable; a text is read in the answer grammar. ``...`` or None is no answer yet.
    seed : int, optional
        For the random points; by default new ones each time.
    """
    exercise = BANK[id]
    points = points_of(exercise, np.random.default_rng(seed))
    if isinstance(answer, str):
        formula = Formula(answer, exercise.arguments, exercise.result)
        came = [formula(p.values) for p in points]
    else:
        came = [_called(exercise, answer, p.values) for p in points]
    return judge(exercise, points, came)


def _called(exercise, answer, values):
    names = [n for n in inspect.signature(answer).parameters if n in values]
    return as_matrix(answer(**natural(exercise, values, names)))
