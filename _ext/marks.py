"""Verified marks: a link from each claim to the cell that checks it, and back."""

import json
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.util import logging

from . import claims

logger = logging.getLogger(__name__)

SHARED_IDS = {"proof-content", "exercise-content", "solution-content"}
MARK = (
    '<a class="verified-mark" href="#{anchor}" '
    'aria-label="verified: go to the computation that checks this">'
    '<span aria-hidden="true">✓</span> verified</a>'
)


def mark(check: claims.Check) -> nodes.raw:
    return nodes.raw("", MARK.format(anchor=escape(check.anchor, quote=True)), format="html")


def add_marks(app, doctree):
    """Give every code cell an anchor, and claims and checks their links to each other."""
    path = Path(app.env.doc2path(app.env.docname))
    page = claims.read(path)
    add_anchors(doctree, path)
    seen = set()
    for node in list(doctree.findall(is_claim)):
        label = node["label"]
        seen.add(label)
        if (check := page.check_of(label)) is None:
            continue  # the guard reports it together with all others
        if isinstance(node, nodes.math_block):
            # Not replace_self: it would give the wrapper the equation's id too.
            wrapper = nodes.container(classes=["verified-equation"])
            parent, position = node.parent, node.parent.index(node)
            parent.remove(node)
            parent.insert(position, wrapper)
            wrapper += [node, mark(check)]
        else:
            title = node.next_node(nodes.title)
            title += mark(check)
    # Sphinx's parser is the second witness of what `claims` reads from the text.
    for label in seen ^ {claim.label for claim in page.claims if claim.label}:
        logger.warning(
            "the claim %r is seen by %s only; see _ext/claims.py",
            label,
            "Sphinx" if label in seen else "the reader of the source",
            location=app.env.docname,
        )
    link_back(doctree, page)
    name_apart(doctree)


def name_apart(doctree):
    """Undo that sphinx-proof and sphinx-exercise give one id to the contents of all they hold."""
    for node in doctree.findall(nodes.Element):
        if len(node.get("ids", ())) == 1 and node["ids"][0] in SHARED_IDS:
            node["ids"] = [f"{node.parent['label']}-content"]
        if node.get("ids") == ["proof"] and "proof" in node["classes"]:
            node["ids"] = []
            node["classes"].append("proof-text")
            set_apart_first_word(node)


def set_apart_first_word(proof):
    """sphinx-proof writes "Proof. " into the text; give it an element to style."""
    text = proof.next_node(nodes.Text)
    if text is not None and text.astext().startswith("Proof. "):
        paragraph = text.parent
        rest = nodes.Text(text.astext().removeprefix("Proof. "))
        paragraph.replace(text, [nodes.emphasis("", "Proof."), nodes.Text(" "), rest])


def is_claim(node) -> bool:
    if isinstance(node, nodes.math_block):
        label = node.get("label")
        return bool(label) and not label.startswith(claims.DEFINITION)
    # An environment without a label is given one made of its kind and a number.
    return (
        node.get("realtype") in claims.PREFIX
        and node["label"].startswith(claims.PREFIX[node["realtype"]])
        if isinstance(node, nodes.Admonition)
        else False
    )


def code_cells(doctree):
    return [
        node
        for node in doctree.findall(nodes.container)
        if node.get("nb_element") == "cell_code" and "cell_index" in node
    ]


def add_anchors(doctree, path: Path):
    if path.suffix != ".ipynb":
        return
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    for node in code_cells(doctree):
        node["ids"].append(f"cell-{cells[node['cell_index']].get('id', node['cell_index'])}")


def link_back(doctree, page: claims.Page):
    by_index = {check.index: check for check in page.checks}
    for node in code_cells(doctree):
        check = by_index.get(node["cell_index"])
        if check is None:
            continue
        line = nodes.paragraph(classes=["verifies"])
        line += nodes.Text("Checks ")
        for position, label in enumerate(check.labels):
            if position:
                line += nodes.Text(", ")
            line += reference_to(label, doctree)
        node.insert(0, line)


def reference_to(label: str, doctree) -> pending_xref:
    domain, role = ("math", "eq") if label.startswith(claims.EQUATION) else ("prf", "ref")
    docname = doctree.settings.env.docname
    xref = pending_xref(
        "",
        refdomain=domain,
        reftype=role,
        reftarget=label,
        refdoc=docname,
        refwarn=True,
        refexplicit=False,
    )
    xref += nodes.inline(label, label, classes=["xref"])
    return xref


def setup(app):
    app.connect("doctree-read", add_marks)
