"""Texts and their trees: the list that the pages' reader of the grammar is held to as well."""

import json
from pathlib import Path

import pytest

from mcalclib.symbolic.grammar import ParseError, Parser

TEXTS = json.loads((Path(__file__).parents[1] / "grammar_texts.json").read_text(encoding="utf-8"))


def as_list(tree):
    """Return a tree as [operation, place, data where there is any, operands...]."""
    data = [] if tree.data is None else [tree.data if tree.op != "number" else float(tree.data)]
    return [tree.op, tree.place, *data, *map(as_list, tree.args)]


def reading(text):
    try:
        return {"tree": as_list(Parser(text).whole())}
    except ParseError as problem:
        return {"place": problem.place, "problem": problem.problem}


@pytest.mark.parametrize("text", TEXTS)
def test_the_text_is_read_as_listed(text):
    assert reading(text) == TEXTS[text]


def test_the_list_holds_trees_and_complaints_of_every_kind():
    complaints = " ".join(entry.get("problem", "") for entry in TEXTS.values())
    for part in ("no meaning", "does not start", "the text ends", "does not belong", "expected ')'",
                 "does not close", "not an exponent", "no function", "no expression"):  # fmt: skip
        assert part in complaints
    assert sum("tree" in entry for entry in TEXTS.values()) > 80
