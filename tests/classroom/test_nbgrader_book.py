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


@pytest.fixture
def another(class_folder):
    """Return the source of an assignment that was never graded, the same but for its name."""
    folder = class_folder / "source" / "another"
    folder.mkdir()
    content = (class_folder / "source" / "operators" / "operators.ipynb").read_bytes()
    (folder / "another.ipynb").write_bytes(content)
    return folder


@pytest.mark.parametrize("command", ["similar", "export nbgrader"])
def test_results_are_not_taken_for_those_of_another_assignment(
    class_folder, another, command, capsys
):
    database = class_folder / "gradebook.db"
    arguments = [*command.split(), str(class_folder / "out"), "--source", str(another)]
    arguments += ["--db", f"sqlite:///{database}"] * (command != "similar")
    assert main(arguments) == 2
    assert "this is 'another', and" in capsys.readouterr().err
    assert not database.exists() and not (class_folder / "out" / "similarity.html").exists()


def test_a_path_is_a_database_and_one_that_cannot_be_is_an_error(class_folder, capsys):
    source = class_folder / "source" / "operators"
    command = ["export", "nbgrader", str(class_folder / "out"), "--source", str(source), "--db"]
    assert main([*command, str(class_folder / "gradebook.db")]) == 0
    assert (class_folder / "gradebook.db").stat().st_size > 0
    for url in (str(class_folder / "nowhere" / "gradebook.db"), "nothing://here"):
        assert main([*command, url]) == 2
        assert "nbgrader cannot use this database" in capsys.readouterr().err
