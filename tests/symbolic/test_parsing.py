"""The answer grammar: what it means, and what it says where it is not understood."""

import pytest
import sympy

from mcalclib.symbolic import Norm, ParseError, parse
from mcalclib.symbolic.parsing import parse_node
from tests.symbolic.symbols import same


def square(name):
    n = sympy.Symbol("n", integer=True, positive=True)
    return sympy.MatrixSymbol(name, n, n)


def column(name):
    n = sympy.Symbol("n", integer=True, positive=True)
    return sympy.MatrixSymbol(name, n, 1)


A, B, x, y = square("A"), square("B"), column("x"), column("y")


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("x' A x", x.T * A * x),
        ("x^T A x", x.T * A * x),
        ("xᵀ A x", x.T * A * x),
        ("x' * A * x", x.T * A * x),
        ("A^-1", A**-1),
        ("A⁻¹", A**-1),
        ("inv(A)", A**-1),
        ("A^-T", (A**-1).T),
        ("tr(A)", sympy.Trace(A)),
        ("trace(A)", sympy.Trace(A)),
        ("det(A)", sympy.Determinant(A)),
        ("log(det(A))", sympy.log(sympy.Determinant(A))),
        ("norm(x)^2", Norm(x) ** 2),
        ("‖x‖²", Norm(x) ** 2),
        ("||x||^2", Norm(x) ** 2),
        ("2 A", 2 * A),
        ("-A", -A),
        ("1/2 A", A / 2),
        ("A^2", A**2),
        ("A - 2 (A + A)", -3 * A),
    ],
)
def test_text_means(text, meaning):
    assert same(parse(text, A="n by n", x="n by 1"), meaning)


@pytest.mark.parametrize(
    ("text", "place"),
    [("lambda(A, 0)", 10), ("sigma(A, 1/2)", 10), ("lambda(A, x' x)", 13), ("sigma(A, t)", 9),
     ("lambda(t, 1)", 0), ("sigma(t, 1)", 0)],
)  # fmt: skip
def test_what_counts_no_eigenvalue_is_marked(text, place):
    with pytest.raises(ParseError, match="whole number from 1|need a") as problem:
        parse(text)
    marked = str(problem.value).splitlines()[-1]
    assert marked.index("^") - 2 == place


def test_operands_may_stand_side_by_side():
    X = parse("tr(X' A X B)")
    assert same(X, parse("tr(X' * A * X * B)"))
    assert same(parse("‖Xw - y‖²"), parse("norm(X w - y)^2"))


def test_entrywise_and_kronecker_products():
    assert parse("A .* B").func is sympy.HadamardProduct
    assert parse("kron(A, B)").func is sympy.KroneckerProduct
    assert parse("A ⊗ B") == parse("kron(A, B)")


def test_sizes_are_inferred_from_use():
    X, *_ = (s for s in parse("tr(X' A X B)").atoms(sympy.MatrixSymbol) if s.name == "X")
    shapes = {s.name: s.shape for s in parse("tr(X' A X B)").atoms(sympy.MatrixSymbol)}
    m, n = X.shape
    assert m != n
    assert shapes["A"] == (m, m)
    assert shapes["B"] == (n, n)


def test_declarations_in_the_text_and_as_keywords():
    for parsed in (parse("x' A x; A symmetric"), parse("x' A x", A="symmetric")):
        (S,) = (s for s in parsed.atoms(sympy.MatrixSymbol) if s.name == "A")
        assert S.T == S
    (X,) = parse("X; X: p by q").atoms(sympy.MatrixSymbol)
    assert [str(d) for d in X.shape] == ["p", "q"]
    assert parse("X; X: 3 by 2").shape == (3, 2)
    assert parse("b A", b="scalar").shape == parse("A").shape


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("A x + foo", 6, "'foo' is unknown"),
        ("x + y'", 2, "the sum has operands of shapes"),
        ("A B; A: m by n; B: m by n", 2, "m by n times m by n"),
        ("tr(A", 4, "expected ')'"),
        ("trce(A)", 0, "no function is called 'trce'"),
        ("tr(X); X: m by n", 0, "tr needs a square matrix"),
        ("A + ", 4, "the text ends"),
        ("A $ B", 2, "'$'"),
        ("x / y", 2, "not a scalar"),
        ("A)", 1, "')' does not belong"),
        ("", 0, "no expression"),
        ("kron(A)", 0, "kron takes 2"),
        ("norm(x, 7)", 8, "second argument of norm"),
        ("X^2; X: m by n", 1, "square"),
    ],
)
def test_complaint_points_at_the_place(text, place, says):
    with pytest.raises(ParseError, match=r"(?s).*\^$") as caught:
        parse(text)
    assert says in str(caught.value)
    assert caught.value.place == place
    assert str(caught.value).endswith("  " + " " * place + "^")


def test_vector_is_never_taken_for_a_number():
    with pytest.raises(ParseError):
        parse("x x")


@pytest.mark.parametrize("text", ["x' x + 1", "1 + x' x", "x' x - 1", "sqrt(1 + x' x)"])
def test_a_number_beside_an_inner_product_makes_a_scalar(text):
    assert parse(text).is_Matrix is False


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1 - x' x", "1 - xᵀ x"),
        ("(x' x + 1) / (x' x + 2)", "(xᵀ x + 1)/(xᵀ x + 2)"),
        ("A / (x' x + 1)", "1/(xᵀ x + 1) A"),
    ],
)
def test_a_quotient_is_shown_with_one_pair_of_brackets(text, shown):
    assert repr(parse_node(text)[0]) == shown


def test_a_semicolon_may_end_the_text():
    assert same(parse("x' A x; A symmetric; "), parse("x' A x; A symmetric"))
