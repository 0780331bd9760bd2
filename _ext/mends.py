"""Corrections to the markup that the theme and MyST-NB write, one line each.

tests/test_ext_build.py looks for each of them in a built page; where one is no longer needed, the
package has changed and the mend can go.
"""

import re

# Without JavaScript the theme leaves "auto" standing, for which it has no colours, and with it the
# colours change under the reader's eyes when its scripts have loaded. A browser may also refuse
# storage or have no room in it, which stops the theme's scripts: then what they store lasts as long
# as the page.
THEME = """\
<script data-cfasync="false">
    (() => {
      const root = document.documentElement.dataset;
      let room = null;
      try {
        room = localStorage;
        room.setItem("mcalc-room", "");
        room.removeItem("mcalc-room");
      } catch {
        const here = new Map();
        const getItem = (name) => (here.has(name) ? here.get(name) : (room?.getItem(name) ?? null));
        const setItem = (name, value) => here.set(name, String(value));
        const removeItem = (name) => here.set(name, null);
        const value = { getItem, setItem, removeItem };
        Object.defineProperty(window, "localStorage", { configurable: true, value });
        root.storage = "none";
      }
      root.mode = localStorage.getItem("mode") || "auto";
      const dark = matchMedia("(prefers-color-scheme: dark)").matches;
      root.theme = root.mode === "auto" ? (dark ? "dark" : "light") : root.mode;
    })();
  </script>"""

# Without scripts the buttons that slide the two sidebars in are links to them: see book.css.
SIDEBAR_LINK = """\
<noscript><a class="btn btn-sm sidebar-link" href="#pst-{0}-sidebar">\
<span class="{1}" aria-hidden="true"></span><span class="visually-hidden">{2}</span></a></noscript>
"""


MENU = (
    r'<details class="dropdown \g<kind>" name="menus">'
    r'<summary class="\g<button>" aria-label="\g<label>" title="\g<label>">\g<icon></summary>'
    r"\g<list></details>"
)


def sidebar_link(match: re.Match) -> str:
    """Return a sidebar's button, for readers with scripts, and its link, for the others."""
    primary = "primary-toggle" in match[1]
    said = "Contents of the book" if primary else "Contents of this page"
    link = SIDEBAR_LINK.format("primary" if primary else "secondary", match[2], said)
    button = match[0].replace(match[1], match[1] + " pst-js-only", 1)
    return link + button.replace("<button", f'<button aria-label="{said}"', 1)


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
    # Bootstrap's menus are 24 kB of script, and shut without it.
    "menus": (
        re.compile(
            r'<div class="dropdown (?P<kind>[\w-]+)">\s*'
            r'<button class="(?P<button>btn dropdown-toggle)"[^>]*aria-label="(?P<label>[^"]*)">'
            r'(?P<icon>.*?)</button>\s*(?P<list><ul class="dropdown-menu">.*?</ul>)\s*</div>',
            re.DOTALL,
        ),
        MENU,
    ),
    "tooltips": (re.compile(r' data-bs-(?:toggle="tooltip"|placement="\w+")'), ""),
    "name of the colours": (re.compile(r' data-bs-title="Color mode"'), ' title="Color mode"'),
    "sidebars without scripts": (
        re.compile(
            r'<button class="(sidebar-toggle [^"]*)"[^>]*>\s*<span class="([^"]*)"></span>\s*</button>'
        ),
        sidebar_link,
    ),
    "a way back from the sidebars": (
        re.compile(r'(<div id="pst-(?:primary|secondary)-sidebar"[^>]*>)'),
        r'\1<a class="sidebar-close" href="#main-content">Close</a>',
    ),
    # What these do is a script.
    "buttons without scripts": (
        re.compile(r'(<button onclick="[^"]*"\s+class=")'),
        r"\1pst-js-only ",
    ),
    # Seen when a menu is opened, and not before.
    "logos in menus": (
        re.compile(r'<img (?=[^>]*src="[^"]*_static/images/logo_)'),
        '<img loading="lazy" ',
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


def forget_absent_pages(app, env):
    """Drop the labels of indices that are not written: objects.inv names what others may link to."""
    std = env.get_domain("std")
    written = env.found_docs | {"genindex", "search"}
    for labels in (std.labels, std.anonlabels):
        for name in [name for name, (page, *_) in labels.items() if page not in written]:
            del labels[name]


def setup(app):
    app.connect("builder-inited", mend_every_page)
    app.connect("env-updated", forget_absent_pages)
