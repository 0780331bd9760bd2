r"""Derivations on the pages: one line under the other, each rule's name a link to its card.

A notebook shows a derivation as one aligned formula, whose last column names the rules. KaTeX
cannot break or link it, so here every line becomes a formula of its own, which scrolls alone, and
the names become links that also the keyboard and speech reach.
"""

import re
from dataclasses import dataclass

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util import logging

logger = logging.getLogger(__name__)

_BLOCK = re.compile(r"\\begin\{(?P<kind>aligned|align\*)\}\n(?P<rows>.*)\n\\end\{(?P=kind)\}", re.DOTALL)  # fmt: skip
_ROW = re.compile(r"(?P<left>.*?)&= (?P<right>.*?) && \\text\{(?P<names>[^{}]*)\}", re.DOTALL)
# Characters beside which the column to the right is too narrow: on a page, and in a box on it.
LONG_LEFT, LONG_LINE, LONG_IN_A_BOX = 24, 40, 34


@dataclass(frozen=True)
class Row:
    """One line of a derivation: left and right side in LaTeX, and the names of the rules."""

    left: str
    right: str
    names: tuple[str, ...]


def rows_of(latex: str, known) -> list[Row] | None:
    """Return the lines of a derivation's align block, None for any other formula.

    Names may contain commas, so the longest known name is taken first.
    """
    block = _BLOCK.fullmatch(latex.strip())
    if block is None:
        return None
    found = [_ROW.fullmatch(row) for row in block["rows"].split(" \\\\\n")]
    if not all(found):
        return None
    return [
        Row(row["left"].strip(), row["right"], tuple(split(row["names"], known))) for row in found
    ]


def split(names: str, known) -> list[str]:
    """Return the names in a list such as "matrix product, transpose"."""
    parts, found = names.replace(r"\_", "_").replace(r"\&", "&").split(", "), []
    while parts:
        taken = next(
            (k for k in range(len(parts), 0, -1) if ", ".join(parts[:k]) in known), len(parts)
        )
        found.append(", ".join(parts[:taken]))
        del parts[:taken]
    return found


def glyphs(latex: str) -> int:
    """Return about how many characters wide a formula is."""
    plain = re.sub(r"\\(left|right|mathsf|mathbf|mathrm|operatorname|begin|end)\b|\\,", "", latex)
    symbols = re.sub(r"\\(otimes|circ|bar|sum|frac|lambda|phi)\b", "x", plain)
    return len(re.sub(r"[{}^_\s\\]", "", symbols))


def derivation(rows: list[Row], anchors: dict[str, str], docname: str) -> nodes.container:
    """Return the lines as nodes; every name links to the card that ``anchors`` gives it."""
    whole = nodes.container(classes=["derivation"])
    lines = nodes.container(classes=["derivation-lines"])
    left = max(glyphs(row.left) for row in rows)
    if left > LONG_LEFT:
        lines["classes"].append("derivation-stacked")
        left = 0
    longest = left + max(glyphs(row.right) for row in rows)
    if longest > LONG_LINE:
        lines["classes"].append("derivation-wide")
    elif longest > LONG_IN_A_BOX:
        lines["classes"].append("derivation-wide-in-a-box")
    for row in rows:
        line = nodes.container(classes=["derivation-line"])
        if row.left:
            line += formula(row.left, "derivation-left")
        line += formula(f"= {row.right}", "derivation-right")
        names = nodes.paragraph(classes=["derivation-rules"])
        for position, name in enumerate(row.names):
            if position:
                names += nodes.Text(", ")
            names += link(name, anchors, docname)
        line += names
        lines += line
    whole += lines
    return whole


def formula(latex: str, name: str) -> nodes.container:
    box = nodes.container(classes=[name])
    box += nodes.math_block(latex, latex, nowrap=False, number=None)
    return box


def link(name: str, anchors: dict[str, str], docname: str) -> nodes.Node:
    if name not in anchors:
        logger.warning("the rule %r of a derivation has no card", name, location=docname)
        return nodes.Text(name)
    xref = pending_xref(
        "",
        refdomain="std",
        reftype="ref",
        reftarget=anchors[name],
        refdoc=docname,
        refwarn=True,
        refexplicit=True,
    )
    xref += nodes.inline(name, name, classes=["xref"])
    return xref


def lay_out(app, doctree):
    """Replace every derivation among the outputs of a notebook."""
    for block in list(doctree.findall(nodes.math_block)):
        latex = block.astext()
        if "&& \\text{" not in latex:
            continue
        from mcalclib.symbolic import anchors  # loads sympy, which most pages do without

        known = anchors()
        if (rows := rows_of(latex, known)) is not None:
            block.replace_self(derivation(rows, known, app.env.docname))


def setup(app):
    app.connect("doctree-read", lay_out)
