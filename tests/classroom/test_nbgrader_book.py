"""nbgrader reads our marks from its own database, with its own commands."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcalclib.cli import main
from mcalclib.grader.reviews import Reviews


def test_nbgraders_own_export_shows_our_marks(class_folder, tmp_path):
    with Reviews(class_folder / "out", write=True) as reviews:
        reviews.mark("Ada Lovelace", "proof", points=3)
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    source = class_folder / "source" / "operators"
    (class_folder / "course.toml").write_text(
        '[course]\nresults = "."\n[late]\nper_day = 0.1\n[[assignment]]\nname = "out"\n'
        'source = "source/operators"\nsubmissions = "in"\ntimes = "times.csv"\n'
        "due = 2026-11-20T18:00:00Z\n"
    )
    (class_folder / "times.csv").write_text("student,time\nEmmy Noether,2026-11-21T20:00:00Z\n")
    command = ["export", "nbgrader", class_folder / "out", "--source", source, "--db", url]
    # The second time changes what is there and adds nothing.
    for more in ([], ["--course", class_folder / "course.toml"]):
        assert main(list(map(str, [*command, *more]))) == 0
    env = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path), "IPYTHONDIR": str(tmp_path)}
    programs = Path(sys.executable).parent
    subprocess.run(
        [programs / "nbgrader", "export", "--db", url, "--to", "grades.csv"],
        cwd=tmp_path, env=env, check=True, capture_output=True,
    )  # fmt: skip
    with open(tmp_path / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    scores = {student: float(row["score"]) for student, row in rows.items()}
    assert scores == {
        "Ada Lovelace": 19.0,
        "Kurt Gödel": 16.0,
        "=cmd()": 13.5,
        "Emmy Noether": pytest.approx(13.5 * 0.8),  # two days late
        "Sofja Kowalewskaja": 11.0,
        "Évariste Galois": 0.0,
    }
    assert {float(row["max_score"]) for row in rows.values()} == {20.0}
