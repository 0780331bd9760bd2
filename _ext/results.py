"""An index of what the book defines and proves, and names by which the search finds it.

Both are read from the titles of the labelled environments; ``names.toml`` adds what else a reader
may call them.
"""

import json
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import index
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

NAMES = Path(__file__).with_name("names.toml")
DEFINITIONS = ("definition", "notation")
RESULTS = ("proposition", "theorem", "lemma", "corollary")

_ENVIRONMENT = re.compile(
    r"^\s*(?:`{3,}|:{3,})\{prf:(?P<kind>\w+)\}[ \t]*(?P<title>[^\n]*)\n\s*:label:\s*(?P<label>\S+)",
    re.MULTILINE,
)
_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_PLAIN = (
    (re.compile(r"\^\{?\\mathsf\s*\{?T\}?\}?"), "ᵀ"),
    (re.compile(r"\\(?:operatorname|mathrm|mathsf)\{(\w+)\}"), r"\1"),
    (re.compile(r"[$\\{}]"), ""),
)


@dataclass(frozen=True)
class Entry:
    """One labelled environment: its kind, its title as written, and its label."""

    kind: str
    title: str
    label: str

    @property
    def name(self) -> str:
        """The title as plain text."""
        text = self.title
        for pattern, replacement in _PLAIN:
            text = pattern.sub(replacement, text)
        return text

    @property
    def listed(self) -> str:
        """The title as an alphabetical list has it: without an article at its beginning."""
        text = _ARTICLE.sub("", self.name)
        return text[:1].upper() + text[1:]

    @property
    def order(self) -> str:
        """What the title is sorted by."""
        return self.listed.casefold()


def read(path: Path) -> list[Entry]:
    """Return the entries of a notebook or a Markdown page, in reading order."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    found = (Entry(**match.groupdict()) for match in _ENVIRONMENT.finditer(text))
    return [entry for entry in found if entry.title.strip()]


@cache
def other_names() -> dict[str, list[str]]:
    """Return the further names of each label."""
    return tomllib.loads(NAMES.read_text(encoding="utf-8"))


def pages(env) -> list[Path]:
    """Return the sources of the book's pages in reading order."""
    return [Path(env.doc2path(name)) for name in env.external_site_map if name in env.found_docs]


class ResultsIndex(SphinxDirective):
    """``{results-index} definitions`` or ``results``: an alphabetical list with links."""

    required_arguments = 1

    def run(self):
        kinds = {"definitions": DEFINITIONS, "results": RESULTS}[self.arguments[0]]
        entries = []
        for path in pages(self.env):
            self.env.note_dependency(str(path))
            entries += [entry for entry in read(path) if entry.kind in kinds]
        lines = [
            f"- {e.title}: {{prf:ref}}`{e.label}`" for e in sorted(entries, key=lambda e: e.order)
        ]
        holder = nodes.container(classes=["results-index"])
        self.state.nested_parse(StringList(lines, self.state.document.current_source), 0, holder)
        return [holder]


class AddNames(SphinxTransform):
    """Give every environment the index entries that the search and the index of words read.

    A transform and no listener: Sphinx collects the entries before it announces the document.
    """

    default_priority = 800

    def apply(self, **kwargs):
        path = Path(self.env.doc2path(self.env.docname))
        entries = {entry.label: entry for entry in read(path)}
        for node in list(self.document.findall(nodes.Admonition)):
            if entry := entries.get(node.get("label")):
                names = [entry.listed, *other_names().get(entry.label, ())]
                # "main": the search puts the place where a thing is proved before pages that
                # only mention it.
                listed = [("single", n.replace(";", ","), entry.label, "main", None) for n in names]
                node.parent.insert(node.parent.index(node), index(entries=listed))


def check_names(app, exception):
    if exception or app.builder.name not in {"html", "dirhtml"}:
        return
    labels = {entry.label for path in pages(app.env) for entry in read(path)}
    # A book of other pages, as in tests, has none of these labels; ours has all.
    if labels & other_names().keys():
        for label in sorted(other_names().keys() - labels):
            logger.warning("names.toml names %r, which no page has as a label.", label)


def setup(app):
    app.add_directive("results-index", ResultsIndex)
    app.add_transform(AddNames)
    app.connect("build-finished", check_names, priority=100)
