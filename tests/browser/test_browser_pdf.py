"""The printed book: contents with page numbers, links that arrive, nothing cut, solutions last."""

import io
import os
import re
import subprocess
import sys
import zipfile

import pytest
from conftest import ROOT
from pypdf import PdfReader

from tools import archive, chromium, pdf

# The lightest pages and one with solutions: the whole book takes as long as all other tests.
PAGES = ["chapters/intro", "chapters/notation", "chapters/07_least_squares"]


@pytest.fixture(scope="module")
def printed(site):
    # In a process of its own: here playwright's loop is running already.
    code = f"import sys; from tools import pdf; sys.stdout.buffer.write(pdf.print_pages({PAGES!r}))"
    program = os.environ.get(chromium.VARIABLE) or chromium.ensure()
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, chromium.VARIABLE: program},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    return PdfReader(io.BytesIO(run.stdout))


def test_every_page_is_a4_and_carries_its_number(printed):
    for number, page in enumerate(printed.pages, start=1):
        assert page.mediabox.width == pytest.approx(595, abs=2)
        assert page.mediabox.height == pytest.approx(842, abs=2)
        assert page.extract_text().split()[-1] == str(number)


def test_the_contents_name_the_page_on_which_each_section_begins(printed):
    text = printed.pages[1].extract_text()
    assert text.startswith("Contents")
    for title in ("Letters and shapes", r"7\.2\. \S[^\n]*?", "Solutions"):
        ((words, number),) = re.findall(rf"^({title})\s*(\d+)$", text, flags=re.MULTILINE)
        assert words in printed.pages[int(number) - 1].extract_text()


def test_the_outline_leads_to_the_chapters(printed):
    def titles(items):
        for item in items:
            yield from titles(item) if isinstance(item, list) else [item.title]

    found = " ".join(titles(printed.outline))
    assert all(title in found for title in ("Notation", "Least squares", "Solutions"))


def test_links_within_the_book_arrive(printed):
    there = set(printed.named_destinations)
    asked = []
    for page in printed.pages:
        for note in page.get("/Annots", []):
            note = note.get_object()
            target = note.get("/Dest") or note.get("/A", {}).get("/D")
            if isinstance(target, str):
                asked.append(target)
    assert len(asked) > 50
    # A link to a chapter that is not printed here is none.
    assert [name for name in asked if name not in there] == []


def test_solutions_stand_after_everything_else(printed):
    numbers = {name.lstrip("/"): k for name, k in where(printed).items()}
    solutions = [k for name, k in numbers.items() if name.endswith("--solution")]
    others = [k for name, k in numbers.items() if not name.endswith(("--solution", "solutions"))]
    assert len(solutions) > 3
    assert min(solutions) >= numbers["solutions"]
    in_solutions = [k for k in others if k > numbers["solutions"]]
    assert len(in_solutions) <= len(solutions)  # labels of the moved environments themselves


def where(reader):
    return {
        name: reader.get_destination_page_number(target)
        for name, target in reader.named_destinations.items()
    }


def test_what_is_wider_than_the_paper_is_named(visit):
    page = visit().page
    page.set_viewport_size({"width": pdf.WIDTH, "height": 900})
    page.set_content(
        '<nav class="print-contents"><ol></ol></nav><main><div class="print-page" id="a"><h1>A</h1>'
        '<p style="width: 900px">wide</p><pre style="width: 900px">fitted</pre></div></main>'
    )
    (cut,) = page.evaluate(pdf.SCRIPT.read_text(encoding="utf-8"))
    assert cut.startswith('a: <p style="width: 900px">wide')


def test_the_archive_opens_by_its_own_files(site, tmp_path, visit):
    target = tmp_path / "book.zip"
    archive.pack(site, target)
    once = target.read_bytes()
    archive.pack(site, target)
    assert target.read_bytes() == once
    with zipfile.ZipFile(target) as packed:
        packed.extractall(tmp_path)
    opening = visit().open((tmp_path / archive.TOP / PAGES[0]).with_suffix(".html").as_uri())
    opening.page.get_by_role("link", name="Notation").first.click()
    opening.page.wait_for_url("**/notation.html")
    assert opening.trouble == []
