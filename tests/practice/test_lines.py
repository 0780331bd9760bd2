"""Derivations line by line."""

import pytest

from mcalclib.errors import DomainError, DtypeError
from mcalclib.practice.checking import check
from mcalclib.practice.lines import check_lines
from tests.practice import samples


@pytest.fixture
def quadratic(enter):
    return enter(samples.quadratic())


def test_every_line_that_follows_is_confirmed(quadratic):
    result = check_lines(quadratic, ["dx' A x + x' A dx", "x' A' dx + x' A dx", "x' (A + A') dx"])
    assert result.ok and result.line is None
    assert repr(result) == (
        "  ✓ 1. dx' A x + x' A dx\n  ✓ 2. x' A' dx + x' A dx\n  ✓ 3. x' (A + A') dx\n"
        "Correct: every line follows, and the last one is the derivative."
    )


@pytest.mark.parametrize(
    ("lines", "line", "code"),
    [
        (["x' A dx", "x' (A + A') dx"], 1, "term"),
        (["dx' A x + x' A dx", "2 x' A dx", "2 x' A dx"], 2, "symmetric"),
        (["dx' A x + x' A dx", "x' A' dx - x' A dx", "x' A dx"], 2, "sign-of-term"),
        (["dx' A x + x' A dx", "x' (A + A') dx", "x' (A + A')"], 3, "missing-tangent"),
        (["dx' A x + x' A dx", "x' (A + A' dx"], 2, "unreadable"),
        (["(x + dx)' A (x + dx) - x' A x", "x' (A + A') dx"], 1, "difference"),
        (["dx' A x + x' A dx", "dx' A x + x' A dx + dx' A dx"], 2, "difference"),
        (["dx' A x + x' A dx", "dx' A x + x' A dx + dx' dx"], 2, "higher-order"),
    ],
)
def test_first_line_that_does_not_follow_is_pointed_at(quadratic, lines, line, code):
    result = check_lines(quadratic, lines)
    assert not result.ok
    assert (result.line, result.code) == (line, code), result
    marks = [row.split()[0] for row in repr(result).splitlines()[: len(lines)]]
    assert marks == ["✓"] * (line - 1) + ["✗"] + ["·"] * (len(lines) - line)


def test_message_names_the_line_and_the_reason(quadratic):
    result = check_lines(quadratic, ["dx' A x + x' A dx", "2 x' A dx"])
    assert result.message.startswith(
        "Line 2 does not follow from the line before. Right for symmetric A only"
    )
    first = check_lines(quadratic, ["2 x' A dx"])
    assert first.message.startswith("Line 1 is not the differential asked for.")


def test_no_lines_are_no_answer_yet(quadratic):
    for nothing in ([], [...], ["", "  "], [None]):
        result = check_lines(quadratic, nothing)
        assert (result.code, result.line) == ("unanswered", None)
        assert repr(result).endswith("Not answered yet.")


def test_text_is_taken_line_by_line(quadratic):
    assert check_lines(quadratic, "dx' A x + x' A dx\n\nx' (A + A') dx\n").ok
    assert check_lines(quadratic, ...).code == "unanswered"
    with pytest.raises(DtypeError, match="a line is a text, got int"):
        check_lines(quadratic, ["x' A dx", 2])


def test_check_takes_a_derivation_where_one_is_asked_for(enter):
    id = enter(samples.quadratic(kind="lines", also=["dx' A x + x' A dx\nx' (A + A') dx"]))
    lines = ["dx' A x + x' A dx", "2 x' A dx"]
    for answer in (lines, "\n".join(lines)):
        result = check(id, answer)
        assert (result.line, result.code) == (2, "symmetric")
    assert check(id, lambda x, A, dx: x @ (A + A.T) @ dx).ok


@pytest.mark.parametrize("end", ["x' (A + A') dx", "dx' (A + A') x", "(A x + A' x)' dx"])
def test_derivation_ends_where_the_tangent_stands_as_often_as_in_the_answer(enter, end):
    id = enter(samples.quadratic(kind="lines", also=["dx' A x + x' A dx\nx' (A + A') dx"]))
    start = ["dx' A x + x' A dx"]
    result = check_lines(id, start)
    assert (result.ok, result.code, result.line) == (False, "unfinished", None)
    assert "dx stands 2 times in the last line, and can stand once" in result.message
    assert repr(result).startswith("  ✓ 1.")
    assert check_lines(id, [*start, end]).ok


def test_line_that_is_text_of_another_shape_is_a_wrong_line(quadratic):
    result = check_lines(quadratic, ["A x"])
    assert result.code == "shape"
    assert result.message.endswith("The shape is n by 1; expected is a number.")


def test_exercise_without_a_differential_has_no_lines(enter):
    id = enter(samples.product_jacobian())
    with pytest.raises(DomainError, match="does not ask for"):
        check_lines(id, ["dX Y"])


def test_html_typesets_what_was_read_and_escapes_the_rest(quadratic):
    html = check_lines(quadratic, ["dx' A x + x' A dx", "x' <b> dx"])._repr_html_()
    assert r"dx^{\mathsf T}\, A\, x" in html
    assert "<b>" not in html and "x&#x27; &lt;b&gt; dx" in html
