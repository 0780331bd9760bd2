"""Answer boxes as they stand in the page: question, form, hints and solution without any script."""

import json
import re

import pytest
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from _ext import practice
from mcalclib.practice.bank import BANK


def html_of(box):
    """Return the raw pieces and the text of a box in reading order."""
    parts = []
    for node in box.findall():
        if (
            isinstance(node, nodes.raw)
            or isinstance(node, nodes.Text)
            and not isinstance(node.parent, nodes.raw)
        ):
            parts.append(node.astext())
    return "".join(parts)


def test_the_cells_of_exercises_are_found_by_their_metadata(tmp_path):
    cells = [
        new_markdown_cell("# Chapter"),
        new_code_cell("1 + 1"),
        new_code_cell("...", metadata={"mcalc": {"practice": "operators/quadratic-form"}}),
        new_code_cell("assert True", metadata={"mcalc": {"verifies": ["prop-a"]}}),
    ]
    path = tmp_path / "one.ipynb"
    path.write_text(json.dumps(new_notebook(cells=cells)), encoding="utf-8")
    assert practice.practice_cells(path) == {2: "operators/quadratic-form"}
    assert practice.practice_cells(tmp_path / "page.md") == {}


@pytest.mark.parametrize("id", BANK)
def test_question_hints_and_solution_stand_in_the_box(id):
    exercise = BANK[id]
    html = html_of(practice.box(exercise))
    first_words = re.match(r"[A-Za-z ]*", exercise.question)[0].strip()
    assert first_words in html
    assert html.count('<details class="practice-hint">') == len(exercise.hints)
    assert html.count('<details class="practice-solution">') == 1
    assert html.count("<details") == html.count("</details>")
    assert len(html.partition('<details class="practice-solution">')[2]) > 60
    assert "[[" not in re.sub(r'data-tex="[^"]*"', "", html)


@pytest.mark.parametrize("id", BANK)
def test_what_needs_scripts_is_marked_so(id):
    html = html_of(practice.box(BANK[id]))
    for tag in re.findall(r"<(?:input|button)[^>]*>", html):
        inside = html[: html.index(tag)].rpartition("practice-typed")[0]
        assert "pst-js-only" in tag or 'class="practice-input"' in tag and inside
    assert "practice-typed" not in html or "practice-typed pst-js-only" in html


@pytest.mark.parametrize("id", BANK)
def test_every_input_has_a_label(id):
    html = html_of(practice.box(BANK[id]))
    inputs = re.findall(r'<input id="([^"]*)"', html)
    assert [f'<label for="{name}">' in html for name in inputs] == [True] * len(inputs)
    assert html.count('type="radio"') == html.count('<label class="practice-choice"><input')


def test_a_value_question_shows_its_first_numbers_and_keeps_the_formula():
    box = practice.box(BANK["operators/slope"])
    shown = " ".join(n.astext() for n in box.findall(practice.is_math))
    assert r"\begin{pmatrix}" in shown
    assert "[[" not in shown
    assert 'data-tex="' in html_of(box)
    assert "practice-other" in html_of(box)


def test_the_label_says_which_symbols_may_be_typed():
    assert practice.prompt(BANK["operators/quadratic-form"]) == (
        "Your answer, a formula in <code>x</code>, <code>A</code> and <code>dx</code>"
    )
    assert "A = [1, 2; 3, 4]" in practice.help_for(
        next(e for e in BANK.values() if e.kind == "verdict" and "A" in e.shapes)
    )


def test_the_script_of_an_exercise_holds_points_but_neither_answer_nor_solution():
    exercise = BANK["operators/quadratic-form"]
    script = practice.script(exercise.id)
    data = json.loads(re.fullmatch(r"mcalc\.practice\.bring\((.*)\);\n", script)[1])
    assert {p["family"] for p in data["points"]} >= {"generic", "symmetric", "doubled", "small"}
    assert data["answer"] is None
    assert not {"accepted", "mistakes", "solution", "hints"} & set(data)


PAGE = """<nav class="bd-links" aria-label="Main"><a class="reference internal" href="../intro.html">
</a><a class="current reference internal" href="#">1. One</a>
<a class="reference internal" href="two.html">2. Two</a></nav><a class="reference internal" href="two.html">text</a>"""


def test_the_sidebars_say_which_exercises_a_chapter_has_also_when_built_again(tmp_path):
    (tmp_path / "chapters").mkdir()
    page = tmp_path / "chapters" / "one.html"
    page.write_text(PAGE, encoding="utf-8")
    exercises = {"chapters/one": ["rules/a", "rules/b"], "chapters/two": ["hessian/c"]}
    for _ in range(2):
        practice.count_in_sidebars(tmp_path, exercises)
        html = page.read_text(encoding="utf-8")
        assert 'href="#" data-practice="rules/a rules/b">1. One' in html
        assert 'href="two.html" data-practice="hessian/c">2. Two' in html
        assert html.count("data-practice") == 2
    practice.count_in_sidebars(tmp_path, {})
    assert page.read_text(encoding="utf-8") == PAGE
