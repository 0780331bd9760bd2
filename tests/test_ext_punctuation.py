"""Punctuation is put into one element with the formula that it touches."""

import pytest
from docutils import nodes

from _ext.punctuation import LONGEST, in_table, keep_together


def paragraph(before, tex, after):
    """Return a paragraph with a formula in it, after `keep_together`."""
    formula = nodes.math(tex, tex)
    p = nodes.paragraph("", "", nodes.Text(before), formula, nodes.Text(after))
    keep_together(formula)
    return p


def held(p):
    """Return the text of the elements that do not wrap."""
    return [e.astext() for e in p.findall(nodes.inline) if "mcalc-together" in e["classes"]]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("let ", ". Then", "x."),
        ("let ", "), and", "x),"),
        ("so (", " holds)", "(x"),
        ("“", "” is", "“x”"),
        ("an ", "-dimensional space", "x-dimensional"),
    ],
)
def test_punctuation_is_held_and_no_letter_is_lost(before, after, expected):
    p = paragraph(before, "x", after)
    assert held(p) == [expected]
    assert p.astext() == before + "x" + after


@pytest.mark.parametrize(("before", "after"), [("let ", " be"), ("a) ", " (b"), ("", "")])
def test_a_formula_between_spaces_is_left_alone(before, after):
    assert held(paragraph(before, "x", after)) == []


def test_a_long_formula_may_break_and_takes_its_stop_along():
    assert held(paragraph("", "x" * LONGEST, ".")) == ["x" * LONGEST + "."]
    long = "x" * (LONGEST + 1)
    p = paragraph("(", long, "). Then")
    assert held(p) == [] and p.astext() == f"({long}). Then"
    p = paragraph("so ", long, ". Then")
    assert held(p) == []
    assert p.astext() == rf"so {long}\text{{.}} Then"
    assert next(p.findall(nodes.math)).astext() == rf"{long}\text{{.}}"


def test_a_formula_alone_in_its_element_has_no_neighbours():
    formula = nodes.math("x", "x")
    p = nodes.paragraph("", "", formula)
    keep_together(formula)
    assert p.astext() == "x"
    assert held(p) == []


def test_a_table_is_told_from_text():
    inside, outside = nodes.math("x", "x"), nodes.math("x", "x")
    nodes.entry("", nodes.paragraph("", "", inside))
    nodes.paragraph("", "", outside)
    assert in_table(inside)
    assert not in_table(outside)
