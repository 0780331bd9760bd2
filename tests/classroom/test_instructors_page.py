"""The instructor's page is followed from start to end: every command on it is run."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "chapters" / "instructors.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(COURSE,) = re.findall(
    r"^```\{code-block\} toml\n:caption: course.toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL
)
NAME = "02_linear_operators"

CANVAS = f"""Student,ID,SIS User ID,SIS Login ID,Section,{NAME} (4711),Final Score
    Points Possible,,,,,30,(read only)
"Lovelace, Ada",101,S1,ada,Main,,80
"Gödel, Kurt",102,S2,kurt,Main,,90
"Somebody, Else",103,S3,else,Main,,70
"""
MOODLE = """Identifier,"Full name","Email address",Grade,"Maximum grade","Grade can be changed"
Participant 7,"Lovelace Ada",ada@x.org,,30.00,Yes
Participant 8,"Gödel Kurt",kurt@x.org,,30.00,Yes
"""
TIMES = """student,time
lovelaceada,2026-11-22T10:00:00
godelkurt,2026-11-21T20:00:00
"""


def downloads(folder):
    """Write what Canvas gives for two students: one solved everything, one nothing."""
    source = (ROOT / "exercises" / "source" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    empty = (ROOT / "exercises" / "release" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    folder.mkdir()
    with zipfile.ZipFile(folder / "submissions.zip", "w") as archive:
        archive.writestr(f"lovelaceada_101_4711_{NAME}.ipynb", source)
        archive.writestr(f"godelkurt_LATE_102_4712_{NAME}-1.ipynb", empty)
    for name, text in (("canvas", CANVAS), ("moodle", MOODLE), ("times", TIMES)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """Return the folder after every command of the page was run in it."""
    folder = tmp_path_factory.mktemp("course")
    downloads(folder / "downloads")
    (folder / "course.toml").write_text(COURSE, encoding="utf-8")
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "BOOK": str(ROOT), "PATH": programs, "JUPYTER_CONFIG_DIR": str(folder)}
    for block in BLOCKS:
        done = subprocess.run(
            ["bash", "-euc", block],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
    return folder


def test_the_page_shows_every_subcommand():
    from mcalclib.cli import _ROOMS

    shown = set(re.findall(r"mcalc (\w+)", PAGE))
    assert {name for name, (home, *_) in _ROOMS.items() if "classroom" in home} <= shown


def test_every_file_that_the_page_names_is_there(followed):
    results = followed / "results"
    for name in ("course.html", "course.csv", "course.json"):
        assert (results / name).stat().st_size > 0
    for name in ("report.html", "report.json", "scores.csv", "gradebook.db", "similarity.html"):
        assert (results / NAME / name).stat().st_size > 0
    assert len(list((results / NAME / "feedback").iterdir())) == 2
    assert (followed / "once" / "report.html").exists()
    assert (followed / "release" / NAME / f"{NAME}.ipynb").exists()


def test_scores_and_lateness_reach_canvas(followed):
    with open(followed / "results" / NAME / "scores.csv", newline="", encoding="utf-8") as file:
        scores = {row["student"]: row for row in csv.DictReader(file)}
    ada, kurt = scores["lovelaceada_101"], scores["godelkurt_102"]
    assert float(ada["score"]) > 0.6 * float(ada["max_score"])  # all but what is marked by hand
    assert float(kurt["score"]) == 0
    with open(followed / "canvas-filled.csv", newline="", encoding="utf-8") as file:
        rows = {row["Student"]: row for row in csv.DictReader(file)}
    # 40 hours late with 48 hours more costs nothing.
    assert float(rows["Lovelace, Ada"][f"{NAME} (4711)"]) == float(ada["score"])
    assert rows["Gödel, Kurt"][f"{NAME} (4711)"] == "0"
    assert rows["Somebody, Else"][f"{NAME} (4711)"] == ""
    assert rows["Lovelace, Ada"]["Final Score"] == "80"
    content = json.loads((followed / "results" / "course.json").read_text(encoding="utf-8"))
    lost = {s["student"]: s["assignments"][NAME]["lost"] for s in content["students"]}
    assert lost == {"lovelaceada_101": 0.0, "godelkurt_102": 0.2}


def test_scores_reach_moodle(followed):
    with open(followed / "moodle-filled.csv", newline="", encoding="utf-8") as file:
        grades = [row["Grade"] for row in csv.DictReader(file)]
    with open(followed / "results" / NAME / "scores.csv", newline="", encoding="utf-8") as file:
        scores = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert grades == [scores["lovelaceada_101"], "0"]


def test_each_student_got_a_notebook(followed):
    for student in ("Ada Lovelace", "Kurt Gödel"):
        assert (followed / "given" / student / NAME / f"{NAME}.ipynb").exists()


def test_the_review_page_starts_and_ends_politely(followed):
    command = [sys.executable, "-m", "mcalclib.cli", "review", f"results/{NAME}", "--no-browser"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        # A shell lets programs in the background ignore Ctrl-C.
        ["env", "--default-signal=INT", *command],
        cwd=followed,
        env=env,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout.readline().startswith("http://127.0.0.1:")
        running.send_signal(signal.SIGINT)
        try:
            running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 0
