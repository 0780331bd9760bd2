"""Titles of environments are read, named in plain text, and sorted as a reader looks them up."""

import json
from pathlib import Path

import pytest

from _ext import claims, results

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "chapters").glob("*.ipynb"))
TEXT = """\
# Page

```{prf:theorem} The trace of $\\operatorname{tr}(X^{\\mathsf T}A)$
:label: thm-trace
Text.
```

:::{prf:definition} Inverse
:label: def-inverse
:::

```{prf:example}
:label: ex-untitled
```
"""


@pytest.fixture
def entries(tmp_path):
    (tmp_path / "page.md").write_text(TEXT, encoding="utf-8")
    cell = {"cell_type": "markdown", "source": TEXT.splitlines(keepends=True)}
    (tmp_path / "page.ipynb").write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    read = results.read(tmp_path / "page.md")
    assert read == results.read(tmp_path / "page.ipynb")
    return read


def test_titled_environments_are_read_in_order(entries):
    assert [(entry.kind, entry.label) for entry in entries] == [
        ("theorem", "thm-trace"),
        ("definition", "def-inverse"),
    ]


def test_names_are_plain_text_and_an_article_does_not_sort(entries):
    assert entries[0].name == "The trace of tr(XᵀA)"
    assert entries[0].listed == "Trace of tr(XᵀA)"
    assert entries[0].order == "trace of tr(xᵀa)"
    assert entries[1].listed == "Inverse"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_claim_with_a_title_is_in_the_index(path):
    made = {claim.label for claim in claims.read(path).claims if claim.kind in results.RESULTS}
    listed = {entry.label for entry in results.read(path) if entry.kind in results.RESULTS}
    assert made == listed  # so every claim has a title, too


def test_other_names_belong_to_labels_of_the_book():
    labels = {entry.label for path in NOTEBOOKS for entry in results.read(path)}
    assert results.other_names().keys() <= labels
    assert all(results.other_names().values())
