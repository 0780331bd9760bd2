"""Functions written by `to_numpy` against plain NumPy."""

from inspect import signature

import numpy as np
import pytest
import sympy
from numpy.testing import assert_allclose
from sympy import Determinant, Inverse, Trace, log

from mcalclib.errors import DtypeError, ShapeError
from mcalclib.symbolic import (
    Norm,
    differential,
    symbolic_gradient,
    symbolic_hessian,
    symbolic_jacobian,
    to_numpy,
)


def test_gradient_takes_the_symbols_as_keywords(e, rng):
    gradient = to_numpy(symbolic_gradient(e.x.T * e.A * e.x, e.x))
    A, x = rng.standard_normal((3, 3)), rng.standard_normal(3)
    assert_allclose(gradient(A=A, x=x), A @ x + x @ A, rtol=1e-13)


def test_differential_takes_its_dX(e, rng):
    d_inverse = to_numpy(differential(Inverse(e.A), e.A))
    A, dA = rng.standard_normal((2, 3, 3)) + 3 * np.eye(3)
    B = np.linalg.inv(A)
    assert_allclose(d_inverse(A=A, dA=dA), -B @ dA @ B, rtol=1e-12)


def test_jacobian_with_a_commutation_matrix_permutes_columns(e, rng):
    J = to_numpy(symbolic_jacobian(e.X.T, e.X))
    X = rng.standard_normal((3, 2))
    assert_allclose(J(m=3, n=2) @ X.ravel(order="F"), X.T.ravel(order="F"))


def test_hessian_forms(e, rng):
    H = symbolic_hessian(log(Determinant(e.A)), e.A)
    A, dA, dA2 = rng.standard_normal((3, 3, 3)) + 3 * np.eye(3)
    B = np.linalg.inv(A)
    expected = -np.trace(B @ dA @ B @ dA2)
    bilinear = to_numpy(H, "bilinear")(A=A, dA=dA, dA2=dA2)
    operator = to_numpy(H, "operator")(A=A, dA=dA)
    matrix = to_numpy(H)(A=A)
    assert_allclose(bilinear, expected, rtol=1e-12)
    assert_allclose(np.sum(operator * dA2), expected, rtol=1e-12)
    assert_allclose(dA2.ravel(order="F") @ matrix @ dA.ravel(order="F"), expected, rtol=1e-12)


def test_source_multiplies_matrices_with_vectors_first(e):
    source = to_numpy(symbolic_gradient(Norm(e.X * e.w - e.f) ** 2, e.w)).source
    assert source == "def gradient(*, X, f, w):\n    return 2 * (X.T @ (X @ w - f))"


def test_source_solves_instead_of_inverting(e):
    source = to_numpy(symbolic_gradient(e.a.T * Inverse(e.A) * e.b, e.A)).source
    assert "inv(" not in source
    assert source.count("np.linalg.solve") == 2


def test_source_computes_a_repeated_factor_once(e):
    source = to_numpy(symbolic_gradient(Norm(e.X * e.w - e.f), e.w)).source
    assert source.count("X @ w") == 1


def test_trace_of_a_product_is_not_multiplied_out(e):
    source = to_numpy(Trace(e.A.T * e.B)).source
    assert source.endswith("return np.sum(A * B)")


def test_names_that_python_does_not_allow_are_changed():
    t = sympy.Symbol("lambda")
    A = sympy.MatrixSymbol("A'); import os #", 2, 2)
    f = to_numpy(t * Trace(A))
    assert f(lambda_=2.0, A____import_os__=np.eye(2)) == 4.0


@pytest.mark.parametrize("name", ["sigma", "f"])
def test_unknown_function_becomes_an_argument(e, rng, name):
    f = sympy.Function(name)
    J = to_numpy(symbolic_jacobian((e.A * e.x).applyfunc(f), e.x))
    A, x = rng.standard_normal((3, 3)), rng.standard_normal(3)
    slope = {f"d{name}": lambda z: 1 - np.tanh(z) ** 2}
    assert_allclose(J(A=A, x=x, **slope), slope[f"d{name}"](A @ x)[:, None] * A, rtol=1e-13)


def test_a_column_of_two_dimensions_is_taken_as_the_vector_it_is(e, rng):
    J = to_numpy(symbolic_jacobian(sympy.HadamardProduct(e.x, e.A * e.x), e.x))
    A, x = rng.standard_normal((3, 3)), rng.standard_normal(3)
    expected = np.diag(A @ x) + np.diag(x) @ A
    assert_allclose(J(A=A, x=x[:, None]), expected, rtol=1e-13)
    assert_allclose(J(A=A, x=x), expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"x": np.ones(4)}, r"x must be of shape \(n,\), where n = 3 as for A; got shape \(4,\)"),
        ({"A": np.ones((3, 2))}, "A must be n by n"),
        ({"x": np.ones((3, 2))}, r"x must be of shape \(n,\)"),
        ({"t": np.ones(3)}, "t must be a scalar"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(e, changed, says):
    J = to_numpy(symbolic_jacobian(e.t * sympy.HadamardProduct(e.x, e.A * e.x), e.x))
    with pytest.raises(ShapeError, match=says):
        J(**({"A": np.eye(3), "x": np.ones(3), "t": 2.0} | changed))


def test_entries_that_are_no_numbers_are_refused(e):
    with pytest.raises(DtypeError, match="A must hold numbers"):
        to_numpy(Trace(e.A))(A=[["1", "2"], ["3", "4"]])


def test_whole_numbers_are_taken_as_real_ones(e):
    G = to_numpy(symbolic_gradient(sympy.Determinant(e.A), e.A))
    assert_allclose(G(A=[[2, 1], [1, 3]]), [[3, -1], [-1, 2]], rtol=1e-12)


def test_zero_hessian_of_a_symmetric_matrix_has_a_whole_size(e):
    H = to_numpy(symbolic_hessian(e.x.T * e.S * e.x, e.S))
    assert_allclose(H(n=3), np.zeros((6, 6)))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_hessian_of_a_symbolic_power_holds_for_small_exponents(e, rng, k):
    A, B, E, G = rng.standard_normal((4, 3, 3))
    H = to_numpy(symbolic_hessian(Trace(e.B * e.A**e.k), e.A))(A=A, B=B, k=k)
    # the second derivative of A, A² and A³, written out
    words = {
        1: [],
        2: [(E, G), (G, E)],
        3: [(E, G, A), (G, E, A), (E, A, G), (G, A, E), (A, E, G), (A, G, E)],
    }
    expected = sum(np.trace(B @ np.linalg.multi_dot(word)) for word in words[k])
    assert_allclose(G.ravel("F") @ H @ E.ravel("F"), expected, rtol=1e-10, atol=1e-12)


def test_blocks_that_are_columns_are_vectors(e, rng):
    bordered = sympy.BlockMatrix([[e.A, e.x], [e.x.T, sympy.Identity(1)]])
    J = to_numpy(symbolic_jacobian(bordered, e.x))
    A, x, dx = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)
    expected = np.zeros((4, 4))
    expected[:3, 3] = expected[3, :3] = dx
    arguments = {name: {"A": A, "x": x, "n": 3}[name] for name in signature(J).parameters}
    assert_allclose(J(**arguments) @ dx, expected.ravel(order="F"), atol=1e-14)


def test_a_power_in_a_kronecker_product_is_bracketed(e, rng):
    F = e.X * e.x.applyfunc(sympy.sin) * sympy.HadamardPower(e.x, 3).T
    J = to_numpy(symbolic_jacobian(F, e.x))
    X, x, dx = rng.standard_normal((4, 3)), rng.standard_normal(3), rng.standard_normal(3)
    expected = np.outer(X @ (np.cos(x) * dx), x**3) + np.outer(X @ np.sin(x), 3 * x**2 * dx)
    assert_allclose(J(X=X, x=x) @ dx, expected.ravel(order="F"), rtol=1e-12)


@pytest.mark.parametrize("power", [-2, -1, sympy.Rational(-1, 2), sympy.Rational(3, 2)])
def test_a_power_of_a_product_of_scalars_is_bracketed(e, power):
    f = to_numpy(sympy.Pow((e.t + 2) * Trace(e.A), power, evaluate=False) * e.s)
    assert_allclose(f(A=2 * np.eye(3), t=1.0, s=5.0), 5 * 18.0 ** float(power), rtol=1e-13)
