"""Dark pages for readers without scripts whose system is dark.

The theme has its dark colours under ``html[data-theme="dark"]``, which a script writes. Without
scripts a page is ``html[data-theme="light"]``: a second style sheet, in ``<noscript>``, says the
same rules of that, where the system is dark. It is made from the first, so that no colour stands
in two places.
"""

import re
from collections.abc import Iterator

_DARK = re.compile(r"""\[data-theme=["']?dark["']?\]""")
_GROUP = re.compile(r"@(?:media|supports|layer|container)\b")
# A printed page is light with scripts or without.
MEDIA = "@media screen and (prefers-color-scheme:dark)"


def blocks(css: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each pair of braces, and what stands in it."""
    start, opened, depth = 0, 0, 0
    for sign in re.finditer(r"[{};]", css):
        at = sign.start()
        if sign[0] == "{":
            opened = opened if depth else at
            depth += 1
        elif sign[0] == "}":
            depth -= 1
            if depth == 0:
                yield css[start:opened].strip(), css[opened + 1 : at]
                start = at + 1
        elif depth == 0:  # the end of @charset or @import
            start = at + 1


def selectors(head: str) -> Iterator[str]:
    """Yield each selector of a rule; a comma inside brackets separates none."""
    start, depth = 0, 0
    for sign in re.finditer(r"[(),]", head):
        depth += {"(": 1, ")": -1, ",": 0}[sign[0]]
        if sign[0] == "," and not depth:
            yield head[start : sign.start()]
            start = sign.end()
    yield head[start:]


def dark_rules(css: str) -> str:
    """Return the rules for dark pages, said of light ones.

    Examples
    --------
    >>> dark_rules('a,html[data-theme=dark] b{color:red}html[data-theme=light] b{color:blue}')
    'html[data-theme=light] b{color:red}'
    """
    found = []
    for head, body in blocks(css):
        if _GROUP.match(head):
            inside = dark_rules(body)
            found += [f"{head}{{{inside}}}"] if inside else []
        elif not head.startswith("@"):
            dark = ",".join(s for s in selectors(head) if _DARK.search(s))
            said = _DARK.sub("[data-theme=light]", dark)
            found += [f"{said}{{{body}}}"] if dark else []
    return "".join(found)


def without_scripts(css: str) -> str:
    """Return the style sheet that makes light pages dark where the system is."""
    return f"{MEDIA}{{{dark_rules(css)}}}"
