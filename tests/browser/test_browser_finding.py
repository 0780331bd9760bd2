"""What a reader looks for is found: by search, by the index, by old addresses, by other books."""

import json
import re
from urllib.parse import urlsplit

import pytest
import yaml
from conftest import ROOT, chapters, pages
from sphinx.util.inventory import InventoryFile

CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("query", "page", "anchor"),
    [
        ("derivative of the inverse", "04_matrix_functions", "thm-inverse"),
        ("logdet", "04_matrix_functions", "cor-logdet"),
        ("Kronecker product", "04_matrix_functions", "def-kronecker"),
        ("backprop", "08_perceptron", "thm-backpropagation"),
        ("normal equations", "07_least_squares", "thm-least-squares"),
    ],
)
@pytest.mark.parametrize("origin", ["file", "localhost"])
def test_the_search_finds_formulas_by_name(visit, origins, query, page, anchor, origin):
    if origin == "file" and query != "logdet":
        pytest.skip("one search is enough to see that it needs no server")
    opening = visit().open(f"{origins[origin]}search.html?q={query.replace(' ', '+')}")
    opening.page.wait_for_selector("#search-results ul.search li a")
    opening.page.wait_for_function("() => !document.querySelector('#search-progress')?.innerText")
    links = opening.page.locator("#search-results ul.search li > a")
    first = [links.nth(k).get_attribute("href") for k in range(min(5, links.count()))]
    found = [k for k, h in enumerate(first) if f"{page}.html" in h and h.endswith(f"#{anchor}")]
    assert len(found) == 1, first  # once, whatever it is called by
    assert query.casefold() in links.nth(found[0]).inner_text().casefold()  # what, not only where
    if origin == "localhost":  # from a folder, the search may not read the lines it would quote
        assert opening.trouble == []


def test_the_lens_of_the_search_lies_beside_what_is_typed(opened):
    form = opened("search.html").page.locator(".bd-search-container form.bd-search")
    lens, field = (form.locator(name).bounding_box() for name in ("i", "input"))
    assert lens["width"] > 8
    assert lens["x"] + lens["width"] <= field["x"]


def test_without_scripts_the_search_page_leads_to_the_index(visit, origins):
    page = visit(javascript=False).open(origins["file"] + "search.html").page
    page.get_by_role("link", name="The index").click()
    page.wait_for_url("**/genindex.html")


def test_the_index_of_words_leads_to_the_results(opened):
    page = opened("genindex.html").page
    href = page.get_by_role("link", name="logdet", exact=True).get_attribute("href")
    assert href == "chapters/04_matrix_functions.html#cor-logdet"


@pytest.mark.parametrize("old", CONFIG["sphinx"]["config"]["redirects"])
@pytest.mark.parametrize("javascript", [True, False], ids=["js", "nojs"])
def test_an_old_address_leads_to_the_page(visit, origins, old, javascript):
    target = CONFIG["sphinx"]["config"]["redirects"][old]
    page = visit(javascript=javascript).page
    page.goto(f"{origins['file']}{old}.html")
    page.wait_for_url(f"**/{old.rpartition('/')[0]}/{target}*")
    assert page.locator("article h1").is_visible()


def test_other_books_can_link_here_by_objects_inv(site):
    with (site / "objects.inv").open("rb") as file:
        inventory = InventoryFile.load(file, "", lambda base, path: path)
    assert {name.removesuffix(".html") for name in pages()} - {"search", "genindex"} <= set(
        inventory["std:doc"]
    )
    assert "sec-functions" in inventory["std:label"]
    anchors = {}
    for kind in ("std:doc", "std:label"):
        for name, (_, _, uri, _) in inventory[kind].items():
            file, _, anchor = uri.partition("#")
            if file not in anchors:
                text = (site / file).read_text(encoding="utf-8")
                anchors[file] = set(re.findall(r'\bid="([^"]+)"', text))
            assert not anchor or anchor in anchors[file], name


def links(site, name):
    html = (site / name).read_text(encoding="utf-8")
    return re.findall(r'<a href="([^"]+)"[^>]*class="btn[^"]*"', html)


@pytest.mark.parametrize("name", chapters())
def test_launch_links_name_a_notebook_of_the_repository(site, name):
    repository = urlsplit(CONFIG["repository"]["url"]).path.strip("/")
    branch = CONFIG["repository"]["branch"]
    notebook = name.replace(".html", ".ipynb")
    assert (ROOT / notebook).is_file()
    found = links(site, name)
    assert f"https://mybinder.org/v2/gh/{repository}/{branch}?urlpath=lab/tree/{notebook}" in found
    assert (
        f"https://colab.research.google.com/github/{repository}/blob/{branch}/{notebook}" in found
    )
    # The root of what `make lab` serves is the folder of the chapters; test_browser_lab opens one.
    port = re.search(r"jupyter lab chapters --port=(\d+)", (ROOT / "Makefile").read_text())[1]
    assert f"http://localhost:{port}/lab/tree/{notebook.removeprefix('chapters/')}" in found
    (download,) = [link for link in found if link.endswith(".ipynb") and "//" not in link]
    served = json.loads((site / name).parent.joinpath(download).read_text(encoding="utf-8"))
    cells = json.loads((ROOT / notebook).read_text(encoding="utf-8"))["cells"]
    assert [cell["source"] for cell in served["cells"]] == [cell["source"] for cell in cells]
