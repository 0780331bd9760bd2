"""Corrections to the markup that the theme and MyST-NB write, one line each.

tests/test_ext_build.py looks for each of them in a built page; where one is no longer needed, the
package has changed and the mend can go.
"""

import re

# Without JavaScript the theme leaves "auto" standing, for which it has no colours, and with it the
# colours change under the reader's eyes when its scripts have loaded. A browser may also refuse
# storage, which must not stop a page.
THEME = """\
<script data-cfasync="false">
    (() => {
      const root = document.documentElement.dataset;
      let mode = null;
      try { mode = localStorage.getItem("mode"); } catch {}
      root.mode = mode || "auto";
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      root.theme = root.mode === "auto" ? (dark ? "dark" : "light") : root.mode;
    })();
  </script>"""

MENDS = {
    "colours without scripts": (
        re.compile(r'(<html[^>]*) data-theme="auto"'),
        r'\1 data-theme="light"',
    ),
    "colours at first sight": (
        re.compile(
            r'<script data-cfasync="false">\s*document\.documentElement\.dataset.*?</script>',
            re.DOTALL,
        ),
        lambda _: THEME,
    ),
    # Spoken as "Search", shown as "Search Ctrl + K": who speaks what they see is not understood.
    "search button": (
        re.compile(r'(<button class="btn search-button-field[^>]*) aria-label="Search"'),
        r"\1",
    ),
    # The label hides the two texts, one of which is shown and says more.
    "folded code": (re.compile(r'<summary aria-label="Toggle hidden content">'), "<summary>"),
    # A list may hold list items only, and these are bibliography entries.
    "bibliography": (
        re.compile(r'<div role="list" class="citation-list">'),
        '<div class="citation-list">',
    ),
    # Scripts in the head hold up the first line of text; deferred, they still run in order. Lines
    # written into the page speak to documentation_options.js, which therefore comes before them.
    "scripts in the head": (
        re.compile(r'<script (?=src="[^"]*(?:_static/(?!documentation_options)|searchindex))'),
        "<script defer ",
    ),
}


def mend(html: str) -> str:
    """Return the page with every mend applied."""
    for pattern, replacement in MENDS.values():
        html = pattern.sub(replacement, html)
    return html


def mend_every_page(app):
    """Pass every page through ``mend`` where it leaves the template engine."""
    if app.builder.format != "html":
        return
    render = app.builder.templates.render
    app.builder.templates.render = lambda template, context: mend(render(template, context))


def setup(app):
    app.connect("builder-inited", mend_every_page)
