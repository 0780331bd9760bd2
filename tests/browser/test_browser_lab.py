"""`make lab`: a chapter opens in JupyterLab, its directives show, and all its cells run."""

import re
import shutil
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest
from conftest import ROOT

from tools.paths import environment

NOTEBOOK = "appendix_sources.ipynb"  # the chapter that runs fastest
CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .map(cell => cell.toJSON())"""


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab as `make lab` does, on a copy of the chapters; return its address."""
    shutil.copytree(ROOT / "chapters", tmp_path / "chapters")
    (tmp_path / "mcalclib").symlink_to(ROOT / "mcalclib")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^lab:.*\n\t@\$\(PY\) -m (.*)$", makefile, flags=re.MULTILINE)
    # On a port of its own: the Makefile's may be taken, perhaps by a `make lab` in use.
    command, ported = re.subn(r"--port=\d+", f"--port={port}", command)
    assert ported == 1
    folders = {
        f"JUPYTER_{name}_DIR": str(tmp_path / name.lower())
        for name in ("CONFIG", "DATA", "RUNTIME")
    }
    options = [
        *("--no-browser", "--allow-root", "--expose-app-in-browser"),
        *("--IdentityProvider.token=", "--log-level=ERROR"),
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", *command.split(), *options],
        cwd=tmp_path,
        env=environment() | folders,
    )
    try:
        for _ in range(300):
            assert server.poll() is None, "JupyterLab ended"
            try:
                urlopen(f"http://127.0.0.1:{port}/api", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/lab/tree/{NOTEBOOK}?reset"
    finally:
        server.terminate()
        server.wait(timeout=20)


def test_a_chapter_opens_and_every_cell_runs_without_an_error(lab, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.goto(lab)
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.sessionContext")
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.ready")
    # Only the MyST extension makes headings, citations and directives of the chapters' Markdown.
    page.locator(
        ".jp-MarkdownCell .myst, .jp-MarkdownCell .myst-jp-article, .jp-MarkdownCell aside"
    ).first.wait_for()
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    cells = page.evaluate(CELLS)
    context.close()
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    errors = [
        (cell["id"], output["ename"], output["evalue"])
        for cell in code
        for output in cell["outputs"]
        if output["output_type"] == "error"
        and "raises-exception" not in cell["metadata"].get("tags", [])
    ]
    assert errors == []
    assert [cell["id"] for cell in code if cell["execution_count"] is None] == []
