"""Gradescope's autograder: its own script is run in a folder laid out as Gradescope does."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mcalclib.cli import main


@pytest.fixture(scope="module")
def archive(graded, tmp_path_factory):
    out = tmp_path_factory.mktemp("zip") / "autograder.zip"
    assert main(["gradescope", str(graded / "source" / "operators"), "--out", str(out)]) == 0
    return out


def grade(archive, root, *notebooks):
    """Unpack the zip, lay out one submission, run the zip's script, return results.json."""
    (root / "submission").mkdir(parents=True)
    (root / "results").mkdir()
    with zipfile.ZipFile(archive) as content:
        content.extractall(root / "source")
    for path in notebooks:
        (root / "submission" / path.name).write_bytes(path.read_bytes())
    about = {"users": [{"name": "Ada Lovelace", "email": "a@x.org", "id": 1}]}
    (root / "submission_metadata.json").write_text(json.dumps(about))
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"AUTOGRADER_ROOT": str(root), "PATH": programs, "HOME": str(root)}
    done = subprocess.run(
        ["bash", root / "source" / "run_autograder"],
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
