"""Answer boxes: the cell of an exercise becomes its question, a box to answer in, hints, solution.

The question, the hints and the worked solution are part of the page and need no script. What the
box needs to judge an answer, points and right values, stands in a script of its own for every
exercise, which loads when a reader first touches the box.
"""

import hashlib
import json
import re
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.parsers.docutils_ import Parser
from sphinx.util import logging

from .formulas import MACROS
from .marks import code_cells

logger = logging.getLogger(__name__)

NEEDED = (
    "id", "kind", "asks", "wrt", "tangent", "shapes", "properties", "result", "points", "variants",
    "choices", "answer", "claim", "cost_values", "digits", "ends",
)  # fmt: skip
SCRIPTS = "_static/exercises"


def practice_cells(path: Path) -> dict[int, str]:
    """Return the exercises of a notebook: index of the cell -> id."""
    if path.suffix != ".ipynb":
        return {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    found = {k: c["metadata"].get("mcalc", {}).get("practice") for k, c in enumerate(cells)}
    return {k: id for k, id in found.items() if id}


def place_boxes(app, doctree):
    path = Path(app.env.doc2path(app.env.docname))
    asked = practice_cells(path)
    if not asked:
        return
    from mcalclib.practice.bank import BANK  # loads scipy, which most pages do without

    for cell in code_cells(doctree):
        id = asked.get(cell["cell_index"])
        if id is None:
            continue
        if id not in BANK:
            logger.warning("no exercise is called %r", id, location=app.env.docname)
            continue
        # Not replace_self: it would give the box the looks of a cell.
        cell.parent.replace(cell, box(BANK[id]))


def box(exercise) -> nodes.container:
    """Return the answer box of an exercise as nodes."""
    parts = [exercise.question, *exercise.hints, *(text for text, _ in exercise.choices)]
    question, *rest = prose(*parts)
    hints, choices = rest[: len(exercise.hints)], rest[len(exercise.hints) :]
    whole = nodes.container(ids=[anchor(exercise.id)], classes=["practice"])
    head = nodes.paragraph(classes=["practice-title"])
    head += nodes.inline("", "Exercise", classes=["practice-label"])
    head += [nodes.Text(" "), nodes.inline("", exercise.title, classes=["practice-name"])]
    whole += head
    asked = nodes.container(classes=["practice-question"])
    asked += numbered(exercise, question) if exercise.kind == "value" else question
    whole += asked
    whole += form(exercise, choices)
    for k, hint in enumerate(hints, 1):
        title = f"Hint {k} of {len(hints)}" if len(hints) > 1 else "Hint"
        whole += folded("practice-hint", title, hint)
    whole += folded("practice-solution", "Solution", solution(exercise))
    return whole


def anchor(id: str) -> str:
    return f"practice-{id.replace('/', '-')}"


def prose(*texts: str) -> list[list[nodes.Node]]:
    """Return texts in Markdown as nodes, one list for each text."""
    settings = {"myst_enable_extensions": ["dollarmath", "amsmath"], "halt_level": 3}
    parsed = publish_doctree(
        "\n\n---\n\n".join(texts), parser=Parser(), settings_overrides=settings
    )
    for block in parsed.findall(nodes.math_block):
        block.update_all_atts({"nowrap": False, "number": None}, replace=True)
    parts = [[]]
    for child in parsed.children:
        if isinstance(child, nodes.transition):
            parts.append([])
        else:
            parts[-1].append(child)
    return parts


def numbered(exercise, question: list[nodes.Node]) -> list[nodes.Node]:
    """Put the first numbers in the place of [[A]], and keep the formula for other numbers."""
    from mcalclib.practice.typesetting import matrix_latex
    from mcalclib.practice.variants import variants_of

    values = variants_of(exercise)[0].values

    def filled(latex):
        return re.sub(r"\[\[(\w+)\]\]", lambda name: matrix_latex(values[name[1]]), latex)

    for node in [n for part in question for n in part.findall() if is_math(n)]:
        latex = node.astext()
        if "[[" in latex:
            shown = type(node)(filled(latex), filled(latex), **node.non_default_attributes())
            tag = f'<span class="practice-numbers" data-tex="{escape(latex)}">'
            node.replace_self([raw(tag), shown, raw("</span>")])
    return question


def is_math(node) -> bool:
    return isinstance(node, nodes.math | nodes.math_block)


def raw(html: str) -> nodes.raw:
    return nodes.raw("", html, format="html")


def folded(name: str, title: str, body: list[nodes.Node]) -> list[nodes.Node]:
    return [
        raw(f'<details class="{name}"><summary>{escape(title)}</summary>'),
        *body,
        raw("</details>"),
    ]


def solution(exercise) -> list[nodes.Node]:
    """Return the worked solution: a derivation, the text of the entry, or both."""
    found = []
    if exercise.expression is not None:
        from mcalclib.practice.solutions import derivation_of

        latex = derivation_of(exercise).latex
        found.append(nodes.math_block(latex, latex, nowrap=False, number=None))
    if exercise.solution is not None:
        found += prose(exercise.solution)[0]
    return found


# ---- What is typed or chosen ---------------------------------------------------------------------

PROMPTS = {
    "shape": "Your answer, rows by columns",
    "order": "Your answer, with brackets",
    "cost": "Your answer, a formula in {names}",
    "value": "Your answer, a number, a matrix or a formula in {names}",
    "lines": "Your lines, formulas in {names}",
    "verdict": "Counterexample, if there is one",
}
FORMULA = "Your answer, a formula in {names}"
HELP = {
    "shape": "such as m n by p",
    "order": "such as (A B) C",
    "cost": "such as m n + 2 n^2",
    "value": "such as 3/4 or [1, 2; 3, 4], where a semicolon ends a row",
    "verdict": "such as {example}",
}
WRITING = "A' or A^T, A^-1, A .* B for entries, tr(A), det(A), kron(A, B), vec(A), diag(x), I_n"


def prompt(exercise) -> str:
    """Return the label of the input as HTML: what may be typed."""
    names = list(exercise.arguments)
    if exercise.kind == "cost":
        sizes = {s for pair in exercise.symbols.values() for size in pair for s in size}
        names = sorted(s for s in sizes if not s.isdigit())
    *most, last = (f"<code>{escape(name)}</code>" for name in names or [""])
    listed = f"{', '.join(most)} and {last}" if most else last
    return PROMPTS.get(exercise.kind, FORMULA).format(names=listed)


def help_for(exercise) -> str:
    """Return what is said below an empty input while it has the focus."""
    values = {0: "2", 1: "[1; 2]", 2: "[1, 2; 3, 4]"}
    example = "; ".join(f"{name} = {values[n]}" for name, n in exercise.dimensions.items())
    return HELP.get(exercise.kind, WRITING).format(example=example)


def form(exercise, choices: list[list[nodes.Node]]) -> list[nodes.Node]:
    """Return the form; what cannot work without scripts is not shown without them."""
    name = anchor(exercise.id)
    parts = [raw(f'<form class="practice-form" data-exercise="{exercise.id}" '
                 f'data-kind="{exercise.kind}" autocomplete="off" novalidate>')]  # fmt: skip
    if exercise.kind == "verdict":
        parts += offered(name, [("true", "Always true", None), ("false", "Not always", None)])
    if choices:
        # The name of a choice is a formula, which not every reader is told; its number is.
        numbered = [(str(k), inline(c), f"Choice {k}") for k, c in enumerate(choices, 1)]
        parts += offered(name, numbered)
    buttons = '<button type="submit" class="practice-check pst-js-only">Check</button>'
    if exercise.kind == "value":
        buttons += (
            '<button type="button" class="practice-other pst-js-only">Try other numbers</button>'
        )
    parts.append(raw(typed(exercise, name, buttons) if exercise.kind != "choice" else buttons))
    parts.append(raw('<div class="practice-verdict" role="status"></div></form>'))
    return parts


def offered(name: str, choices) -> list[nodes.Node]:
    """Return radio buttons for triples of value, text or nodes, and what it is called."""
    parts = [raw('<fieldset class="practice-choices"><legend>Your answer</legend>')]
    for value, shown, called in choices:
        at = f"{name}-choice-{value}"
        spoken = f' aria-label="{called}" aria-describedby="{at}"' if called else ""
        parts.append(
            raw(
                '<label class="practice-choice"><input type="radio" class="pst-js-only" '
                f'name="{name}-choice" value="{value}"{spoken}><span id="{at}">'
            )
        )
        parts += [nodes.Text(shown)] if isinstance(shown, str) else shown
        parts.append(raw("</span></label>"))
    return [*parts, raw("</fieldset>")]


def inline(part: list[nodes.Node]) -> list[nodes.Node]:
    """Return the contents of a single paragraph, which may stand in a label."""
    return part[0].children if isinstance(part[0], nodes.paragraph) else part


def typed(exercise, name: str, buttons: str) -> str:
    """Return the label, the input and the place where what is typed is read back."""
    field = (
        f'<input id="{name}-input" class="practice-input" type="text" maxlength="1000" '
        'spellcheck="false" autocapitalize="off" autocorrect="off" '
        f'aria-describedby="{name}-preview">'
    )
    preview = (
        f'<div class="practice-preview scrolls" id="{name}-preview"><span class="practice-help">'
        f"{escape(help_for(exercise))}</span></div>"
    )
    if exercise.kind == "lines":
        field = f'<ol class="practice-lines"><li class="practice-field">{field}{preview}</li></ol>'
        field += buttons
    else:
        field = f'<div class="practice-field"><div class="practice-row">{field}{buttons}</div>'
        field += f"{preview}</div>"
    label = f'<label for="{name}-input">{prompt(exercise)}</label>'
    return f'<div class="practice-typed pst-js-only">{label}{field}</div>'


# ---- Scripts with the data -----------------------------------------------------------------------


def sources_key() -> str:
    """Return a hash of the package: the data of every exercise depends on it."""
    import mcalclib

    digest = hashlib.sha256()
    for path in sorted(Path(mcalclib.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def script(id: str) -> str:
    """Return the script that brings the data of one exercise."""
    from mcalclib.practice.bank import BANK
    from mcalclib.practice.page import page_data

    data = page_data(BANK[id])
    kept = {key: data[key] for key in NEEDED}
    return f"mcalc.practice.bring({json.dumps(kept, ensure_ascii=False, separators=(',', ':'))});\n"


def write_scripts(app, exception):
    """Write one script for each exercise in the book, and one with what all of them say."""
    if exception or app.builder.format != "html":
        return
    pages = {d: practice_cells(Path(app.env.doc2path(d))) for d in sorted(app.env.found_docs)}
    ids = [id for cells in pages.values() for id in cells.values()]
    out = Path(app.outdir, SCRIPTS)
    if not ids:
        return
    from mcalclib.practice.bank import BANK
    from mcalclib.practice.messages import MESSAGES

    cache = Path(app.doctreedir, "exercises", sources_key())
    for id in ids:
        if id not in BANK:
            continue  # a warning named it
        kept = cache / f"{id}.js"
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_text(script(id), encoding="utf-8")
        target = out / f"{id}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(kept.read_bytes())
    common = json.dumps({"messages": MESSAGES, "macros": MACROS}, ensure_ascii=False)
    (out / "common.js").write_text(f"mcalc.practice.common({common});\n", encoding="utf-8")
    count_in_sidebars(Path(app.outdir), {d: list(cells.values()) for d, cells in pages.items()})


_LINK = re.compile(
    r'<a class="(?:current )?reference internal" href="([^"#]*)#?"(?: data-practice="[^"]*")?>'
)
_SIDEBAR = re.compile(r'<nav class="bd-links[^>]*>.*?</nav>', re.DOTALL)


def count_in_sidebars(out: Path, exercises: dict[str, list[str]]):
    """Say at each chapter in the sidebars which exercises it has; progress.js draws the bars."""
    for path in out.rglob("*.html"):
        html = path.read_text(encoding="utf-8")

        def counted(link, path=path):
            ids = exercises.get(_docname(out, path, link[1] or path.name))
            tag = re.sub(r' data-practice="[^"]*"', "", link[0])
            return f'{tag[:-1]} data-practice="{" ".join(ids)}">' if ids else tag

        if (new := _SIDEBAR.sub(lambda nav, f=counted: _LINK.sub(f, nav[0]), html)) != html:
            path.write_text(new, encoding="utf-8")


def _docname(out: Path, page: Path, href: str) -> str | None:
    target = (page.parent / href).resolve()
    inside = target.is_relative_to(out.resolve())
    return target.relative_to(out.resolve()).with_suffix("").as_posix() if inside else None


def setup(app):
    app.connect("doctree-read", place_boxes)
    app.connect("build-finished", write_scripts)
