"""A small book, built for real: marks and anchors where they belong, and faults that stop it.

The book has the settings of ours; only the pages are others.
"""

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import assets
from tools.paths import NODE_MODULES, VENDOR, environment

ROOT = Path(__file__).resolve().parent.parent
CLAIM = """\
# Chapter

```{prf:proposition} Double
:label: prop-double
For $x \\in \\R$, $x + x = 2x$ {cite}`giles2008`.
```

$$
x + x = 2x
$$ (eq-double)
"""
FAULTS = """
<script src="https://cdn.example/x.js"></script>
<img src="../_static/lost.png">
<a href="#nowhere">nowhere</a>

$\\unknowncommand$ and $\\frac{1$
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0L9 9"/></svg>'


def chapter(*cells):
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return new_notebook(cells=list(cells), metadata=metadata)


def check(source="assert 1 + 1 == 2", labels=("prop-double", "eq-double")):
    return new_code_cell(source, id="double-check", metadata={"mcalc": {"verifies": list(labels)}})


def figure(**metadata):
    output = new_output("display_data", {"image/svg+xml": SVG, "text/plain": "a drawing"})
    return new_code_cell("draw()", id="drawing", outputs=[output], metadata=metadata)


def build(book: Path, *cells, execute="off"):
    """Build a book of one chapter made of ``cells``; return the exit code and what was printed."""
    (book / "chapters").mkdir(parents=True)
    nbformat.write(chapter(*cells), book / "chapters" / "one.ipynb")
    (book / "chapters" / "intro.md").write_text("# Start\n", encoding="utf-8")
    (book / "chapters" / "references.md").write_text(
        "# References\n\n```{bibliography}\n```\n", encoding="utf-8"
    )
    (book / "references.bib").write_text(
        "@misc{giles2008, author={Giles, Mike}, title={Derivatives}, year={2008}}", encoding="utf-8"
    )
    toc = {
        "format": "jb-book",
        "root": "chapters/intro",
        "options": {"numbered": True},
        "chapters": [{"file": "chapters/one"}, {"file": "chapters/references"}],
    }
    (book / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = execute
    (book / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    shutil.copytree(ROOT / "_ext", book / "_ext", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "_static", book / "_static")
    if not VENDOR.is_dir():
        assets.copy()
    shutil.copytree(VENDOR, book / "_vendor")
    (book / "node_modules").symlink_to(NODE_MODULES)
    ran = subprocess.run(
        ["jupyter-book", "build", str(book), "-W", "--keep-going", "-q"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return ran.returncode, re.sub(r"\x1b\[\d+(;\d+)*m", "", ran.stdout + ran.stderr)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    book = tmp_path_factory.mktemp("sound")
    alt = {
        "mystnb": {"image": {"alt": "A diagonal line from corner to corner."}},
        "tags": ["hide-input"],
    }
    code, said = build(book, new_markdown_cell(CLAIM, id="claim"), check(), figure(**alt))
    assert code == 0, said
    return book / "_build" / "html"


@pytest.fixture(scope="module")
def page(sound):
    return (sound / "chapters" / "one.html").read_text(encoding="utf-8")


def test_each_claim_carries_a_mark_that_names_itself_and_leads_to_the_cell(page):
    marks = re.findall(r'<a class="verified-mark"[^>]*>.*?</a>', page)
    assert len(marks) == 2
    for mark in marks:
        assert 'href="#cell-double-check"' in mark
        assert 'aria-label="verified' in mark
    assert page.count('id="cell-double-check"') == 1


def test_the_checking_cell_leads_back_by_number(page):
    (line,) = re.findall(r'<p class="verifies">(.*?)</p>', page)
    assert re.sub("<[^>]+>", "", line) == "Checks Proposition 1.1, (1.1)"
    assert 'href="#prop-double"' in line
    assert 'href="#equation-eq-double"' in line


def test_every_code_cell_can_be_linked_to(page):
    assert 'id="cell-drawing"' in page


def test_math_is_html_and_mathml_and_macros_are_expanded(page):
    assert '<mi mathvariant="double-struck">R</mi>' in page
    assert "katex-html" in page
    assert not re.search(r"<script[^>]*mathjax", page.lower())


@pytest.mark.parametrize(
    ("there", "gone"),
    [
        ('data-theme="light"', 'data-theme="auto"'),
        ("matchMedia", 'dataset.mode = localStorage.getItem("mode") || "auto"'),
        (
            '<button class="btn search-button-field',
            'search-button-field search-button__button pst-js-only" title="Search" aria',
        ),
        ("<summary>", "<summary aria-label"),
        ('<script defer src="../_static/pages/', '<script src="../_static/'),
        (
            '<details class="dropdown dropdown-download-buttons" name="menus"><summary',
            "data-bs-toggle",
        ),
        (
            '<noscript><a class="btn btn-sm sidebar-link" href="#pst-primary-sidebar">',
            "bootstrap.js",
        ),
        ('<a class="sidebar-close" href="#main-content">', "searchindex.js"),
        ('<button onclick="window.print()"\n  class="pst-js-only ', "data-bs-title"),
        ("const DOCUMENTATION_OPTIONS", "documentation_options.js"),
        ('<img loading="lazy" width="9" height="9"', '<img alt="A diagonal'),
        ('<a class="headerlink"', "fontawesome.js"),
        ("_static/pages/", "thebe"),
    ],
)
def test_the_themes_markup_is_mended(page, there, gone):
    assert there in page
    assert gone not in page


def test_the_bibliography_is_no_list_without_items(sound):
    references = (sound / "chapters" / "references.html").read_text(encoding="utf-8")
    assert 'class="citation-list"' in references
    assert 'role="list"' not in references


def test_nothing_unused_is_shipped(sound):
    assert not list(sound.rglob("*.map"))
    assert not (sound / "_static" / "scripts" / "fontawesome.js").exists()
    assert sum(path.stat().st_size for path in sound.rglob("fa-*.woff2")) < 20_000


def test_the_page_loads_one_style_sheet_and_one_script(page):
    without_scripts = re.findall(r"<noscript><link[^>]*stylesheet", page)
    assert len(re.findall(r"<link[^>]*stylesheet", page)) - len(without_scripts) == 1
    assert len(without_scripts) == 1  # dark colours, where the system is dark
    # Beside it the loader, which must know its own address and so cannot be part of a bundle.
    scripts = re.findall(r"<script[^>]* src=\"([^\"?]*)", page)
    assert [name for name in scripts if not name.endswith("_static/load.js")] == [
        name for name in scripts if "_static/pages/" in name
    ]
    assert len(scripts) == 2


def test_only_the_page_of_the_search_loads_its_index(sound):
    search = (sound / "search.html").read_text(encoding="utf-8")
    assert all(name in search for name in ("searchindex.js", "searchtools.js", "language_data.js"))


def test_the_style_sheet_keeps_what_the_page_shows_and_holds_its_fonts(sound, page):
    name, dark = re.findall(r'href="\.\./(_static/pages/\w+\.css)', page)
    assert "prefers-color-scheme:dark" in (sound / dark).read_text(encoding="utf-8")
    css = (sound / name).read_text(encoding="utf-8")
    assert "a.verified-mark" in css  # of the book
    assert ".bd-article" in css  # of the theme, on the page
    assert ".card-img-overlay" not in css  # of the theme, on no page
    assert ".katex .mathfrak" in css  # on no page, but a reader may type it
    embedded = re.findall(r"@font-face\{[^}]*font-family:(\w+)[^}]*url\(data:font/woff2", css)
    assert {"KaTeX_Main", "KaTeX_Math", "KaTeX_AMS"} <= set(embedded)


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    cells = [
        new_markdown_cell(CLAIM + FAULTS, id="claim"),
        check(labels=["prop-double", "eq-lost"]),
        figure(),
    ]
    code, said = build(tmp_path_factory.mktemp("broken"), *cells)
    assert code != 0
    return said


@pytest.mark.parametrize(
    "fault",
    [
        'chapters/one.html: loads from another host: <script src="https://cdn.example/x.js">',
        "chapters/one.html: loads ../_static/lost.png, which is not there",
        "chapters/one.html: image without alt text: <img",
        "chapters/one.html: link to #nowhere, which this page lacks",
        "chapters/one.html: formula with a command that KaTeX does not know",
        "chapters/one.html: formula that KaTeX refuses: ParseError",
        "chapters/one: cell claim: equation 'eq-double' has no verifying cell",
        "chapters/one: cell double-check verifies 'eq-lost', but the page has no claim",
    ],
)
def test_a_fault_stops_the_build_and_is_named(broken, fault):
    assert fault in broken


def test_the_committed_figure_without_alt_text_is_named_too(broken):
    assert len(re.findall("image without alt text", broken)) == 2


def test_a_cell_that_fails_stops_the_build_naming_notebook_and_error(tmp_path):
    cells = [new_markdown_cell(CLAIM, id="claim"), check("assert 1 + 1 == 3, 'arithmetic'")]
    code, said = build(tmp_path, *cells, execute="cache")
    assert code != 0
    assert "one.ipynb" in said
    assert "AssertionError: arithmetic" in said
