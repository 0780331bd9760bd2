"""The appendix on the sources has every correction, with its counterexample, linked both ways."""

import json
import re
from itertools import groupby
from pathlib import Path

import pytest

CHAPTERS = Path(__file__).parents[1] / "chapters"
# How many entries each source has, by its letter: notes, question, slides.
COUNTS = {"N": 49, "Q": 8, "W": 44}
ENTRY = re.compile(r"^\((src-[nqw]\d\d)\)=\n\*\*([NQW]\d\d)\. ", re.MULTILINE)


def cells(stem: str) -> list[tuple[str, str]]:
    """Return kind and text of every cell."""
    notebook = json.loads((CHAPTERS / f"{stem}.ipynb").read_text("utf-8"))
    return [(cell["cell_type"], "".join(cell["source"])) for cell in notebook["cells"]]


def entries() -> dict[str, tuple[str, str]]:
    """Return chapter and code of each entry: the code cells up to the next text belong to it."""
    found, chapter = {}, ""
    groups = [
        (kind, "\n".join(text for _, text in group))
        for kind, group in groupby(cells("appendix_sources"), key=lambda cell: cell[0])
    ]
    for (kind, text), (_, code) in zip(groups, [*groups[1:], ("", "")], strict=True):
        if kind != "markdown":
            continue
        if named := re.search(r"belong to the chapter \{doc\}`(\w+)`", text):
            chapter = named[1]
        for label, name in ENTRY.findall(text):
            assert label == f"src-{name.lower()}"
            found[name] = (chapter, code)
    return found


ENTRIES = entries()
every_entry = pytest.mark.parametrize("name", ENTRIES)


def test_every_entry_stands_in_the_appendix_or_among_its_slips_of_the_pen():
    slips = cells("appendix_sources")[-1][1]
    assert slips.startswith("(sec-sources-slips)=")
    without_code = set(re.findall(r"\b[NQW]\d\d\b", slips))
    everything = {
        f"{letter}{number:02}" for letter, count in COUNTS.items() for number in range(1, count + 1)
    }
    assert set(ENTRIES) | without_code == everything
    assert not set(ENTRIES) & without_code


@every_entry
def test_an_entry_has_a_counterexample_that_runs(name):
    _, code = ENTRIES[name]
    assert re.search(rf"^\s*#.*\b{name}\b", code, re.MULTILINE)
    assert "assert" in code


@every_entry
def test_an_entry_is_linked_from_the_chapter_that_treats_it(name):
    chapter, _ = ENTRIES[name]
    text = "\n".join(text for kind, text in cells(chapter) if kind == "markdown")
    assert f"{{ref}}`{name} <src-{name.lower()}>`" in text
