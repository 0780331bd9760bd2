"""The build: what it executes, what it stops at, what it says."""

import re
from pathlib import Path
from urllib.parse import unquote, urlparse


def executed(run):
    (count,) = re.findall(r"^(\d+) notebooks? executed", run.stdout, flags=re.MULTILINE)
    return int(count)


def test_a_second_build_executes_nothing_until_the_package_changes(project):
    book = project(
        first={"loads": "import mcalclib\nprint('value', getattr(mcalclib, 'value', 'unset'))"},
        second={"adds": "print(40 + 2)"},
    )
    cold = book.build()
    assert cold.returncode == 0, cold.stderr
    assert executed(cold) == 2
    (address,) = re.findall(r"file://\S+", cold.stdout)
    assert 'url=chapters/intro.html"' in Path(unquote(urlparse(address).path)).read_text()
    assert "value unset" in book.page("first")
    assert "42" in book.page("second")
    assert (book.root / "_build/html/_static/vendor/katex/katex.min.css").is_file()

    again = book.build()
    assert again.returncode == 0, again.stderr
    assert executed(again) == 0
    assert "nothing to render" in again.stdout

    book.write("second", {"adds": "print(40 + 3)"})
    edited = book.build()
    assert executed(edited) == 1
    assert "43" in book.page("second")
    assert "nothing to render" not in edited.stdout

    (book.root / "mcalclib" / "__init__.py").write_text("value = 7\n")
    changed = book.build()
    assert changed.returncode == 0, changed.stderr
    assert executed(changed) == 2
    assert "value 7" in book.page("first")


def test_every_broken_notebook_is_named_with_its_cell_and_its_error(project):
    book = project(
        sound={"fine": "print(1)"},
        divides={"set-up": "n = 0", "quotient": "print(1 / n)", "after": "print('after')"},
        asserts={"claim-check": "assert 1 == 2, 'the claim is wrong'"},
    )
    run = book.build()
    assert run.returncode != 0
    assert "chapters/divides.ipynb, cell quotient:" in run.stderr
    assert "ZeroDivisionError: division by zero" in run.stderr
    assert "chapters/asserts.ipynb, cell claim-check:" in run.stderr
    assert "AssertionError: the claim is wrong" in run.stderr
    assert "sound.ipynb" not in run.stderr
    assert "The book was not built." in run.stderr
    assert not (book.root / "_build" / "html").exists()

    # Only what failed runs again.
    book.write("asserts", {"claim-check": "assert 1 == 1"})
    book.write("divides", {"set-up": "n = 1", "quotient": "print(1 / n)"})
    mended = book.build()
    assert mended.returncode == 0, mended.stderr
    assert executed(mended) == 2


def test_a_kernel_that_dies_is_reported_like_a_failed_cell(project):
    book = project(dies={"fatal": "import os\nos._exit(3)"})
    run = book.build()
    assert run.returncode != 0
    assert "chapters/dies.ipynb, cell fatal:" in run.stderr


def test_a_file_that_is_no_notebook_is_named(project):
    book = project(cut={"fine": "print(1)"})
    path = book.root / "chapters" / "cut.ipynb"
    path.write_text(path.read_text()[:-20])
    run = book.build()
    assert run.returncode != 0
    assert "chapters/cut.ipynb, cell none" in run.stderr
    assert "Traceback" not in run.stderr


def test_an_error_shown_on_purpose_is_no_failure(project):
    book = project(shows={"on-purpose": "1 / 0"})
    path = book.root / "chapters" / "shows.ipynb"
    path.write_text(
        path.read_text().replace('"metadata": {}', '"metadata": {"tags": ["raises-exception"]}')
    )
    run = book.build()
    assert run.returncode == 0, run.stderr
    assert "ZeroDivisionError" in book.page("shows")


def test_a_build_that_stopped_at_a_warning_stops_again(project):
    book = project(first={"fine": "print(1)"})
    intro = book.root / "chapters" / "intro.md"
    intro.write_text("# Toy\n\n[nowhere](missing.md)\n")
    for _ in range(2):
        run = book.build()
        assert run.returncode != 0
        assert "missing.md" in run.stderr
        assert "The book was not built." in run.stderr
    intro.write_text("# Toy\n")
    assert book.build().returncode == 0
