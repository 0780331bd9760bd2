"""Derivations on the pages: which formulas they are, and what their lines and names are."""

import pytest
from sphinx.errors import ExtensionError

from _ext.cards import refuse_unverified
from _ext.derivations import glyphs, rows_of, split
from mcalclib.rules import RULES
from mcalclib.symbolic import anchors, derivation, parse, rule_card, step_cards

KNOWN = anchors()


def derived(text, wrt, **options):
    expr = parse(text)
    X = next(s for s in expr.free_symbols if str(s) == wrt)
    return derivation(expr, X, **options)


@pytest.mark.parametrize(
    ("text", "wrt", "options"),
    [
        ("x' A x", "x", {}),
        ("A^2", "A", {"form": "jacobian"}),
        ("log(det(X' X)); X: m by n", "X", {"detail": "full"}),
        ("x' A x", "x", {"method": "definition"}),
        ("det(A)", "A", {"order": 2}),
    ],
)
def test_lines_and_names_are_read_back_from_the_block(text, wrt, options):
    steps = derived(text, wrt, **options)
    rows = rows_of(steps.latex, KNOWN)
    assert rows_of(steps._repr_latex_().strip("$"), KNOWN) == rows
    assert len(rows) == len(steps)
    for row, line in zip(rows, steps, strict=True):
        assert ", ".join(row.names) == line.name
        assert set(row.names) <= set(KNOWN)
    assert rows[0].left
    assert all("&" not in row.right for row in rows)


def test_a_name_with_a_comma_is_one_name():
    joined = "matrix product, trace is cyclic, and a scalar is its own transpose, trace"
    assert split(joined, KNOWN) == [
        "matrix product", "trace is cyclic, and a scalar is its own transpose", "trace",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "latex",
    [
        "x = y",
        "\\begin{aligned}\na &= b \\\\\nc &= d\n\\end{aligned}",
        "\\begin{aligned} \\text{matrix} &\\colon A \\end{aligned}",
    ],
)
def test_other_formulas_are_left_alone(latex):
    assert rows_of(latex, KNOWN) is None


def test_width_counts_what_is_seen():
    assert glyphs(r"\det\left(A\right)\, \operatorname{tr}\left(A^{-1}\, dA\right)") == len(
        "det(A)tr(A-1dA)"
    )


def test_a_rule_that_is_not_verified_stops_the_build(monkeypatch):
    rule = RULES["matrix inverse"]
    refuse_unverified([rule_card(rule), *step_cards()], "page")
    monkeypatch.setitem(rule.__dict__, "pushforward", lambda F, primals, dX: F @ dX[0] @ F)
    with pytest.raises(ExtensionError, match="page: not verified: matrix inverse"):
        refuse_unverified([rule_card(rule)], "page")
