"""The mcalc command: what it writes, what it refuses, and how it says so."""

import csv
import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from functools import cache

import pytest
from sample_course import (
    MAX_AUTO,
    RIGHT,
    cell,
    notebook,
    source_notebook,
    submission,
    to_bytes,
)

from mcalclib.grader import cli, fence, validation
from mcalclib.grader import release as release_module
from mcalclib.grader.cli import Bar, main
from mcalclib.grader.feedback import file_name
from mcalclib.grader.gradebook import Gradebook, GradebookError
from mcalclib.grader.limits import GraderError, Limits
from mcalclib.grader.publishing import guard
from mcalclib.grader.release import ReleaseError, release
from mcalclib.grader.times import unguarded
from mcalclib.grader.world import packages

WRONG = "def commutation(m, n):\n    return np.eye(m * n)"


@cache
def probed(path, limits):
    return fence.probe(limits)


@pytest.fixture(autouse=True)
def one_probe(monkeypatch):
    """Look once for each PATH which fence there is, not once for each command."""
    for module in (cli, release_module, validation):
        monkeypatch.setattr(module, "probe", lambda limits: probed(os.environ["PATH"], limits))


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source" / "operators").mkdir(parents=True)
    (tmp_path / "source" / "operators" / "operators.ipynb").write_bytes(to_bytes(source_notebook()))
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "ada.ipynb").write_bytes(to_bytes(submission()))
    (tmp_path / "submissions" / "ben.ipynb").write_bytes(to_bytes(submission(commutation=WRONG)))
    return tmp_path


def grade(course, *options, out="out"):
    return main(
        [
            *("grade", str(course / "submissions"), "--out", str(course / out), "--quiet"),
            *("--source", str(course / "source" / "operators"), "--jobs", "1", *options),
        ]
    )


def scores(course, out="out"):
    with open(course / out / "scores.csv", newline="", encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_scores_have_a_column_per_problem_and_pages_a_verdict_per_check(course):
    assert grade(course) == 0
    ada, ben = scores(course)["ada"], scores(course)["ben"]
    assert list(ada) == [
        *("student", "score", "max_score", "status", "note"),
        *("commutation", "slope", "inverse", "proof"),
    ]
    assert [ada[k] for k in ("score", "max_score", "status")] == [str(MAX_AUTO), "20", "passed"]
    assert [ada[k] for k in ("commutation", "slope", "inverse", "proof")] == ["6", "5", "5", ""]
    # The identity has the shape (1 point), is its own inverse (1), and transposes the three
    # shapes of which one side is 1 (1.5 of 2), by nbgrader's partial credit.
    assert (ben["commutation"], ben["status"]) == ("3.5", "failed")
    page = (course / "out" / "feedback" / "ben.html").read_text()
    assert "3.5 of 6" in page
    assert "partial credit: 1.5 of 2 points" in page
    assert "Not equal to tolerance" in page
    assert "to be graded by hand" in page


def test_known_results_are_skipped_and_changed_submissions_are_not(course, capsys):
    assert grade(course) == 0
    (course / "submissions" / "ben.ipynb").write_bytes(to_bytes(submission()))
    (course / "out" / "feedback" / "ada.html").unlink()
    capsys.readouterr()
    assert grade(course) == 0
    assert "1 graded (1 passed), 1 known before" in capsys.readouterr().out
    assert scores(course)["ben"]["score"] == str(MAX_AUTO)
    assert (course / "out" / "feedback" / "ada.html").exists()
    assert grade(course, "--no-resume") == 0
    assert "2 graded" in capsys.readouterr().out


def test_a_changed_test_grades_everyone_again(course, capsys):
    assert grade(course) == 0
    content = source_notebook()
    content["cells"][4]["source"] += "\nassert True"
    (course / "source" / "operators" / "operators.ipynb").write_bytes(to_bytes(content))
    capsys.readouterr()
    assert grade(course) == 0
    assert "2 graded" in capsys.readouterr().out


def test_only_one_student_can_be_graded(course, capsys):
    assert grade(course, "--only", "ben") == 0
    assert list(scores(course)) == ["ben"]
    assert grade(course, "--only", "eve", out="other") == 2
    assert "no submission of eve" in capsys.readouterr().err
    assert not (course / "other").exists()


def test_the_note_says_when_a_submission_deserves_a_look(course):
    (course / "submissions" / "eve.ipynb").write_text("{")
    assert grade(course) == 1
    assert scores(course)["eve"]["status"] == "unreadable"
    assert scores(course)["eve"]["score"] == "0"
    assert grade(course) == 1  # still so when everything is known


@pytest.mark.parametrize(
    ("limits", "reason"),
    [("speed=3", "no limit 'speed'"), ("cell=0", "above 0"), ("memory=lots", "got 'lots'")],
)
def test_limits_are_checked_before_anything_starts(course, capsys, limits, reason):
    assert grade(course, "--limits", limits) == 2
    assert reason in capsys.readouterr().err
    assert not (course / "out").exists()


def test_limits_have_names():
    assert Limits.parse("cell=2.5, memory=300") == Limits(cell=2.5, memory=300)
    with pytest.raises(GraderError, match="known: cell, total"):
        Limits.parse("x=1")


def test_without_a_fence_untrusted_submissions_are_refused(course, capsys, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    assert grade(course) == 3
    message = capsys.readouterr().err
    assert "apt install bubblewrap" in message
    assert "--trusted" in message
    assert not (course / "out").exists()
    assert grade(course, "--trusted") == 0
    assert scores(course)["ada"]["score"] == str(MAX_AUTO)


# -- output folders that must not be touched ---------------------------------------------------


def test_a_folder_of_another_assignment_is_refused_and_left_alone(course, capsys):
    Gradebook(course / "out", "another").close()
    before = (course / "out" / "gradebook.db").read_bytes()
    assert grade(course) == 4
    assert "holds the results of assignment 'another'" in capsys.readouterr().err
    assert (course / "out" / "gradebook.db").read_bytes() == before
    assert not (course / "out" / "scores.csv").exists()


def test_a_gradebook_of_a_newer_version_is_refused_and_left_alone(course, capsys):
    assert grade(course) == 0
    path = course / "out" / "gradebook.db"
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.close()
    before = path.read_bytes()
    assert grade(course) == 4
    assert "newer version of mcalc (format 99" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"no database at all" * 100, None])
def test_a_foreign_file_is_refused_and_left_alone(course, capsys, content):
    (course / "out").mkdir()
    path = course / "out" / "gradebook.db"
    if content is None:
        database = sqlite3.connect(path)
        database.execute("CREATE TABLE mine (x)")
        database.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    assert grade(course) == 4
    assert "not made by mcalc" in (text := capsys.readouterr().err) or "no usable gradebook" in text
    assert path.read_bytes() == before


def test_two_runs_do_not_share_a_folder(course, capsys):
    import fcntl

    (course / "out").mkdir()
    with open(course / "out" / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert grade(course) == 4
    assert "another mcalc" in capsys.readouterr().err


def in_own_mounts(course, script):
    """Run a shell script where it may mount things without being root outside."""
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec", script],
        cwd=course,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([os.getcwd(), *packages()]),
            "PYTHON": sys.executable,
        },
        capture_output=True,
        text=True,
        check=False,
    )


COMMAND = (
    "$PYTHON -m mcalclib.grader grade submissions --source source/operators "
    "--out out --quiet --trusted"
)


def test_a_full_disk_is_an_error_and_what_was_graded_stays(course):
    for number in range(40):
        text = RIGHT["commutation"] + f"\n# {number} " + "x" * 20_000
        content = to_bytes(submission(commutation=text))
        (course / "submissions" / f"s{number:03}.ipynb").write_bytes(content)
    (course / "out").mkdir()
    result = in_own_mounts(
        course,
        f"mount -t tmpfs -o size=600k tmpfs out; {COMMAND} && exit 9; code=$?; "
        "cp out/gradebook.db* kept/ 2>/dev/null || (mkdir ../kept && cp out/gradebook.db* ../kept/); "
        "exit $code",
    )
    assert result.returncode == 4, result.stderr
    assert "Free space" in result.stderr
    kept = course.parent / "kept"
    database = sqlite3.connect(kept / "gradebook.db")
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert 0 < database.execute("SELECT count(*) FROM results").fetchone()[0] < 42
    finally:
        database.close()
        shutil.rmtree(kept)


def test_a_read_only_folder_is_an_error(course):
    (course / "out").mkdir()
    result = in_own_mounts(course, f"mount -t tmpfs -o ro tmpfs out; {COMMAND} && exit 9; exit $?")
    assert result.returncode == 4, result.stderr
    assert "read-only" in result.stderr


def test_a_file_in_the_folder_s_place_is_an_error(course, capsys):
    (course / "out").write_text("a file")
    assert grade(course) == 4
    assert "cannot be made or written" in capsys.readouterr().err
    assert (course / "out").read_text() == "a file"


# -- names -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x", "@x", "\tx", "\nx", "\uff1d1"])
def test_no_cell_of_the_table_is_a_formula(name):
    assert guard(name) == "'" + name


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b", "", " ", ".", "x" * 300, "<script>", "CON\0", "a\nb"]
)
def test_pages_stay_in_their_folder_whatever_a_student_is_called(name):
    file = file_name(name)
    assert "/" not in file
    assert not file.startswith(".")
    assert len(file) < 120
    assert file.endswith(".html")
    assert file_name(name + "!") != file


@pytest.mark.parametrize("letter", ["x", "\u6f22", "\U00020000"])
def test_a_page_s_name_fits_into_a_file_system_however_long_a_student_s_name_is(letter):
    assert len(file_name(letter * 85).encode()) < 200
    assert file_name(letter * 85) != file_name(letter * 86)


def test_nobody_can_be_called_as_another_student_s_page_is():
    victim = "Ada/Lovelace"
    for _ in range(3):
        taken = file_name(victim)
        victim = taken.removesuffix(".html")
        assert file_name(victim) != taken


def test_different_names_stay_different_in_the_table():
    names = ["=1", "'=1", "''=1", "O'Brien", "'Ada'", "\nx", "\uff1d1"]
    assert len({guard(name) for name in names}) == len(names)
    assert [unguarded(guard(name)) for name in names] == names
    assert guard("O'Brien") == "O'Brien"


def test_students_with_odd_names_get_their_page(course):
    for name in ("Ümit Özil", "=cmd|' C calc'!A0", "<b>bold<b>"):
        shutil.copy(course / "submissions" / "ada.ipynb", course / "submissions" / f"{name}.ipynb")
    assert grade(course) == 0
    assert "'=cmd|' C calc'!A0" in scores(course)
    assert (course / "out" / "feedback" / "Ümit Özil.html").exists()
    assert not any("<b>" in p.read_text() for p in (course / "out" / "feedback").iterdir())


# -- validate ----------------------------------------------------------------------------------


def test_validate_runs_the_visible_tests_and_nothing_hidden(course, capsys):
    # Right for what can be seen, wrong for the hidden draw.
    trick = (
        "def commutation(m, n):\n"
        "    order = np.arange(m * n).reshape((m, n), order='F').ravel()\n"
        "    return np.eye(m * n)[order] * (0 if (m, n) == (4, 3) else 1)"
    )
    path = course / "mine.ipynb"
    path.write_bytes(to_bytes(submission(commutation=trick)))
    assert main(["validate", str(path)]) == 0
    source = str(course / "source" / "operators")
    assert main(["validate", str(path), "--source", source]) == 0
    assert capsys.readouterr().out.count("passed  commutation-transposes") == 2
    shutil.move(path, course / "submissions" / "cleo.ipynb")
    assert grade(course) == 0
    assert scores(course)["cleo"]["commutation"] == "4"


def test_validate_says_what_is_wrong_in_the_words_of_the_feedback(course, capsys):
    assert main(["validate", str(course / "submissions" / "ben.ipynb")]) == 1
    said = capsys.readouterr().out
    assert grade(course) == 0
    page = (course / "out" / "feedback" / "ben.html").read_text()
    message = "Mismatched elements: 4 / 6"
    assert message in said
    assert message in page
    assert main(["validate", str(course / "nothing.ipynb")]) == 2


def test_validate_survives_a_notebook_that_is_no_python(course, capsys):
    path = course / "mine.ipynb"
    path.write_bytes(to_bytes(submission(slope="def slope(:")))
    assert main(["validate", str(path)]) == 1
    said = capsys.readouterr().out
    assert "SyntaxError" in said
    assert "passed  inverse-linear" in said


# -- release -----------------------------------------------------------------------------------


def test_release_writes_the_students_version_beside_the_source(course, capsys):
    assert main(["release", str(course / "source" / "operators")]) == 0
    path = course / "release" / "operators" / "operators.ipynb"
    assert capsys.readouterr().out.strip() == str(path)
    content = json.loads(path.read_text())
    text = "".join("".join(item["source"]) for item in content["cells"])
    for secret in ("BEGIN", "np.linalg.inv(X)\n    return", "standard_normal"):
        assert secret not in text
    assert main(["validate", str(path)]) == 1


def test_released_cells_carry_nbgrader_s_locks_and_checksums(course):
    # Checksums as nbgrader 0.9.6's generate_assignment wrote them for this very notebook.
    path = release(course / "source" / "operators")
    cells = {c["id"]: c["metadata"] for c in json.loads(path.read_text())["cells"]}
    assert cells["commutation"]["nbgrader"]["checksum"] == "902e12f4ed9b4e43b0efe1aef8d988c8"
    assert cells["commutation"]["deletable"] is False
    assert "editable" not in cells["commutation"]
    assert cells["commutation-shape"]["editable"] is False
    assert "deletable" not in cells["imports"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.replace("== (6, 6)", "== (7, 7)"), "commutation-shape: fails with the own"),
        (lambda t: "pass" if "(6, 6)" in t else t, "commutation-shape: gives 1 points for nothing"),
    ],
)
def test_an_assignment_that_misjudges_its_own_solution_is_not_released(course, change, reason):
    content = source_notebook()
    for item in content["cells"]:
        if item["metadata"].get("nbgrader", {}).get("grade"):
            item["source"] = change(item["source"])
    (course / "source" / "operators" / "operators.ipynb").write_bytes(to_bytes(content))
    with pytest.raises(ReleaseError, match=reason):
        release(course / "source" / "operators")
    assert not (course / "release").exists()


def test_a_solution_that_no_test_looks_at_must_run_too(course):
    content = source_notebook()
    about = {"grade": True, "solution": True, "points": 2}
    content["cells"].append(cell("code", "1 / 0  # to be a picture", "picture", **about))
    (course / "source" / "operators" / "operators.ipynb").write_bytes(to_bytes(content))
    with pytest.raises(ReleaseError, match="picture: the own solution stops: ZeroDivisionError"):
        release(course / "source" / "operators")


def test_the_progress_bar_tells_the_rate_and_the_remaining_time():
    stream = io.StringIO()
    bar = Bar(stream)
    bar(30, 90, 20, 10.0)  # ten of the thirty were known before
    assert "30/90" in stream.getvalue()
    assert "2/s" in stream.getvalue() and "30 s left" in stream.getvalue()
    bar(5, 90, 5, 1.0)  # of another run
    assert " 5/90" in stream.getvalue()


def test_release_does_not_overwrite_its_source(course):
    path = course / "source" / "operators"
    before = (path / "operators.ipynb").read_bytes()
    with pytest.raises(ReleaseError, match="overwrite the source"):
        release(path, out=path)
    assert (path / "operators.ipynb").read_bytes() == before


def test_data_files_beside_the_source_can_be_read_by_submissions(course):
    solution = "def first():\n    ### BEGIN SOLUTION\n    return open('d.csv').read()\n    ### END SOLUTION"
    cells = [
        cell("code", solution, "first", solution=True),
        cell("code", "assert first() == '1,2'", "t", grade=True, locked=True, points=1),
    ]
    folder = course / "source" / "data"
    folder.mkdir()
    (folder / "data.ipynb").write_bytes(to_bytes(notebook(cells)))
    (folder / "d.csv").write_text("1,2")
    assert main(["release", str(folder)]) == 0
    released = course / "release" / "data"
    assert sorted(p.name for p in released.iterdir()) == ["d.csv", "data.ipynb"]
    assert (released / "d.csv").read_text() == "1,2"


def test_a_module_beside_the_source_is_named_where_it_is_missed(course, capsys):
    solution = "def first():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    cells = [
        cell("code", "from tools import one\nnumber = one()", "given"),
        cell("code", solution, "first", solution=True),
        cell("code", "assert first() == number", "t", grade=True, locked=True, points=1),
    ]
    folder = course / "source" / "data"
    folder.mkdir()
    (folder / "data.ipynb").write_bytes(to_bytes(notebook(cells)))
    (folder / "tools.py").write_text("def one():\n    return 1\n")
    assert main(["release", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "'number' is given in cell 1, which does not run to its end" in said
    assert "tools.py can be read there and not imported" in said


def test_the_students_version_is_no_source(course, capsys):
    assert main(["release", str(course / "source" / "operators")]) == 0
    shutil.rmtree(course / "source")
    (course / "release").rename(course / "source")
    assert grade(course) == 2
    assert "this looks like the students' version" in capsys.readouterr().err
    assert not (course / "out").exists()


def test_validate_names_a_file_that_it_cannot_read(course, capsys):
    for name in ("nothing.ipynb", "submissions"):
        assert main(["validate", str(course / name)]) == 2
        assert f"{name}: cannot be read (" in (said := capsys.readouterr().err)
        assert "Errno" not in said


def test_a_gradebook_error_is_not_swallowed(tmp_path):
    with pytest.raises(GradebookError, match="holds the results"):
        book = Gradebook(tmp_path, "one")
        book.close()
        Gradebook(tmp_path, "two")


def test_validate_runs_nothing_of_a_notebook_outside_the_fence(course, capsys):
    # Without --source even the tests and given cells are the notebook's own.
    touch = f"open({str(course / 'touched')!r}, 'w').close()"
    content = submission(commutation=touch)
    for item in content["cells"]:
        if item["cell_type"] == "code":
            item["source"] = touch + "\n" + item["source"]
    path = course / "mine.ipynb"
    path.write_bytes(to_bytes(content))
    assert main(["validate", str(path)]) == 1
    assert "FileNotFoundError" in capsys.readouterr().out
    assert not (course / "touched").exists()


def test_given_cells_may_read_the_data_files_on_both_sides(course):
    solution = "### BEGIN SOLUTION\ndef total(): return sum(data)\n### END SOLUTION"
    cells = [
        cell(
            "code",
            "from pathlib import Path\ndata = [int(x) for x in Path('d.csv').read_text().split(',')]",
            "given",
        ),
        cell("code", solution, "total", solution=True),
        cell("code", "assert total() == sum(data) == 3", "t", grade=True, locked=True, points=1),
    ]
    folder = course / "source" / "data"
    folder.mkdir()
    (folder / "data.ipynb").write_bytes(to_bytes(notebook(cells)))
    (folder / "d.csv").write_text("1,2")
    assert main(["release", str(folder)]) == 0
    (course / "submissions" / "ada.ipynb").write_bytes(to_bytes(notebook(cells)))
    out = ["--out", str(course / "out"), "--only", "ada", "--quiet"]
    arguments = ["grade", str(course / "submissions"), "--source", str(folder), *out]
    assert main(arguments) == 0
    assert scores(course)["ada"]["score"] == "1"
    assert main([*arguments, "--no-resume", "--trusted"]) == 0
    assert scores(course)["ada"]["score"] == "1"
