"""What a first visit to a page loads, against the most it may be.

Everything counts that a browser with an empty cache fetches before the reader does anything: the
page, its style sheets and scripts, and the images that are not lazy, each compressed as a host
sends it. Fonts stand in the style sheets, and what a slider, a menu or a search brings comes later.
"""

import gzip
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from sphinx.util import logging

from .guard import is_remote, target

logger = logging.getLogger(__name__)

BYTES = 300_000
_COMPRESSED_ALREADY = {".woff2", ".png", ".jpg", ".webp"}


class Loaded(HTMLParser):
    """The addresses that a page loads at once."""

    def __init__(self, html: str):
        super().__init__()
        self.addresses: list[str] = []
        self.without_scripts = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        relations = attrs.get("rel", "").split()
        lazy = attrs.get("loading") == "lazy"
        self.without_scripts = self.without_scripts or tag == "noscript"
        if self.without_scripts:
            return
        if (tag in {"script", "img", "iframe"} and "src" in attrs and not lazy) or (
            tag == "link" and {"stylesheet", "icon", "preload"} & set(relations)
        ):
            self.addresses.append(attrs.get("src") or attrs.get("href", ""))

    def handle_endtag(self, tag):
        self.without_scripts = self.without_scripts and tag != "noscript"


def sent(path: Path) -> int:
    """Return how many bytes of a file travel."""
    data = path.read_bytes()
    return len(data) if path.suffix in _COMPRESSED_ALREADY else len(gzip.compress(data, 6))


LOADED_AT_ONCE = re.compile(r'"DOMContentLoaded", \(\) => window\.mcalc\.load\("([^"]+)"\)')


def first_visit(page: Path, out: Path) -> dict[str, int]:
    """Return the bytes of each file that a first visit to the page loads, by name."""
    files, text = {page}, page.read_text(encoding="utf-8")
    for address in Loaded(text).addresses:
        if not is_remote(address) and (file := target(out, page, address)) and file.is_file():
            files.add(file.resolve())
    # What a line of script on the page asks for as soon as the page is there.
    files |= {out / "_static" / name for name in LOADED_AT_ONCE.findall(text)}
    return {file.relative_to(out).as_posix(): sent(file) for file in files}


def excess(out: Path) -> Iterator[str]:
    """Yield a line for each page that is too heavy, with its largest files."""
    for page in sorted(out.rglob("*.html")):
        name = page.relative_to(out)
        if name.parts[0] == "_static":
            continue
        files = first_visit(page, out)
        if (total := sum(files.values())) > BYTES:
            largest = sorted(files.items(), key=lambda item: -item[1])[:5]
            listed = ", ".join(f"{file} {size / 1000:.1f} kB" for file, size in largest)
            yield (
                f"{name.as_posix()}: a first visit loads {total / 1000:.1f} kB compressed, more "
                f"than {BYTES / 1000:.0f} kB; the largest files: {listed}"
            )


def hold_to_budget(app, exception):
    if exception or app.builder.name not in {"html", "dirhtml"}:
        return
    for line in excess(Path(app.outdir).resolve()):
        logger.error(line)
        app.statuscode = 1


def setup(app):
    app.connect("build-finished", hold_to_budget, priority=901)
