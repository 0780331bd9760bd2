"""What counts as a change."""

import os
import sys
from pathlib import Path

import pytest

from tools import paths


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "CHAPTERS", tmp_path / "chapters")
    for name in (
        "mcalclib/rules/inverse.py",
        "chapters/data.csv",
        "chapters/one.ipynb",
        "_config.yml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("first")
    (tmp_path / "requirements.txt").write_text("numpy==2.0.0")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    ["mcalclib/rules/inverse.py", "mcalclib/new.py", "chapters/data.csv", "requirements.txt"],
)
def test_notebooks_run_again_when_what_they_read_changes(root, name):
    before = paths.execution_key()
    (root / name).write_text("other")
    assert paths.execution_key() != before
    assert paths.page_key().startswith(paths.execution_key())


def test_a_renamed_file_is_a_change(root):
    before = paths.execution_key()
    (root / "mcalclib/rules/inverse.py").rename(root / "mcalclib/rules/inv.py")
    assert paths.execution_key() != before


def test_compiled_files_and_the_notebooks_themselves_are_none(root):
    before = paths.execution_key()
    (root / "mcalclib" / "__pycache__").mkdir()
    (root / "mcalclib" / "__pycache__" / "errors.cpython-311.pyc").write_bytes(b"x")
    (root / "chapters/one.ipynb").write_text("other")
    os.utime(root / "mcalclib/rules/inverse.py", (1, 1))
    assert paths.execution_key() == before


def test_a_changed_setting_renders_every_page_but_executes_nothing(root):
    executed, rendered = paths.execution_key(), paths.page_key()
    (root / "_config.yml").write_text("other")
    assert paths.execution_key() == executed
    assert paths.page_key() != rendered


def test_programs_beside_this_python_go_first():
    first = Path(paths.environment()["PATH"].split(os.pathsep)[0])
    assert first == Path(sys.executable).parent
    assert (first / "node").exists()
