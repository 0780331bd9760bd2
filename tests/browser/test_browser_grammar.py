"""The pages read the answer grammar as Python does: same trees, same places, same complaints."""

import json
import random

import pytest
from conftest import ROOT

from mcalclib.symbolic.grammar import ParseError, Parser, split_declarations

LAZY = ROOT / "_static" / "lazy"
TEXTS = json.loads((ROOT / "tests" / "grammar_texts.json").read_text(encoding="utf-8"))
READ = """texts => texts.map(text => {
  const listed = ({op, place, data, args}) =>
    [op, place, ...(data === null ? [] : [data]), ...args.map(listed)];
  try { return {tree: listed(mcalc.grammar.parse(text))}; }
  catch (e) {
    if (!(e instanceof mcalc.grammar.ParseError)) throw e;
    return {place: e.place, problem: e.problem};
  }
})"""
PIECES = [
    "x",
    "A",
    "dX",
    "'",
    "ᵀ",
    "^T",
    "^-1",
    "^-T",
    "^{T}",
    "⁻¹",
    "²",
    "(",
    ")",
    "+",
    "-",
    "*",
    ".*",
    "/",
    "./",
    "^",
    ".^",
    "||",
    "‖",
    ",",
    "inv",
    "tr(",
    "kron(",
    "exp",
    "norm",
    "⊗",
    "∘",
    "λ\n",
    "2",
    "0.5",
    "I_n",
    "XY",
    "αβ",
    "trase(",
    "|",
    "=",
    ".",
    "T",
    "_1",
    "lambda",
    "σ(",
    "K",
    "d",
    "{",
    "}",
    "<",
    ">",
    "½",
    "−",
    "‘",
    "\\frac",
    "\\top",
    "\\lambda",
    "\\mathbf{x}",
    "_{1}",
    "W₁",
    "F̄",
    "np.",
    ".T",
    "†",
    "，",
    "Inv(",
    "×",
]


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    for name in ("tokens", "grammar"):
        page.add_script_tag(path=LAZY / f"{name}.js")
    yield page
    page.close()


def reading(text):
    def listed(tree):
        data = [] if tree.data is None else [tree.data if tree.op != "number" else float(tree.data)]
        return [tree.op, tree.place, *data, *map(listed, tree.args)]

    try:
        return {"tree": listed(Parser(text).whole())}
    except ParseError as problem:
        return {"place": problem.place, "problem": problem.problem}


def test_every_text_of_the_list_is_read_as_listed(page):
    read = dict(zip(TEXTS, page.evaluate(READ, list(TEXTS)), strict=True))
    assert read == TEXTS


def test_texts_thrown_together_are_read_as_python_reads_them(page):
    rng = random.Random(3)
    texts = [
        rng.choice(["", " "]).join(rng.choices(PIECES, k=rng.randint(1, 9))) for _ in range(4000)
    ]
    ours = [reading(text) for text in texts]
    assert sum("tree" in r for r in ours) > 300
    theirs = page.evaluate(READ, texts)
    assert [(t, a, b) for t, a, b in zip(texts, ours, theirs, strict=True) if a != b] == []


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("x'(A + A') dx", r"x^{\mathsf{T}}\, \left(A + A^{\mathsf{T}}\right)\, {d x}"),
        ("-inv(A) dA A^-1", r"-A^{-1}\, {d A}\, A^{-1}"),
        ("-A' .* B C + x", r"\left(-A^{\mathsf{T}} \odot B\right)\, C + x"),
        ("B (-A C)", r"B\, \left(-A\, C\right)"),
        ("A (B x)", r"A\, \left(B\, x\right)"),
        ("(A B) x", r"A\, B\, x"),
        ("kron(A', I_m)", r"A^{\mathsf{T}} \otimes I_{m}"),
        ("2 A .* X.^2", r"2\, A \odot X^{\odot 2}"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("(-x)'", r"\left(-x\right)^{\mathsf{T}}"),
        ("2 3", r"2 \cdot 3"),
        ("(A')^2", r"\left(A^{\mathsf{T}}\right)^{2}"),
        ("x'x / (2 n)", r"\frac{x^{\mathsf{T}}\, x}{2\, n}"),
        ("‖F_bar - X_12‖^2", r"\left\lVert \bar{F} - X_{12} \right\rVert^{2}"),
        ("det(A) λ_1", r"\det\left(A\right)\, \lambda_{1}"),
    ],
)
def test_a_tree_is_shown_as_a_reader_would_write_it(page, text, tex):
    assert page.evaluate("t => mcalc.grammar.tex(mcalc.grammar.parse(t))", text) == tex


def test_every_tree_of_the_list_can_be_typeset(page):
    page.add_script_tag(path=ROOT / "node_modules" / "katex" / "dist" / "katex.min.js")
    refused = page.evaluate(
        """texts => texts.filter(text => {
          try { return !katex.renderToString(mcalc.grammar.tex(mcalc.grammar.parse(text))); }
          catch (e) { return true; }
        })""",
        [text for text, entry in TEXTS.items() if "tree" in entry],
    )
    assert refused == []


@pytest.mark.parametrize(
    "text",
    ["x' A x; A symmetric; x: n by 1", "A B where A, B invertible", "log(X)", "a;b is positive"],
)
def test_declarations_are_split_off_as_python_does(page, text):
    expression, declared = page.evaluate("t => mcalc.grammar.splitDeclarations(t)", text)
    assert (expression, [tuple(d) for d in declared]) == split_declarations(text)


def test_reading_a_text_never_runs_it(page):
    page.evaluate("window.ran = false")
    for text in ("ran = true", "window.ran(1)", "constructor(x)", "(x => x)(1)", "__proto__ x"):
        page.evaluate(READ, [text])
    assert page.evaluate("[window.ran, ({}).x]") == [False, None]
