"""Exercises whose numbers vary from try to try."""

import numpy as np

from ..errors import DomainError
from .formulas import is_scalar
from .points import small_points, text_point
from .typesetting import matrix_latex

MOST = 6


def variants_of(exercise):
    """Return the points of which a question about values asks, the numbers of the text first."""
    found = [text_point(exercise)] if exercise.at is not None else []
    for p in small_points(exercise):
        sized = all(x.size > 1 or is_scalar(exercise.arguments[k]) for k, x in p.values.items())
        distinct = not any(np.array_equal(p.right, q.right) for q in found)
        if sized and distinct and np.any(p.right):
            found.append(p)
    return found[:MOST]


def variant_of(exercise, variant):
    """Return the point with the numbers of one variant, from 1."""
    found = variants_of(exercise)
    if not 1 <= variant <= len(found):
        raise DomainError(
            f"check: {exercise.id!r} has the variants 1 to {len(found)}, got {variant!r}."
        )
    return found[variant - 1]


def question_of(exercise, point=None):
    """Return the question with the numbers of a point in the place of ``[[A]]``."""
    text = exercise.question
    if point is not None:
        for name, x in point.values.items():
            text = text.replace(f"[[{name}]]", matrix_latex(x))
    return text
