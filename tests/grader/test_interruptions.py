"""A run that is killed at any moment goes on where it was and ends with the same bytes."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sample_course import source_notebook, submission, to_bytes

# The whole class takes a minute on two free cores; the smaller one is enough for every push.
STUDENTS = int(os.environ.get("MCALC_CLASS", "150"))
KILLS = 10


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A class of generated students: right, wrong, unanswered, failing and unreadable."""
    root = tmp_path_factory.mktemp("course")
    (root / "source").mkdir()
    (root / "source" / "operators.ipynb").write_bytes(to_bytes(source_notebook()))
    (root / "submissions").mkdir()
    kinds = [
        to_bytes(submission()),
        to_bytes(submission(commutation="def commutation(m, n):\n    return np.eye(m * n)")),
        to_bytes(submission(slope=None)),
        to_bytes(submission(inverse="def derivative_of_inverse(X):\n    import os; os._exit(1)")),
        b'{"cells": [',
    ]
    rng = np.random.default_rng(3)
    for number in range(STUDENTS):
        kind = rng.choice(len(kinds), p=[0.5, 0.2, 0.2, 0.05, 0.05])
        (root / "submissions" / f"student{number:05}.ipynb").write_bytes(kinds[kind])
    return root


def command(root, out):
    return [
        *(sys.executable, "-m", "mcalclib.grader", "grade", root / "submissions"),
        *("--source", root / "source", "--out", out, "--jobs", "2", "--quiet"),
    ]


def stored(out):
    try:
        # Left open, it would keep the run from folding its journal into the database.
        with closing(sqlite3.connect(f"file:{out}/gradebook.db?mode=ro", uri=True)) as database:
            return database.execute("SELECT count(*) FROM results").fetchone()[0]
    except sqlite3.Error:
        return 0


def everything(out):
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in (".lock", "times.csv")  # times differ
    }


def children(parent):
    """Return the processes that a process has started."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            about = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(about[1]) == parent:
            yield int(folder.name)


def test_a_class_killed_ten_times_ends_with_the_same_bytes(course):
    whole, broken = course / "whole", course / "broken"
    subprocess.run(command(course, whole), check=False, stdout=subprocess.DEVNULL)
    assert stored(whole) == STUDENTS

    rng = np.random.default_rng(7)
    marks = sorted(rng.choice(STUDENTS - 2, size=KILLS, replace=False))
    for mark in marks:
        run = subprocess.Popen(command(course, broken), stdout=subprocess.DEVNULL)
        while stored(broken) < mark and run.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.1))
        assert run.poll() is None, "the run was over before it could be killed"
        before = stored(broken)
        run.send_signal(signal.SIGKILL)
        run.wait()
        assert stored(broken) >= before
    assert stored(broken) < STUDENTS
    result = subprocess.run(command(course, broken), capture_output=True, text=True, check=False)
    assert result.returncode == 1  # some submissions cannot be read
    assert f"{STUDENTS} known" not in result.stdout
    assert everything(broken) == everything(whole)

    again = subprocess.run(command(course, broken), capture_output=True, text=True, check=False)
    assert f"0 graded, {STUDENTS} known before" in again.stdout
    assert everything(broken) == everything(whole)


def test_an_interrupt_is_polite_and_resumable(course):
    out = course / "polite"
    run = subprocess.Popen(
        # A shell lets programs in the background ignore Ctrl-C.
        ["env", "--default-signal=INT", *command(course, out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    while stored(out) < 5:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 130
    assert "goes on from here" in errors
    assert (out / "scores.csv").read_text().count("\n") == stored(out) + 1


def test_lanes_that_are_killed_cost_no_submission(course):
    out = course / "lanes"
    run = subprocess.Popen(command(course, out), stdout=subprocess.DEVNULL)
    while stored(out) < 5:
        time.sleep(0.01)
    for child in children(run.pid):
        os.kill(child, signal.SIGKILL)
    assert run.wait() == 1
    assert everything(out) == everything(course / "whole")
