"""Derivations line by line: each line is checked against the one before."""

import numpy as np

from ..errors import DomainError, DtypeError
from ..symbolic.grammar import ParseError
from .bank import BANK
from .experiments import Finding, judge
from .formulas import Formula
from .points import points_of
from .results import LinesResult


def _listed(lines):
    """Return the lines that say something; a text has one formula a line."""
    if lines is ... or lines is None:
        return []
    lines = lines.splitlines() if isinstance(lines, str) else lines
    lines = [text for text in lines if text is not ... and text is not None]
    for text in lines:
        if not isinstance(text, str):
            raise DtypeError(f"check_lines: a line is a text, got {type(text).__name__}.")
    return [text for text in lines if text.strip()]


def check_lines(id, lines, *, seed=None):
    """Return the result of a derivation: where it stops to follow, and why.

    Parameters
    ----------
    id : str
        Of an exercise that asks for f'(X)[dX].
    lines : list of str, or str
        Each an expression in the answer grammar, linear in dX.
    seed : int, optional
        For the random points; by default new ones each time.

    Returns
    -------
    LinesResult
        With ``.ok``, ``.line`` (of the first line that does not follow, from 1) and ``.message``.
        Where a derivation is asked for and its lines are right but not yet at the end, ``.code``
        is ``"unfinished"``.

    Raises
    ------
    DomainError
        If there is no such exercise, or it does not ask for f'(X)[dX].
    DtypeError
        If a line is no text.

    Examples
    --------
    >>> result = check_lines("operators/quadratic-form", ["dx' A x + x' A dx", "2 x' A dx"])
    >>> result.line, result.code
    (2, 'symmetric')
    """
    exercise = BANK[id]
    if exercise.asks != "action":
        raise DomainError(f"check_lines: {id!r} does not ask for f'(X)[dX]; use check.")
    lines = _listed(lines)
    if not lines:
        return LinesResult(exercise, Finding(False, "unanswered"), [], [])
    points = points_of(exercise, np.random.default_rng(seed))
    formulas = []
    for text in lines:
        try:
            formulas.append(Formula(text, exercise.arguments, exercise.result))
        except ParseError as problem:
            data = {"problem": problem.problem, "text": problem.text, "place": problem.place}
            return LinesResult(exercise, Finding(False, "unreadable", data), lines, formulas)
        came = [formulas[-1](p.values) for p in points]
        finding = judge(exercise, points, came)
        if not finding.ok:
            return LinesResult(exercise, finding, lines, formulas, points, came)
    return LinesResult(exercise, _end(exercise, formulas[-1]), lines, formulas)


def _end(exercise, last):
    """Return whether a right line is the last one: no summand is left to be joined to another."""
    tangent = exercise.linear_in
    came = last.count(tangent)
    if exercise.ends is None or came <= exercise.ends:
        return Finding(True, "lines")
    data = {"tangent": tangent, "came": _times(came), "expected": _times(exercise.ends)}
    return Finding(False, "unfinished", data)


def _times(count):
    return "once" if count == 1 else f"{count} times"
