"""Where the book's assignments are, and a test for each."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCES = sorted((ROOT / "exercises" / "source").iterdir())

every_assignment = pytest.mark.parametrize("folder", SOURCES, ids=lambda path: path.name)


def notebook_of(folder):
    return folder / f"{folder.name}.ipynb"
