"""The same test runs here, in .ci/run and in the published workflow."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tools import paths

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.fixture(scope="module")
def jobs():
    return yaml.safe_load((ROOT / ".github/workflows/book.yml").read_text())["jobs"]


def test_ci_run_is_a_program_that_calls_make_test(tmp_path):
    make = tmp_path / "make"
    make.write_text('#!/bin/sh\necho "make $@ in $PWD, CI=$CI, stdin: $(cat)"\n')
    make.chmod(0o755)
    run = subprocess.run(
        [ROOT / ".ci" / "run"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        input="nobody reads this",
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == f"make test in {ROOT}, CI=true, stdin: \n"


def test_the_workflow_runs_the_same_test_on_the_oldest_python(jobs):
    steps = jobs["test"]["steps"]
    assert ".ci/run" in [step.get("run") for step in steps]
    (python,) = (s["with"]["python-version"] for s in steps if "setup-python" in s.get("uses", ""))
    assert (ROOT / "runtime.txt").read_text().strip() == f"python-{python}"


def test_what_the_workflow_publishes_is_what_was_tested(jobs):
    steps = jobs["test"]["steps"]
    tested = [step.get("run") for step in steps].index(".ci/run")
    (upload,) = (i for i, s in enumerate(steps) if "upload-pages-artifact" in s.get("uses", ""))
    assert tested < upload
    assert steps[upload]["with"]["path"] == str(paths.HTML.relative_to(ROOT))
    assert jobs["publish"]["needs"] == "test"


def test_cached_outputs_are_keyed_by_what_the_notebooks_import(jobs):
    (cache,) = (s for s in jobs["test"]["steps"] if "actions/cache@" in s.get("uses", ""))
    assert str(paths.CACHE.relative_to(ROOT)) in cache["with"]["path"]
    named = "\n".join(str(step.get("run")) for step in jobs["test"]["steps"])
    assert "hashFiles('mcalclib/**', 'requirements.txt')" in named
    assert "env.RUNS_WITH" in cache["with"]["key"]
    assert "env.RUNS_WITH" in cache["with"]["restore-keys"]
