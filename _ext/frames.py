"""The frames of explorations stand in files of their own, loaded when a slider is first touched.

A chapter may hold a hundred pictures behind its sliders, of which most readers see a few. Each
exploration leaves its first frame on the page, as a drawing that loads when it comes near, and
the others in a script: a page opened from a folder may load a script but not fetch data.
"""

import hashlib
import html
import re
from pathlib import Path
from urllib.parse import unquote

from sphinx.util.osutil import relative_uri

FOLDER = "_frames"

_EXPLORATION = re.compile(r'<figure class="mcalc-explore">.*?</figure>', re.DOTALL)
_FRAMES = re.compile(
    r'<script type="application/json" class="mcalc-frames">(?P<data>.*?)</script>', re.DOTALL
)
_FIRST = re.compile(r'src="data:image/svg\+xml,(?P<drawing>[^"]*)"')


def move_out(body: str, out: Path, to_root: str) -> str:
    """Return the page's body with the data of its explorations written to files below ``out``.

    ``to_root`` is the address of ``out`` as seen from the page.
    """

    def write(text: str, suffix: str) -> str:
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        path = out / FOLDER / (name + suffix)
        path.parent.mkdir(parents=True, exist_ok=True)
        # The script hands its data over under its own name.
        path.write_text(text.replace("NAME", name, 1) if suffix == ".js" else text, "utf-8")
        return f"{to_root}{FOLDER}/{path.name}"

    def moved(match: re.Match) -> str:
        figure = match[0]
        if found := _FRAMES.search(figure):
            address = write(f'mcalcFrames("NAME.js", {found["data"]})\n', ".js")
            figure = _FRAMES.sub("", figure)
            figure = figure.replace("<figure ", f'<figure data-frames="{address}" ', 1)
        return _FIRST.sub(
            # lazy first: an image starts to load as soon as its source is known
            lambda m: f'loading="lazy" src="{write(unquote(html.unescape(m["drawing"])), ".svg")}"',
            figure,
        )

    return _EXPLORATION.sub(moved, body)


def move_frames(app, pagename, templatename, context, doctree):
    if app.builder.format == "html" and "body" in context:
        here = app.builder.get_target_uri(pagename)
        to_root = relative_uri(here, "index.html").removesuffix("index.html")
        context["body"] = move_out(context["body"], Path(app.outdir), to_root)


def setup(app):
    app.connect("html-page-context", move_frames)
