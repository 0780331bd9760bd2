"""Search results say what was found, and the search page where to look without scripts.

Sphinx's search lists what it finds by an index entry under the title of the page alone: a reader
who asks for "logdet" sees the chapter twice and cannot tell which line leads to the result. Here
each line names the entry, and a place that several entries lead to is listed once.
"""

import re
from pathlib import Path

from sphinx.errors import ExtensionError

SCRIPT = "_static/searchtools.js"
PATCHES = (
    (
        re.compile(r'(?<!: )titles\[file\],(\s+)id \? "#" \+ id : "",'),
        r'id ? `${titles[file]} > ${entry}` : titles[file],\1id ? "#" + id : "",',
    ),
    (
        re.compile(r"(?<!: )(result\.slice\(0, 4\)\.concat\(\[result\[5\]\]\))"),
        r"(result[2] ? [result[0], result[2]] : \1)",
    ),
)

_WITHOUT_SCRIPTS = re.compile(
    r'<div class="admonition error">\s*<p class="admonition-title">Error</p>\s*<p>[^<]*</p>\s*</div>'
)
NOTE = (
    "<p>The search is a script, and scripts are off. "
    '<a href="genindex.html">The index</a> lists every definition, result and rule by its names.</p>'
)


def patched(script: str) -> str:
    """Return Sphinx's search with the two lines changed; the script may be changed already."""
    for pattern, replacement in PATCHES:
        done, count = pattern.subn(replacement, script)
        if count == 0 and replacement.partition(r"\1")[0] not in script:
            raise ExtensionError(
                f"{SCRIPT} has changed: nothing in it looks like {pattern.pattern!r}; see {__name__}"
            )
        script = done
    return script


def patch_search(app, exception):
    if exception or app.builder.name not in {"html", "dirhtml"}:
        return
    out = Path(app.outdir)
    script = out / SCRIPT
    script.write_text(patched(script.read_text(encoding="utf-8")), encoding="utf-8")
    page = out / "search.html"
    html = page.read_text(encoding="utf-8")
    page.write_text(_WITHOUT_SCRIPTS.sub(NOTE, html), encoding="utf-8")


def setup(app):
    app.connect("build-finished", patch_search)
