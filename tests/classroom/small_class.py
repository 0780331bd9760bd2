"""Submissions to the sample assignment, as files."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "grader"))
import sample_course

WRONG = "def commutation(m, n):\n    return np.eye(m * n)"
FAILS = "def derivative_of_inverse(X):\n    return lambda dX: dX.nothing"


def hand_in(folder, student, **answers):
    """Write one submission into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    content = sample_course.to_bytes(sample_course.submission(**answers))
    (folder / f"{student}.ipynb").write_bytes(content)
