"""Punctuation stays with its formula.

KaTeX builds a formula from inline blocks, and a browser may break the line before and after each
of them, so that a full stop could begin a line. A word joiner does not prevent it; an element that
does not wrap does. A long formula must be able to break on a phone, so its full stop or comma moves
into the last of its blocks.
"""

import re

from docutils import nodes

LONGEST = 28  # characters of TeX: less than a line on the narrowest screen
STOP = re.compile(r"[.,;:!?]+")
CLOSING = re.compile(r"[.,;:!?)\]”’…]+|[-–]\w+")
OPENING = re.compile(r"[(\[“‘„]+$")


def _text(parent, index):
    """Return the text at this place among the children, empty where there is none."""
    inside = 0 <= index < len(parent)
    return parent[index].astext() if inside and isinstance(parent[index], nodes.Text) else ""


def keep_together(formula: nodes.math) -> None:
    """Put an inline formula and the punctuation that touches it into one element.

    The formula itself takes its full stop if it is long.
    """
    parent = formula.parent
    at = parent.index(formula)
    before, after = _text(parent, at - 1), _text(parent, at + 1)
    opening, closing = OPENING.search(before), CLOSING.match(after)
    if len(formula.astext()) > LONGEST:
        if stop := STOP.match(after):
            formula[:] = [nodes.Text(rf"{formula.astext()}\text{{{stop[0]}}}")]
            parent[at + 1] = nodes.Text(after[stop.end() :])
        return
    if not (opening or closing):
        return
    together = nodes.inline(classes=["mcalc-together"])
    parent.replace(formula, together)
    if opening:
        parent[at - 1] = nodes.Text(before[: opening.start()])
        together += nodes.Text(opening[0])
    together += formula
    if closing:
        together += nodes.Text(closing[0])
        parent[at + 1] = nodes.Text(after[closing.end() :])


def in_table(node: nodes.Node) -> bool:
    """Whether a node stands in a table, whose columns would widen for what does not wrap."""
    while node is not None and not isinstance(node, nodes.entry):
        node = node.parent
    return node is not None


def on_every_page(app, doctree, docname):
    if app.builder.format == "html":
        for formula in list(doctree.findall(nodes.math)):
            if not in_table(formula):
                keep_together(formula)


def setup(app):
    app.connect("doctree-resolved", on_every_page)
