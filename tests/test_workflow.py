"""The same test runs here, in .ci/run and in the published workflow."""

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from tools import archive, paths, pdf

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


def test_what_the_start_page_offers_is_made_before_the_pages_are_published(jobs):
    url = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    owner, _, name = url.removeprefix("https://github.com/").partition("/")
    start = (ROOT / "chapters" / "intro.md").read_text(encoding="utf-8")
    for file in (pdf.PDF, archive.ZIP):
        assert file.parent == paths.HTML
        assert f"https://{owner}.github.io/{name}/{file.name}" in start
    steps = jobs["test"]["steps"]
    (made,) = (i for i, s in enumerate(steps) if s.get("run") == "make pdf zip")
    (upload,) = (i for i, s in enumerate(steps) if "upload-pages-artifact" in s.get("uses", ""))
    assert made < upload


def test_the_weekly_workflow_asks_for_targets_that_exist():
    newest = yaml.safe_load((ROOT / ".github/workflows/newest.yml").read_text())
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    runs = [s["run"] for job in newest["jobs"].values() for s in job["steps"] if "run" in s]
    asked = {run.split()[1] for run in runs if run.startswith("make ")}
    assert asked == {"pins", "alone", "links"}
    assert all(f"\n{target}:" in makefile for target in asked)


def test_hooks_before_a_commit_run_programs_that_are_installed():
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"].split() for repo in config["repos"] for hook in repo["hooks"]]
    assert all(Path(entry[0]).parts[:2] == (".venv", "bin") for entry in entries)
    for entry in entries:
        name = entry[2] if entry[1:2] == ["-m"] else Path(entry[0]).name
        assert metadata.version(name)


def tracked_files():
    git = ["git", "ls-files", "-z"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("hook", ["ruff-check", "ruff-format"])
def test_a_hook_finds_no_fault_in_any_file_when_it_is_given_all_of_them(hook):
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (entry,) = (h["entry"] for repo in config["repos"] for h in repo["hooks"] if h["id"] == hook)
    files = [name for name in tracked_files() if name.endswith((".py", ".ipynb"))]
    command = [sys.executable, *entry.split()[1:], *files]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_no_slip_of_the_pen_is_in_the_text():
    files = tracked_files()
    command = [sys.executable, "-m", "codespell_lib", *files]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
