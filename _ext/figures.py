"""Figures load when they come near, and the page keeps their place until then.

A chapter has more kB of figures than of anything else, most of them far below the first screen.
Without its size a figure that arrives late would push the text, and the target of a link, away.
"""

import re
import struct
from pathlib import Path
from urllib.parse import unquote

_IMAGE = re.compile(r'<img (?!loading=)(?=[^>]*?src="([^"]*_images/[^"]+)")([^>]*)>')
_SVG_LENGTH = r'<svg\b[^>]*?\s{}="([\d.]+)(pt|px|)"'
_PIXELS = {"pt": 4 / 3, "px": 1.0, "": 1.0}


def size_of(path: Path) -> tuple[int, int] | None:
    """Return width and height in CSS pixels of an SVG or PNG file, None where it does not say."""
    head = path.read_bytes()[:4096]
    if head.startswith(b"\x89PNG"):
        return struct.unpack(">II", head[16:24])
    text = head.decode("utf-8", errors="replace")
    found = [re.search(_SVG_LENGTH.format(name), text) for name in ("width", "height")]
    if not all(found):
        return None
    return tuple(round(float(match[1]) * _PIXELS[match[2]]) for match in found)


def place(html: str, folder: Path) -> str:
    """Return the page, found in ``folder``, with its figures lazy and their sizes written down."""

    def sized(match: re.Match) -> str:
        path = folder / unquote(match[1])
        size = size_of(path) if path.is_file() else None
        if size is None:  # then it had better be there from the start
            return match[0]
        fixed = "" if " width=" in match[0] else f'width="{size[0]}" height="{size[1]}" '
        return f'<img loading="lazy" {fixed}{match[2]}>'

    return _IMAGE.sub(sized, html)


def place_figures(app, exception):
    if exception or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        html = path.read_text(encoding="utf-8")
        if (placed := place(html, path.parent)) != html:
            path.write_text(placed, encoding="utf-8")


def setup(app):
    app.connect("build-finished", place_figures)
