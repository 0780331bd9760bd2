"""A first visit loads little, its first formula is there with the first line, and its text stays in place."""

from urllib.parse import unquote, urlsplit

import pytest
from conftest import chapters, pages

from _ext import budget

# Asked when the browser reports its first paint: is a formula on the page, and its fonts with it?
WATCH = """
window.shifts = [];
window.firstPaint = null;
new PerformanceObserver(list => {
  for (const entry of list.getEntries())
    for (const {node} of entry.sources)
      if (node?.parentElement?.closest(".bd-article"))
        window.shifts.push([entry.value, node.parentElement.outerHTML.slice(0, 200)]);
}).observe({type: "layout-shift", buffered: true});
new PerformanceObserver(() => {
  const formula = document.querySelector(".bd-article .katex-html")?.getBoundingClientRect();
  window.firstPaint ??= Boolean(formula) && formula.width > 0 && formula.height > 0
    && document.fonts.check("16px KaTeX_Main", "=")
    && document.fonts.check("italic 16px KaTeX_Math", "x");
}).observe({type: "paint", buffered: true});
"""


@pytest.mark.parametrize("name", pages())
def test_a_first_visit_loads_no_file_that_the_build_did_not_count(opened, site, name):
    counted = set(budget.first_visit(site / name, site))
    assert sum(budget.sent(site / file) for file in counted) <= budget.BYTES
    asked = {unquote(urlsplit(url).path).lstrip("/") for url in opened(name, "localhost").requests}
    # A drawing near the first screen may load, but is lazy: on another screen it would not.
    loaded = {file for file in asked if not file.startswith(("_images/", "_frames/"))}
    assert loaded <= counted
    assert not [file for file in asked if file.endswith(".js") and file.startswith("_frames/")]


@pytest.mark.parametrize(
    ("name", "width"), [(chapters()[0], 1280), *((name, 390) for name in chapters())]
)
def test_the_first_formula_is_painted_with_the_first_line_and_the_text_stays(
    visit, origins, name, width
):
    opening = visit(width=width)
    opening.page.add_init_script(WATCH)
    page = opening.open(origins["localhost"] + name).page
    page.wait_for_function("() => window.firstPaint !== null")
    assert page.evaluate("() => window.firstPaint")
    page.evaluate("() => new Promise(done => setTimeout(done, 200))")
    assert page.evaluate("() => window.shifts") == []
