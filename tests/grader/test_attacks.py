"""The attack suite: a class of hostile, broken and unlucky students on the real fence.

It runs behind the fence that most machines have, and behind the one for machines where processes
may not make namespaces. MCALC_FENCE=container runs it behind containers, which takes a while.
"""

import csv
import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sample_course
from attacks import ATTACKS

from mcalclib.grader.fence import probe
from mcalclib.grader.gradebook import Gradebook
from mcalclib.grader.grading import Run, Settings
from mcalclib.grader.limits import Limits

FENCES = os.environ.get("MCALC_FENCE", "forked fresh").split()
LIMITS = Limits(cell=2, total=20, memory=512, cpu=10, files=16)


def orphans():
    """Return the processes of graders and fences that have outlived whoever started them."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_bytes()
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if b"mcalclib.grader." in text and parent == 1:
            found.add(text)
    return found


@pytest.fixture(scope="module", params=FENCES)
def graded(request, tmp_path_factory):
    """Grade every attacker, each between two honest students, and return what was written."""
    # Several workers may run these tests; the class is graded once for all of them.
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / request.param
    root.mkdir(exist_ok=True)
    with open(root / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "graded.json").exists():
            (root / "graded.json").write_text(json.dumps(grade_all(root, request.param)))
    return {"root": root, **json.loads((root / "graded.json").read_text())}


def grade_all(root, kind):
    (root / "source").mkdir()
    (root / "source" / "operators.ipynb").write_bytes(
        sample_course.to_bytes(sample_course.source_notebook())
    )
    handed_in = root / "submissions"
    handed_in.mkdir()
    honest = sample_course.to_bytes(sample_course.submission())
    for number, attack in enumerate(ATTACKS):
        (handed_in / f"{number:03}-attacker.ipynb").write_bytes(attack.data)
        (handed_in / f"{number:03}-honest.ipynb").write_bytes(honest)
    os.mkfifo(handed_in / "pipe.ipynb")
    (handed_in / "link.ipynb").symlink_to(root / "source" / "operators.ipynb")
    settings = Settings(handed_in, root / "source", root / "out", jobs=2, limits=LIMITS)
    settings.kind = kind
    Run(settings)()
    until = time.monotonic() + 10
    while (left := orphans()) and time.monotonic() < until:
        time.sleep(0.1)
    book = Gradebook(root / "out", "operators")
    records = {record["student"]: record for record in book.records()}
    book.close()
    return {"records": records, "left": [text.decode() for text in left]}


by_name = pytest.mark.parametrize(
    ("number", "attack"), list(enumerate(ATTACKS)), ids=[attack.name for attack in ATTACKS]
)


@by_name
def test_attacker_gets_what_was_earned_and_a_reason(graded, number, attack):
    record = graded["records"][f"{number:03}-attacker"]
    if attack.points is None:
        assert record["score"] <= 10
    else:
        assert record["score"] == attack.points
    assert record["status"] in attack.statuses
    assert record["note"]
    assert attack.note in record["note"]


@by_name
def test_attacker_learns_nothing_and_runs_nothing_in_the_page(graded, number, attack):
    student = f"{number:03}-attacker"
    html = (graded["root"] / "out" / "feedback" / f"{student}.html").read_text()
    for tag in attack.tags:
        if tag.startswith("silent:"):
            outputs = [
                answer["output"] for answer in graded["records"][student]["answers"].values()
            ]
            assert "".join(outputs)
            assert tag.removeprefix("silent:") not in "".join(outputs)
        if tag == "escaped":
            assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "### BEGIN HIDDEN" not in html


def test_no_honest_student_loses_a_point(graded):
    honest = [r for name, r in graded["records"].items() if name.endswith("honest")]
    assert len(honest) == len(ATTACKS)
    assert {(r["score"], r["status"]) for r in honest} == {(sample_course.MAX_AUTO, "passed")}


def test_every_submission_is_listed(graded):
    with open(graded["root"] / "out" / "scores.csv", newline="") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert len(rows) == 2 * len(ATTACKS) + 2
    for name in ("pipe", "link"):
        assert rows[name]["status"] == "unreadable"
        assert "cannot be read" in rows[name]["note"]


def test_nothing_is_left_behind(graded):
    assert not graded["left"]
    assert not Path("/tmp/owned").exists()
    assert not list(Path("/dev/shm").glob("sitecustomize.py"))
    names = {path.name for path in (graded["root"] / "out").iterdir()}
    assert names == {".lock", "gradebook.db", "feedback", "scores.csv", "times.csv"}


def test_the_first_fence_is_the_one_that_is_taken_here():
    assert probe(LIMITS) == FENCES[0], "run the suite where bubblewrap and namespaces work"


@pytest.mark.parametrize("kind", ["forked", "fresh"])
def test_a_session_behind_each_fence_has_no_way_out(kind):
    from mcalclib.grader.fence import holes_in

    assert holes_in(kind, LIMITS) == []


def test_bubblewrap_alone_would_leave_the_holes_that_the_probe_looks_for():
    # The witness for the test above: without the remounts the same world can be written to.
    from mcalclib.grader.world import bubblewrap

    command = bubblewrap()
    loose = []
    skip = 0
    for part in command:
        if skip:
            skip -= 1
        elif part == "--remount-ro":
            skip = 1
        else:
            loose.append(part)
    script = "open('/dev/planted', 'w').close(); open('/planted', 'w').close()"
    assert subprocess.run([*loose, sys.executable, "-c", script], check=False).returncode == 0
    result = subprocess.run(
        [*command, sys.executable, "-c", script], capture_output=True, check=False
    )
    assert b"Read-only file system" in result.stderr
