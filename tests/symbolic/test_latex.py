"""What the engine prints as LaTeX is typeset by KaTeX without a complaint."""

import json
import subprocess

from _ext.formulas import node
from mcalclib.symbolic import derivation, rule_cards, step_cards, symbolic_hessian, to_latex
from mcalclib.symbolic.parsing import parse_node
from mcalclib.symbolic.writing import write
from tests.symbolic.textbook import TABLE
from tools.paths import NODE_MODULES

# One process for all formulas: starting node costs more than typesetting them.
SCRIPT = """
const katex = require(process.argv[1]);
const options = {displayMode: true, throwOnError: true, strict: "error"};
const complaints = JSON.parse(require("fs").readFileSync(0, "utf8")).map(latex => {
  try { katex.renderToString(latex, options); return null; } catch (error) { return error.message; }
});
process.stdout.write(JSON.stringify(complaints));
"""


def complaints(formulas):
    """Return what KaTeX, at its strictest, says against each formula; None for nothing."""
    ran = subprocess.run(
        [node(), "-e", SCRIPT, str(NODE_MODULES / "katex")],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def refused(formulas):
    return [
        (latex, said)
        for latex, said in zip(formulas, complaints(formulas), strict=True)
        if said is not None
    ]


def test_katex_complains_of_what_is_wrong():
    assert [said is None for said in complaints([r"\frac{1}{2}", r"\frac{1", r"\nonsense"])] == [
        True, False, False,
    ]  # fmt: skip


def test_every_derivation_of_the_textbooks_table_is_typeset():
    formulas = []
    for kind, _, expression, variable, _ in TABLE:
        node_, symbols = parse_node(expression)
        expr, X = write(node_), write(symbols[variable])
        form = "jacobian" if kind == "J" and X.is_Matrix else "differential"
        steps = derivation(expr, X, form=form, order=2 if kind == "H" else 1)
        formulas.append(to_latex(steps))
        if kind == "H":
            formulas.append(symbolic_hessian(expr, X)._repr_latex_().strip("$"))
    assert len(formulas) >= len(TABLE)
    assert refused(formulas) == []


def test_every_formula_on_the_rule_cards_is_typeset():
    formulas = []
    for card in (*rule_cards(), *step_cards()):
        formulas += [card.statement, card.pushforward, card.pullback]
        formulas += [card.example.latex] if card.example is not None else []
    assert refused(list(filter(None, formulas))) == []
