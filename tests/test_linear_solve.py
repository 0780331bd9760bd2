"""Derivatives of x(p) = A(p)⁻¹ b(p) against differences, and the number of solves they take."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.errors import DomainError, ShapeError

N = 6
rows = np.concatenate([np.arange(N), np.arange(N - 1), np.arange(1, N)])
cols = np.concatenate([np.arange(N), np.arange(1, N), np.arange(N - 1)])


def dense(p):
    k = np.exp(p)
    return np.diag(k[:-1] + k[1:]) - np.diag(k[1:-1], 1) - np.diag(k[1:-1], -1)


def sparse(p):
    k = np.exp(p)
    entries = np.concatenate([k[:-1] + k[1:], -k[1:-1], -k[1:-1]])
    return mc.linalg.sparse_matrix(entries, (rows, cols), (N, N))


every_storage = pytest.mark.parametrize("A", [dense, sparse], ids=["dense", "sparse"])


@every_storage
def test_adjoint_forward_and_differences_agree(A, rng):
    p, b = 0.5 * rng.standard_normal(N + 1), rng.standard_normal(N)
    f = lambda x: np.sum(np.sin(x) * x)
    L = mc.solve_derivative(A, b, p)
    assert_allclose(dense(p) @ L.solution, b, rtol=1e-11)

    def g(p):
        return f(np.linalg.solve(dense(p), b))

    slopes = [(g(p + 1e-6 * e) - g(p - 1e-6 * e)) / 2e-6 for e in np.eye(N + 1)]
    assert_allclose(L.gradient(f), slopes, rtol=1e-7, atol=1e-8)
    assert_allclose(L.gradient_forward(f), L.gradient(f), rtol=1e-11)


@every_storage
def test_adjoint_takes_two_solves_and_forward_one_for_each_parameter(A, rng):
    L = mc.solve_derivative(A, np.ones(N), rng.standard_normal(N + 1))
    L.gradient(np.sum)
    assert L.solves == 2
    L.gradient_forward(np.sum)
    assert L.solves == 2 + (N + 1)


def test_right_hand_side_may_depend_on_the_parameters(rng):
    p, dp = rng.standard_normal((2, N + 1))
    b = lambda p: np.sin(p[:-1])
    L = mc.solve_derivative(dense, b, p)
    x = lambda t: np.linalg.solve(dense(p + t * dp), b(p + t * dp))
    assert_allclose(L(dp), (x(1e-6) - x(-1e-6)) / 2e-6, rtol=1e-7, atol=1e-8)


def test_several_right_hand_sides_and_trees_of_parameters(rng):
    p = {"A": rng.standard_normal((3, 3)) + 4 * np.eye(3), "B": rng.standard_normal((3, 2))}
    dp = {"A": rng.standard_normal((3, 3)), "B": rng.standard_normal((3, 2))}
    L = mc.solve_derivative(lambda p: p["A"], lambda p: p["B"], p)
    X = np.linalg.solve(p["A"], p["B"])
    assert_allclose(L(dp), np.linalg.solve(p["A"], dp["B"] - dp["A"] @ X), rtol=1e-11)
    X_bar = rng.standard_normal((3, 2))
    p_bar = L.adjoint(X_bar)
    pairing = sum(np.sum(p_bar[key] * dp[key]) for key in p)
    assert_allclose(pairing, np.sum(X_bar * L(dp)), rtol=1e-11)


def test_singular_matrices_and_wrong_shapes_are_refused():
    with pytest.raises(DomainError, match="singular"):
        mc.solve_derivative(lambda p: np.ones((2, 2)) * p, np.ones(2), np.array(1.0))
    with pytest.raises(ShapeError, match=r"\(2, 2\) and \(3,\)"):
        mc.solve_derivative(lambda p: np.eye(2) * p, np.ones(3), np.array(1.0))
