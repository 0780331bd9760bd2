"""nbgrader gives out, validates and grades every assignment in exercises/ as we do."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from our_assignments import ROOT, every_assignment, notebook_of

from mcalclib.grader.assignment import load


def nbgrader(course, *arguments):
    """Run nbgrader in a course's folder and return all it printed."""
    programs = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    env |= {"JUPYTER_CONFIG_DIR": str(course / ".jupyter"), "IPYTHONDIR": str(course / ".ipython")}
    command = [programs / "nbgrader", *arguments]
    run = subprocess.run(command, cwd=course, env=env, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def nbgrader_scores(course):
    """Return each student's score for the cells that are graded by tests."""
    query = """
        SELECT student_assignment.student_id, SUM(grade.auto_score)
        FROM grade JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
        JOIN submitted_assignment AS student_assignment
        ON submitted_notebook.assignment_id = student_assignment.id
        GROUP BY student_assignment.student_id"""
    with sqlite3.connect(course / "gradebook.db") as database:
        found = dict(database.execute(query).fetchall())
    database.close()
    return found


@every_assignment
def test_nbgrader_makes_the_same_release_and_gives_the_same_marks(folder, tmp_path):
    name = folder.name
    shutil.copytree(folder, tmp_path / "source" / name)
    code, output = nbgrader(tmp_path, "generate_assignment", name)
    assert code == 0, output
    theirs = json.loads((tmp_path / "release" / name / f"{name}.ipynb").read_text("utf-8"))
    kept = ROOT / "exercises" / "release" / name / f"{name}.ipynb"
    ours = json.loads(kept.read_text("utf-8"))
    assert [c["source"] for c in theirs["cells"]] == [c["source"] for c in ours["cells"]]
    for cell, other in zip(theirs["cells"], ours["cells"], strict=True):
        about = {k: v for k, v in cell["metadata"].items() if k != "execution"}
        assert about == other["metadata"]

    for student, path in (("ada", notebook_of(folder)), ("ben", kept)):
        shutil.copytree(folder, tmp_path / "submitted" / student / name)
        shutil.copy(path, tmp_path / "submitted" / student / name / f"{name}.ipynb")
    code, output = nbgrader(tmp_path, "autograde", name)
    assert code == 0, output
    full = sum(part.points for part in load(folder).parts if part.kind == "test")
    assert nbgrader_scores(tmp_path) == {"ada": full, "ben": 0}


@every_assignment
def test_nbgrader_validates_the_source_and_not_the_release(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "course")
    source = tmp_path / "course" / f"{folder.name}.ipynb"
    code, output = nbgrader(tmp_path, "validate", str(source))
    assert code == 0 and "Success! Your notebook passes all the tests." in output, output
    shutil.copy(ROOT / "exercises" / "release" / folder.name / source.name, source)
    code, output = nbgrader(tmp_path, "validate", str(source))
    assert "VALIDATION FAILED" in output, output
