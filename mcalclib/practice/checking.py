"""`mc.check`: an answer in, a result that shows what is right or what is wrong out."""

from contextlib import redirect_stdout
from io import StringIO

import numpy as np

from ..errors import DomainError, DtypeError, McalcError, ShapeError
from ..symbolic.grammar import ParseError
from .bank import BANK
from .calls import AnswerError, adjoint_gaps, as_numbers, call_all, is_operator
from .claims import judge_claim
from .exercise import COMPUTED
from .experiments import CLOSE, Finding, alike, judge, judge_value
from .formulas import Formula
from .lines import check_lines
from .literals import is_matrix, read_matrix
from .orders import judge_cost, judge_order
from .points import points_of, text_point
from .results import Result
from .sizes import judge_shape
from .variants import variant_of

SECONDS = 10
ADJOINT = 1e-9  # how far <L dX, Y> and <dX, L* Y> may be apart


def check(id, answer=..., *, seed=None, variant=1, seconds=SECONDS):
    """Return the result of an answer to an exercise: right, or what is wrong with it.

    Parameters
    ----------
    id : str
        Such as ``"operators/quadratic-form"``; `exercises` lists them.
    answer : callable, array, LinearOperator, str, bool or dict
        A function is called by keyword with the symbols of the exercise, the tangent named ``d``
        and the variable; a text is read in the answer grammar. ``...`` or None is no answer yet.
    seed : int, optional
        For the random points; by default new ones each time.
    variant : int
        Which numbers, where they vary from try to try.
    seconds : float
        After how long an answer that does not end is stopped.

    Returns
    -------
    Result
        With ``.ok``, ``.code`` and ``.message``; shows itself richly, in a terminal as text.

    Raises
    ------
    DomainError
        If there is no such exercise or variant, or no time; never because the answer is wrong.

    Examples
    --------
    >>> check("operators/quadratic-form", lambda x, A, dx: x @ (A + A.T) @ dx).ok
    True
    >>> check("operators/quadratic-form", "2 x' A dx").code
    'symmetric'
    """
    exercise = BANK[id]
    if not seconds > 0:
        raise DomainError(f"check: seconds must be positive, got {seconds!r}.")
    if isinstance(answer, str) and not answer.strip():
        answer = ...
    if exercise.kind not in COMPUTED:
        return _other(exercise, answer)
    numbers = variant_of(exercise, variant) if exercise.kind == "value" else None
    if answer is ... or answer is None:
        return Result(exercise, Finding(False, "unanswered"), numbers=numbers)
    if exercise.kind == "lines" and _is_derivation(answer):
        return check_lines(id, answer, seed=seed)
    try:
        return _computed(exercise, answer, np.random.default_rng(seed), numbers, seconds)
    except AnswerError as problem:
        return Result(exercise, Finding(False, problem.code, problem.data), numbers=numbers)
    except ParseError as problem:
        return _unreadable(exercise, problem, numbers)


def _is_derivation(answer):
    if isinstance(answer, str):
        return "\n" in answer.strip()
    return isinstance(answer, list | tuple) and all(isinstance(text, str) for text in answer)


def _unreadable(exercise, problem, numbers=None):
    data = {"problem": problem.problem, "text": problem.text, "place": problem.place}
    return Result(exercise, Finding(False, "unreadable", data), numbers=numbers)


def _computed(exercise, answer, rng, numbers, seconds):
    if isinstance(answer, str):
        if numbers is not None and is_matrix(answer):
            came = read_matrix(answer)
            return Result(exercise, judge_value(exercise, numbers, came), numbers, came=came)
        formula = Formula(answer, exercise.arguments, exercise.result)
        if numbers is not None and not formula.names:
            came = formula({**numbers.values})
            return Result(exercise, judge_value(exercise, numbers, came), numbers, formula=formula)
        points = points_of(exercise, rng)
        came = [formula(p.values) for p in points]
        return Result(exercise, judge(exercise, points, came), numbers, points, came, formula)
    if is_operator(answer):
        return _operator(exercise, answer, rng, seconds)
    if callable(answer):
        return _function(exercise, answer, rng, numbers, seconds)
    return _array(exercise, as_numbers(answer), np.ndim(answer) == 1, numbers)


def _function(exercise, answer, rng, numbers, seconds):
    points = points_of(exercise, rng)
    try:
        called = call_all(exercise, answer, points, seconds)
    except AnswerError as problem:
        found = _fails_elsewhere(exercise, answer, points, seconds, problem)
        return Result(exercise, found, numbers)
    came = _values(called, points)
    finding = judge(exercise, points, came)
    if not finding.ok and _is_unsteady(exercise, answer, points[0], called[0], seconds):
        finding = Finding(False, "unsteady")
    if finding.ok and _adjoint_is_wrong(exercise, called, points, seconds):
        finding = Finding(False, "adjoint")
    return Result(exercise, finding, numbers, points, came)


def _is_unsteady(exercise, answer, point, first, seconds):
    """Whether an answer gives another value when it is called a second time."""
    try:
        with redirect_stdout(StringIO()):  # the reader saw it print once
            again = call_all(exercise, answer, [point], seconds)
    except AnswerError:
        return False
    return not np.allclose(again[0].value, first.value, rtol=CLOSE, atol=0, equal_nan=True)


def _adjoint_is_wrong(exercise, called, points, seconds):
    gaps = adjoint_gaps(exercise, called, points, seconds)
    return not all(gap <= ADJOINT for gap in gaps)  # NaN is wrong too


def _values(called, points):
    return [_aligned(c.value, c.flat, p.right) for c, p in zip(called, points, strict=True)]


def _fails_elsewhere(exercise, answer, points, seconds, problem):
    """Tell an answer that raises at some points only: numbers or a size are written into it."""
    if problem.code in ("error", "error-elsewhere"):
        for families, story in ((("text", "fixed"), "hard-coded"), (("generic",), "sizes")):
            right = _right_on(exercise, answer, points, seconds, families)
            if right and right[0]:
                return Finding(False, story if not all(right) else "sizes")
    code = "error" if problem.code == "error-elsewhere" else problem.code
    return Finding(False, code, problem.data)


def _right_on(exercise, answer, points, seconds, families):
    """Return for each family whether the answer is right there; nothing if it raises there too."""
    some = [p for p in points if p.family in families]
    if not some:
        return []
    try:
        came = _values(call_all(exercise, answer, some, seconds), some)
    except AnswerError:
        return []
    judged = [(p.family, alike(x, p.right)) for x, p in zip(came, some, strict=True)]
    return [all(ok for family, ok in judged if family == f) for f in families]


def _aligned(came, flat, right):
    """An array with one axis is neither a row nor a column; it counts as what is asked for."""
    return came.T if flat and right.shape == came.shape[::-1] else came


def _operator(exercise, operator, rng, seconds):
    """An operator belongs to one point: that of the text."""
    if exercise.at is None or exercise.linear_in is None:
        raise AnswerError("needs-function", problem=exercise.signature)
    points = [p for p in points_of(exercise, rng) if p.family == "text"]
    called = call_all(exercise, lambda: operator, points, seconds)
    came = _values(called, points)
    finding = judge(exercise, points, came, generic="text")
    if finding.ok and _adjoint_is_wrong(exercise, called, points, seconds):
        finding = Finding(False, "adjoint")
    return Result(exercise, finding, None, points, came)


def _array(exercise, came, flat, numbers):
    """An array is right at one point: the numbers of the question, or of the text."""
    if numbers is None:
        if exercise.at is None or exercise.linear_in is not None:
            raise AnswerError("needs-function", problem=exercise.signature)
        numbers = text_point(exercise)
    came = _aligned(came, flat, numbers.right)
    return Result(exercise, judge_value(exercise, numbers, came), numbers, came=came)


def _other(exercise, answer):
    """Kinds whose answer is not compared at points."""
    if answer is ... or answer is None:
        return Result(exercise, Finding(False, "unanswered"))
    try:
        return Result(exercise, JUDGES[exercise.kind](exercise, answer))
    except AnswerError as problem:
        return Result(exercise, Finding(False, problem.code, problem.data))
    except ParseError as problem:
        return _unreadable(exercise, problem)
    except McalcError as problem:
        return Result(exercise, Finding(False, "unreadable", {"problem": str(problem)}))


def judge_choice(exercise, answer):
    """Return the finding on the number of a choice."""
    text = str(answer).strip()
    if not text.isdigit() or not 1 <= int(text) <= len(exercise.choices):
        raise ShapeError(f"choose a number from 1 to {len(exercise.choices)}, got {answer!r}.")
    remark = exercise.choices[int(text) - 1][1]
    ok = int(text) == exercise.answer
    return Finding(ok, "chosen" if ok else "choice", {"problem": remark})


def _text(judged):
    def judge_text(exercise, answer):
        if not isinstance(answer, str):
            raise DtypeError(f"expected a text, got {type(answer).__name__}.")
        return judged(exercise, answer)

    return judge_text


JUDGES = {
    "shape": judge_shape,
    "order": _text(judge_order),
    "cost": _text(judge_cost),
    "verdict": judge_claim,
    "choice": judge_choice,
}
