"""Every notebook of the book keeps the rules that STYLE and the build rely on."""

import ast
import re
import sys
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
import yaml
from sphinx_external_toc.parsing import parse_toc_yaml

import mcalclib
from _ext import claims

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "chapters").glob("**/*.ipynb"))
NOTEBOOKS = [path for path in NOTEBOOKS if ".ipynb_checkpoints" not in path.parts]
PAGES = sorted([*NOTEBOOKS, *(ROOT / "chapters").glob("**/*.md")])

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)


@cache
def notebook(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def code_cells(path):
    return [cell for cell in notebook(path).cells if cell.cell_type == "code"]


def tags(cell):
    return set(cell.metadata.get("tags", []))


def trees(path):
    return [(cell, ast.parse(cell.source)) for cell in code_cells(path)]


def test_the_reading_order_names_every_chapter_and_nothing_else():
    named = {docname for docname in parse_toc_yaml(ROOT / "_toc.yml")}
    there = {path.relative_to(ROOT).with_suffix("").as_posix() for path in PAGES}
    assert named == there


@every_page
def test_every_claim_is_verified_by_a_cell_that_asserts_it(path):
    assert claims.problems(claims.read(path)) == []


@every_notebook
def test_a_chapter_makes_claims(path):
    # Otherwise a reader of claims that finds none would pass the test above.
    assert claims.read(path).claims


@every_notebook
def test_the_notebook_is_valid_and_runs_on_the_plain_python_kernel(path):
    nbformat.validate(notebook(path))
    assert (notebook(path).nbformat, notebook(path).nbformat_minor) >= (4, 5)
    assert notebook(path).metadata.kernelspec == {
        "display_name": "Python 3",
        "language": "python",
        "name": "python3",
    }
    assert notebook(path).metadata.language_info["name"] == "python"


@every_notebook
def test_cell_ids_are_readable_and_unique(path):
    ids = [cell.id for cell in notebook(path).cells]
    assert len(set(ids)) == len(ids)
    readable = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
    random = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4})*(-[0-9a-f]{12})?")
    assert [name for name in ids if not readable.fullmatch(name) or random.fullmatch(name)] == []


@every_notebook
def test_code_has_no_magics_and_parses(path):
    for cell in code_cells(path):
        lines = [line for line in cell.source.splitlines() if line.lstrip()[:1] in {"%", "!"}]
        assert lines == [], cell.id
        ast.parse(cell.source)


@every_notebook
def test_imports_stand_in_one_cell_that_fixes_the_seed(path):
    importing = [
        cell
        for cell, tree in trees(path)
        if any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(tree))
    ]
    assert [cell.id for cell in importing] == [cell.id for cell in code_cells(path)[:2]]
    importing = importing[1:]
    assert "rng = np.random.default_rng(3)" in importing[0].source


@every_notebook
def test_the_first_cell_brings_the_package_where_it_is_missing_and_is_not_shown(path):
    first = notebook(path).cells[1]
    assert first.source == notebook(NOTEBOOKS[0]).cells[1].source  # one cell for all chapters
    assert tags(first) == {"remove-cell"}
    url = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    assert (
        f"git clone -q --depth 1 {url} && pip install -q ./{url.rpartition('/')[2]}" in first.source
    )
    asked = []
    shell = SimpleNamespace(system=asked.append, run_line_magic=lambda *line: asked.append(line))
    exec(first.source, {"get_ipython": lambda: shell})  # noqa: S102
    assert asked == []  # here it is installed
    missing = first.source.replace('"mcalclib"', '"no_such_package"')
    exec(missing, {"get_ipython": lambda: shell})  # noqa: S102
    assert len(asked) == 2


@every_notebook
def test_what_a_chapter_imports_comes_with_the_first_cell_or_with_colab(path):
    # NumPy, SciPy, SymPy, Matplotlib and scikit-learn are there; autograd is installed.
    there = {"mcalclib", "numpy", "scipy", "sympy", "matplotlib", "sklearn", "autograd"}
    for cell, tree in trees(path):
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {node.module.split(".")[0]}
            else:
                continue
            assert names <= there | sys.stdlib_module_names, cell.id


@every_notebook
def test_imports_take_public_names_only(path):
    for cell, tree in trees(path):
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                names = [alias.name for alias in node.names]
                assert "*" not in names, cell.id
                parts = [*(node.module or "").split("."), *names]
                assert not [part for part in parts if part.startswith("_")], cell.id
                if (node.module or "").split(".")[0] == "mcalclib":
                    assert node.module == "mcalclib", f"{cell.id}: use `import mcalclib as mc`"
                    assert set(names) <= set(mcalclib.__all__), cell.id
            if isinstance(node, ast.Import):
                inner = [alias.name for alias in node.names if alias.name.startswith("mcalclib.")]
                assert inner == [], f"{cell.id}: use `import mcalclib as mc`"


@every_notebook
def test_what_a_chapter_takes_from_mcalclib_is_public(path):
    public = set(mcalclib.__all__)
    for cell, tree in trees(path):
        used = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "mc"
        }
        assert used <= public, cell.id


@every_notebook
def test_every_image_has_alt_text_that_says_what_it_shows(path):
    for cell in code_cells(path):
        shown = {kind for output in cell.outputs for kind in output.get("data", {})}
        if any(kind.startswith("image/") for kind in shown):
            alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
            assert len(alt.split()) >= 5, f"{cell.id} shows an image with alt text {alt!r}"


@every_notebook
def test_markdown_images_have_alt_text(path):
    for cell in notebook(path).cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"!\[\s*\]\(|<img(?![^>]*\balt=[\"'][^\"'])", cell.source), cell.id


@every_notebook
def test_figures_have_a_caption_and_a_label(path):
    for cell in code_cells(path):
        figure = cell.metadata.get("mystnb", {}).get("figure")
        if figure is not None:
            assert figure.get("caption"), cell.id
            assert figure.get("name", "").startswith("fig-"), cell.id


@every_notebook
def test_outputs_are_committed_without_errors(path):
    assert any(cell.outputs for cell in code_cells(path))
    for cell in code_cells(path):
        kinds = {output.output_type for output in cell.outputs}
        if "raises-exception" not in tags(cell):
            assert "error" not in kinds, cell.id
        streams = {output.get("name") for output in cell.outputs}
        assert "stderr" not in streams, f"{cell.id} prints a warning"


@every_notebook
def test_outputs_name_nothing_of_the_machine_they_were_made_on(path):
    machine = re.compile(r"/(?:home|root|Users|tmp|work)/|\bat 0x[0-9a-f]{6,}|[A-Z]:\\\\")
    for cell in code_cells(path):
        for output in cell.outputs:
            texts = [output.get("text", "")]
            texts += [text for text in output.get("data", {}).values() if isinstance(text, str)]
            assert not [text for text in texts if machine.search(text)], cell.id


@every_notebook
def test_no_widget_is_left_lying_still_in_the_page(path):
    for cell in code_cells(path):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        assert not [kind for kind in kinds if "widget" in kind or "javascript" in kind], cell.id
