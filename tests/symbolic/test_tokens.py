"""What students type: as meant, or told where and what to type instead.

The pages are held to the same list, tests/typed_forms.json, in tests/browser.
"""

import json
from pathlib import Path

import pytest

from mcalclib.practice.exercise import sizes_of
from mcalclib.practice.formulas import Formula
from mcalclib.symbolic.grammar import ParseError, Parser
from mcalclib.symbolic.tokens import plain

FORMS = json.loads((Path(__file__).parents[1] / "typed_forms.json").read_text(encoding="utf-8"))
SHAPES = {name: sizes_of(text)[0] for name, text in FORMS["shapes"].items()}


def without_places(tree):
    return [tree.op, tree.data, *map(without_places, tree.args)]


@pytest.mark.parametrize(("typed", "meant"), FORMS["read"])
def test_what_is_typed_is_read_as_the_formula_that_is_meant(typed, meant):
    assert without_places(Formula(typed, SHAPES).tree) == without_places(Parser(meant).whole())


@pytest.mark.parametrize(("typed", "place", "says"), FORMS["refused"])
def test_what_cannot_be_read_is_told_with_its_place_and_what_to_type(typed, place, says):
    with pytest.raises(ParseError) as caught:
        Formula(typed, SHAPES)
    assert says in caught.value.problem
    assert caught.value.place == place


@pytest.mark.parametrize(("typed", "says"), FORMS["noted"])
def test_what_some_read_otherwise_is_said(typed, says):
    notes = " ".join(Formula(typed, SHAPES).notes)
    assert says in notes
    assert bool(notes) == bool(says)


def test_every_sign_is_put_in_the_place_of_one_sign():
    everything = "".join(map(chr, range(32, 0xFFFF)))
    assert len(plain(everything)) == len(everything)
    assert plain("（x’−𝐀）") == "(x'-𝐀)"
