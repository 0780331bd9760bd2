"""Every item that the sources teach has a place in the book, and every named place is there."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = tomllib.loads((Path(__file__).parent / "content_places.toml").read_text("utf-8"))
# How many items the three sources hold for each chapter, by its letter.
ITEMS = {
    "01_review": ("R", 34),
    "02_linear_operators": ("L", 30),
    "03_rules": ("U", 21),
    "04_matrix_functions": ("M", 39),
    "05_adjoint": ("A", 10),
    "06_hessian": ("H", 25),
    "07_least_squares": ("S", 15),
    "08_perceptron": ("P", 11),
}
LABELS = [
    r"^\(([\w-]+)\)=\s*$",  # a heading
    r"^:label:\s*([\w-]+)\s*$",  # a statement
    r"\$\$\s*\(([\w-]+)\)\s*$",  # a displayed formula
]


def labels(notebook: Path) -> set[str]:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    text = "\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return {label for pattern in LABELS for label in re.findall(pattern, text, re.MULTILINE)}


every_chapter = pytest.mark.parametrize("chapter", ITEMS)


def test_the_map_names_the_chapters_and_nothing_else():
    assert set(PLACES) == set(ITEMS)


@every_chapter
def test_every_item_has_a_place(chapter):
    letter, count = ITEMS[chapter]
    wanted = {f"{letter}-{number:02}" for number in range(1, count + 1)}
    assert set(PLACES[chapter]) == wanted


@every_chapter
def test_every_place_exists(chapter):
    there = labels(ROOT / "chapters" / f"{chapter}.ipynb")
    missing = {item: label for item, label in PLACES[chapter].items() if label not in there}
    assert not missing


def test_the_reader_of_labels_finds_all_three_kinds(tmp_path):
    source = "(sec-a)=\n# A\n```{prf:lemma} B\n:label: lem-b\n```\n$$\nx = 1\n$$ (eq-c)\n"
    notebook = tmp_path / "n.ipynb"
    notebook.write_text(json.dumps({"cells": [{"cell_type": "markdown", "source": [source]}]}))
    assert labels(notebook) == {"sec-a", "lem-b", "eq-c"}
