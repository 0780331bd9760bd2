"""How results show themselves."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest

from mcalclib.practice.checking import check
from mcalclib.practice.messages import MESSAGES
from mcalclib.practice.results import html_text
from mcalclib.practice.typesetting import matrix_text, number
from tests.practice import samples


class Tags(HTMLParser):
    """Collects the tags of a piece of HTML and sees that they close."""

    def __init__(self, html):
        super().__init__()
        self.open, self.seen = [], []
        self.feed(html)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def quadratic(enter):
    return enter(samples.quadratic())


ANSWERS = {
    "right": "x' (A + A') dx",
    "wrong": "2 x' A dx",
    "unreadable": "x' <script> dx",
    "unanswered": ...,
    "error": lambda x, A, dx: {}["<script>"],
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_html_is_well_formed_escaped_and_takes_its_colours_from_the_page(quadratic, answer):
    html = check(quadratic, answer)._repr_html_()
    assert "script" not in Tags(html).seen
    assert not re.search(r"#[0-9a-f]{3,6}\b|rgb|background|black|white", html.replace("&#x27;", ""))


def test_html_of_a_text_shows_the_formula_as_it_was_read(quadratic):
    html = check(quadratic, "2 x' A dx")._repr_html_()
    assert r"$2\, x^{\mathsf T}\, A\, dx$ (a number)" in html
    assert "Right for symmetric A only" in html
    for label in ("for example", "your answer", "right is"):
        assert f'<th scope="row" style="text-align:left">{label}</th>' in html


def test_shape_of_a_function_is_read_back_in_the_letters_of_the_exercise(enter):
    result = check(enter(samples.product_jacobian()), lambda X, Y: np.kron(np.eye(len(X)), Y.T))
    assert result.read == "m p by m n"
    assert repr(result).startswith("Your answer: m p by m n.\nRight for a vec that goes row by row")


def test_result_never_shows_the_formula(enter):
    exercise = samples.solve_gradient()
    for answer in ("A", "b c'", "-inv(A) c b' inv(A)'"):
        result = check(enter(exercise), answer)
        assert exercise.answer not in repr(result) + result._repr_html_()


def test_result_has_no_truth_value(quadratic):
    with pytest.raises(TypeError, match="ask for its .ok"):
        bool(check(quadratic, "x' A dx"))


def test_every_message_is_a_sentence_whose_placeholders_are_known():
    known = {
        "digits", "tangent", "came", "expected", "factor", "terms", "which", "cost", "least",
        "name", "property", "problem", "line", "error", "seconds",
    }  # fmt: skip
    for code, text in MESSAGES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
        assert set(re.findall(r"\{(\w+)\}", text)) <= known, code
        assert text[0].isupper() or text[0] == "{"
        assert text.endswith((".", "}"))


def test_numbers_show_without_noise():
    assert [number(x) for x in (2.0, -0.0, 1e-17, 1 / 3, 1e6, 1234567.0, np.nan)] == [
        "2", "0", "0", "0.333333", "1e+06", "1.23457e+06", "nan",
    ]  # fmt: skip
    assert matrix_text([[1.0], [2.5]]) == "[1, 2.5]"
    assert matrix_text([[1.0, 0.1 + 0.2]]) == "[[1, 0.3]]"


def test_markdown_of_questions_becomes_html():
    html = html_text("Let $a < b$ and `x < y`.\n\nFind **it** *now*, $A_*B_*$.")
    assert html == (
        "<p>Let $a &lt; b$ and <code>x &lt; y</code>.</p>"
        "<p>Find <strong>it</strong> <em>now</em>, $A_*B_*$.</p>"
    )


def test_what_some_read_otherwise_is_said_with_the_result():
    result = check("matrix-functions/trace-exponential", "exp(A)'")
    note = "exp is taken of every entry; of the matrix it is expm."
    assert note in repr(result) and note in result._repr_html_()
    assert "every entry" not in repr(check("matrix-functions/trace-exponential", "expm(A)'"))


@pytest.mark.parametrize(
    ("id", "answer", "says"),
    [
        ("operators/quadratic-form", "(x' (A + A'))'", "without its argument"),
        ("operators/matrix-times-vector", "x' dA'", "rows and columns are exchanged"),
        ("rules/product-pullback", "B F_bar'", "rows and columns are exchanged"),
        ("least-squares/shape", "m by n", "rows and columns are exchanged"),
        ("review/square-of-norm", "2 x'", "denominator layout"),
        ("operators/two-sided-matrix", "kron(B, A')", "denominator layout"),
    ],
)
def test_only_a_derivative_is_laid_out_in_two_ways(id, answer, says):
    assert says in check(id, answer).message


@pytest.mark.parametrize(
    ("id", "answer", "says"),
    [
        ("review/square-of-norm", "2 x' dx", "no increment stands in the answer"),
        ("matrix-functions/determinant", "det(A) tr(inv(A) dA)", "no increment stands"),
        ("rules/product-pullback", "dA B", "made with F_bar"),
        ("rules/three-factors", "dX A X' + X dA X' + X A dX'", "the increment here is dX"),
        ("rules/entrywise-layer", "diag(1 - tanh(W x).^2) W", "a multiple of ones(m, 1)"),
        ("least-squares/ridge", "2 (X' X + lam) w - 2 X' y", "a multiple of I may be meant"),
    ],
)
def test_what_does_not_fit_the_question_is_told_by_what_does(id, answer, says):
    assert says in check(id, answer).message
