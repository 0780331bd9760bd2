"""Marking by hand in a real browser, by keyboard alone."""

import csv
import sys
from pathlib import Path

import pytest
import reading

from mcalclib.classroom.report import write_report
from mcalclib.classroom.review import Server
from mcalclib.cli import main
from mcalclib.grader.reviews import Reviews

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
sys.path.insert(0, str(ROOT / "tests" / "grader"))
import sample_course


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    root = tmp_path_factory.mktemp("class")
    (root / "source").mkdir()
    source = sample_course.to_bytes(sample_course.source_notebook())
    (root / "source" / "operators.ipynb").write_bytes(source)
    (root / "in").mkdir()
    for student, proof in (("ada", "By <b>definition</b>."), ("ben", "Clear."), ("kim", "?")):
        content = sample_course.to_bytes(sample_course.submission(proof=proof))
        (root / "in" / f"{student}.ipynb").write_bytes(content)
    command = ["grade", root / "in", "--source", root / "source", "--out", root / "out"]
    # Our own notebooks: the fence has its own tests, and need not be there for a page.
    assert main([*map(str, command), "--quiet", "--jobs", "1", "--trusted"]) == 0
    return root / "out"


@pytest.fixture
def review(results, visit):
    server = Server(results)
    seen = visit(bypass_csp=False)
    seen.open(server.address)
    seen.page.wait_for_selector("nav button[aria-current=true]")
    yield seen.page
    # A refused mark is answered 400; everything else would be a fault of the page.
    assert [line for line in seen.trouble if "400" not in line] == []
    server.stop()


def student(page):
    return page.locator("#answer h2").inner_text()


def test_a_class_is_marked_by_keyboard(results, review):
    page = review
    assert student(page) == "ada"
    assert "By <b>definition</b>." in page.locator("#answer pre").first.inner_text()
    page.keyboard.press("f")
    page.keyboard.press("c")
    page.keyboard.type("Well said.")
    page.keyboard.press("Control+Enter")
    page.wait_for_function("() => document.querySelector('#answer h2').textContent === 'ben'")
    page.keyboard.press("f")  # after a comment the keys are keys again
    assert page.input_value("#points") == "4" and page.input_value("#comment") == ""
    page.fill("#points", "")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")  # who passes by decides nothing
    page.wait_for_function("() => document.querySelector('#answer h2').textContent === 'kim'")
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('#answer h2').textContent === 'ben'")
    with Reviews(results) as reviews:
        assert set(reviews.marks()) == {"ada"}
    page.fill("#item-text", "says why")
    page.fill("#item-points", "2,5")
    page.press("#item-points", "Enter")
    page.wait_for_selector("#rubric input")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('#answer h2').textContent === 'kim'")
    assert page.locator("#progress").inner_text() == "2 of 3 have points"
    page.keyboard.press("k")
    page.wait_for_function("() => document.querySelector('#answer h2').textContent === 'ben'")
    assert page.locator("#rubric input").is_checked()
    page.keyboard.press("n")
    page.wait_for_function("() => document.querySelector('#answer h2').textContent === 'kim'")
    page.select_option("#used", "Well said.")
    assert page.input_value("#comment") == "Well said."
    page.click("#withdraw", force=True)  # nothing to withdraw: the button is off
    page.click("#publish")
    page.wait_for_function("() => document.querySelector('#said').textContent.includes('written')")
    with open(results / "scores.csv", newline="", encoding="utf-8") as file:
        assert [row["proof"] for row in csv.DictReader(file)] == ["4", "2.5", ""]
    with Reviews(results) as reviews:
        assert reviews.marks("ada")["proof"]["comment"] == "Well said."


def test_what_is_no_number_is_said_and_not_stored(results, review):
    with Reviews(results) as reviews:
        before = reviews.marks()
    review.fill("#points", "three")
    review.press("#points", "Enter")
    review.wait_for_selector("#said.bad")
    assert "“three” is no number of points" in review.locator("#said").inner_text()
    review.fill("#points", "77")
    review.press("#points", "Enter")
    review.wait_for_function("() => document.querySelector('#said').textContent.includes('0 to 4')")
    review.fill("#points", "")
    with Reviews(results) as reviews:
        assert reviews.marks() == before


@pytest.mark.parametrize("width", [1280, 390])
def test_the_review_page_fits_and_is_accessible(results, visit, width):
    server = Server(results)
    seen = visit(width=width, bypass_csp=True)
    seen.open(server.address)
    seen.page.wait_for_selector("nav button[aria-current=true]")
    assert seen.page.evaluate(reading.OVERFLOWING) == []
    assert reading.axe(seen.page, AXE.read_text(encoding="utf-8")) == []
    server.stop()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_report_fits_is_accessible_and_sorts(results, visit, width, scheme):
    path = write_report(results)
    assert path.stat().st_size < 500_000
    seen = visit(width=width, scheme=scheme, bypass_csp=True)
    page = seen.open(path.as_uri()).page
    assert page.evaluate(reading.OVERFLOWING) == []
    assert reading.axe(page, AXE.read_text(encoding="utf-8")) == []
    button = page.locator("table.sortable >> nth=-1").get_by_role("button", name="student")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    rows = page.locator("table.sortable >> nth=-1").locator("tbody tr td:first-child")
    assert rows.all_inner_texts() == ["kim", "ben", "ada"]
    assert seen.trouble == []


def test_gradebook_and_similarity_fit_a_phone_and_are_accessible(results, visit):
    course = results.parent / "course.toml"
    course.write_text(
        '[course]\nresults = "."\n[[assignment]]\nname = "out"\nsource = "source"\n'
        'submissions = "in"\n'
    )
    assert main(["course", str(course), "--no-grading"]) == 0
    source = str(results.parent / "source" / "operators.ipynb")
    assert main(["similar", str(results), "--source", source]) == 1  # all three wrote the same
    for path in (results.parent / "course.html", results / "similarity.html"):
        seen = visit(width=390, scheme="dark", bypass_csp=True)
        page = seen.open(path.as_uri()).page
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        assert page.evaluate(reading.OVERFLOWING) == []
        assert reading.axe(page, AXE.read_text(encoding="utf-8")) == []
        assert seen.trouble == []
