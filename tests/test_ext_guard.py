"""The guard sees each broken promise on a page, and names the page and the element."""

import pytest

from _ext import guard

SOUND = """<!DOCTYPE html><html lang="en"><head><title>A page with $$ in its title</title>
<link rel="stylesheet" href="_static/book.css?v=1"><link rel="canonical" href="https://x.org/">
</head><body><h1 id="top">A page</h1><a href="#top">up</a> <a href="https://x.org/">elsewhere</a>
<a href="other.html#there">other</a> <img src="_static/a.svg" alt="A parabola.">
<img src="_static/a.svg" alt="" aria-hidden="true"><pre>print("$$")</pre>
<span class="katex"><math><mi>x</mi></math><span aria-hidden="true"><svg></svg></span></span>
<svg role="img" aria-label="A grid"></svg><script>"\\(";</script></body></html>"""


@pytest.fixture
def site(tmp_path):
    static = tmp_path / "_static"
    static.mkdir()
    (static / "book.css").write_text("a { background: url(a.svg) } /* url(lost.svg) */")
    (static / "a.svg").write_text("<svg/>")
    (tmp_path / "other.html").write_text('<p id="there">there</p>')
    (tmp_path / "page.html").write_text(SOUND)
    return tmp_path


def found(site, element):
    page = site / "page.html"
    page.write_text(SOUND.replace("</body>", element + "</body>"))
    return list(guard.faults(site))


def test_a_sound_page_has_no_faults(site):
    assert list(guard.faults(site)) == []


@pytest.mark.parametrize(
    "element",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<script src="//cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="https://cdn.example/x.css">',
        '<link rel="preconnect" href="https://cdn.example">',
        '<img src="https://cdn.example/x.png" alt="A parabola.">',
        '<img srcset="https://cdn.example/x.png 2x" alt="A parabola.">',
        '<iframe src="https://cdn.example/"></iframe>',
        '<video poster="https://cdn.example/x.png"></video>',
        '<div style="background: url(https://cdn.example/x.png)"></div>',
        "<style>@import 'https://cdn.example/x.css';</style>",
        '<object data="http://cdn.example/x.svg"></object>',
        '<svg aria-label="x"><image href="https://cdn.example/x.png"/></svg>',
        '<iframe srcdoc="<img src=https://cdn.example/x.png alt=x>"></iframe>',
    ],
)
def test_whatever_loads_from_another_host_is_a_fault(site, element):
    (fault,) = found(site, element)
    assert fault.startswith("page.html: loads from another host")


def test_a_style_sheet_that_loads_from_another_host_is_a_fault(site):
    (site / "_static" / "book.css").write_text("@font-face { src: url('https://cdn.example/f') }")
    assert list(guard.faults(site)) == [
        "_static/book.css: loads from another host: url(https://cdn.example/f)"
    ]


@pytest.mark.parametrize(
    "element",
    [
        '<a href="lost.html">x</a>',
        '<a href="#lost">x</a>',
        '<a href="other.html#lost">x</a>',
        '<a href="_sources/lost.ipynb">x</a>',
    ],
)
def test_a_broken_link_is_a_fault(site, element):
    (fault,) = found(site, element)
    assert "lost" in fault
    assert element.split(">")[0] in fault


def test_an_asset_that_is_not_there_is_a_fault(site):
    (fault,) = found(site, '<img src="_images/lost.svg" alt="A parabola.">')
    assert "loads _images/lost.svg, which is not there" in fault


@pytest.mark.parametrize(
    "element",
    [
        '<img src="_static/a.svg">',
        '<img src="_static/a.svg" alt="">',
        '<img src="_static/a.svg" alt=" ">',
        '<img src="_static/a.svg" alt="_static/a.svg">',
        '<img src="_static/a.svg" alt="../a.svg">',
    ],
)
def test_an_image_without_alt_text_is_a_fault(site, element):
    (fault,) = found(site, element)
    assert fault.startswith("page.html: image without alt text: <img")


def test_a_drawing_without_a_name_is_a_fault(site):
    (fault,) = found(site, "<svg><path/></svg>")
    assert "drawing without aria-label" in fault


@pytest.mark.parametrize("element", [r"<p>\(x\)</p>", "<td>$$x$$</td>", r"<p>\begin{align}</p>"])
def test_math_left_as_text_is_a_fault(site, element):
    (fault,) = found(site, element)
    assert "math left as text" in fault


def test_a_formula_that_katex_refuses_is_a_fault(site):
    (fault,) = found(site, '<span class="katex-error" title="ParseError: x">\\frac</span>')
    assert "ParseError: x" in fault


def test_an_unknown_command_in_a_formula_is_a_fault(site):
    element = '<math><mstyle mathcolor="#cc0000"><mtext>\\trac</mtext></mstyle></math>'
    (fault,) = found(site, element)
    assert "command that KaTeX does not know" in fault


def test_an_id_used_twice_is_a_fault(site):
    (fault,) = found(site, '<p id="top"></p>')
    assert "id 'top' is used twice" in fault
