"""The linear algebra rules against witnesses from outside, and the points they refuse.

The generic tests of this room compare every rule with differences. Here stand the defining
equations of the factorisations, exact rational arithmetic, forty-digit arithmetic, complex
steps and autograd.
"""

import autograd
import autograd.numpy as anp
import mpmath
import numpy as np
import pytest
import scipy.linalg
import scipy.sparse.linalg
import scipy.special
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import mcalclib as mc
from mcalclib import linalg, samples
from mcalclib.errors import (
    DomainError,
    DtypeError,
    NoRuleError,
    NotDifferentiableError,
    ShapeError,
)

t = sympy.Symbol("t")


def exact_derivatives(function, A, E, order):
    """Return d^k/dt^k function(A + tE) at t = 0 in rational arithmetic, for integer A and E."""
    F = function(sympy.Matrix(A.astype(int)) + t * sympy.Matrix(E.astype(int)))
    F = F if isinstance(F, sympy.MatrixBase) else sympy.Matrix([[F]])
    values = F.applyfunc(lambda entry: sympy.diff(sympy.cancel(entry), t, order).subs(t, 0))
    return np.array(values.tolist(), dtype=float)


def integers(rng, m, n):
    return rng.integers(-4, 5, (m, n)).astype(float)


# -- exact rational arithmetic -------------------------------------------------------------

TALL = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, -1.0]])
SQUARE = np.array([[2.0, 1.0, 0.0], [1.0, -1.0, 3.0], [0.0, 2.0, 1.0]])
b = np.array([1.0, -2.0, 3.0])
B = sympy.Matrix([1, -2, 3])
RATIONAL = {
    "inverse": (np.linalg.inv, lambda A: A.inv(), SQUARE),
    "solve": (lambda A: np.linalg.solve(A, b)[:, None], lambda A: A.LUsolve(B), SQUARE),
    "transposed-solve": (lambda A: np.linalg.solve(A.T, b)[:, None], lambda A: A.T.LUsolve(B),
                         SQUARE),
    "power": (lambda A: np.linalg.matrix_power(A, 4), lambda A: A**4, SQUARE),
    "negative-power": (lambda A: np.linalg.matrix_power(A, -2), lambda A: (A**2).inv(), SQUARE),
    "pinv-tall": (np.linalg.pinv, lambda A: (A.T * A).inv() * A.T, TALL),
    "pinv-wide": (lambda A: np.linalg.pinv(A.T), lambda A: A * (A.T * A).inv(), TALL),
    "lstsq": (lambda A: np.linalg.lstsq(A, b, rcond=None)[0][:, None],
              lambda A: (A.T * A).inv() * A.T * B, TALL),
    "least-norm": (lambda A: np.linalg.lstsq(A.T, b[:2], rcond=None)[0][:, None],
                   lambda A: A * (A.T * A).inv() * B[:2, :], TALL),
    "residuals": (lambda A: np.linalg.lstsq(A, b, rcond=None)[1][:, None],
                  lambda A: (B.T * (B - A * (A.T * A).inv() * A.T * B)), TALL),
    "lu": (lambda A: linalg.lu_solve(linalg.lu_factor(A), b)[:, None], lambda A: A.LUsolve(B),
           SQUARE),
    "transposed-lu": (lambda A: linalg.lu_solve(linalg.lu_factor(A), b, trans=1)[:, None],
                      lambda A: A.T.LUsolve(B), SQUARE),
    "cholesky-solve": (
        lambda A: linalg.cho_solve(linalg.cho_factor(A.T @ A, lower=True), b[:2])[:, None],
        lambda A: (A.T * A).LUsolve(B[:2, :]), TALL),
    "upper-cholesky-solve": (
        lambda A: linalg.cho_solve(linalg.cho_factor(A.T @ A), b[:2])[:, None],
        lambda A: (A.T * A).LUsolve(B[:2, :]), TALL),
    "sylvester": (
        lambda A: linalg.solve_sylvester(A, np.diag([7.0, 9.0]), TALL),
        lambda A: sympy.Matrix.hstack((A + 7 * sympy.eye(3)).LUsolve(sympy.Matrix([1, 0, 3])),
                                      (A + 9 * sympy.eye(3)).LUsolve(sympy.Matrix([2, 1, -1]))),
        SQUARE),
}  # fmt: skip


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(("f", "exact", "A"), RATIONAL.values(), ids=RATIONAL)
def test_pushforwards_equal_exact_rational_derivatives(f, exact, A, order, rng):
    E = integers(rng, *A.shape)
    expected = exact_derivatives(exact, A, E, order)
    ours = mc.pushforward(f, A, *[E] * order)
    assert_allclose(ours, expected, rtol=1e-11, atol=1e-11 * np.max(np.abs(expected)))


@pytest.mark.parametrize(("f", "exact", "A"), RATIONAL.values(), ids=RATIONAL)
def test_gradients_equal_exact_rational_derivatives(f, exact, A, rng):
    W = integers(rng, *np.shape(f(A)))
    G = mc.gradient(lambda A: np.sum(W * f(A)), A)
    for i, j in np.ndindex(A.shape):
        E = np.zeros(A.shape)
        E[i, j] = 1.0
        expected = np.sum(W * exact_derivatives(exact, A, E, 1))
        assert_allclose(G[i, j], expected, rtol=1e-10, atol=1e-11 * (1 + np.max(np.abs(G))))


# -- det, where the matrix is singular -----------------------------------------------------

SINGULAR = {
    "rank 2 of 3": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [5.0, 7.0, 9.0]]),
    "rank 1 of 3": np.outer([1.0, 2.0, -1.0], [3.0, 1.0, 2.0]),
    "zero": np.zeros((3, 3)),
    "rank 3 of 4": np.array([[1.0, 0, 2, 3], [0, 1, 1, 1], [1, 1, 3, 4], [2, 0, 1, 5]]),
    "rank 2 of 4": np.array([[1.0, 0, 2, 3], [0, 1, 1, 1], [1, 1, 3, 4], [1, -1, 1, 2]]),
    "regular": SQUARE,
    "small": 1e-3 * SQUARE,
}
singular = pytest.mark.parametrize("X", SINGULAR.values(), ids=SINGULAR)


def symbolic_determinant(n):
    X = sympy.Matrix(n, n, sympy.symbols(f"x:{n * n}"))
    return X, X.det(method="berkowitz")


@singular
def test_det_has_the_adjugate_as_gradient_at_every_matrix(X):
    exact = sympy.Matrix(X.tolist()).applyfunc(sympy.nsimplify).adjugate().T
    size = np.max(np.abs(X), initial=1e-3) ** (len(X) - 1)
    assert_allclose(
        mc.gradient(np.linalg.det, X), np.array(exact.tolist(), float), atol=1e-13 * size
    )


@singular
def test_det_has_the_exact_hessian_at_every_matrix(X):
    n = len(X)
    symbols, det = symbolic_determinant(n)
    entries = list(symbols.T)  # vec order
    at = dict(zip(entries, X.ravel(order="F"), strict=True))
    exact = np.array(sympy.hessian(det, entries).subs(at).tolist(), dtype=float)
    ours = mc.hessian(np.linalg.det, X).matrix()
    assert_allclose(ours, exact, atol=1e-12 * (1 + np.max(np.abs(exact))))


@singular
def test_det_has_the_exact_third_derivative_at_every_matrix(X, rng):
    E = integers(rng, *X.shape)
    polynomial = (sympy.Matrix(X.tolist()).applyfunc(sympy.nsimplify) + t * sympy.Matrix(E)).det(
        method="berkowitz"
    )
    expected = float(sympy.diff(polynomial, t, 3).subs(t, 0))
    ours = mc.pushforward(np.linalg.det, X, E, E, E)
    assert_allclose(ours, expected, rtol=1e-9, atol=1e-9 * np.max(np.abs(E)) ** 3)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.integers(-2, 2), min_size=n * n,
                                                    max_size=n * n)))  # fmt: skip
def test_gradient_of_det_is_exact_at_small_integer_matrices(entries):
    n = int(len(entries) ** 0.5)
    X = np.reshape(np.array(entries, dtype=float), (n, n))
    exact = np.array(sympy.Matrix(n, n, entries).adjugate().T.tolist(), dtype=float)
    assert_allclose(mc.gradient(np.linalg.det, X), exact, atol=1e-11)


def test_gradient_of_a_nearly_singular_determinant_keeps_its_digits():
    # det(X) X⁻ᵀ would lose all of them here: the condition number is 1e15
    X = np.diag([1.0, 1.0, 1e-15])
    assert_allclose(mc.gradient(np.linalg.det, X), np.diag([1e-15, 1e-15, 1.0]), atol=1e-28)


# -- the equations that define a factorisation ---------------------------------------------


def both(f, A, dA):
    """Return f(A) and its pushforward along dA, both as tuples of arrays."""
    value = f(A)
    dF = mc.pushforward(lambda A: tuple(f(A)), A, dA)
    return tuple(value), tuple(dF)


def test_cholesky_satisfies_its_differentiated_equation(rng):
    A = samples.positive_definite(rng, 5)
    dA = samples.symmetric(rng, 5)
    L, dL = np.linalg.cholesky(A), mc.pushforward(np.linalg.cholesky, A, dA)
    assert_allclose(dL @ L.T + L @ dL.T, dA, atol=1e-12)
    assert_array_equal(dL, np.tril(dL))


def test_cholesky_reads_one_triangle_only(rng):
    A, noise = samples.positive_definite(rng, 4), np.triu(rng.standard_normal((4, 4)), 1)

    def f(A):
        return np.sum(np.sin(np.linalg.cholesky(A)))

    G = mc.gradient(f, A)
    assert_array_equal(G, np.tril(G))
    assert_allclose(mc.gradient(f, A + noise), G, rtol=1e-13)
    upper = mc.gradient(lambda A: np.sum(np.sin(np.linalg.cholesky(A, upper=True))), A + noise.T)
    assert_allclose(upper, G.T, rtol=1e-12, atol=1e-14)


def test_log_determinant_by_cholesky_has_the_inverse_as_symmetric_gradient(rng):
    A = samples.positive_definite(rng, 5)
    G = mc.gradient(lambda A: 2 * np.sum(np.log(np.diag(np.linalg.cholesky(A)))), A)
    assert_allclose((G + G.T) / 2, np.linalg.inv(A), atol=1e-13)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (3, 1), (1, 3), (1, 1)])
def test_qr_satisfies_its_differentiated_equations(shape, rng):
    A, dA = rng.standard_normal((2, *shape))
    (Q, R), (dQ, dR) = both(np.linalg.qr, A, dA)
    assert_allclose(dQ @ R + Q @ dR, dA, atol=1e-12)
    assert_allclose(Q.T @ dQ + dQ.T @ Q, 0, atol=1e-12)
    assert_array_equal(dR, np.triu(dR))


def test_complete_qr_satisfies_its_differentiated_equations(rng):
    A, dA = rng.standard_normal((2, 5, 3))
    (Q, R), (dQ, dR) = both(lambda A: np.linalg.qr(A, mode="complete"), A, dA)
    assert dQ.shape == (5, 5)
    assert_allclose(dQ @ R + Q @ dR, dA, atol=1e-12)
    assert_allclose(Q.T @ dQ + dQ.T @ Q, 0, atol=1e-12)


def test_lu_satisfies_its_differentiated_equation(rng):
    A, dA = rng.standard_normal((2, 4, 4))
    factor, piv = linalg.lu_factor(A)
    d = mc.pushforward(lambda A: linalg.lu_factor(A)[0], A, dA)
    L, U = np.tril(factor, -1) + np.eye(4), np.triu(factor)
    order = linalg.triangular.permutation(piv)
    assert_allclose(np.tril(d, -1) @ U + L @ np.triu(d), dA[order], atol=1e-12)


@pytest.mark.parametrize("shape", [(4, 4), (5, 3), (3, 5), (1, 1), (3, 1)])
def test_svd_satisfies_its_differentiated_equations(shape, rng):
    A, dA = samples.full_rank(rng, *shape), rng.standard_normal(shape)
    (U, s, Vt), (dU, ds, dVt) = both(lambda A: np.linalg.svd(A, full_matrices=False), A, dA)
    assert_allclose((dU * s) @ Vt + (U * ds) @ Vt + (U * s) @ dVt, dA, atol=1e-11)
    assert_allclose(U.T @ dU + dU.T @ U, 0, atol=1e-11)
    assert_allclose(Vt @ dVt.T + dVt @ Vt.T, 0, atol=1e-11)


@pytest.mark.parametrize("UPLO", ["L", "U"])
def test_eigh_satisfies_its_differentiated_equations(UPLO, rng):
    A, dA = samples.symmetric(rng, 5), samples.symmetric(rng, 5)
    (w, V), (dw, dV) = both(lambda A: np.linalg.eigh(A, UPLO=UPLO), A, dA)
    assert_allclose(dA @ V + A @ dV, dV * w + V * dw, atol=1e-11)
    assert_allclose(V.T @ dV + dV.T @ V, 0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_eig_satisfies_its_differentiated_equations(seed):
    rng = np.random.default_rng(seed)
    A, dA = rng.standard_normal((2, 5, 5))

    def parts(A):
        w, V = np.linalg.eig(A)
        return np.real(w), np.imag(w), np.real(V), np.imag(V)

    w, V = np.linalg.eig(A)
    re_w, im_w, re_V, im_V = mc.pushforward(parts, A, dA)
    dw, dV = re_w + 1j * im_w, re_V + 1j * im_V
    scale = 1 + np.max(np.abs(dV))
    assert_allclose(dA @ V + A @ dV, dV * w + V * dw, atol=1e-11 * scale)
    # LAPACK's normalisation stays: unit columns whose largest component is real
    assert_allclose(np.sum(np.real(V.conj() * dV), axis=0), 0, atol=1e-12 * scale)
    largest = np.argmax(np.abs(V), axis=0)
    assert_allclose(np.imag(dV[largest, range(5)]), 0, atol=1e-12 * scale)


@pytest.mark.parametrize("seed", range(4))
def test_eigvals_agree_with_eig_and_with_exact_functions_of_them(seed):
    rng = np.random.default_rng(seed)
    A = rng.standard_normal((5, 5))
    # Σ λ³ = tr A³, whose gradient is 3 (A²)ᵀ
    G = mc.gradient(lambda A: np.real(np.sum(np.linalg.eigvals(A) ** 3)), A)
    assert_allclose(G, 3 * np.linalg.matrix_power(A, 2).T, atol=1e-11)
    H = mc.hessian(lambda A: np.real(np.sum(np.linalg.eigvals(A) ** 3)), A).matrix()
    exact = mc.hessian(lambda A: np.trace(A @ A @ A), A).matrix()
    assert_allclose(H, exact, atol=1e-9)


def test_spectral_projections_do_not_depend_on_the_normalisation(rng):
    # Every f(A) = V f(Λ) V⁻¹ is a function of A alone; here f is the exponential.
    A, dA = rng.standard_normal((2, 4, 4))

    def by_eig(A):
        w, V = np.linalg.eig(A)
        return np.real((V * np.exp(w)) @ np.linalg.inv(V))

    expected = scipy.linalg.expm_frechet(A, dA, compute_expm=False)
    assert_allclose(mc.pushforward(by_eig, A, dA), expected, atol=1e-11)
    F_bar = rng.standard_normal((4, 4))
    adjoint = scipy.linalg.expm_frechet(A.T, F_bar, compute_expm=False)
    assert_allclose(mc.pullback(by_eig, A, F_bar), adjoint, atol=1e-11)


# -- complex steps -------------------------------------------------------------------------

HOLOMORPHIC = {
    "solve": lambda A: b @ np.linalg.solve(A, b),
    "solve matrix": lambda A: np.sum(np.linalg.solve(A @ A, A.T)),
    "det": lambda A: np.linalg.det(A @ A - A),
    "power": lambda A: np.trace(np.linalg.matrix_power(A, 5)),
    "chain": lambda A: np.linalg.multi_dot([b, A, A.T, A, b]),
    "expm": lambda A: np.sum(scipy_or_ours("expm")(A) * A),
    "triangular": lambda A: np.sum(scipy_or_ours("solve_triangular")(A, A @ A)),
}


def scipy_or_ours(name):
    """Return our function, which hands plain arrays, complex ones too, to SciPy."""
    return getattr(linalg, name)


@pytest.mark.parametrize("f", HOLOMORPHIC.values(), ids=HOLOMORPHIC)
def test_gradients_equal_complex_steps(f, rng):
    A = rng.standard_normal((3, 3)) + 2 * np.eye(3)
    dA = rng.standard_normal((3, 3))
    h = 1e-30
    expected = np.imag(f(A + 1j * h * dA)) / h
    assert_allclose(np.sum(mc.gradient(f, A) * dA), expected, rtol=1e-11)
    assert_allclose(mc.pushforward(f, A, dA), expected, rtol=1e-11)


@pytest.mark.parametrize("f", HOLOMORPHIC.values(), ids=HOLOMORPHIC)
def test_hessians_equal_complex_steps_of_gradients_by_hand(f, rng):
    A = rng.standard_normal((3, 3)) + 2 * np.eye(3)
    dA, dB = rng.standard_normal((2, 3, 3))
    # f along A + x dA + y dB: a mixed difference in y of complex steps in x
    h, k = 1e-30, 1e-3

    def slope(y):
        return np.imag(f(A + y * dB + 1j * h * dA)) / h

    wide, middle, narrow = ((slope(s) - slope(-s)) / (2 * s) for s in (k, k / 2, k / 4))
    expected = (64 * narrow - 20 * middle + wide) / 45
    assert_allclose(mc.hessian(f, A)(dA, dB), expected, rtol=1e-8, atol=1e-9)


# -- forty digits --------------------------------------------------------------------------


def in_forty_digits(function, A, E):
    """Return the derivative of a matrix function at A along E from mpmath."""
    with mpmath.workdps(40):
        h = mpmath.mpf(10) ** -12
        A, E = mpmath.matrix(A.tolist()), mpmath.matrix(E.tolist())
        D = (function(A + h * E) - function(A - h * E)) / (2 * h)
        return np.array([[float(mpmath.re(D[i, j])) for j in range(D.cols)] for i in range(D.rows)])


FUNCTIONS = {
    "expm": (linalg.expm, mpmath.expm),
    "logm": (linalg.logm, mpmath.logm),
    "sqrtm": (linalg.sqrtm, mpmath.sqrtm),
}


@pytest.mark.parametrize("draw", [samples.diagonalisable, samples.positive_definite])
@pytest.mark.parametrize(("ours", "theirs"), FUNCTIONS.values(), ids=FUNCTIONS)
def test_matrix_functions_agree_with_forty_digits(ours, theirs, draw, rng):
    A, E = draw(rng, 3), rng.standard_normal((3, 3))
    expected = in_forty_digits(theirs, A, E)
    assert_allclose(mc.pushforward(ours, A, E), expected, rtol=1e-9, atol=1e-11)
    pulled = mc.pullback(ours, A, E)
    assert_allclose(pulled, in_forty_digits(theirs, A.T, E), rtol=1e-9, atol=1e-11)


def test_logarithm_and_root_undo_exponential_and_square_to_second_order(rng):
    A, E, D = samples.diagonalisable(rng, 3) / 3, *rng.standard_normal((2, 3, 3))
    for round_trip in (
        lambda A: linalg.logm(linalg.expm(A)),
        lambda A: linalg.expm(linalg.logm(A)),
        lambda A: linalg.sqrtm(A) @ linalg.sqrtm(A),
    ):
        assert_allclose(mc.pushforward(round_trip, A, E), E, atol=1e-10)
        assert_allclose(mc.pushforward(round_trip, A, E, D), 0, atol=1e-8)


# -- autograd ------------------------------------------------------------------------------

AUTOGRAD = {
    "slogdet": lambda xp, A: xp.linalg.slogdet(A @ A.T + xp.eye(3))[1],
    "eigh": lambda xp, A: xp.sum(xp.linalg.eigh(A + A.T)[1] ** 3),
    "eigenvalues": lambda xp, A: xp.sum(xp.sin(xp.linalg.eigh(A + A.T)[0])),
    "svd": lambda xp, A: xp.sum(
        xp.sin(xp.linalg.svd(A, full_matrices=False)[0] * xp.linalg.svd(A, full_matrices=False)[2])
    ),
    "Frobenius": lambda xp, A: xp.linalg.norm(A) ** 3,
    "nuclear": lambda xp, A: xp.linalg.norm(A, "nuc") ** 2,
    "column norms": lambda xp, A: xp.sum(xp.linalg.norm(A, axis=0) ** 3),
    "p-norm": lambda xp, A: xp.linalg.norm(A[0], 3),
    "cholesky": lambda xp, A: xp.sum(xp.sin(xp.linalg.cholesky(A @ A.T + xp.eye(3)))),
    "pinv": lambda xp, A: xp.sum(xp.sin(xp.linalg.pinv(A[:, :2]))),
}


@pytest.mark.parametrize("f", AUTOGRAD.values(), ids=[k.replace(" ", "-") for k in AUTOGRAD])
def test_gradients_agree_with_autograd(f, rng):
    A = rng.standard_normal((3, 3))
    expected = autograd.grad(lambda A: f(anp, A))(A)
    assert_allclose(mc.gradient(lambda A: f(np, A), A), expected, rtol=1e-9, atol=1e-10)


def test_a_simple_eigenvector_has_a_gradient_beside_repeated_eigenvalues(rng):
    Q, c = samples.orthogonal(rng, 4), rng.standard_normal(4)
    A = Q @ np.diag([5.0, 2.0, 2.0, 2.0]) @ Q.T
    A = (A + A.T) / 2
    v = Q[:, 0]
    # dv = (λI - A)⁺ dA v, so (cᵀv)² has the differential 2 (cᵀv) cᵀ(λI - A)⁺ dA v
    expected = 2 * (c @ v) * np.outer(np.linalg.pinv(5 * np.eye(4) - A, rcond=1e-9) @ c, v)
    G = mc.gradient(lambda A: (c @ np.linalg.eigh(A)[1][:, -1]) ** 2, A)
    assert_allclose((G + G.T) / 2, (expected + expected.T) / 2, atol=1e-12)


@pytest.mark.parametrize("shape", [(4, 3), (3, 4), (3, 3)])
def test_simple_singular_vectors_have_a_gradient_beside_repeated_and_zero_values(shape, rng):
    A = samples.with_singular_values(rng, *shape, [3.0, 0.0, 0.0])
    c, d = rng.standard_normal(shape[0]), rng.standard_normal(shape[1])

    def f(A):
        U, _, Vt = np.linalg.svd(A, full_matrices=False)
        return (c @ U[:, 0]) * (Vt[0] @ d)

    U, _, Vt = np.linalg.svd(A)
    u, v = U[:, 0], Vt[0]
    # at rank one: du = (I - uuᵀ) dA v / σ and dv = (I - vvᵀ) dAᵀ u / σ
    expected = (
        np.outer((c - u * (u @ c)) * (v @ d), v) / 3 + np.outer(u, (d - v * (v @ d)) * (u @ c)) / 3
    )
    assert_allclose(mc.gradient(f, A), expected, atol=1e-12)


@pytest.mark.parametrize(
    "f", [lambda A: np.linalg.eigvalsh(A)[0], lambda A: np.linalg.svdvals(A)[0],
          lambda A: np.linalg.eigh(A)[1][0, 0], lambda A: np.linalg.svd(A)[0][0, 0]],
)  # fmt: skip
def test_a_factor_that_is_zero_here_does_not_hide_a_kink(f):
    # θ λ(A) at θ = 0 has the gradient 0 in A, but its derivative in θ does not exist
    def gradient_in_A(theta):
        return mc.gradient(lambda A: theta * f(A), np.eye(2))

    with pytest.raises(NotDifferentiableError, match="0 and 1 .* repeated"):
        mc.pushforward(gradient_in_A, 0.0, 1.0)


# -- stacks --------------------------------------------------------------------------------

STACKED = {
    "inv": np.linalg.inv,
    "solve": lambda A: np.linalg.solve(A, A.mT),
    "solve one matrix": lambda A: np.linalg.solve(SQUARE, A),
    "solve one vector": lambda A: np.linalg.solve(A, b),
    "det": np.linalg.det,
    "slogdet": lambda A: np.linalg.slogdet(A)[1],
    "power": lambda A: np.linalg.matrix_power(A, 3),
    "pinv": lambda A: np.linalg.pinv(A[..., :2]),
    "cholesky": np.linalg.cholesky,
    "qr": lambda A: np.linalg.qr(A[..., :2])[0],
    "wide qr": lambda A: np.linalg.qr(A[..., :2, :])[1],
    "svd": lambda A: np.linalg.svd(A)[0],
    "singular values": np.linalg.svdvals,
    "eigh": lambda A: np.linalg.eigh(A)[1],
    "eigvalsh": np.linalg.eigvalsh,
    "eig": lambda A: np.real(np.linalg.eig(A)[1]),
    "eigvals": lambda A: np.real(np.linalg.eigvals(A)),
    "Frobenius": lambda A: np.linalg.norm(A, axis=(-2, -1)),
    "spectral": lambda A: np.linalg.norm(A, 2, axis=(-2, -1)),
    "nuclear": lambda A: np.linalg.norm(A, "nuc", axis=(-2, -1)),
    "row sums": lambda A: np.linalg.norm(A, np.inf, axis=(-2, -1)),
    "cond": np.linalg.cond,
    "expm": linalg.expm,
    "logm": linalg.logm,
    "sqrtm": linalg.sqrtm,
    "triangular": lambda A: linalg.solve_triangular(A, A.mT, lower=True),
    "softmax": lambda A: linalg.softmax(A, axis=-1),
}


@pytest.mark.parametrize("f", STACKED.values(), ids=[k.replace(" ", "-") for k in STACKED])
def test_a_stack_is_differentiated_matrix_by_matrix(f, rng):
    A = samples.stack(samples.positive_definite, rng, 3, count=4) + 0.1 * rng.random((4, 3, 3))
    A = np.reshape(A, (2, 2, 3, 3))
    dA = rng.standard_normal(A.shape)
    W = rng.standard_normal(np.shape(f(A)))
    G = mc.gradient(lambda A: np.sum(W * f(A)), A)
    dF = mc.pushforward(f, A, dA)
    H = mc.hessian_vector_product(lambda A: np.sum(W * f(A)), A, dA)
    for k in np.ndindex(2, 2):

        def one(A, k=k):
            return np.sum(W[k] * f(A))

        assert_allclose(G[k], mc.gradient(one, A[k]), rtol=1e-10, atol=1e-11)
        assert_allclose(dF[k], mc.pushforward(f, A[k], dA[k]), rtol=1e-10, atol=1e-11)
        alone = mc.hessian_vector_product(one, A[k], dA[k])
        assert_allclose(H[k], alone, rtol=1e-8, atol=1e-9 * (1 + np.max(np.abs(alone))))


# -- norms ---------------------------------------------------------------------------------


def test_spectral_norm_is_differentiated_by_its_singular_vectors(rng):
    A = samples.with_singular_values(rng, 4, 3, [3.0, 1.0, 1.0])  # the others may be repeated
    U, _, Vt = np.linalg.svd(A)
    assert_allclose(mc.gradient(lambda A: np.linalg.norm(A, 2), A), np.outer(U[:, 0], Vt[0]))
    assert_allclose(
        mc.pushforward(lambda A: np.linalg.norm(A, 2), A, np.ones((4, 3))),
        np.sum(U[:, 0]) * np.sum(Vt[0]),
    )


def test_nuclear_norm_has_a_gradient_at_repeated_singular_values():
    Q = np.array([[0.0, -1.0], [1.0, 0.0]])
    assert_allclose(mc.gradient(lambda A: np.linalg.norm(A, "nuc"), 2 * Q), Q, atol=1e-15)


def test_nuclear_norm_has_the_exact_hessian_at_repeated_singular_values():
    # of a 2 by 2 matrix with positive determinant: √(‖A‖² + 2 det A)
    def exact(A):
        return np.sqrt(np.sum(A * A) + 2 * np.linalg.det(A))

    A = 3 * np.eye(2)
    H = mc.hessian(lambda A: np.linalg.norm(A, "nuc"), A).matrix()
    assert_allclose(H, mc.hessian(exact, A).matrix(), atol=1e-13)


def test_condition_number_of_a_diagonal_matrix():
    # s₁/s₂ at diag(6, 2): ∂₁ = 1/s₂ and ∂₂ = -s₁/s₂²
    G = mc.gradient(np.linalg.cond, np.diag([6.0, 2.0]))
    assert_allclose(G, np.diag([0.5, -1.5]), atol=1e-14)


def test_symmetric_functions_of_repeated_eigenvalues_have_a_gradient(rng):
    Q = samples.orthogonal(rng, 4)
    A = Q @ np.diag([1.0, 2.0, 2.0, 5.0]) @ Q.T
    A = (A + A.T) / 2
    # Σ λ³ = tr A³
    G = mc.gradient(lambda A: np.sum(np.linalg.eigvalsh(A) ** 3), A)
    assert_allclose((G + G.T) / 2, 3 * A @ A, atol=1e-12)
    G = mc.gradient(lambda A: np.sum(np.linalg.svd(A, compute_uv=False) ** 2), A)
    assert_allclose(G, 2 * A, atol=1e-12)
    G = mc.gradient(lambda A: np.linalg.eigh(A)[0][-1], A)  # the repeated ones do not matter
    assert_allclose((G + G.T) / 2, np.outer(Q[:, 3], Q[:, 3]), atol=1e-13)


# -- sharing -------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch):
    """Count the calls of LAPACK's factorisation and inversion, of SuperLU and of Schur."""
    counts = {"dgetrf": 0, "dgetri": 0, "splu": 0, "schur": 0, "svd": 0}

    def count(owner, name):
        real = getattr(owner, name)

        def counting(*args, **kwargs):
            counts[name] += 1
            return real(*args, **kwargs)

        monkeypatch.setattr(owner, name, counting)

    for owner, name in (
        (scipy.linalg.lapack, "dgetrf"),
        (scipy.linalg.lapack, "dgetri"),
        (scipy.sparse.linalg, "splu"),
        (scipy.linalg, "schur"),
        (np.linalg, "svd"),
    ):
        count(owner, name)
    return counts


def trace_and_log_determinant(A):
    return np.trace(np.linalg.inv(A) @ SQUARE) + np.linalg.slogdet(A)[1]


def solve_and_log_determinant(A):
    return b @ np.linalg.solve(A, b) + np.linalg.slogdet(A)[1] + np.linalg.det(A)


@pytest.mark.parametrize("f", [trace_and_log_determinant, solve_and_log_determinant])
def test_one_matrix_is_factorised_and_inverted_once(f, counted):
    mc.gradient(f, SQUARE)
    assert (counted["dgetrf"], counted["dgetri"]) == (1, 1)
    mc.hessian_vector_product(f, SQUARE, np.eye(3))
    assert (counted["dgetrf"], counted["dgetri"]) == (2, 2)


def test_operator_of_a_solve_factorises_once_for_all_applications(counted):
    L = mc.derivative(lambda A, b: np.linalg.solve(A, b), (SQUARE, b))
    for _ in range(3):
        L((np.eye(3), b))
        L.adjoint(b)
    assert (counted["dgetrf"], counted["dgetri"]) == (1, 0)


def test_constant_matrix_is_factorised_once(counted):
    L = mc.derivative(lambda b: np.linalg.solve(SQUARE, np.linalg.solve(SQUARE.T, b)), b)
    assert_allclose(L.matrix(), np.linalg.inv(SQUARE.T @ SQUARE), atol=1e-13)
    L.adjoint(b)
    assert counted["dgetrf"] == 2  # one for each of the two arrays


def test_constant_matrix_may_change_after_the_derivative_was_taken():
    A = SQUARE.copy()
    L = mc.derivative(lambda b: np.linalg.solve(A, b), b)
    expected = np.linalg.solve(SQUARE, b)
    A[:] = 0
    assert_allclose(L(b), expected)


def test_square_root_finds_its_schur_form_once(counted):
    A = samples.positive_definite(np.random.default_rng(3), 4)
    L = mc.derivative(linalg.sqrtm, A)
    before = counted["schur"]
    for _ in range(3):
        L(A)
        L.adjoint(A)
    assert counted["schur"] == before + 1


def test_least_squares_decomposes_once(counted):
    mc.gradient(lambda A: np.sum(np.linalg.lstsq(A, b, rcond=None)[0]), TALL)
    assert counted["svd"] == 1


# -- sparse --------------------------------------------------------------------------------


def tridiagonal(n):
    """Return the places of the entries of a tridiagonal matrix."""
    i = np.arange(n)
    rows = np.concatenate([i[1:], i, i[:-1]])
    return rows, np.concatenate([i[:-1], i, i[1:]])


def test_sparse_solve_agrees_with_the_dense_one(rng):
    rows, cols = tridiagonal(6)
    data, rhs = rng.standard_normal(16) + 4 * (rows == cols), rng.standard_normal((6, 2))

    def by_sparse(data, rhs):
        return linalg.spsolve(linalg.sparse_matrix(data, (rows, cols), (6, 6)), rhs)

    def by_dense(data, rhs):
        places = np.eye(36)[rows * 6 + cols]
        return np.linalg.solve(np.reshape(data @ places, (6, 6)), rhs)

    assert_allclose(by_sparse(data, rhs), by_dense(data, rhs), rtol=1e-12)
    ours, dense = mc.derivative(by_sparse, (data, rhs)), mc.derivative(by_dense, (data, rhs))
    assert_allclose(ours.matrix(), dense.matrix(), atol=1e-12)
    F_bar = rng.standard_normal((6, 2))
    for a, d in zip(ours.adjoint(F_bar), dense.adjoint(F_bar), strict=True):
        assert_allclose(a, d, atol=1e-12)
    f, g = ((lambda d, r, s=s: np.sum(s(d, r) ** 2)) for s in (by_sparse, by_dense))
    H, K = (mc.hessian(s, (data, rhs)).apply((data, rhs)) for s in (f, g))
    for a, d in zip(H, K, strict=True):
        assert_allclose(a, d, atol=1e-11)


def test_adjoint_of_many_parameters_takes_one_sparse_factorisation(counted, rng):
    n, parameters = 50, 400
    rows, cols = tridiagonal(n)
    C = rng.standard_normal((len(rows), parameters)) / parameters
    c = rng.standard_normal(n)

    def g(p):
        A = linalg.sparse_matrix(4.0 * (rows == cols) + C @ p, (rows, cols), (n, n))
        return np.sum(linalg.spsolve(A, c) ** 2)

    p = rng.standard_normal(parameters)
    G = mc.gradient(g, p)
    assert counted["splu"] == 1
    # by hand: x = A⁻¹c, Aᵀλ = 2x, ∂g/∂p = -Σ λ_r x_c C
    A = scipy.linalg.block_diag(np.zeros((n, n)))
    A[rows, cols] = 4.0 * (rows == cols) + C @ p
    x = np.linalg.solve(A, c)
    adjoint = np.linalg.solve(A.T, 2 * x)
    assert_allclose(G, -C.T @ (adjoint[rows] * x[cols]), rtol=1e-11, atol=1e-13)


def test_splu_solves_with_the_transpose_by_the_same_factorisation(counted, rng):
    rows, cols = tridiagonal(5)
    data = rng.standard_normal(13) + 4 * (rows == cols)

    def f(data):
        lu = linalg.splu(linalg.sparse_matrix(data, (rows, cols), (5, 5)))
        return lu.solve(np.ones(5)) @ lu.solve(np.arange(5.0), trans="T")

    A = np.zeros((5, 5))
    A[rows, cols] = data
    X, Y = np.linalg.solve(A, np.ones(5)), np.linalg.solve(A.T, np.arange(5.0))
    assert_allclose(f(data), X @ Y, rtol=1e-12)
    mc.gradient(f, data)
    assert counted["splu"] == 2  # one in the plain call above, one in the gradient


def test_constant_scipy_matrix_solves_a_traced_right_hand_side(rng):
    A = scipy.sparse.csc_array(SQUARE)
    J = mc.jacobian(lambda b: linalg.spsolve(A, b), b)
    assert_allclose(J, np.linalg.inv(SQUARE), atol=1e-14)
    assert_allclose(mc.jacobian(lambda x: linalg.sparse_matrix(A).T @ x, b), SQUARE.T)
    assert_allclose(mc.jacobian(lambda x: x @ linalg.sparse_matrix(A), b), SQUARE.T)
    rows = rng.standard_normal((2, 3))
    assert_allclose(rows @ linalg.sparse_matrix(A), rows @ SQUARE, atol=1e-14)


# -- SciPy's names -------------------------------------------------------------------------

P = np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])
SCIPY = {
    "cho_solve": lambda m: m.cho_solve(m.cho_factor(P), b),
    "cho_solve lower": lambda m: m.cho_solve(m.cho_factor(P, lower=True), b),
    "cho_factor": lambda m: np.triu(m.cho_factor(P)[0]),
    "expm": lambda m: m.expm(SQUARE),
    "logm": lambda m: m.logm(P),
    "sqrtm": lambda m: m.sqrtm(P),
    "lu_factor": lambda m: m.lu_factor(SQUARE)[0],
    "pivots": lambda m: m.lu_factor(SQUARE)[1],
    "lu_solve": lambda m: m.lu_solve(m.lu_factor(SQUARE), np.outer(b, b)),
    "lu_solve transposed": lambda m: m.lu_solve(m.lu_factor(SQUARE), b, trans=1),
    "solve_triangular": lambda m: m.solve_triangular(P, b, trans="T", lower=True),
    "unit diagonal": lambda m: m.solve_triangular(P, P, unit_diagonal=True),
    "solve_sylvester": lambda m: m.solve_sylvester(SQUARE, P, P),
}
SPECIAL = {
    "logsumexp": lambda m: m.logsumexp(P, axis=1, b=[1.0, 2.0, 3.0], keepdims=True),
    "expit": lambda m: m.expit(P),
    "softmax": lambda m: m.softmax(P, axis=0),
    "log_softmax": lambda m: m.log_softmax(P, axis=-1),
}


@pytest.mark.parametrize("f", SCIPY.values(), ids=[k.replace(" ", "-") for k in SCIPY])
def test_plain_arrays_give_what_scipy_linalg_gives(f):
    ours = f(linalg)
    assert type(ours) is np.ndarray
    assert_allclose(ours, f(scipy.linalg), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("f", SPECIAL.values(), ids=SPECIAL)
def test_plain_arrays_give_what_scipy_special_gives(f):
    assert_allclose(f(linalg), f(scipy.special), rtol=1e-14)


def test_softmax_is_the_gradient_of_logsumexp(rng):
    x = rng.standard_normal(5) * 300
    assert_allclose(mc.gradient(linalg.logsumexp, x), scipy.special.softmax(x), atol=1e-15)
    J = mc.jacobian(linalg.log_softmax, x)
    p = scipy.special.softmax(x)
    assert_allclose(J, np.eye(5) - p, atol=1e-12)


@pytest.mark.parametrize("name", linalg.DIFFERENTIABLE)
def test_every_replacement_has_scipys_name(name):
    homes = (scipy.linalg, scipy.special, scipy.sparse.linalg)
    assert any(hasattr(home, name) for home in homes)


def test_scipy_itself_is_refused_naming_the_replacement():
    with pytest.raises(NoRuleError, match=r"mcalclib\.linalg\.expm .* solve_sylvester"):
        mc.gradient(lambda A: np.sum(scipy.linalg.expm(A)), SQUARE)


# -- refusals ------------------------------------------------------------------------------

DEFICIENT = np.array([[1.0, 2.0], [2.0, 4.0], [0.0, 0.0]])
JORDAN = np.array([[2.0, 1.0], [0.0, 2.0]])
ROTATION = np.array([[0.0, -1.0], [1.0, 0.0]])


def total(*parts):
    return sum(np.sum(np.real(part)) for part in parts)


def weighted(v):
    return np.sum(np.arange(1.0, v.shape[-1] + 1) * v)


REFUSED = {
    "singular inverse": (
        lambda A: np.sum(np.linalg.inv(A)), np.ones((2, 2)), DomainError,
        r"inv: the 2 by 2 matrix is singular .* invertible"),
    "singular solve": (
        lambda A: np.sum(np.linalg.solve(A, np.ones(2))), np.ones((2, 2)), DomainError,
        "solve: the 2 by 2 matrix is singular"),
    "singular stack": (
        lambda A: np.sum(np.linalg.solve(A, np.ones((2, 2, 1)))), np.ones((2, 2, 2)), DomainError,
        "linear solve .* an invertible matrix"),
    "solve of a wide matrix": (
        lambda A: np.sum(np.linalg.solve(A, np.ones(2))), np.ones((2, 3)), ShapeError,
        r"solve: expected a square matrix, got shape \(2, 3\)"),
    "solve with too few rows": (
        lambda A: np.sum(np.linalg.solve(A, np.ones(2))), np.eye(3), ShapeError,
        "solve: A has 3 rows"),
    "log det of a singular matrix": (
        lambda A: np.linalg.slogdet(A)[1], np.ones((3, 3)), DomainError, "slogdet: .* singular"),
    "complex slogdet": (
        lambda A: np.linalg.slogdet(A + 1j)[1], np.eye(2), DtypeError, "slogdet: .* real matrices"),
    "fractional power": (
        lambda A: np.sum(np.linalg.matrix_power(A, 0.5)), np.eye(2), DtypeError,
        r"matrix_power: .* integer, got 0\.5; .*sqrtm"),
    "rank-deficient pinv": (
        lambda A: np.sum(np.linalg.pinv(A)), DEFICIENT, NotDifferentiableError,
        "pinv: the 3 by 2 matrix has rank 1 .* full rank 2"),
    "pinv with a cutoff": (
        lambda A: np.sum(np.linalg.pinv(A, rcond=0.5)), np.diag([3.0, 1.0]),
        NotDifferentiableError, "pinv: the 2 by 2 matrix has rank 1"),
    "hermitian pinv": (
        lambda A: np.sum(np.linalg.pinv(A, hermitian=True)), np.eye(2), NoRuleError,
        "hermitian=True"),
    "rank-deficient lstsq": (
        lambda A: np.sum(np.linalg.lstsq(A, np.ones(3), rcond=None)[0]), DEFICIENT,
        NotDifferentiableError, "lstsq: .* has rank 1 .* full rank"),
    "lstsq with too few rows": (
        lambda A: np.sum(np.linalg.lstsq(A, np.ones(2), rcond=None)[0]), TALL, ShapeError,
        r"lstsq: a has shape \(3, 2\)"),
    "indefinite cholesky": (
        lambda A: np.sum(np.linalg.cholesky(A)), np.diag([1.0, -1.0]), DomainError,
        "not positive definite.* a positive definite matrix"),
    "dependent columns under qr": (
        lambda A: np.sum(np.linalg.qr(A).R), DEFICIENT, NotDifferentiableError,
        "qr: column 1 .* combination of the columns before it"),
    "dependent front columns of a wide qr": (
        lambda A: np.sum(np.linalg.qr(A).R), np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 0.0]]),
        NotDifferentiableError, "qr: column 1 .* first 2 columns independent"),
    "raw qr": (
        lambda A: np.sum(np.linalg.qr(A, mode="raw")[0]), np.eye(2), NoRuleError,
        "qr: mode 'raw'"),
    "full svd of a tall matrix": (
        lambda A: np.sum(np.linalg.svd(A)[0]), TALL, NoRuleError, "full_matrices=False"),
    "repeated singular values": (
        lambda A: np.sum(np.linalg.svd(A)[0]), np.eye(2), NotDifferentiableError,
        r"svd: singular values 0 and 1 .* repeated: 1 and 1, gap 0"),
    "singular values told apart": (
        lambda A: weighted(np.linalg.svd(A, compute_uv=False)), np.eye(2), NotDifferentiableError,
        "svd: singular values 0 and 1 .* nuclear norm"),
    "zero singular value": (
        lambda A: np.sum(np.linalg.svdvals(A)), DEFICIENT, NotDifferentiableError,
        "svd: a singular value is 0"),
    "vectors of a zero singular value": (
        lambda A: np.sum(np.linalg.svd(A, full_matrices=False)[2]), DEFICIENT,
        NotDifferentiableError, "svd: a singular value is 0"),
    "hermitian svd": (
        lambda A: np.sum(np.linalg.svd(A, hermitian=True)[1]), np.eye(2), NoRuleError,
        "hermitian=True"),
    "repeated eigenvalue of eigh": (
        lambda A: np.sum(np.linalg.eigh(A)[1]), np.diag([1.0, 2.0, 2.0]), NotDifferentiableError,
        "eigh: eigenvalues 1 and 2 .* repeated: 2 and 2, gap 0"),
    "nearly repeated eigenvalue of eigh": (
        lambda A: np.sum(np.linalg.eigh(A)[1]), np.diag([1.0, 2.0, 2.0 + 1e-9]),
        NotDifferentiableError, r"gap 1e-09"),
    "eigenvalues told apart": (
        lambda A: np.linalg.eigvalsh(A)[0], np.eye(2), NotDifferentiableError,
        "eigvalsh: eigenvalues 0 and 1 .* symmetric in them"),
    "defective eig": (
        lambda A: total(np.linalg.eig(A)[1]), JORDAN, NotDifferentiableError,
        "eig: eigenvalues 0 and 1 .* repeated"),
    "defective eigvals": (
        lambda A: total(np.linalg.eigvals(A)), JORDAN, NotDifferentiableError,
        "eigvals: eigenvalues 0 and 1 .* repeated"),
    "nearly defective eig": (
        lambda A: total(np.linalg.eigvals(A)), np.array([[2.0, 1.0], [1e-14, 2.0]]),
        NotDifferentiableError, "eigvals: the eigenvectors are nearly dependent .* defective"),
    "tied largest components": (
        lambda A: total(np.linalg.eig(A)[1]), ROTATION, NotDifferentiableError,
        "eig: eigenvector 0 .* two largest components"),
    "complex eigh": (
        lambda A: np.sum(np.linalg.eigvalsh(A * (1 + 0j))), np.eye(2), DtypeError,
        "eigvalsh: .* real matrices only"),
    "zero vector": (
        np.linalg.norm, np.zeros(3), NotDifferentiableError, "kink at 0"),
    "zero matrix": (
        np.linalg.norm, np.zeros((2, 2)), NotDifferentiableError, "Euclidean norm .* kink at 0"),
    "zero entry in the 1-norm": (
        lambda x: np.linalg.norm(x, 1), np.array([1.0, 0.0]), NotDifferentiableError,
        r"1-norm has a kink where an entry is 0, as entry \(1,\)"),
    "zero vector in the 3-norm": (
        lambda x: np.linalg.norm(x, 3), np.zeros(2), NotDifferentiableError, "3-norm has a kink"),
    "count of entries": (
        lambda x: np.linalg.norm(x, 0), np.ones(2), NoRuleError, "ord=0"),
    "tie in the maximum norm": (
        lambda x: np.linalg.norm(x, np.inf), np.array([2.0, -2.0]), NotDifferentiableError,
        "largest together"),
    "tie of column sums": (
        lambda A: np.linalg.norm(A, 1), np.array([[1.0, 2.0], [3.0, 2.0]]), NotDifferentiableError,
        "largest together"),
    "zero entry in the largest row sum": (
        lambda A: np.linalg.norm(A, np.inf), np.array([[5.0, 0.0], [1.0, 2.0]]),
        NotDifferentiableError, "largest sum is 0"),
    "repeated largest singular value": (
        lambda A: np.linalg.norm(A, 2), np.eye(3), NotDifferentiableError,
        "largest singular value 1 is repeated"),
    "smallest singular value 0": (
        lambda A: np.linalg.norm(A, -2), np.ones((2, 2)), NotDifferentiableError,
        "smallest singular value is 0"),
    "nuclear norm at lower rank": (
        lambda A: np.linalg.norm(A, "nuc"), DEFICIENT, NotDifferentiableError,
        "nuclear norm has a kink"),
    "unknown matrix norm": (
        lambda A: np.linalg.norm(A, 3), np.eye(2), NoRuleError, "ord=3 of a matrix"),
    "norm of a stack without axis": (
        lambda A: np.linalg.norm(A, 2), np.ones((2, 2, 2)), ShapeError, "one or two axes"),
    "condition number of a singular matrix": (
        np.linalg.cond, np.ones((2, 2)), NotDifferentiableError, "smallest singular value is 0"),
    "root of a negative eigenvalue": (
        lambda A: np.sum(linalg.sqrtm(A)), np.diag([1.0, -4.0]), DomainError,
        "sqrtm: the matrix has the eigenvalue -4"),
    "root at a singular matrix": (
        lambda A: np.sum(linalg.sqrtm(A)), np.diag([1.0, 0.0]), DomainError,
        "sqrtm: the matrix has the eigenvalue 0"),
    "logarithm of a negative eigenvalue": (
        lambda A: np.sum(linalg.logm(A)), np.diag([1.0, -4.0]), DomainError,
        "logm: the matrix has the eigenvalue -4"),
    "exponential of a wide matrix": (
        lambda A: np.sum(linalg.expm(A)), np.ones((2, 3)), ShapeError,
        r"expm: expected a square matrix, got shape \(2, 3\)"),
    "common eigenvalue": (
        lambda A: np.sum(linalg.solve_sylvester(A, -A, np.ones((2, 2)))), np.diag([1.0, 2.0]),
        DomainError, "solve_sylvester: a and -b have a common eigenvalue"),
    "shapes of a Sylvester equation": (
        lambda A: np.sum(linalg.solve_sylvester(A, A, np.ones((2, 3)))), np.eye(2), ShapeError,
        r"solve_sylvester: .* got shapes \(2, 2\), \(2, 2\) and \(2, 3\)"),
    "zero on a triangular diagonal": (
        lambda A: np.sum(linalg.solve_triangular(A, np.ones(2))), np.diag([1.0, 0.0]), DomainError,
        "triangular solve .* without a zero on its diagonal"),
    "conjugate transpose": (
        lambda A: np.sum(linalg.solve_triangular(A, np.ones(2), trans="C")), np.eye(2), ShapeError,
        "trans must be"),
    "singular lu": (
        lambda A: np.sum(linalg.lu_factor(A)[0]), np.ones((2, 2)), DomainError,
        "lu_factor: the 2 by 2 matrix is singular"),
    "sign of a sum": (
        lambda x: linalg.logsumexp(x, return_sign=True)[0], np.ones(2), NoRuleError, "return_sign"),
    "traced weights": (
        lambda x: linalg.logsumexp(x, b=x), np.ones(2), NoRuleError, "argument `b`"),
    "singular sparse matrix": (
        lambda d: np.sum(linalg.spsolve(linalg.sparse_matrix(d, ([0, 1], [0, 1]), (2, 2)),
                                        np.ones(2))),
        np.array([1.0, 0.0]), DomainError, "spsolve: the 2 by 2 sparse matrix is singular"),
    "sparse solve of a wide matrix": (
        lambda d: np.sum(linalg.spsolve(linalg.sparse_matrix(d, ([0, 1], [0, 2]), (2, 3)),
                                        np.ones(2))),
        np.ones(2), ShapeError, r"spsolve: expected a square matrix, got shape \(2, 3\)"),
    "sparse solve with too few rows": (
        lambda d: np.sum(linalg.spsolve(linalg.sparse_matrix(d, ([0, 1], [0, 1]), (2, 2)),
                                        np.ones(3))),
        np.ones(2), ShapeError, r"right-hand side \(3,\)"),
    "sparse solve of a dense matrix": (
        lambda A: np.sum(linalg.spsolve(A, np.ones(2))), np.eye(2), NoRuleError,
        "sparse_matrix, or use np.linalg.solve"),
    "places outside a sparse matrix": (
        lambda d: np.sum(linalg.sparse_matrix(d, ([0, 1], [0, 2]), (2, 2)) @ np.ones(2)),
        np.ones(2), ShapeError, "a column index lies outside 0, ..., 1"),
    "entries without places": (
        lambda d: np.sum(linalg.sparse_matrix(d, ([0], [0]), (2, 2)) @ np.ones(2)), np.ones(2),
        ShapeError, "vectors of one length"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("f", "X", "error", "message"), REFUSED.values(), ids=[k.replace(" ", "-") for k in REFUSED]
)
def test_points_without_a_derivative_are_refused_by_name(f, X, error, message):
    with pytest.raises(error, match=message):
        mc.gradient(f, X)


@pytest.mark.parametrize(
    ("f", "X", "message"),
    [
        (np.linalg.eigvalsh, np.eye(2), "eigvalsh: eigenvalues 0 and 1"),
        (np.linalg.svdvals, np.eye(2), "svd: singular values 0 and 1"),
        (np.linalg.svdvals, np.diag([1.0, 0.0]), "svd: a singular value is 0"),
        (lambda A: np.linalg.eigh(A)[1], np.eye(2), "eigh: eigenvalues 0 and 1"),
        (np.linalg.norm, np.zeros(2), "kink at 0"),
        (lambda A: np.linalg.norm(A, 2), np.eye(2), "repeated"),
    ],
)
def test_pushforward_refuses_the_same_points(f, X, message):
    with pytest.raises(NotDifferentiableError, match=message):
        mc.pushforward(f, X, np.ones(X.shape))


def test_second_derivative_is_refused_where_only_the_first_exists():
    # Σ λ² has a gradient at I, by the symmetry of the sum; the eigenvectors have none.
    def f(A):
        return np.sum(np.linalg.eigvalsh(A) ** 2)

    assert_allclose(mc.gradient(f, np.eye(2)), 2 * np.eye(2))
    with pytest.raises(NotDifferentiableError, match="eigvalsh: eigenvalues 0 and 1"):
        mc.hessian(f, np.eye(2)).matrix()
