"""Which claims a notebook makes, and which of its cells verify them.

Pure reading of files, without Sphinx: the extension draws its marks from it, the tests hold the
chapters to it. A claim is a labelled theorem-like environment or a labelled displayed equation;
an equation whose label starts with ``def-`` defines something and claims nothing.
"""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

PREFIX = {"proposition": "prop-", "theorem": "thm-", "lemma": "lem-", "corollary": "cor-"}
EQUATION, DEFINITION = "eq-", "def-"

_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,}|:{3,})\s*(?:\{(?P<directive>[\w:+-]+)\})?")
_LABEL = re.compile(r"^\s*:?label:\s*(?P<label>\S+)\s*$")
_DOLLARS = re.compile(r"\$\$\s*\((?P<label>[^()\s]+)\)\s*$")
_VERBATIM = {"code-block", "code", "code-cell", "literalinclude", "sourcecode", "prompt"}


@dataclass(frozen=True)
class Claim:
    """One statement to verify; ``label`` is empty where the author gave none."""

    label: str
    kind: str
    cell: str


@dataclass(frozen=True)
class Check:
    """One code cell that names claims; ``anchor`` is where the page links to."""

    cell: str
    index: int
    labels: tuple[str, ...]
    asserts: bool
    shown: bool

    @property
    def anchor(self) -> str:
        return f"cell-{self.cell}"


@dataclass(frozen=True)
class Page:
    """The claims and checks of one source file, in reading order."""

    claims: tuple[Claim, ...]
    checks: tuple[Check, ...]

    def check_of(self, label: str) -> Check | None:
        """Return the first cell that verifies ``label``, or None."""
        return next((check for check in self.checks if label in check.labels), None)


def read(path: Path) -> Page:
    """Return the claims and checks of a notebook, or of a Markdown page (which has no cells)."""
    text = Path(path).read_text(encoding="utf-8")
    if Path(path).suffix != ".ipynb":
        return Page(tuple(_claims_in(text, "the page")), ())
    claims, checks = [], []
    for index, cell in enumerate(json.loads(text)["cells"]):
        name, source = cell.get("id", str(index)), "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            claims.extend(_claims_in(source, name))
        elif cell["cell_type"] == "code":
            labels = cell["metadata"].get("mcalc", {}).get("verifies")
            if labels is not None:
                shown = not {"remove-cell", "remove_cell"} & set(cell["metadata"].get("tags", []))
                labels = (labels,) if isinstance(labels, str) else tuple(labels)
                checks.append(Check(name, index, labels, asserts(source), shown))
    return Page(tuple(claims), tuple(checks))


def problems(page: Page) -> list[str]:
    """Return what breaks the promise that every claim is verified, one sentence each."""
    found = []
    verified = {label for check in page.checks for label in check.labels}
    made = [claim.label for claim in page.claims]
    for claim in page.claims:
        where = f"cell {claim.cell}: {claim.kind}"
        prefix = PREFIX.get(claim.kind, EQUATION)
        if not claim.label:
            found.append(f"{where} has no label; add `:label: {prefix}...`.")
        elif not claim.label.startswith(prefix):
            found.append(f"{where} is labelled {claim.label!r}; expected the prefix {prefix!r}.")
        elif claim.label not in verified:
            found.append(
                f"{where} {claim.label!r} has no verifying cell; name it in the metadata of a code "
                'cell that asserts it: {"mcalc": {"verifies": ["' + claim.label + '"]}}.'
            )
    found += [
        f"label {label!r} is used twice." for label in set(made) if label and made.count(label) > 1
    ]
    for check in page.checks:
        where = f"cell {check.cell}"
        for label in check.labels:
            if label not in made:
                found.append(
                    f"{where} verifies {label!r}, but the page has no claim of that label."
                )
        if not check.labels:
            found.append(f"{where} has an empty list of claims to verify.")
        if not check.asserts:
            found.append(f"{where} verifies {', '.join(check.labels)} but asserts nothing.")
        if not check.shown:
            found.append(
                f"{where} verifies {', '.join(check.labels)} but is removed from the page."
            )
    return found


def asserts(source: str) -> bool:
    """Return whether the code holds an assertion that runs with it and can fail."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    return any(_can_fail(node) for node in _executed(tree))


def _executed(node):
    """Yield the nodes that run when the cell runs: the bodies of functions and classes do not."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            yield from _executed(child)


def _can_fail(node) -> bool:
    if isinstance(node, ast.Assert):
        # `assert (x, "message")` and `assert verify_derivative(...)`, without `.ok`, test an
        # object that is always true.
        if isinstance(node.test, (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set)):
            return False
        return not _called(node.test).startswith("verify_")
    return isinstance(node, ast.Call) and _called(node).startswith("assert_")


def _called(node) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", None) or getattr(node.func, "id", "")


def _claims_in(markdown: str, cell: str):
    """Yield the claims of one Markdown text by walking its lines and fences."""
    open_fences: list[tuple[str, bool]] = []
    pending = None  # the directive whose options are being read

    def settle():
        nonlocal pending
        kind, label = pending
        pending = None
        if kind == "math":
            return [Claim(label, "equation", cell)] if _claimed(label) else []
        return [Claim(label, kind, cell)]

    for line in markdown.splitlines():
        if pending is not None:
            if match := _LABEL.match(line):
                pending = (pending[0], match["label"])
                continue
            if re.match(r"^\s*(:[\w-]+:|---\s*$|[\w-]+:\s)", line):
                continue
            yield from settle()
        verbatim = bool(open_fences) and open_fences[-1][1]
        match = _FENCE.match(line)
        if match and open_fences and not match["directive"]:
            fence = open_fences[-1][0]
            same = match["fence"][0] == fence[0] and len(match["fence"]) >= len(fence)
            if same and line.strip() == match["fence"]:
                open_fences.pop()
                continue
        if verbatim:
            continue
        if match:
            directive = match["directive"] or ""
            kind = directive.removeprefix("prf:")
            literal = not directive or directive in _VERBATIM
            open_fences.append((match["fence"], literal or directive == "math"))
            if (directive.startswith("prf:") and kind in PREFIX) or directive == "math":
                pending = (kind, "")
        elif (match := _DOLLARS.search(line)) and _claimed(match["label"]):
            yield Claim(match["label"], "equation", cell)
    if pending is not None:
        yield from settle()


def _claimed(label: str) -> bool:
    return bool(label) and not label.startswith(DEFINITION)
