"""A small class, graded once for all tests of the room."""

import shutil

import pytest
from small_class import FAILS, WRONG, hand_in, sample_course

from mcalclib.grader.cli import main


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """Return the folder of a class of six, graded: source/, in/ and out/."""
    root = tmp_path_factory.mktemp("class")
    (root / "source" / "operators").mkdir(parents=True)
    source = sample_course.to_bytes(sample_course.source_notebook())
    (root / "source" / "operators" / "operators.ipynb").write_bytes(source)
    hand_in(root / "in", "Ada Lovelace")
    hand_in(root / "in", "Kurt Gödel")
    hand_in(root / "in", "=cmd()", commutation=WRONG)
    hand_in(root / "in", "Emmy Noether", commutation=WRONG)
    hand_in(root / "in", "Sofja Kowalewskaja", inverse=FAILS)
    hand_in(root / "in", "Évariste Galois", commutation=None, slope=None, inverse=None)
    command = [
        "grade",
        root / "in",
        "--source",
        root / "source" / "operators",
        "--out",
        root / "out",
    ]
    assert main([*map(str, command), "--quiet", "--jobs", "1"]) == 0
    return root


@pytest.fixture
def class_folder(graded, tmp_path):
    """Return a copy that a test may change."""
    shutil.copytree(graded, tmp_path / "class")
    return tmp_path / "class"
