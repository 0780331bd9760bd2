"""Print the built book as one PDF, with Chromium: `python -m tools.pdf`, or `make pdf`.

The pages of _build/html are put one after another into one page, their links turned into links
within it, and printed twice: the first print tells on which page each section of the contents
begins. Solutions move to the end. What is wider than the paper is set smaller, and where something
would still be cut nothing is printed and it is named.
"""

import html
import io
import os
import posixpath
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader
from sphinx_external_toc.parsing import parse_toc_yaml

from . import chromium
from .paths import HTML, ROOT, TITLE

PDF = HTML / "matrix-calculus.pdf"
SCRIPT = Path(__file__).with_name("pdf.js")
# A4 with margins of 18 mm, in CSS pixels: formulas are fitted to the width they are printed at.
PAPER = {"width": "210mm", "height": "297mm"}
MARGINS = {"top": "18mm", "bottom": "20mm", "left": "18mm", "right": "18mm"}
WIDTH = round((210 - 2 * 18) / 25.4 * 96)

STYLE = """
body { background: #fff; }
.print-page { break-before: page; }
.print-title { font: 600 2.4rem var(--book-serif); margin: 30vh 0 1rem; text-align: center; }
.print-title + p { text-align: center; }
.print-contents { break-before: page; }
.print-contents ol { list-style: none; padding: 0; }
.print-contents li { display: flex; gap: 0.5rem; }
.print-contents li.inner { font-size: 0.92em; padding-left: 1.5rem; }
.print-contents li > a { flex: 1; }
.bd-article { max-width: none; padding: 0; }
.headerlink, .copybtn, .toggle-details, noscript, form, .pst-js-only { display: none !important; }
.mcalc-controls { display: none !important; }
/* A solution is headed by a link to its exercise, and may go on overleaf. */
#solutions .admonition.solution { break-inside: auto !important; }
#solutions .admonition.solution > .admonition-title { display: none; }
/* Nothing scrolls on paper; what is too wide tells its width, and pdf.js sets it smaller. */
:is(.katex-display, table, pre, .cell_output .output, .mcalc-frame) { overflow: visible !important; }
a { color: #1157c2; }
.bd-article :is(h1, h2, h3) { break-after: avoid; break-inside: avoid; }
"""
# A book of hundreds of pages is laid out as one page: minutes on a busy machine.
SECONDS = 900
NUMBER_CONTENTS = """numbers => {
  for (const entry of document.querySelectorAll(".print-contents li")) {
    const place = decodeURIComponent(entry.querySelector("a").hash.slice(1));
    entry.lastElementChild.textContent = numbers[place] ?? "";
  }
}"""
FOOTER = (
    '<div style="font-size: 8px; width: 100%; text-align: center; color: #444">'
    '<span class="pageNumber"></span></div>'
)

_ARTICLE = re.compile(r'<article class="bd-article"[^>]*>(.*)</article>', re.DOTALL)
_TAG = re.compile(r"<[a-z][^>]*>")
_OWN = re.compile(r'\b(id|for|aria-labelledby|aria-describedby)="([^"]+)"')
_LINK = re.compile(r'\b(href|src)="([^"]*)"')
_DRAWN = re.compile(r"url\(#([^)]+)\)")
_HEADING = re.compile(
    r'<section[^>]*\bid="([^"]+)"[^>]*>\s*(?:<span[^>]*></span>\s*)*<h([12])>(.*?)</h\2>', re.DOTALL
)
_HEADERLINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)


def place(name: str, fragment: str = "") -> str:
    """Return the id in the printed book of a place on a page; the page's own without fragment."""
    return "--".join(filter(None, [name.replace("/", "-"), fragment]))


def article(name: str, pages: list[str], site: Path = HTML) -> str:
    """Return the text of a page with ids of its own and links that stay within the book."""
    folder = posixpath.dirname(name)

    def own(match: re.Match) -> str:
        ids = " ".join(place(name, word) for word in match[2].split())
        return f'{match[1]}="{ids}"'

    def led(match: re.Match) -> str:
        kind, address = match[1], html.unescape(match[2])
        parts = urlsplit(address)
        if parts.scheme or address.startswith("//"):
            return match[0]
        file = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
        target = (name if not parts.path else file).removesuffix(".html")
        if target in pages:
            return f'{kind}="#{place(target, parts.fragment)}"'
        if kind == "href" and not parts.path:
            return f'{kind}="#{place(name, parts.fragment)}"'
        # An index or a download lies beside the printed book at most.
        return f'{kind}="{html.escape(file)}"' if kind == "src" else ""

    def rewritten(match: re.Match) -> str:
        tag = _LINK.sub(led, _OWN.sub(own, match[0]))
        tag = _DRAWN.sub(lambda m: f"url(#{place(name, m[1])})", tag)
        return tag.replace('loading="lazy"', "")

    text = (site / f"{name}.html").read_text(encoding="utf-8")
    (body,) = _ARTICLE.findall(text)
    name_ = place(name)
    return f'<div class="print-page" id="{name_}">{_TAG.sub(rewritten, body)}</div>'


def contents(body: str) -> str:
    """Return the table of contents of the printed pages, the places of its page numbers empty."""
    items = []
    for anchor, level, title in _HEADING.findall(body):
        title = _HEADERLINK.sub("", title)
        title = re.sub(r'</?a\b[^>]*>|\sid="[^"]*"', "", title)
        kind = "" if level == "1" else ' class="inner"'
        items.append(f'<li{kind}><a href="#{anchor}">{title}</a><span></span></li>')
    return f'<nav class="print-contents"><h1>Contents</h1><ol>{"".join(items)}</ol></nav>'


def whole(pages: list[str], site: Path = HTML) -> str:
    """Return the book as one page, to lie in the site's root."""
    first = (site / f"{pages[0]}.html").read_text(encoding="utf-8")
    styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', first)
    folder = posixpath.dirname(pages[0])
    links = "".join(
        f'<link rel="stylesheet" href="{posixpath.normpath(posixpath.join(folder, s))}">'
        for s in styles
    )
    built = re.search(r'<p class="freshness">.*?</p>', first)
    body = "".join(article(name, pages, site) for name in pages)
    return (
        f'<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{TITLE}</title>{links}<style>{STYLE}</style></head><body>"
        f'<p class="print-title">{TITLE}</p>{built[0] if built else ""}'
        f"{contents(body)}"
        f'<main class="bd-article">{body}</main></body></html>'
    )


def print_pages(pages: list[str], site: Path = HTML) -> bytes:
    """Return the PDF of these pages of the built book."""
    program = os.environ.get(chromium.VARIABLE) or chromium.ensure()
    file = site / "print.html"
    file.write_text(whole(pages, site), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": WIDTH, "height": 1000})
            page.set_default_timeout(SECONDS * 1000)
            page.emulate_media(media="print", color_scheme="light")
            page.goto(file.resolve().as_uri(), wait_until="load")
            if cut := page.evaluate(SCRIPT.read_text(encoding="utf-8")):
                raise SystemExit("pdf: wider than the paper:\n  " + "\n  ".join(cut))
            page.evaluate(NUMBER_CONTENTS, numbers_of(printed(page)))
            return printed(page)
        finally:
            browser.close()
            file.unlink(missing_ok=True)


def printed(page: Page) -> bytes:
    """Return the open page as a PDF."""
    return page.pdf(
        **PAPER,
        margin=MARGINS,
        outline=True,
        tagged=True,
        print_background=True,
        display_header_footer=True,
        header_template="<span></span>",
        footer_template=FOOTER,
    )


def numbers_of(data: bytes) -> dict[str, int]:
    """Return on which page, counted from 1, each link within the PDF arrives."""
    reader = PdfReader(io.BytesIO(data))
    return {
        name.lstrip("/"): reader.get_destination_page_number(target) + 1
        for name, target in reader.named_destinations.items()
    }


def main() -> int:
    pages = list(parse_toc_yaml(ROOT / "_toc.yml"))
    if missing := [name for name in pages if not (HTML / f"{name}.html").is_file()]:
        print(f"pdf: {missing[0]} is not built; run `make book` first", file=sys.stderr)
        return 1
    PDF.write_bytes(print_pages(pages))
    size = PDF.stat().st_size / 1e6
    print(f"{len(PdfReader(PDF).pages)} pages, {size:.1f} MB: {PDF.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
