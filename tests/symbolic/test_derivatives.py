"""Differential, gradient, Jacobian and Hessian against the formulas of the textbooks."""

import numpy as np
import pytest
import sympy
from numpy.testing import assert_allclose
from sympy import Determinant, Inverse, KroneckerProduct, Trace, log

from mcalclib.errors import DomainError, DtypeError, ShapeError
from mcalclib.symbolic import (
    CommutationMatrix,
    Norm,
    UnverifiedError,
    Vec,
    derivation,
    differential,
    parse,
    symbolic_gradient,
    symbolic_hessian,
    symbolic_jacobian,
    to_numpy,
)
from mcalclib.symbolic.functions import DuplicationMatrix
from mcalclib.symbolic.points import points
from mcalclib.symbolic.reading import read
from tests.symbolic.symbols import same


def d(X):
    return sympy.MatrixSymbol(f"d{X.name}", *X.shape)


def test_differential_of_a_square_keeps_the_order_of_factors(e):
    assert same(differential(e.A**2, e.A), e.A * d(e.A) + d(e.A) * e.A)


def test_differential_of_a_constant_is_zero(e):
    assert differential(e.A * e.B, e.X) == sympy.ZeroMatrix(e.n, e.n)


def test_differential_avoids_a_name_that_is_taken(e):
    dA = sympy.MatrixSymbol("dA", e.n, e.n)
    dA2 = sympy.MatrixSymbol("dA2", e.n, e.n)
    assert same(differential(e.A * dA, e.A), dA2 * dA)


def test_gradient_of_a_quadratic_form(e):
    assert same(symbolic_gradient(e.x.T * e.A * e.x, e.x).expr, (e.A + e.A.T) * e.x)


def test_gradient_of_log_det_is_the_inverse_transpose(e):
    assert same(symbolic_gradient(log(Determinant(e.A)), e.A).expr, Inverse(e.A).T)


def test_gradient_in_numerator_layout_is_the_transpose(e):
    G = symbolic_gradient(Trace(e.A * e.B), e.A)
    assert same(G.expr, e.B.T)
    assert same(G.in_layout("numerator").expr, e.B)
    assert "denominator" in repr(G)
    assert "numerator" in repr(G.in_layout("numerator"))


def test_gradient_of_a_matrix_is_refused(e):
    with pytest.raises(ShapeError, match="only a scalar has a gradient"):
        symbolic_gradient(e.A**2, e.A)


def test_jacobian_of_a_transpose_is_the_commutation_matrix(e):
    assert same(symbolic_jacobian(e.X.T, e.X).expr, CommutationMatrix(e.m, e.n))


def test_jacobian_of_a_cube(e):
    A, eye = e.A, sympy.Identity(e.n)
    expected = (
        KroneckerProduct(eye, A**2) + KroneckerProduct(A.T, A) + KroneckerProduct((A.T) ** 2, eye)
    )
    assert same(symbolic_jacobian(A**3, A).expr, expected)


def test_hessian_of_least_squares_is_twice_the_gram_matrix(e):
    H = symbolic_hessian(Norm(e.X * e.w - e.f) ** 2, e.w)
    assert same(H.matrix, 2 * e.X.T * e.X)
    assert same(H.operator, 2 * e.X.T * e.X * d(e.w))


def test_second_derivative_of_det(e):
    A, dA, dA2 = e.A, d(e.A), sympy.MatrixSymbol("dA2", e.n, e.n)
    B = Inverse(A)
    expected = Determinant(A) * (Trace(B * dA) * Trace(B * dA2) - Trace(B * dA * B * dA2))
    assert same(symbolic_hessian(Determinant(A), A).bilinear, expected)


@pytest.mark.parametrize("size", [2, 7, 1000])
def test_numeric_sizes_give_the_symbolic_answer_with_these_sizes(size):
    A = sympy.MatrixSymbol("A", size, size)
    eye = sympy.Identity(size)
    expected = KroneckerProduct(eye, A) + KroneckerProduct(A.T, eye)
    J = symbolic_jacobian(A**2, A)
    assert J.shape == (size**2, size**2)
    assert same(J.expr, expected)
    assert same(symbolic_gradient(Trace(A) * Trace(A), A).expr, 2 * Trace(A) * eye)
    assert same(
        differential(Trace(A * A.T) * A, A).subs(d(A), eye), 2 * Trace(A) * A + Trace(A * A.T) * eye
    )


def test_results_equal_what_a_user_writes_in_sympy(e):
    assert differential(e.A**2, e.A) == e.A * d(e.A) + d(e.A) * e.A
    assert differential(e.x.T * e.A * e.x, e.x) == e.x.T * (e.A + e.A.T) * d(e.x)
    assert symbolic_hessian(e.x.T * e.A * e.x, e.x).matrix == e.A + e.A.T
    G = symbolic_gradient(e.x.T * e.A * e.x, e.x)
    # the result decides: in sympy's own order of comparison, sympy would
    assert G.__eq__(e.A * e.x + e.A.T * e.x)
    assert not G.__eq__(e.A * e.x)
    assert sympy.sympify(G) == (e.A + e.A.T) * e.x


def test_second_derivative_of_one_variable_is_a_scalar():
    z = sympy.Symbol("z", real=True)
    assert symbolic_hessian(z**3, z).matrix == 6 * z


def test_text_is_not_taken_for_a_symbol(e):
    with pytest.raises(DtypeError, match="parse"):
        differential("A*A", e.A)


def test_variable_must_be_a_symbol(e):
    with pytest.raises(DtypeError, match=r"A\.T"):
        differential(e.A**2, e.A.T)


@pytest.mark.parametrize(
    "expression", [lambda e: log(-Trace(e.A * e.A.T)), lambda e: Determinant(e.x * e.x.T)]
)
def test_what_has_no_value_or_derivative_anywhere_is_refused(e, expression):
    with pytest.raises((DomainError, UnverifiedError), match="checked"):
        differential(expression(e), e.A if "A" in str(expression(e)) else e.x)


def test_jacobian_by_a_symmetric_matrix_is_by_its_half_vec(e):
    J = symbolic_jacobian(Inverse(e.S), e.S)
    D = DuplicationMatrix(e.n)
    assert -KroneckerProduct(Inverse(e.S), Inverse(e.S)) * D == J
    assert "vech(S)" in repr(J)


def test_an_exponent_of_thirds_stays_a_fraction(e):
    third = sympy.Rational(1, 3)
    f = Determinant(e.A) ** third
    assert same(symbolic_gradient(f, e.A).expr, third * f * Inverse(e.A).T)
    dA, dA2 = d(e.A), sympy.MatrixSymbol("dA2", *e.A.shape)
    B = Inverse(e.A)
    expected = f * (Trace(B * dA) * Trace(B * dA2) / 9 - Trace(B * dA * B * dA2) / 3)
    assert same(symbolic_hessian(f, e.A).bilinear, expected)


def test_derivative_of_a_scalar_by_a_scalar_is_a_scalar(e):
    F = (1 / e.t) * Trace(e.A + e.t * e.B)
    assert same(symbolic_jacobian(F, e.t).expr, -Trace(e.A) / e.t**2)
    H = symbolic_hessian(Vec(e.X).T * e.t**3 * Vec(e.X), e.t)
    assert same(H.matrix, 6 * e.t * Trace(e.X.T * e.X))
    assert "I_1" not in repr(H)


def test_a_negative_symbolic_power_is_a_power_of_the_inverse(e, rng):
    assert same(differential(e.A ** (-e.k), e.A), differential(Inverse(e.A) ** e.k, e.A))
    G = to_numpy(symbolic_gradient(Trace(e.A ** (-e.k)), e.A))
    A = rng.standard_normal((3, 3)) + 3 * np.eye(3)
    for k in (1, 2, 4):
        expected = -k * np.linalg.matrix_power(np.linalg.inv(A), k + 1).T
        assert_allclose(G(A=A, k=k), expected, rtol=1e-10)


def test_a_matrix_may_be_the_exponent_of_entries(e):
    P = sympy.HadamardPower(e.A, e.B)
    dB = differential(P, e.B)
    assert same(dB, sympy.HadamardProduct(P, e.A.applyfunc(log), d(e.B)))
    assert same(differential(sympy.HadamardPower(2, e.A), e.A),
                log(2) * sympy.HadamardProduct(sympy.HadamardPower(2, e.A), d(e.A)))  # fmt: skip


def test_diagonal_matrix_and_dot_product_of_sympy(e):
    F = sympy.DiagonalMatrix(e.A)
    assert same(differential(F, e.A), sympy.DiagonalMatrix(d(e.A)))
    dot = sympy.DotProduct(e.A * e.x, e.x)
    assert same(symbolic_gradient(dot, e.x).expr, (e.A + e.A.T) * e.x)


@pytest.mark.parametrize("kind", ["nuclear", "spectral"])
def test_every_norm_of_a_vector_is_its_length(e, kind):
    assert same(symbolic_gradient(Norm(e.x, kind), e.x).expr, e.x / Norm(e.x))


def test_entry_and_eigenvalue_may_be_counted_by_a_symbol(e):
    assert str(differential(e.A[e.k, e.k], e.A)) == (
        "Entry(UnitVector(n, k).T*dA*UnitVector(n, k))"
    )
    G = symbolic_gradient(parse("lambda(S, i); S symmetric"), e.S)
    # the text counts from 1, as the printed index does
    assert repr(G).endswith("v_i(S) v_i(S)ᵀ")
    S, V = np.diag([3.0, 1.0, 2.0]), np.eye(3)
    assert_allclose(to_numpy(G)(S=S, i=2), np.outer(V[2], V[2]), atol=1e-12)


def test_rounding_in_second_differences_refuses_no_linear_function():
    F = parse(
        "(C X + inv(5 eye(n) + S)) ((t X') .* ((u' M b) X'));"
        "X: m by n; C: n by m; S: n by n symmetric; M: m by m; u: m by 1; b: m by 1"
    )
    t = next(s for s in F.free_symbols if str(s) == "t")
    assert symbolic_hessian(F, t).bilinear.is_ZeroMatrix


def test_numbers_are_checked_where_they_are_not_whole():
    F = parse("sin(t) x + n x; x: m by 1; t: scalar")
    for point in points([read(F)], [], 6):
        numbers = {
            str(leaf.data): v for leaf, v in point.env.items() if getattr(leaf, "op", "") == "sym"
        }
        assert numbers["t"] % 1
        assert not numbers["n"] % 1


def test_exponents_vary_where_the_base_is_positive(rng):
    x = rng.uniform(0.5, 2.0, 3)
    F = parse("sum(x.^t)")
    t = next(s for s in F.free_symbols if str(s) == "t")
    G = to_numpy(symbolic_gradient(F, t))
    # by complex step, which has no rounding error of a difference
    assert_allclose(G(x=x, t=1.7), np.sum(x ** (1.7 + 1e-30j)).imag / 1e-30, rtol=1e-13)


@pytest.mark.parametrize("letter", ["i", "j"])
def test_a_sum_does_not_count_with_the_letter_of_an_eigenvalue(letter, rng):
    F = parse(f"lambda(A^k, {letter}) + lambda((A + A^k)^2, {letter}); A: n by n")
    A = next(s for s in F.free_symbols if str(s) == "A")
    G = symbolic_gradient(F, A)
    assert f"Σ({letter}=" not in repr(G)
    at = np.diag([1.0, 2.0, 3.0]) + 0.1 * rng.standard_normal((3, 3))
    E, h = rng.standard_normal((3, 3)), 1e-5

    def second(X):  # what the second eigenvalues are, by definition
        powers = (np.linalg.matrix_power(M, p) for M, p in ((X, 3), (X + X @ X @ X, 2)))
        return sum(np.sort(np.linalg.eigvals(P).real)[1] for P in powers)

    expected = (second(at + h * E) - second(at - h * E)) / (2 * h)
    found = to_numpy(G)(A=at, k=3, **{letter: 2})
    assert_allclose(np.sum(found * E), expected, rtol=1e-6)
    lines = str(derivation(F, A))
    assert f"Σ({letter}=" not in lines


def test_a_sum_does_not_count_with_a_letter_beside_it(rng):
    F = parse("tr(B (i A + B) A^k) + tr(A^i); A: n by n; B: n by n")
    A = next(s for s in F.free_symbols if str(s) == "A")
    G = symbolic_gradient(F, A)
    assert "Σ(j=" in repr(G)
    at, B, E = rng.standard_normal((3, 3, 3))

    def f(X):
        P = np.linalg.matrix_power
        return np.trace(B @ (5 * X + B) @ P(X, 3)) + np.trace(P(X, 5))

    h = 1e-5
    expected = (f(at + h * E) - f(at - h * E)) / (2 * h)
    assert_allclose(np.sum(to_numpy(G)(A=at, B=B, i=5, k=3) * E), expected, rtol=1e-6)
