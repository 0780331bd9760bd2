"""What a first visit loads is counted as a browser would, and too much is an error."""

import gzip
import random

import pytest

from _ext import budget


@pytest.fixture
def site(tmp_path):
    noise = random.Random(3).randbytes(4000).hex()
    for name in ("a.css", "a.js", "lazy.svg", "eager.svg", "icon.svg", "unlinked.js"):
        (tmp_path / name).write_text(name + noise, encoding="utf-8")
    (tmp_path / "font.woff2").write_bytes(b"f" * 500)
    (tmp_path / "chapters").mkdir()
    return tmp_path


def page(site, markup):
    path = site / "chapters" / "page.html"
    path.write_text(markup, encoding="utf-8")
    return path


MARKUP = """
<link rel="stylesheet" href="../a.css?v=1"><link rel="icon" href="../icon.svg">
<link rel="next" href="../unlinked.js"><a href="../unlinked.js">no load</a>
<link rel="preload" as="font" href="../font.woff2"><script defer src="../a.js"></script>
<img src="../eager.svg" alt="a"><img loading="lazy" src="../lazy.svg" alt="a">
<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" alt="a"><img src="https://a.b/c.png" alt="a">
"""


def test_a_first_visit_loads_what_is_neither_lazy_nor_linked(site):
    path = page(site, MARKUP)
    files = budget.first_visit(path, site)
    loaded = {"chapters/page.html", "a.css", "a.js", "icon.svg", "eager.svg", "font.woff2"}
    assert set(files) == loaded
    assert files["a.css"] == len(gzip.compress((site / "a.css").read_bytes(), 6))
    assert files["font.woff2"] == 500  # compressed already


def test_a_page_over_budget_is_named_with_its_largest_file(site):
    noise = random.Random(4).randbytes(budget.BYTES)
    (site / "heavy.png").write_bytes(noise)
    page(site, '<img src="../heavy.png" alt="a">')
    (line,) = budget.excess(site)
    assert line.startswith("chapters/page.html: a first visit loads 300.1 kB")
    assert "largest files: heavy.png 300.0 kB" in line


def test_a_light_page_is_let_pass(site):
    page(site, MARKUP)
    assert list(budget.excess(site)) == []
