"""Gradescope's autograder: its own script is run in a folder laid out as Gradescope does."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from mcalclib.classroom.gradescope import write_autograder
from mcalclib.cli import main
from mcalclib.grader.fence import is_real_root
from mcalclib.grader.limits import GraderError


@pytest.fixture(scope="module")
def archive(graded, tmp_path_factory):
    out = tmp_path_factory.mktemp("zip") / "autograder.zip"
    assert main(["gradescope", str(graded / "source" / "operators"), "--out", str(out)]) == 0
    return out


def grade(archive, root, *notebooks, programs=""):
    """Unpack the zip, lay out one submission, run the zip's script, return results.json."""
    (root / "submission").mkdir(parents=True)
    (root / "results").mkdir()
    with zipfile.ZipFile(archive) as content:
        content.extractall(root / "source")
    shutil.copy(root / "source" / "run_autograder", root)  # Gradescope runs this copy
    for path in notebooks:
        (root / "submission" / path.name).write_bytes(path.read_bytes())
    about = {"users": [{"name": "Ada Lovelace", "email": "a@x.org", "id": 1}]}
    (root / "submission_metadata.json").write_text(json.dumps(about))
    programs = programs or f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"AUTOGRADER_ROOT": str(root), "PATH": programs, "HOME": str(root)}
    done = subprocess.run(
        [shutil.which("bash"), root / "run_autograder"],
        env=env,
        cwd=root,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads((root / "results" / "results.json").read_text())


def test_the_zips_own_script_grades_a_submission(archive, graded, tmp_path):
    results = grade(archive, tmp_path, graded / "in" / "Emmy Noether.ipynb")
    assert results["score"] == 13.5
    tests = {test["name"]: test for test in results["tests"]}
    assert tests["commutation-transposes"]["score"] == 0
    assert tests["commutation-transposes"]["status"] == "failed"
    assert tests["slope-line"]["status"] == "passed"
    assert sum(test.get("score", 0) for test in results["tests"]) == results["score"]
    assert "proof" not in tests  # marked by hand in Gradescope itself


def test_the_results_keep_to_gradescopes_documented_fields(archive, graded, tmp_path):
    results = grade(archive, tmp_path, graded / "in" / "Ada Lovelace.ipynb")
    documented = {"score", "execution_time", "output", "output_format", "visibility",
                  "stdout_visibility", "extra_data", "tests", "leaderboard"}  # fmt: skip
    assert set(results) <= documented
    each = {"score", "max_score", "status", "name", "name_format", "number", "output",
            "output_format", "tags", "visibility", "extra_data"}  # fmt: skip
    for test in results["tests"]:
        assert set(test) <= each
        assert test["visibility"] in {"hidden", "after_due_date", "after_published", "visible"}
        assert test.get("status", "passed") in {"passed", "failed"}


def test_the_hidden_tests_stay_hidden(archive, graded, tmp_path):
    results = grade(archive, tmp_path, graded / "in" / "Sofja Kowalewskaja.ipynb")
    assert "standard_normal" not in json.dumps(results)


def test_nothing_handed_in_scores_zero_and_says_so(archive, tmp_path):
    results = grade(archive, tmp_path)
    assert results["score"] == 0
    assert "there are no files in it" in results["output"]


def test_the_zip_is_the_same_each_time_and_holds_what_it_needs(archive, graded, tmp_path):
    again = tmp_path / "again.zip"
    main(["gradescope", str(graded / "source" / "operators"), "--out", str(again)])
    assert again.read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(archive) as content:
        names = content.namelist()
        assert {"setup.sh", "run_autograder", "assignment/operators.ipynb"} <= set(names)
        for name in ("setup.sh", "run_autograder"):
            assert content.getinfo(name).external_attr >> 16 & 0o111
        setup = content.read("setup.sh").decode()
    assert "bubblewrap" in setup and "pyseccomp" in setup
    (tmp_path / "setup.sh").write_text(setup)
    assert subprocess.run(["bash", "-n", tmp_path / "setup.sh"], check=False).returncode == 0


PRYING = """def slope(f, x, h):
    import os
    seen = []
    for path in ("ROOT/source/assignment/operators.ipynb", "ROOT/source/secret",
                 "ROOT/results/results.json", "ROOT/submission_metadata.json", "/proc/1/environ"):
        try:
            seen.append((path, open(path).read(1)))
        except OSError:
            pass
    for path in ("ROOT/results/results.json", "ROOT/source/mcalclib/__init__.py"):
        try:
            seen.append((path, open(path, "a")))
        except OSError:
            pass
    for name, attempt in (("kill", lambda: os.kill(os.getppid(), 0)), ("fork", os.fork),
                          ("socket", lambda: __import__("socket").socket())):
        try:
            seen.append((name, attempt()))
        except OSError:
            pass
    raise ValueError(f"uid {os.getuid()}, seen {seen}")"""


@pytest.mark.skipif(not (os.geteuid() == 0 and is_real_root()), reason="Gradescope grades as root")
def test_a_container_without_namespaces_keeps_the_tests_from_what_was_handed_in(archive):
    from small_class import sample_course

    # An ordinary user must be able to reach the folder, as it can reach /autograder.
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        root = Path(folder)
        root.chmod(0o755)
        handed_in = root / "handed-in.ipynb"
        content = sample_course.submission(slope=PRYING.replace("ROOT", folder))
        handed_in.write_bytes(sample_course.to_bytes(content))
        (root / "environment" / "bin").mkdir(parents=True)
        python = root / "environment" / "bin" / "python"
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        results = grade(archive, root, handed_in, programs=str(root / "nothing"))  # no bubblewrap
    tests = {test["name"]: test for test in results["tests"]}
    assert tests["slope-line"]["score"] == 0
    assert "uid 65534, seen []" in tests["slope-line"]["output"]
    # The other problems are graded as behind any other fence.
    assert tests["commutation-transposes"]["status"] == "passed"


def test_drawn_numbers_reach_the_autograder(tmp_path, capsys):
    from test_variants import given, hand_in, release, source

    (tmp_path / "source" / "numbers").mkdir(parents=True)
    (tmp_path / "source" / "numbers" / "numbers.ipynb").write_bytes(source())
    (tmp_path / "secret").write_text("a secret of the course, long enough")
    (tmp_path / "students.txt").write_text("Ada Lovelace\n")
    command = ["gradescope", str(tmp_path / "source" / "numbers"), "--out", str(tmp_path / "a.zip")]
    assert main(command) == 2
    assert "--secret FILE" in capsys.readouterr().err and not (tmp_path / "a.zip").exists()
    assert main([*command, "--secret", str(tmp_path / "secret")]) == 0
    assert release(tmp_path) == 0
    hand_in(tmp_path, "Ada Lovelace", given(tmp_path, "Ada Lovelace"))
    results = grade(tmp_path / "a.zip", tmp_path / "root", tmp_path / "in" / "Ada Lovelace.ipynb")
    assert results["score"] == 2


def test_a_zip_that_cannot_be_written_is_an_error_with_its_name(class_folder, monkeypatch):
    def refuse(*_, **__):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(GraderError, match=r"a\.zip: cannot be written \(Read-only file system\)"):
        write_autograder(class_folder / "source" / "operators", class_folder / "a.zip")
