"""The search of the Sphinx that is installed can be told to name what it found."""

from pathlib import Path

import pytest
import sphinx
from sphinx.errors import ExtensionError

from _ext import searching

SCRIPT = Path(sphinx.__file__).parent / "themes" / "basic" / "static" / "searchtools.js"


def test_two_lines_of_the_search_change_and_a_second_build_changes_nothing():
    script = SCRIPT.read_text(encoding="utf-8")
    patched = searching.patched(script)
    before, after = script.splitlines(), patched.splitlines()
    changed = [new.strip() for old, new in zip(before, after, strict=True) if old != new]
    assert len(changed) == 2
    assert "${entry}" in changed[0]
    assert searching.patched(patched) == patched


def test_a_search_that_has_changed_stops_the_build():
    with pytest.raises(ExtensionError, match="searchtools.js has changed"):
        searching.patched("const Search = {};")
