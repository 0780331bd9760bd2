"""The checks of the pages see the faults they are there for."""

import pytest
import reading
from conftest import ROOT, serve

FRAME = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>
<meta name="viewport" content="width=device-width"></head>
<body style="margin: 0"><article class="bd-article">{}</article></body></html>"""


@pytest.fixture
def show(visit, tmp_path):
    """Open a page made of one element; return the visit."""
    servers = []

    def new(element, **options):
        (tmp_path / "page.html").write_text(FRAME.format(element), encoding="utf-8")
        server, address = serve(tmp_path)
        servers.append(server)
        opened = visit(**options)
        opened.open(address + "page.html")
        return opened

    yield new
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("element", "trouble"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "asks another host"),
        ('<img src="http://cdn.example/x.png" alt="x">', "asks another host"),
        ("<script>fetch('https://cdn.example/x')</script>", "asks another host"),
        ('<script src="lost.js"></script>', "answered 404"),
        ("<script>throw new Error('broken')</script>", "script error"),
        ("<script>console.error('broken')</script>", "console error"),
    ],
)
def test_trouble_while_opening_is_noticed(show, element, trouble):
    assert any(line.startswith(trouble) for line in show(element).trouble)


@pytest.mark.parametrize(
    ("check", "element"),
    [
        (reading.RAW_MATH, r"<p>\(x^2\)</p>"),
        (reading.RAW_MATH, "<p>$$x^2$$</p>"),
        (reading.RAW_MATH, r"<p>$\operatorname{tr} A$</p>"),
        (reading.FORMULAS_WITHOUT_MATHML, '<span class="katex"><span class="katex-html">x</span></span>'),
        (reading.FORMULAS_WITHOUT_MATHML, r'<span class="math">x</span>'),
        (reading.BROKEN_IMAGES, '<img src="lost.png" alt="x">'),
        (reading.OVERFLOWING, '<p style="width: 500px">wide</p>'),
        (reading.OVERFLOWING, f"<p>{'x' * 200}</p>"),
        (reading.CUT_OFF, f'<pre style="overflow: hidden">{"x" * 200}</pre>'),
        (reading.SCROLLING_WITHOUT_CUE, f'<pre style="overflow: auto">{"x" * 200}</pre>'),
        (reading.DEAD_MARKS, '<a class="verified-mark" href="#lost" aria-label="x">verified</a>'),
        (reading.LIGHT_BOXES, '<div style="background: #fff">light</div>'),
        (reading.UNTURNED_FIGURES, '<img src="lost.png" alt="x">'),
        (reading.UNREACHABLE, f'<div style="overflow-x: auto" tabindex="-1">{"x" * 200}</div>'),
        (reading.MOVING, '<p style="transition: color 1s">moving</p>'),
    ],
)  # fmt: skip
def test_a_fault_on_the_page_is_noticed(show, check, element):
    assert show(element, width=390).page.evaluate(check) != []


@pytest.mark.parametrize(
    ("check", "element"),
    [
        (reading.RAW_MATH, r"<pre>\(x^2\)</pre>"),
        (reading.OVERFLOWING, f'<pre style="overflow: auto">{"x" * 200}</pre>'),
        (reading.LIGHT_BOXES, '<div style="background: #222">dark</div>'),
    ],
)
def test_what_is_no_fault_is_let_pass(show, check, element):
    assert show(element, width=390).page.evaluate(check) == []


def test_axe_notices_low_contrast(show):
    source = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = show('<main><h1>t</h1><p style="color: #bbb; background: #fff">pale</p></main>').page
    assert any(line.startswith("color-contrast") for line in reading.axe(page, source))
