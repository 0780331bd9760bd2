"""The textbooks' tables: every row is answered, rightly, in closed form and no longer than there."""

import pytest

from mcalclib.symbolic import nodes as n
from mcalclib.symbolic import symbolic_gradient, symbolic_hessian, symbolic_jacobian
from mcalclib.symbolic.checking import agree
from mcalclib.symbolic.evaluation import evaluate
from mcalclib.symbolic.forms import canonical
from mcalclib.symbolic.parsing import parse_node
from mcalclib.symbolic.points import points
from mcalclib.symbolic.printing import text
from mcalclib.symbolic.reading import read
from mcalclib.symbolic.writing import write
from tests.symbolic.textbook import SYMMETRIC, TABLE, is_published, rows

every_row = pytest.mark.parametrize(
    ("kind", "source", "expression", "variable", "expected"),
    TABLE,
    ids=[f"{kind} {source}: {expression}" for kind, source, expression, *_ in TABLE],
)


def declarations(symbols):
    """Return the shapes of the symbols of one text, so that another has the same."""
    found = {}
    for name, leaf in symbols.items():
        if leaf.op == "msym":
            rows, columns = leaf.shape
            found[name] = f"{rows} by {columns}" + (" symmetric" if leaf.data[1] else "")
        else:
            found[name] = "integer" if leaf.data.is_integer else "scalar"
    return found


def answer(kind, expression, variable):
    node, symbols = parse_node(expression)
    expr, X = write(node), write(symbols[variable])
    if kind == "G":
        return read(symbolic_gradient(expr, X).expr), symbols
    if kind == "J":
        return read(symbolic_jacobian(expr, X).expr), symbols
    return read(symbolic_hessian(expr, X).matrix), symbols


def operations(node):
    return {node.op}.union(*(operations(a) for a in node.args))


@every_row
def test_answer_is_the_textbooks(kind, source, expression, variable, expected):
    found, symbols = answer(kind, expression, variable)
    wanted, _ = parse_node(expected, **declarations(symbols))
    compared = 0
    for point in points([wanted, found], []):
        # rounding only: both are formulas at a well-conditioned point
        assert agree(evaluate(found, point.env), evaluate(wanted, point.env), 1e-9)
        compared += 1
    assert compared >= 2


@pytest.mark.parametrize(("source", "expression", "variable", "printed"), [*rows(SYMMETRIC)])
def test_symmetric_gradient_leads_to_the_cookbooks(source, expression, variable, printed):
    G, symbols = answer("G", expression, variable)
    free = n.subtract(n.mul(n.num(2), G), n.had(G, n.identity(G.shape[0])))
    wanted, _ = parse_node(printed, **declarations(symbols))
    at = list(points([wanted, free], [], 2))
    assert len(at) == 2
    for point in at:
        assert agree(evaluate(free, point.env), evaluate(wanted, point.env), 1e-9)


@every_row
def test_answer_is_closed_and_not_longer_than_the_textbooks(
    kind, source, expression, variable, expected
):
    found, symbols = answer(kind, expression, variable)
    assert not operations(found) & {"d", "element"}
    wanted, _ = parse_node(expected, **declarations(symbols))
    # a third longer is the room for a bracket or a transpose that the book writes outside
    assert len(text(found)) <= 4 / 3 * len(text(wanted)) + 6


def test_answers_have_the_normal_form_of_the_textbooks_formula():
    same = {True: [], False: []}
    for row in TABLE:
        kind, _, expression, variable, expected = row
        found, symbols = answer(kind, expression, variable)
        wanted, _ = parse_node(expected, **declarations(symbols))
        same[is_published(row)].append(canonical(wanted) is canonical(found))
    for found in same.values():
        assert sum(found) >= 0.97 * len(found)


def test_closed_answers_are_counted_over_what_is_published():
    published = [row for row in TABLE if is_published(row)]
    assert len(published) >= 180
    assert len({row[2:4] for row in TABLE}) >= 200


def test_a_published_row_names_a_place_in_its_source():
    for row in TABLE:
        if is_published(row):
            assert any(c.isdigit() for c in row[1]), row
