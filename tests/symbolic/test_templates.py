"""The rules as data: what the page fills in is what the rules say of placeholders."""

import json

import pytest

from mcalclib.symbolic import anchors
from mcalclib.symbolic.grammar import ENTRYWISE
from mcalclib.symbolic.templates import templates


@pytest.fixture(scope="module")
def table():
    return {(t["op"], t["data"], t["scalar"]): t for t in templates()}


def spelled(tree):
    """Return a template's tree in short: op(operands), leaves by name."""
    op, data, args, _ = tree
    if op in ("msym", "sym"):
        return data
    if op == "num":
        return str(data[0]) if data[1] == 1 else f"{data[0]}/{data[1]}"
    return f"{op}({', '.join(map(spelled, args))})"


def test_templates_are_plain_data_and_each_names_a_card(table):
    assert json.loads(json.dumps(templates())) == templates()
    known = set(anchors().values())
    assert {t["anchor"] for t in table.values() if t["op"] != "frechet"} <= known


@pytest.mark.parametrize(
    ("key", "push"),
    [
        (("matmul", None, False), ["matmul(dU, V)", "matmul(U, dV)"]),
        (("inverse", None, False), ["mul(-1, matmul(inverse(U), dU, inverse(U)))"]),
        (("det", None, False), ["mul(det(U), trace(matmul(inverse(U), dU)))"]),
        (("transpose", None, False), ["transpose(dU)"]),
        (("fn", "sin", True), ["mul(fn(U), dU)"]),
        (("pow", None, True), ["mul(P, pow(U, add(P, -1)), dU)", "mul(pow(U, P), fn(U), dP)"]),
        (("mfun", "logm", False), ["frechet(U, dU)"]),
        (("norm", "nuclear", False), ["trace(matmul(transpose(polar(U)), dU))"]),
        (
            ("singular_value", None, False),
            ["entry(matmul(transpose(left_singular_vector(U)), dU, right_singular_vector(U)))"],
        ),
        (
            ("eigenvalue", None, False),
            ["entry(matmul(transpose(left_eigenvector(U)), dU, right_eigenvector(U)))"],
        ),
    ],
)
def test_pushforwards_are_the_textbooks(table, key, push):
    assert [spelled(tree) for tree in table[key]["push"]] == push


def test_a_power_with_a_letter_is_a_sum_over_another_letter(table):
    (push,) = table["mpow", None, False]["push"]
    assert spelled(push).startswith("isum(matmul(mpow(U, i), dU, mpow(U, add(")
    assert spelled(push[2][2]) == "0"
    assert spelled(push[2][3]) == "add(P, -1)"


def test_templates_say_what_their_rule_asks_for(table):
    assert table["inverse", None, False]["condition"] == "an invertible matrix"
    assert table["norm", "nuclear", False]["condition"].startswith("full rank")
    assert table["matmul", None, False]["condition"] == ""


def test_pullbacks_are_adjoint_and_kronecker_forms_are_roths(table):
    product = table["matmul", None, False]
    assert [spelled(t) for t in product["pull"]] == [
        "matmul(C, transpose(V))", "matmul(transpose(U), C)",
    ]  # fmt: skip
    assert [spelled(t) for t in product["jacobian"]] == [
        "kron(transpose(V), identity())", "kron(identity(), U)",
    ]  # fmt: skip


def test_functions_of_entries_are_all_there(table):
    wanted = ENTRYWISE - {"ln", "sqrt"}  # the first is log, the second a power
    for scalar in (True, False):
        assert {data for op, data, s in table if op == "fn" and s == scalar} == wanted
