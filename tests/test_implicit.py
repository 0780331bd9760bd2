"""Derivatives of solutions of equations, against closed forms and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.errors import DomainError, NotDifferentiableError, ShapeError


def test_linear_equation_gives_the_closed_form(rng):
    A, b, dA = rng.standard_normal((3, 3)) + 4 * np.eye(3), rng.standard_normal(3), np.eye(3)
    L = mc.implicit_derivative(lambda x, A: A @ x - b, np.zeros(3), A)
    x = np.linalg.solve(A, b)
    assert_allclose(L.solution, x, rtol=1e-12)
    assert_allclose(L(dA), -np.linalg.solve(A, dA @ x), rtol=1e-11)


def test_nonlinear_system_with_a_tree_of_parameters(rng):
    p = {"A": rng.standard_normal((3, 3)) + 3 * np.eye(3), "b": np.ones(3)}
    dp = {"A": rng.standard_normal((3, 3)), "b": rng.standard_normal(3)}
    h = lambda x, p: p["A"] @ x + np.tanh(x) - p["b"]

    def solution(t):
        moved = {key: p[key] + t * dp[key] for key in p}
        return mc.implicit_derivative(h, np.zeros(3), moved).solution

    L = mc.implicit_derivative(h, np.zeros(3), p)
    slope = (solution(1e-5) - solution(-1e-5)) / 2e-5
    assert_allclose(L(dp), slope, rtol=1e-8, atol=1e-9)
    x_bar = rng.standard_normal(3)
    p_bar = L.adjoint(x_bar)
    pairing = sum(np.sum(p_bar[key] * dp[key]) for key in p)
    assert_allclose(pairing, x_bar @ L(dp), rtol=1e-11)


def test_matrix_valued_solution(rng):
    # X(P) with X X = P is the square root; its differential solves dX X + X dX = dP
    P = np.diag([1.0, 4.0, 9.0])
    L = mc.implicit_derivative(lambda X, P: X @ X - P, np.eye(3), P)
    assert_allclose(L.solution, np.diag([1.0, 2.0, 3.0]), atol=1e-11)
    dP = rng.standard_normal((3, 3))
    dX = L(dP)
    assert_allclose(dX @ L.solution + L.solution @ dX, dP, rtol=1e-9, atol=1e-10)


def test_singular_equation_names_the_theorem():
    with pytest.raises(NotDifferentiableError, match="implicit function theorem"):
        mc.implicit_derivative(lambda x, p: x**2 - p, np.array([0.0]), np.array([0.0]))


def test_no_solution_is_said():
    with pytest.raises((DomainError, NotDifferentiableError), match="residual|singular"):
        mc.implicit_derivative(lambda x, p: x**2 + p, np.array([1.0]), np.array([1.0]))


def test_wrong_number_of_equations_is_said():
    with pytest.raises(ShapeError, match="as many entries as x, 2, got 1"):
        mc.implicit_derivative(lambda x, p: np.sum(x) - p, np.ones(2), np.array(1.0))
