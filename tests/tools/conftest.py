"""A small book in a folder of its own, built by the same tools as the real one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = """\
title: Toy
only_build_toc_files: true
execute: {execute_notebooks: cache}
exclude_patterns: [node_modules, _vendor]
sphinx: {config: {html_extra_path: [_vendor]}}
"""


class Project:
    """A book whose notebooks are lists of cells, each an id and its code."""

    def __init__(self, root, **notebooks):
        self.root = root
        shutil.copytree(ROOT / "tools", root / "tools")
        (root / "node_modules").symlink_to(ROOT / "node_modules")
        (root / "_config.yml").write_text(CONFIG)
        for name in ("requirements.txt", "package-lock.json"):
            shutil.copyfile(ROOT / name, root / name)
        (root / "mcalclib").mkdir()
        (root / "mcalclib" / "__init__.py").touch()
        (root / "chapters").mkdir()
        (root / "chapters" / "intro.md").write_text("# Toy\n")
        pages = "".join(f"- file: chapters/{name}\n" for name in notebooks)
        toc = f"format: jb-book\nroot: chapters/intro\nchapters:\n{pages}"
        (root / "_toc.yml").write_text(toc)
        for name, cells in notebooks.items():
            self.write(name, cells)

    def write(self, name, cells):
        title = nbformat.v4.new_markdown_cell(f"# {name}", id="title")
        code = [nbformat.v4.new_code_cell(source, id=cell) for cell, source in cells.items()]
        notebook = nbformat.v4.new_notebook(cells=[title, *code])
        notebook.metadata.kernelspec = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, self.root / "chapters" / f"{name}.ipynb")

    def python(self, *arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
            env={**os.environ, "PYTHONPATH": str(self.root)},  # its own mcalclib, not the installed
        )

    def build(self):
        return self.python("-m", "tools.book")

    def page(self, name):
        return (self.root / "_build" / "html" / "chapters" / f"{name}.html").read_text()


@pytest.fixture
def project(tmp_path):
    def make(**notebooks):
        return Project(tmp_path, **notebooks)

    return make
