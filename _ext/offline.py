"""Pages that need nothing: what would be fetched from elsewhere is taken out of them."""

import re
from pathlib import Path

# Each stands on every page, put there by the theme or by Jupyter Book, and none is of use: thebe
# (kernels from Binder) with its URL declared twice, 1.5 MB of icons (see fonts.py for the few in
# use), Bootstrap for menus (which mends.py makes of <details>), orders to fetch early what stands a
# few lines further down, and the scripts that _static/load.js brings when a reader needs them.
UNUSED = (
    *("thebe", "kernelName", "fontawesome.js", "bootstrap.js", 'rel="preload" as="script"'),
    "_static/lazy/",
)

# Loaded on every page for what most pages lack: tabs, cards and grids, answer boxes, and results of
# a search.
UNUSED_WITHOUT = {
    "sphinx-design.min.css": 'class="(?:[^"]* )?sd-',
    "design-tabs.js": 'class="(?:[^"]* )?sd-tab',
    "practice.css": 'class="(?:[^"]* )?practice',
    "practice.js": 'class="(?:[^"]* )?practice',
    "searchtools.js": 'id="search-results"',
    "language_data.js": 'id="search-results"',
    "searchindex.js": 'id="search-results"',
}

_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>\s*", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]*>\s*", re.IGNORECASE)
_SOURCE_MAP = re.compile(r"\n?(?://# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ ?\*/)\s*$")


def clean(html: str) -> str:
    """Return the page without the scripts and style sheets that it has no use for."""
    unused = [name for name, element in UNUSED_WITHOUT.items() if not re.search(element, html)]

    def keep(match: re.Match) -> str:
        return "" if any(name in match[0] for name in (*UNUSED, *unused)) else match[0]

    return _LINK.sub(keep, _SCRIPT.sub(keep, html))


def clean_every_page(app):
    """Pass every page through ``clean`` where it leaves the template engine."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render
    app.builder.templates.render = lambda template, context: clean(render(template, context))


def drop_source_maps(app, exception):
    if exception or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    for path in static.rglob("*.map"):
        path.unlink()
    for path in [*static.rglob("*.js"), *static.rglob("*.css")]:
        text = path.read_text(encoding="utf-8")
        if (stripped := _SOURCE_MAP.sub("\n", text)) != text:
            path.write_text(stripped, encoding="utf-8")
    for name in (
        "scripts/fontawesome.js",
        "scripts/bootstrap.js",
        "sphinx-thebe.js",
        "sphinx-thebe.css",
    ):
        (static / name).unlink(missing_ok=True)


def setup(app):
    app.connect("builder-inited", clean_every_page)
    app.connect("build-finished", drop_source_maps)
