"""What comparing the committed outputs forgives, and what it does not."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[2]
DRAWS = """\
from IPython.display import SVG, display
display(SVG('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0.1"/></svg>'))
print("area 0.5")
"""


@pytest.fixture
def compare(tmp_path):
    def run(svg, text):
        figure = new_output(
            "display_data",
            {"image/svg+xml": svg, "text/plain": "<IPython.core.display.SVG object>"},
        )
        outputs = [figure, new_output("stream", text=text)]
        cell = new_code_cell(DRAWS, id="draws", execution_count=1, outputs=outputs)
        path = tmp_path / "chapter.ipynb"
        nbformat.write(new_notebook(cells=[cell]), path)
        command = [sys.executable, "-m", "pytest", "-q", "-c", "pyproject.toml", "--nbval"]
        return subprocess.run(
            [*command, "-p", "no:cacheprovider", str(path)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 {}"/></svg>'


def test_a_figure_drawn_in_other_digits_is_the_same(compare):
    run = compare(SVG.format("0.10000001"), "area 0.5\n")
    assert run.returncode == 0, run.stdout


def test_another_number_in_the_text_is_a_failure(compare):
    run = compare(SVG.format("0.1"), "area 0.6\n")
    assert run.returncode == 1
    assert "area 0.6" in run.stdout


def test_a_figure_that_is_no_longer_drawn_is_a_failure(compare):
    run = compare("", "area 0.5\n")
    assert run.returncode == 1
