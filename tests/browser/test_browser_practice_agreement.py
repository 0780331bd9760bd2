"""The page and Python agree: on every exercise, every listed mistake and every mutation.

The scripts are those of the pages, in Chromium; the data is what the build writes for them.
"""

import json
import random
import re

import numpy as np
import pytest
from conftest import ROOT
from test_browser_grammar import PIECES

from _ext.practice import script
from mcalclib.practice import agreement, checking, lines
from mcalclib.practice.bank import BANK
from mcalclib.practice.exercise import ROOMS, sizes_of
from mcalclib.practice.formulas import Formula, show
from mcalclib.practice.messages import MESSAGES
from mcalclib.practice.points import points_of, seed_of
from mcalclib.symbolic.tokens import ParseError
from tools import assets
from tools.paths import VENDOR

LAZY = ("tokens", "grammar", "matrices", "formulas", "literals", "experiments", "answers")
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
    "x + " * 300 + "x",
    "(" * 500 + "x" + ")" * 499,
    "-" * 999 + "x",
    "kron(A, kron(A, kron(A, kron(A, A))))",
    "X' A dx",
    "x·y",
    "|x|",
]


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        ("operators/quadratic-form", UNREADABLE),
        ("operators/slope", ["[1, 2; 3]", "[1, a]", "1/0", "[[1, 2], [3, 4]]", "−3/4.", "[1, 2]'", "0,5", "[[1, 2], [3, 4]", "[.5]",
            "[1 2", "[]", "x' A", "3.14159", "[3]"]),
        ("review/jacobian-shape", ["n by m", "m n", "m n by 1", "m by", "2 m by n", "m + n by 1",
            "M by n.", "n \\times m", "m^{2} by n", "（m，n）", "m-by-n"]),
        ("rules/chain-order", ["A (B C)", "(A B) C", "A B", "C (B A)", "A' (B C)", "A (B C", "A"]),
        ("rules/chain-cost", ["m k j", "2 m k j", "m k j + m j n", "m q", "m k", "0", "m / (m - m)"]),
        ("rules/united", ["true", "No.", "True。", "True ", "X = [[1, 2], [3, 4]]; H = [[1, 0], [0, −1]].",
                          "X = [1, 2; 3, 4]", "X = [1 0; 0 1]; H = [0 1; 0 0]",
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


FORMS = json.loads((ROOT / "tests" / "typed_forms.json").read_text(encoding="utf-8"))
READ = """([shapes, texts]) => texts.map(text => {
  const listed = ({op, data, place, args}) => [op, data, place, ...args.map(listed)];
  try {
    const {tree, shape, notes} = mcalc.formulas.read(text, shapes);
    return [listed(tree), mcalc.formulas.show(shape), notes];
  } catch (e) {
    if (!(e instanceof mcalc.tokens.ParseError)) throw e;
    return [e.text, e.place, e.problem];
  }
})"""


def test_what_students_type_is_read_alike(page):
    sizes = {name: sizes_of(text)[0] for name, text in FORMS["shapes"].items()}
    texts = [form[0] for kind in ("read", "refused", "noted") for form in FORMS[kind]]
    # cut short, as it is while somebody types
    texts += [t[:k] for t in texts if len(t) < 40 for k in range(1, len(t))]
    rng = random.Random(5)
    pieces = [*PIECES, *sizes, "I", "dx", "dA_2", "λ", "exp(", "/2", "e", "tr"]
    texts += ["".join(rng.choices(pieces, k=rng.randint(1, 7))) for _ in range(3000)]

    def listed(tree):
        data = float(tree.data) if tree.op == "number" else tree.data
        return [tree.op, data, tree.place, *map(listed, tree.args)]

    def read(text):
        try:
            formula = Formula(text, sizes)
            return [listed(formula.tree), show(formula.shape), formula.notes]
        except ParseError as problem:
            return [problem.text, problem.place, problem.problem]

    def in_units(text, story):
        """Python counts characters; the page counts as its inputs do, 𝐀 for two."""
        wide = [k for k, c in enumerate(text) if ord(c) > 0xFFFF]
        return None if wide else story

    names = {k: [" ".join(s) or "1" for s in pair] for k, pair in sizes.items()}
    ours = [in_units(t, read(t)) for t in texts]
    theirs = page.evaluate(READ, [names, texts])
    theirs = [in_units(t, story) for t, story in zip(texts, theirs, strict=True)]
    assert [(t, a, b) for t, a, b in zip(texts, ours, theirs, strict=True) if a != b] == []


def test_a_character_that_the_page_counts_twice_is_read_alike(page):
    shapes = {"A": ["n", "n"], "x": ["n", "1"], "dx": ["n", "1"]}
    shown = page.evaluate(
        "([shapes, texts]) => texts.map(t => mcalc.grammar.tex(mcalc.formulas.read(t, shapes).tree))",
        [shapes, ["𝑥ᵀ𝐀𝑑𝑥", "xᵀ A dx"]],
    )
    assert shown[0] == shown[1]


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
