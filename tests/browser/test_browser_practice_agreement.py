"""The page and Python agree: on every exercise, every listed mistake and every mutation.

The scripts are those of the pages, in Chromium; the data is what the build writes for them.
"""

import json
import re

import numpy as np
import pytest
from conftest import ROOT

from _ext.practice import script
from mcalclib.practice import agreement, checking, lines
from mcalclib.practice.bank import BANK
from mcalclib.practice.exercise import ROOMS
from mcalclib.practice.formulas import Formula
from mcalclib.practice.messages import MESSAGES
from mcalclib.practice.points import points_of, seed_of
from tools import assets
from tools.paths import VENDOR

LAZY = ("grammar", "matrices", "formulas", "literals", "experiments", "answers")
CHECK = """([exercise, answers]) => answers.map(({answer, variant}) => {
  const {ok, code, message, line, example} = mcalc.answers.check(exercise, answer, {variant});
  return {ok, code, message, line, example: example?.index ?? null};
})"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    if not VENDOR.is_dir():
        assets.copy()
    page.add_script_tag(path=VENDOR / "_static" / "vendor" / "mathjs" / "math.js")
    for name in LAZY:
        page.add_script_tag(path=ROOT / "_static" / "lazy" / f"{name}.js")
    yield page
    page.close()


@pytest.fixture
def python(monkeypatch):
    """Python's verdicts; its points are drawn once for all answers, as the page has them."""
    drawn = {}

    def once(exercise, rng):
        if exercise.id not in drawn:
            drawn[exercise.id] = points_of(exercise, rng)
        return drawn[exercise.id]

    monkeypatch.setattr(checking, "points_of", once)
    monkeypatch.setattr(lines, "points_of", once)
    return agreement.verdicts


def data_of(exercise):
    brought = re.fullmatch(r"mcalc\.practice\.bring\((.*)\);\n", script(exercise.id), re.DOTALL)
    return json.loads(brought[1]) | {"messages": MESSAGES}


def in_page(page, exercise, answers):
    sent = [{"answer": a["answer"], "variant": a.get("variant", 1)} for a in answers]
    return page.evaluate(CHECK, [data_of(exercise), sent])


@pytest.mark.parametrize("room", ROOMS)
def test_the_page_gives_pythons_verdicts(page, python, room):
    judged = 0
    for exercise in (e for e in BANK.values() if e.room == room):
        expected = python(exercise)
        came = in_page(page, exercise, expected)
        for a, b in zip(expected, came, strict=True):
            compared = ("ok", "code", "message", "example", *(("line",) if "line" in a else ()))
            story = {k: a[k] for k in compared}
            assert story == {k: b[k] for k in compared}, (exercise.id, a["source"], a["answer"])
        judged += len(expected)
    assert judged >= 50


UNREADABLE = [
    "x" + "'" * 400,
    "I " * 20 + "x",
    "x' (A",
    "x' B dx",
    "A x + x' A",
    "foo(x)",
    "x ? y",
    "[1, 2; 3]",
    "2 ^",
    "x + + ",
]


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        ("operators/quadratic-form", UNREADABLE),
        ("operators/slope", ["[1, 2; 3]", "[1, a]", "1/0", "[1 2", "[]", "x' A", "3.14159", "[3]"]),
        ("review/jacobian-shape", ["n by m", "m n", "m n by 1", "m by", "2 m by n", "m + n by 1"]),
        ("rules/chain-order", ["A (B C)", "(A B) C", "A B", "C (B A)", "A' (B C)", "A (B C", "A"]),
        ("rules/chain-cost", ["m k j", "2 m k j", "m k j + m j n", "m q", "m k", "0", "m / (m - m)"]),
        ("rules/united", ["true", "No.", "X = [1, 2; 3, 4]", "X = [1 0; 0 1]; H = [0 1; 0 0]",
                          "X = [0 1; 0 0]; H = [1 0; 0 0]", "X = [1, 2]; H = [1, 2]", "X = 1; H = 2",
                          "X = [1, 2; 3, 4]; Y = [1, 2; 3, 4]", "X 1", "X = [1, 2; 3]; H = 1"]),
    ],
)  # fmt: skip
def test_odd_answers_are_told_the_same(page, id, answers):
    exercise = BANK[id]
    came = in_page(page, exercise, [{"answer": a} for a in answers])
    for answer, b in zip(answers, came, strict=True):
        a = checking.check(id, answer, seed=seed_of(exercise))
        assert (a.ok, a.code, a.message) == (b["ok"], b["code"], b["message"]), answer


def test_the_functions_of_the_grammar_have_the_same_values(page):
    rng = np.random.default_rng(3)
    B = rng.standard_normal((3, 3))
    values = {
        "A": B @ B.T / 4 + np.eye(3), "B": B, "X": rng.standard_normal((3, 2)),
        "x": rng.standard_normal((3, 1)), "c": np.array([[1.7]]),
    }  # fmt: skip
    shapes = {"A": ("n", "n"), "B": ("n", "n"), "X": ("n", "m"), "x": ("n", "1"), "c": ("1", "1")}
    texts = """inv(A) B; A^-2; A^3; A^0; det(B); logdet(A); tr(B); expm(B); logm(A); sqrtm(A); pinv(X); norm(X)
        norm(X, 2); norm(X, nuc); norm(X, F); sum(X); kron(X, B); X ⊗ x; hadamard(A, B); inner(A, B)
        vec(X); unvec(vec(X), n, m); K(n, m); K(m, n) vec(X'); diag(x); diag(B); ones(n, m); zeros(n)
        I_n + A; A + I; exp(B); log(A .^ 2); sin(x); tanh(X); arctan(x); abs(B); sign(B); sqrt(abs(x))
        X .^ 2; x ./ x; x / c; c^0.5; 2 .* x; B .* B'; -x'; lambda(A, 2); lambda(B + B', 1); sigma(X, 2)
        x' A x; pi c; ln(c); 1/3; eye(m); X' X; X X'; (x x')^2; cos(x) - cosh(x) + sinh(x); nuclear(B)"""
    texts = [t.strip() for t in re.split("[;\n]", texts)]
    sized = {k: [[s] if s != "1" else [] for s in v] for k, v in shapes.items()}
    pairs = {k: tuple(tuple(s) for s in v) for k, v in sized.items()}
    came = page.evaluate(
        "([texts, shapes, values]) => texts.map(t => mcalc.formulas.read(t, shapes).at(values))",
        [texts, shapes, {k: v.tolist() for k, v in values.items()}],
    )
    for text, b in zip(texts, came, strict=True):
        a = Formula(text, pairs)(values)
        assert np.shape(b) == a.shape, text
        np.testing.assert_allclose(np.array(b, dtype=float), a, rtol=1e-9, atol=1e-11, err_msg=text)
