"""Regrading after a test changed: shown first, written on demand, the old record kept."""

import contextlib
import csv
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from small_class import hand_in, sample_course

from mcalclib.classroom.regrade import History
from mcalclib.classroom.results import Results
from mcalclib.cli import main
from mcalclib.grader.grading import Run
from mcalclib.grader.reviews import Reviews


def scores(root):
    with open(root / "out" / "scores.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: float(row["score"]) for row in csv.DictReader(file)}


def regrade(root, *options):
    command = ["regrade", root / "in", "--source", root / "source" / "operators"]
    return main(list(map(str, [*command, "--out", root / "out", "--jobs", "1", *options])))


@pytest.fixture
def changed(class_folder):
    """Return the class after the test of the transposition was made to pass for everybody."""
    path = class_folder / "source" / "operators" / "operators.ipynb"
    content = json.loads(path.read_text())
    for cell in content["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "commutation-transposes":
            cell["source"] = "assert commutation(2, 3) is not None"
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "slope-line":
            cell["source"] = "assert slope(lambda x: 3 * x, 2.0, 1.0) is None"
    path.write_text(json.dumps(content))
    return class_folder


def test_a_dry_run_shows_and_writes_nothing(changed, capsys):
    files = [changed / "out" / name for name in ("gradebook.db", "scores.csv")]
    before = [path.read_bytes() for path in files]
    assert regrade(changed, "--problem", "commutation", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "Emmy Noether: commutation-transposes 0 -> 2 (failed -> passed)" in said
    assert "nothing was written" in said
    assert [path.read_bytes() for path in files] == before
    assert not (changed / "out" / "history.db").exists()


def test_one_problem_changes_and_the_others_stay(changed):
    before = scores(changed)
    assert regrade(changed, "--problem", "commutation") == 0
    after = scores(changed)
    raised = {who for who in before if after[who] == before[who] + 2}
    assert raised == {"Emmy Noether", "'=cmd()"}  # slope-line, changed too, is another problem
    assert {who for who in before if after[who] != before[who]} == raised


def test_one_student_changes_and_the_others_stay(changed):
    before = scores(changed)
    assert regrade(changed, "--only", "Emmy Noether", "--problem", "commutation") == 0
    after = scores(changed)
    assert {who for who in before if after[who] != before[who]} == {"Emmy Noether"}


def test_the_old_record_is_kept_and_marks_by_hand_stay(changed):
    with Reviews(changed / "out", write=True) as reviews:
        reviews.mark("Emmy Noether", "proof", points=4)
    old = {record["student"]: record for record in Results(changed / "out").raw()}
    assert regrade(changed) == 0
    with contextlib.closing(History(changed / "out")) as history:
        (kept,) = history.of("Emmy Noether")
    assert kept["record"] == old["Emmy Noether"]
    # 13.5, the transposition 2 more, the line 1 less, the proof by hand 4
    assert scores(changed)["Emmy Noether"] == 13.5 + 2 - 1 + 4


def test_a_full_regrade_ends_where_grading_anew_would(changed, tmp_path):
    assert regrade(changed) == 0
    command = ["grade", changed / "in", "--source", changed / "source" / "operators"]
    command += ["--out", tmp_path / "anew", "--quiet", "--jobs", "1"]
    assert main(list(map(str, command))) == 0
    anew = Results(tmp_path / "anew").raw()
    assert Results(changed / "out").raw() == anew


def test_a_student_who_was_not_there_before_is_new(changed, capsys):
    hand_in(changed / "in", "Nina Bari")
    assert regrade(changed, "--only", "Nina Bari") == 0
    assert "Nina Bari: slope-matrix 0 -> 2 (new -> passed)" in capsys.readouterr().out
    assert scores(changed)["Nina Bari"] == sample_course.MAX_AUTO - 1


def test_an_unknown_problem_and_an_empty_folder_are_named(changed, tmp_path, capsys):
    assert regrade(changed, "--problem", "transposition") == 2
    assert "there are commutation, slope, inverse, proof" in capsys.readouterr().err
    assert regrade(changed, "--out", str(tmp_path)) == 2
    assert "nothing was graded into it yet" in capsys.readouterr().err


def test_results_that_lie_among_the_submissions_are_nobody_s(changed, capsys):
    (changed / "out").rename(changed / "in" / "results")
    command = ["regrade", changed / "in", "--source", changed / "source" / "operators"]
    command += ["--out", changed / "in" / "results", "--jobs", "1", "--dry-run"]
    assert main(list(map(str, command))) == 0
    said = capsys.readouterr().out
    assert "Emmy Noether: commutation-transposes" in said and "results: " not in said


def test_a_dry_run_looks_at_a_read_only_folder(changed):
    # Root may write anywhere, so the folder is mounted read-only, in mounts of its own.
    command = [sys.executable, "-m", "mcalclib.cli", "regrade", "in", "--out", "out", "--trusted"]
    command += ["--source", "source/operators", "--jobs", "1", "--dry-run"]
    script = f"mount --bind out out && mount -o remount,bind,ro out && {shlex.join(command)}"
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script],
        cwd=changed,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Emmy Noether: commutation-transposes 0 -> 2" in done.stdout


@pytest.fixture
def no_grading(monkeypatch):
    def refuse(run):
        raise AssertionError("a class was graded for nothing")

    monkeypatch.setattr(Run, "__call__", refuse)


def test_a_read_only_folder_is_refused_before_anything_is_graded(
    changed, capsys, no_grading, monkeypatch
):
    allowed = os.access  # root may write anywhere
    monkeypatch.setattr(
        os,
        "access",
        lambda path, *more, **keys: path != changed / "out" and allowed(path, *more, **keys),
    )
    assert regrade(changed) == 4
    assert "the output folder is read-only" in capsys.readouterr().err


def test_results_of_another_assignment_are_refused_before_anything_is_graded(
    changed, capsys, no_grading
):
    folder = changed / "source" / "another"
    (changed / "source" / "operators").rename(folder)
    (folder / "operators.ipynb").rename(folder / "another.ipynb")
    command = ["regrade", changed / "in", "--source", folder, "--out", changed / "out"]
    assert main(list(map(str, [*command, "--dry-run"]))) == 4
    assert "holds the results of assignment 'operators', not 'another'" in capsys.readouterr().err
