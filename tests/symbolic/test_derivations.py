"""Derivations, the printed ones of the book's three sources among them (corrected).

N is the chapter on matrix calculus in the Julia notes, Q the question on the derivative of a
product, W the lecture slides; the numbers are lines there.
"""

import itertools
import re

import pytest
import sympy
from sympy import (
    Determinant,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    OneMatrix,
    Trace,
    log,
)

import mcalclib.symbolic.derivations as module
from mcalclib.symbolic import (
    Eigenvalue,
    Map,
    Norm,
    SymmetricMatrix,
    UnverifiedError,
    Vec,
    derivation,
    parse,
    symbolic_gradient,
    symbolic_hessian,
)
from mcalclib.symbolic.functions import MapHessian
from mcalclib.symbolic.reading import read
from tests.symbolic.symbols import form, same


def d(X, mark=""):
    return sympy.MatrixSymbol(f"d{X.name}{mark}", *X.shape)


def shows(steps, *expected):
    """Assert that the expressions stand in the lines, in this order."""
    rights = [line.end for line in steps]
    at = 0
    for wanted in expected:
        places = [i for i in range(at, len(rights)) if form(rights[i]) is form(wanted)]
        assert places, f"{wanted} is missing in\n{steps}"
        at = places[0]
    assert same(rights[-1], expected[-1])


def names(steps):
    return [name for line in steps for name in line.name.split(", ")]


# the sources


def test_n145_quadratic_form_from_the_definition(e):
    x, A, dx = e.x, e.A, d(e.x)
    steps = derivation(x.T * A * x, x, method="definition")
    shows(
        steps,
        (x + dx).T * A * (x + dx) - x.T * A * x,
        dx.T * A * x + x.T * A * dx,
        x.T * (A.T + A) * dx,
    )
    text = str(steps)
    assert "xᵀ A x + xᵀ A dx + dxᵀ A x + dxᵀ A dx - xᵀ A x" in text
    assert "xᵀ A dx + xᵀ Aᵀ dx" in text
    assert "xᵀ (A + Aᵀ) dx" in text


def test_n172_linear_function_from_the_definition(e):
    steps = derivation(e.A * e.x, e.x, method="definition")
    shows(steps, e.A * (e.x + d(e.x)) - e.A * e.x, e.A * d(e.x))


def test_n186_sum_rule(e):
    g, h = Map("g", e.x, e.m), Map("h", e.x, e.m)
    steps = derivation(g + h, e.x)
    assert str(steps).splitlines()[-1].split("[")[0].strip() == "= (g'(x) + h'(x)) dx"


def test_n194_product_rule(e):
    g, h = sympy.Function("g"), sympy.Function("h")
    steps = derivation(g(e.t) * h(e.t), e.t)
    assert "d(g(t)) h(t) + g(t) d(h(t))" in str(steps)
    assert "product rule" in names(steps)


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        (186, ["g(t + dt) + h(t + dt) - (g(t) + h(t))", "(g'(t) + h'(t)) dt"]),
        (
            194,
            [
                "g(t + dt) h(t + dt) - g(t) h(t)",
                "(g(t) + g'(t) dt) (h(t) + h'(t) dt) - g(t) h(t)",
                "g(t) h(t) + g(t) h'(t) dt + g'(t) dt h(t) + g'(t) dt h'(t) dt - g(t) h(t)",
                "g(t) h'(t) dt + g'(t) dt h(t)",
            ],
        ),
        (
            236,
            [
                "g(h(t + dt)) - g(h(t))",
                "g(h(t)) + g'(h(t)) h'(t) dt - g(h(t))",
                "g'(h(t)) h'(t) dt",
            ],
        ),
    ],
)
def test_sum_product_and_chain_rule_from_the_definition(e, line, lines):
    g, h = sympy.Function("g"), sympy.Function("h")
    of = {186: g(e.t) + h(e.t), 194: g(e.t) * h(e.t), 236: g(h(e.t))}[line]
    text = str(derivation(of, e.t, method="definition"))
    places = [text.find(f"= {wanted}") for wanted in lines]
    assert -1 not in places
    assert places == sorted(places)


def test_n208_quadratic_form_by_the_rules(e):
    x, A, dx = e.x, e.A, d(e.x)
    steps = derivation(x.T * A * x, x)
    shows(steps, dx.T * A * x + x.T * A * dx, x.T * (A.T + A) * dx)
    assert names(steps)[:2] == ["matrix product", "transpose"]


def test_n222_hadamard_square(e):
    steps = derivation(e.A * HadamardProduct(e.x, e.x), e.x)
    shows(steps, 2 * e.A * HadamardProduct(e.x, d(e.x)))
    assert same(
        module.jacobian_of(read(e.A * HadamardProduct(e.x, e.x)), read(e.x), read(d(e.x))),
        2 * e.A * sympy.DiagMatrix(e.x),
    )


def test_n236_chain_rule_of_three_functions(e):
    f = Map("a", Map("b", Map("c", e.x, e.p), e.q), e.m)
    steps = derivation(f, e.x)
    assert names(steps) == ["chain rule"] * 3
    assert "a'(b(c(x))) b'(c(x)) c'(x) dx" in str(steps)


def test_n300_square(e):
    A, dA = e.A, d(e.A)
    steps = derivation(A**2, A, detail="full")
    assert "d(A A)" in str(steps)
    shows(steps, dA * A + A * dA)


def test_n439_cube_in_kronecker_form(e):
    A, dA, eye = e.A, d(e.A), Identity(e.n)
    J = KroneckerProduct(eye, A**2) + KroneckerProduct(A.T, A) + KroneckerProduct(A.T**2, eye)
    steps = derivation(A**3, A, form="jacobian")
    shows(steps, A**2 * dA + A * dA * A + dA * A**2, J * Vec(dA))
    assert "vec(A² dA) + vec(dA A²) + vec(A dA A)" in str(steps)
    assert "vec of a product" in names(steps)


def test_n447_inverse_from_the_identity(e):
    steps = derivation(Inverse(e.A), e.A, method="definition")
    text = str(steps)
    assert text.startswith("0 ")
    assert "d(A A⁻¹)" in text
    assert "dA A⁻¹ + A d(A⁻¹)" in text
    shows(steps, -Inverse(e.A) * d(e.A) * Inverse(e.A))


def test_n453_vectorised_inverse_has_its_minus_sign(e):
    steps = derivation(Inverse(e.A), e.A, form="jacobian")
    shows(steps, -KroneckerProduct(Inverse(e.A).T, Inverse(e.A)) * Vec(d(e.A)))


def test_n479_determinant(e):
    A, dA = e.A, d(e.A)
    steps = derivation(Determinant(A), A, method="definition")
    shows(
        steps,
        Determinant(A + dA) - Determinant(A),
        Determinant(A) * Trace(Inverse(A) * dA),
    )


def test_n503_adjoint_method(e):
    g = Map("f", Inverse(e.A) * e.b, 1)
    steps = derivation(g, e.A)
    assert "-f'(A⁻¹ b) A⁻¹ dA A⁻¹ b" in str(steps)


def test_n625_second_derivative_of_the_determinant(e):
    A, dA, dA2, B = e.A, d(e.A), d(e.A, "2"), Inverse(e.A)
    expected = Determinant(A) * (Trace(B * dA2) * Trace(B * dA) - Trace(B * dA2 * B * dA))
    shows(derivation(Determinant(A), A, order=2), expected)
    steps = derivation(Determinant(A), A, order=2, method="definition")
    shows(
        steps,
        Determinant(A + dA2) * Trace(Inverse(A + dA2) * dA) - Determinant(A) * Trace(B * dA),
        (Determinant(A) + Determinant(A) * Trace(B * dA2)) * Trace((B - B * dA2 * B) * dA)
        - Determinant(A) * Trace(B * dA),
        expected,
    )


def test_n569_second_order_term_of_taylors_formula(e):
    f = Map("f", e.x, 1)
    steps = derivation(f, e.x, order=2)
    # with dx2 = dx, half of it is the second-order term, which the source prints without the half
    assert names(steps) == ["matrix product", "chain rule"]
    shows(steps, d(e.x).T * MapHessian("f", e.x) * d(e.x, "2"))
    H = symbolic_hessian(Map("f", e.A * e.x, 1), e.x)
    assert same(H.matrix, e.A.T * MapHessian("f", e.A * e.x) * e.A)


def test_n603_second_derivative_of_any_function_is_symmetric(e):
    H = symbolic_hessian(Map("f", e.x, 1), e.x).bilinear
    dx, dx2 = d(e.x), d(e.x, "2")
    assert same(H, H.xreplace({dx: dx2, dx2: dx}))


def test_n603_second_derivative_is_symmetric(e):
    H = symbolic_hessian(e.x.T * e.A * e.x, e.x).bilinear
    dx, dx2 = d(e.x), d(e.x, "2")
    swapped = H.xreplace({dx: dx2, dx2: dx})
    assert same(H, swapped)


def test_q36_sum_of_a_product(e):
    J = OneMatrix(e.m, e.p)
    steps = derivation(Trace(J.T * e.X * e.Y), e.X)
    shows(steps, Trace(e.Y * J.T * d(e.X)))
    assert same(symbolic_gradient(Trace(J.T * e.X * e.Y), e.X).expr, J * e.Y.T)


def test_q30_product_in_kronecker_form(e):
    steps = derivation(e.X * e.Y, e.X, form="jacobian")
    shows(steps, KroneckerProduct(e.Y.T, Identity(e.m)) * Vec(d(e.X)))


def test_w203_matrix_times_vector_by_the_matrix(e):
    shows(derivation(e.A * e.x, e.A), d(e.A) * e.x)


def test_w417_gram_matrix(e):
    X, dX = e.X, d(e.X)
    shows(derivation(X.T * X, X, method="definition"), dX.T * X + X.T * dX)


def test_w278_symmetric_quadratic_form(e):
    shows(derivation(e.x.T * e.S * e.x, e.x), 2 * e.x.T * e.S * d(e.x))


def test_w438_trace_with_symmetric_matrices(e):
    f = parse("tr(X' A X B); A, B symmetric")
    X = next(s for s in f.atoms(sympy.MatrixSymbol) if s.name == "X")
    A, B = (next(s for s in f.atoms(sympy.MatrixSymbol) if s.name == c) for c in "AB")
    shows(derivation(f, X), 2 * Trace(d(X).T * A * X * B))
    # the source loses the factor 2 here
    shows(derivation(f, X, order=2), 2 * Trace(d(X).T * A * d(X, "2") * B))
    assert same(symbolic_hessian(f, X).operator, 2 * A * d(X) * B)


def test_w657_least_squares(e):
    X, w, y = e.X, e.w, e.f
    steps = derivation(Norm(X * w - y) ** 2, w)
    shows(steps, 2 * (X * w - y).T * X * d(w))
    assert "the square of a norm is an inner product" in names(steps)
    shows(derivation(Norm(X * w - y) ** 2, w, order=2), 2 * d(w).T * X.T * X * d(w, "2"))


def test_w751_inverse_of_a_function_of_time(e):
    F = Inverse(e.A + e.t * e.B)
    steps = derivation(F, e.t)
    shows(steps, -sympy.Symbol("dt", real=True) * F * e.B * F)


def test_w778_determinant_of_a_function_of_time(e):
    A = e.A + e.t * e.B
    steps = derivation(Determinant(A), e.t)
    shows(steps, sympy.Symbol("dt", real=True) * Determinant(A) * Trace(Inverse(A) * e.B))


def test_w816_simple_eigenvalue(e):
    S = SymmetricMatrix("S", e.n)
    assert "v_1(S)ᵀ dS v_1(S)" in str(derivation(Eigenvalue(S, 0), S))
    assert "u_1(A)ᵀ dA v_1(A)" in str(derivation(Eigenvalue(e.A, 0), e.A))


def test_w853_layer_by_its_weights_and_by_its_input():
    layer = parse("f(W' x)", W="p by n", f="function")
    W, x = (next(s for s in layer.atoms(sympy.MatrixSymbol) if s.name == c) for c in "Wx")
    assert "f'(Wᵀ x) ∘ (dWᵀ x)" in str(derivation(layer, W))
    assert "f'(Wᵀ x) ∘ (Wᵀ dx)" in str(derivation(layer, x))


def test_w861_backpropagation_through_two_layers():
    cost = parse("c' f(W' f(V' x))", f="function", V="m by n", W="n by p", c="p by 1")
    V = next(s for s in cost.atoms(sympy.MatrixSymbol) if s.name == "V")
    G = symbolic_gradient(cost, V)
    # x times the row that came back: D1 W D2 c, D the slopes
    assert repr(G).endswith("x (f'(Vᵀ x) ∘ (W (f'(Wᵀ f(Vᵀ x)) ∘ c)))ᵀ")


def test_log_det(e):
    A, dA = e.A, d(e.A)
    shows(derivation(log(Determinant(A)), A), Trace(Inverse(A) * dA))


# the object


def test_every_line_names_its_rule_and_links_to_its_card(e):
    for line in derivation(Trace(e.X.T * e.M * e.X * e.A), e.X, detail="full"):
        assert line.name
        assert all(re.fullmatch(r"rules_reference\.html#rule-[a-z-]+", link) for link in line.link)


def test_lines_chain(e):
    for detail in ("brief", "full"):
        lines = list(derivation(log(Determinant(e.X.T * e.X)), e.X, detail=detail))
        for line, following in itertools.pairwise(lines):
            assert line.end is following.start
            assert line.after == following.before


def test_full_has_more_lines_than_brief(e):
    f = Norm(e.X * e.w - e.f) ** 2
    assert len(derivation(f, e.w, detail="full")) > len(derivation(f, e.w))


def test_latex_is_one_align_block_with_a_line_per_step(e):
    steps = derivation(e.x.T * e.A * e.x, e.x)
    block = steps.latex
    assert block.startswith("\\begin{align*}")
    assert block.endswith("\\end{align*}")
    assert block.count("&=") == len(steps)
    shown = steps._repr_latex_()
    assert shown.startswith("$$\\begin{aligned}")
    assert shown.endswith("\\end{aligned}$$")


def test_constant_has_a_zero_differential(e):
    (line,) = derivation(e.A * e.B, e.X)
    assert same(line.after, sympy.ZeroMatrix(e.n, e.n))


def test_a_wrong_line_is_refused(e, monkeypatch):
    right = module.push_one

    def wrong(node, tangents):
        pushed = right(node, tangents)
        return 2 * pushed if node.op == "matmul" else pushed

    monkeypatch.setattr(module, "push_one", wrong)
    with pytest.raises(UnverifiedError, match="the line"):
        derivation(e.x.T * e.A * e.x, e.x)


def test_a_wrong_rule_is_refused(e, monkeypatch):
    from mcalclib.rules import RULES
    from mcalclib.symbolic import differential

    rule = RULES["matrix inverse"]
    monkeypatch.setitem(rule.__dict__, "pushforward", lambda F, primals, tangents: F @ tangents[0])
    F = Inverse(e.C + 7 * Identity(e.n))
    with pytest.raises(UnverifiedError, match="cannot be checked"):
        differential(F, e.C)
