"""Formulas in the answer grammar: values against NumPy, shapes, complaints at their place."""

import numpy as np
import pytest
import scipy.linalg

from mcalclib.practice.bank import BANK
from mcalclib.practice.exercise import COMPUTED
from mcalclib.practice.formulas import Formula, show
from mcalclib.practice.points import drawn_values
from mcalclib.practice.reference import derived_values
from mcalclib.practice.typesetting import latex_of, text_of
from mcalclib.symbolic.evaluation import evaluate
from mcalclib.symbolic.grammar import ParseError, Parser
from mcalclib.symbolic.parsing import parse_node

M, N, ONE = ("m",), ("n",), ()
SHAPES = {"A": (N, N), "B": (M, N), "X": (N, N), "x": (N, ONE), "y": (N, ONE), "c": (ONE, ONE)}


@pytest.fixture
def values(rng):
    sizes = {N: 3, M: 2, ONE: 1}
    found = {k: rng.standard_normal([sizes[s] for s in shape]) for k, shape in SHAPES.items()}
    return found | {"X": scipy.linalg.expm(found["X"])}  # with a logarithm and a root


CASES = [
    ("x' A y", lambda A, x, y, **_: x.T @ A @ y),
    ("A B'", lambda A, B, **_: A @ B.T),
    ("2 A .* A - A / 4", lambda A, **_: 2 * A * A - A / 4),
    ("c A x", lambda A, x, c, **_: c * (A @ x)),
    ("A c", lambda A, c, **_: A * c),
    ("-A^2 + A^-1", lambda A, **_: -A @ A + np.linalg.inv(A)),
    ("A^0", lambda A, **_: np.eye(3)),
    ("A .^ 2 ./ (A .* A)", lambda A, **_: np.ones((3, 3))),
    ("inv(A) (x y' - y x')", lambda A, x, y, **_: np.linalg.inv(A) @ (x @ y.T - y @ x.T)),
    ("A^-T x", lambda A, x, **_: np.linalg.inv(A).T @ x),
    ("tr(A) + det(A) + c^2", lambda A, c, **_: np.trace(A) + np.linalg.det(A) + c**2),
    ("logdet(X)", lambda X, **_: np.linalg.slogdet(X)[1]),
    ("kron(B, A)", lambda A, B, **_: np.kron(B, A)),
    ("x ⊗ B", lambda B, x, **_: np.kron(x, B)),
    ("vec(B)", lambda B, **_: B.reshape(-1, 1, order="F")),
    ("unvec(vec(B), m, n) - B", lambda B, **_: np.zeros((2, 3))),
    ("K(m, n) vec(B)", lambda B, **_: B.T.reshape(-1, 1, order="F")),
    ("diag(x) A", lambda A, x, **_: np.diag(x.ravel()) @ A),
    ("diag(A)", lambda A, **_: np.diag(A).reshape(-1, 1)),
    ("sum(B) ones(m, 1)", lambda B, **_: B.sum() * np.ones((2, 1))),
    ("ones(m)' B + zeros(1, n)", lambda B, **_: B.sum(axis=0, keepdims=True)),
    ("norm(x)^2", lambda x, **_: x.T @ x),
    ("‖B‖", lambda B, **_: np.sqrt(np.sum(B * B))),
    ("norm(B, 2)", lambda B, **_: np.linalg.svd(B)[1][0]),
    ("norm(B, nuc)", lambda B, **_: np.sum(np.linalg.svd(B)[1])),
    ("exp(x) + sin(x) .* tanh(y)", lambda x, y, **_: np.exp(x) + np.sin(x) * np.tanh(y)),
    ("ln(abs(x)) + arctan(y)", lambda x, y, **_: np.log(np.abs(x)) + np.arctan(y)),
    ("expm(A)", lambda A, **_: scipy.linalg.expm(A)),
    ("logm(X) + sqrtm(X)", lambda X, **_: scipy.linalg.logm(X) + scipy.linalg.sqrtm(X)),
    ("pinv(B) B", lambda B, **_: np.linalg.pinv(B) @ B),
    ("transpose(B) B", lambda B, **_: B.T @ B),
    ("dot(x, y) + inner(A, A)", lambda A, x, y, **_: x.T @ y + np.sum(A * A)),
    ("hadamard(A, A')", lambda A, **_: A * A.T),
    ("lambda(A + A', 1)", lambda A, **_: np.linalg.eigvalsh(A + A.T)[0]),
    ("sigma(B, 2)", lambda B, **_: np.linalg.svd(B)[1][1]),
    ("2 I - A", lambda A, **_: 2 * np.eye(3) - A),
    ("I_m B + eye(m) B I", lambda B, **_: 2 * B),
    ("pi x", lambda x, **_: np.pi * x),
]


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[t for t, _ in CASES])
def test_value_is_what_numpy_computes(text, expected, values):
    formula = Formula(text, SHAPES)
    came, right = formula(values), np.atleast_2d(expected(**values))
    assert came.shape == right.shape
    np.testing.assert_allclose(came, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", [t for t, _ in CASES])
def test_formula_written_as_text_reads_back_as_itself(text, values):
    formula = Formula(text, SHAPES)
    again = Formula(text_of(formula.tree), SHAPES)
    np.testing.assert_allclose(again(values), formula(values), rtol=1e-12, atol=1e-12)
    assert text_of(Parser(text_of(formula.tree)).whole()) == text_of(again.tree)


@pytest.mark.parametrize("text", [t for t, _ in CASES])
def test_terms_sum_to_the_formula(text, values):
    formula = Formula(text, SHAPES)
    total = sum(term(values) for term in formula.terms())
    np.testing.assert_allclose(total, formula(values), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("x' (A + A') y", 2),
        ("(A + A') (X - X')", 4),
        ("tr(A (X + X)) / 2", 2),
        ("-(x - y)'", 2),
        ("kron(A + X, B)", 2),
        ("inv(A + X)", 1),
        ("exp(x + y)", 1),
    ],
)
def test_products_and_linear_functions_are_multiplied_out(text, count):
    assert len(Formula(text, SHAPES).terms()) == count


BANKED = [e for e in BANK.values() if e.kind in COMPUTED]


@pytest.mark.parametrize("exercise", BANKED, ids=[e.id for e in BANKED])
def test_engine_reads_the_answers_of_the_bank_alike(exercise, rng):
    """The symbolic engine infers shapes and evaluates by code of its own."""
    declared = {
        name: "scalar" if shape == (ONE, ONE) else " by ".join(s[0] if s else "1" for s in shape)
        for name, shape in exercise.arguments.items()
    }
    values = drawn_values(exercise, rng)
    values |= derived_values(exercise, values)
    try:
        node, symbols = parse_node(exercise.answer, **declared)
    except ParseError as problem:
        # the engine has no sized names such as I_m, and no size for an I in a Kronecker product
        assert any(word in exercise.answer for word in ("I_", "I(")), problem
        return
    env = {}
    for name, shape in exercise.arguments.items():
        if name in symbols:
            leaf = symbols[name]
            x = values[name]
            env[leaf] = x.item() if shape == (ONE, ONE) else x
            env[leaf.data if leaf.op == "sym" else leaf.data[0]] = env[leaf]
            for size, count in zip(leaf.shape, x.shape, strict=False):
                if not isinstance(size, int):
                    env[size] = count
    came = exercise.formula(values)
    try:
        expected = np.asarray(evaluate(node, env), dtype=float)
    except (KeyError, TypeError):
        assert "I_" in exercise.answer or "eye" in exercise.answer
        return
    np.testing.assert_allclose(came.ravel(), expected.ravel(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("A x + z", 6, "the name 'z' is unknown; this exercise has A, B, X, x, y, c"),
        ("x + y'", 2, "the sum has operands of shapes n by 1 and 1 by n"),
        ("B A B", 4, "the product m by n times m by n does not fit"),
        ("A + c", 2, "a number; a multiple of I may be meant"),
        ("A / B", 2, "the divisor is m by n"),
        ("B^2", 1, "square matrix, got m by n"),
        ("A^(1/2)", 1, "whole powers only"),
        ("A^x", 1, "the exponent is not a number"),
        ("tr(B)", 0, "tr needs a square matrix, got m by n"),
        ("kron(A)", 0, "kron takes 2"),
        ("eye(p)", 4, "a size is one of the letters"),
        ("unvec(x, m, n)", 0, "does not fit"),
        ("sigma(B, x)", 9, "the index is a whole number"),
        ("norm(x, 7)", 8, "second argument of norm"),
        ("A (x", 4, "expected ')'"),
        ("A $ x", 2, "'$'"),
        ("", 0, "no expression"),
        ("diag(B)", 0, "diag needs"),
        ("trce(A)", 0, "near: trace"),
        ("B + I", 2, "m by n and"),
        ("x" + " + x" * 300, 0, "longer than 1000 signs"),
        ("(" * 450 + "x" + ")" * 450, 0, "too many brackets"),
        ("x" + "'" * 400, 0, "too many brackets"),
        ("I " * 20 + "x", 38, "too many I have no size"),
        ("kron(A, kron(A, kron(A, kron(A, A))))", 0, "too large"),
    ],
)
def test_complaint_says_what_and_points_at_the_place(text, place, says):
    with pytest.raises(ParseError) as caught:
        Formula(text, SHAPES)
    assert says in caught.value.problem
    assert caught.value.place == place


def test_identity_takes_the_size_that_fits_the_result():
    product = Formula("kron(A', I)", SHAPES, result=(("m", "n"), ("m", "n")))
    assert product.shape == (("m", "n"), ("m", "n"))
    assert Formula("kron(I, I) - kron(A, I_m)", SHAPES).shape == (("m", "n"), ("m", "n"))
    assert show(Formula("kron(A', I)", SHAPES, result=(("n", "n"), ("n", "n"))).shape) == (
        "n n by n n"
    )


def test_formula_names_the_symbols_it_uses():
    assert Formula("x' A I_n x + pi", SHAPES).names == {"x", "A"}
    assert Formula("3/4 + 1", SHAPES).names == set()


def test_singular_inverse_is_not_a_number_and_raises_nothing(values):
    values["A"] = np.zeros((3, 3))
    assert np.isnan(Formula("inv(A)", SHAPES)(values)).all()


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("x' (A + A') dx", r"x^{\mathsf T}\, \left(A + A^{\mathsf T}\right)\, dx"),
        ("-inv(A) dA inv(A)", r"-A^{-1}\, dA\, A^{-1}"),
        ("A^-T b", r"A^{-\mathsf T}\, b"),
        ("kron(Y', I_m)", r"Y^{\mathsf T} \otimes I_{m}"),
        ("(A B)'", r"\left(A\, B\right)^{\mathsf T}"),
        ("A - (B - C)", r"A - \left(B - C\right)"),
        ("2 A .* dX", r"2\, A \circ dX"),
        ("x .^ 2", r"x^{\circ 2}"),
        ("tr(A)^2 / 3", r"\frac{\operatorname{tr}\left(A\right)^{2}}{3}"),
        ("norm(x) F_bar", r"\left\lVert x \right\rVert\, \bar{F}"),
        ("(A^2)'", r"\left(A^{2}\right)^{\mathsf T}"),
        ("2 * 3", r"2 \cdot 3"),
        ("exp(alpha x_1)", r"\exp\left(\alpha\, x_{1}\right)"),
        ("a (-b)", r"a\, \left(-b\right)"),
    ],
)
def test_formula_is_typeset_as_it_was_read(text, latex):
    assert latex_of(Parser(text).whole()) == latex
