"""Derivatives of plain NumPy code against closed forms, autograd and complex steps."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.errors import DomainError, DtypeError, NoRuleError, NotDifferentiableError, ShapeError

# The same code for both: `xp` is NumPy for us and autograd's NumPy for the witness.
FUNCTIONS = {
    "quadratic form": (lambda xp, X: xp.sum(X[0] @ X @ X[1]), (3, 3)),
    "trace of inverse": (lambda xp, X: xp.trace(xp.linalg.inv(X + 4 * xp.eye(3))), (3, 3)),
    "log-sum-exp": (lambda xp, X: xp.log(xp.sum(xp.exp(X @ X.T))), (3, 2)),
    "two layers": (lambda xp, X: xp.sum(xp.tanh(xp.tanh(X @ X.T) @ X) ** 2), (4, 2)),
    "determinant": (lambda xp, X: xp.linalg.det(X @ X.T + xp.eye(3)), (3, 4)),
    "slices": (lambda xp, X: xp.sum(X[1:, ::2] * X[:-1, ::2] ** 3), (4, 4)),
    "mean and variance": (lambda xp, X: xp.var(X, axis=0) @ xp.mean(X, axis=0), (5, 3)),
    "einsum": (lambda xp, X: xp.einsum("ij,jk,ik->", X, X, X), (3, 3)),
    "quotient": (lambda xp, X: xp.sum(X / (1 + X.T**2)) / (2 + xp.sum(X) ** 2), (3, 3)),
    "loop": (lambda xp, X: sum((k + 1) * xp.sum(X[k] * X[k - 1]) for k in range(3)), (3, 3)),
}
every_function = pytest.mark.parametrize(
    ("f", "shape"), FUNCTIONS.values(), ids=[name.replace(" ", "-") for name in FUNCTIONS]
)


@every_function
def test_gradient_agrees_with_autograd(f, shape, rng):
    X = rng.standard_normal(shape)
    ours = mc.gradient(lambda X: f(np, X), X)
    assert_allclose(ours, autograd.grad(lambda X: f(anp, X))(X), rtol=1e-11, atol=1e-12)


@every_function
def test_hessian_vector_product_agrees_with_autograd(f, shape, rng):
    X, dX = rng.standard_normal(shape), rng.standard_normal(shape)
    ours = mc.hessian_vector_product(lambda X: f(np, X), X, dX)
    theirs = autograd.hessian_vector_product(lambda X: f(anp, X))(X, dX)
    assert_allclose(ours, theirs, rtol=1e-10, atol=1e-11)


@every_function
def test_pushforward_is_the_gradient_applied(f, shape, rng):
    X, dX = rng.standard_normal(shape), rng.standard_normal(shape)
    ours = mc.pushforward(lambda X: f(np, X), X, dX)
    assert_allclose(ours, np.sum(autograd.grad(lambda X: f(anp, X))(X) * dX), rtol=1e-10)


@every_function
def test_hessian_is_symmetric_and_pairs_its_operator(f, shape, rng):
    X, dX, dY = rng.standard_normal((3, *shape))
    H = mc.hessian(lambda X: f(np, X), X)
    M = H.matrix()
    assert_allclose(M, M.T, rtol=1e-9, atol=1e-10)
    value = np.ravel(dX, order="F") @ M @ np.ravel(dY, order="F")
    assert_allclose(H(dX, dY), value, rtol=1e-9)
    assert_allclose(np.sum(H.apply(dX) * dY), value, rtol=1e-9)


def test_third_derivative_by_nested_pushforwards(rng):
    x, u, v, w = rng.standard_normal((4, 3))
    third = mc.pushforward(lambda x: np.sum(np.exp(x) * x), x, u, v, w)
    # d³/dx³ of x e^x is (x + 3) e^x
    assert_allclose(third, np.sum((x + 3) * np.exp(x) * u * v * w), rtol=1e-12)


def test_second_derivative_of_a_matrix_function_is_bilinear(rng):
    A, H, K = rng.standard_normal((3, 3, 3))
    D2 = mc.hessian(lambda A: A @ A, A)
    assert_allclose(D2(H, K), H @ K + K @ H, rtol=1e-12)
    with pytest.raises(ShapeError, match="scalar function only"):
        D2.matrix()


def test_derivatives_by_several_arguments_and_trees(rng):
    A, x = rng.standard_normal((3, 3)), rng.standard_normal(3)
    f = lambda A, x: x @ A @ x
    GA, gx = mc.gradient(f, (A, x))
    assert_allclose(GA, np.outer(x, x), rtol=1e-13)
    assert_allclose(gx, (A + A.T) @ x, rtol=1e-13)
    assert_allclose(mc.gradient(f, (A, x), wrt=1), gx)
    assert_allclose(mc.gradient(f, (A, x), wrt="x"), gx)
    (only,) = mc.gradient(f, (A, x), wrt=(1,))
    assert_allclose(only, gx)
    tree = mc.gradient(lambda p: f(p["A"], p["more"][0]), {"A": A, "more": [x]})
    assert_allclose(tree["A"], GA)
    assert_allclose(tree["more"][0], gx)


def test_function_of_several_results(rng):
    A = rng.standard_normal((3, 3))
    L = mc.derivative(lambda A: (A @ A, np.trace(A)), A)
    dA = rng.standard_normal((3, 3))
    square, trace = L(dA)
    assert_allclose(square, dA @ A + A @ dA, rtol=1e-13)
    assert_allclose(trace, np.trace(dA), rtol=1e-13)
    assert L.out_shape == ((3, 3), ())
    pulled = L.adjoint((np.eye(3), 2.0))
    assert_allclose(pulled, 2 * A.T + 2 * np.eye(3), rtol=1e-13)


def test_constant_results_have_derivative_zero(rng):
    A = rng.standard_normal((2, 2))
    assert_allclose(mc.gradient(lambda A: 3.0, A), np.zeros((2, 2)))
    assert_allclose(mc.pushforward(lambda A: np.eye(2), A, A), np.zeros((2, 2)))
    assert_allclose(mc.gradient(lambda A: np.sum(np.sign(A)), A), np.zeros((2, 2)))


def test_jacobian_is_column_major_and_the_shorter_way_is_the_same(rng):
    A, x = rng.standard_normal((3, 3)), rng.standard_normal(3)
    I = np.eye(3)
    assert_allclose(mc.jacobian(np.transpose, A), mc.commutation_matrix(3, 3), atol=1e-15)
    assert_allclose(mc.jacobian(lambda A: A @ x, A), np.kron(x, I), rtol=1e-14)
    assert_allclose(mc.jacobian(lambda x: A @ x, x), A, rtol=1e-14)
    wide = mc.jacobian(lambda A: np.stack([np.trace(A), np.sum(A)]), A)
    assert_allclose(wide, np.stack([I.ravel(), np.ones(9)]), rtol=1e-14)


def test_weighted_gradient_represents_the_same_derivative(rng):
    B = rng.standard_normal((4, 4))
    W = B @ B.T + 4 * np.eye(4)
    X, dX = rng.standard_normal((2, 2, 2))
    f = lambda X: np.sum(np.exp(X) @ X)
    G = mc.gradient(f, X, inner=W)
    pairing = np.ravel(G, order="F") @ W @ np.ravel(dX, order="F")
    assert_allclose(pairing, mc.pushforward(f, X, dX), rtol=1e-11)
    H = mc.hessian(f, X, inner=W)
    plain = mc.hessian(f, X)
    assert_allclose(H.matrix(), plain.matrix(), rtol=1e-9, atol=1e-10)
    assert_allclose(H.operator.matrix(), np.linalg.solve(W, plain.matrix()), rtol=1e-9, atol=1e-10)
    assert_allclose(H.operator.adjoint.matrix(), H.operator.matrix(), rtol=1e-8, atol=1e-10)


def test_symmetric_variable_projects_the_gradient(rng):
    B = rng.standard_normal((3, 3))
    S = B + B.T
    C = rng.standard_normal((3, 3))
    G = mc.gradient(lambda A: np.trace(C @ A), S, symmetric=True)
    assert_allclose(G, (C + C.T) / 2, rtol=1e-13)


def test_symmetric_variable_in_vech_coordinates(rng):
    B = rng.standard_normal((3, 3))
    S = B + B.T
    vech = lambda A: np.concatenate([A[j:, j] for j in range(3)])
    basis = []
    for j in range(3):
        for i in range(j, 3):
            E = np.zeros((3, 3))
            E[i, j] = E[j, i] = 1.0
            basis.append(E)
    J = mc.jacobian(lambda A: A @ A, S, symmetric=True)
    dS = sum(c * E for c, E in zip(rng.standard_normal(6), basis, strict=True))
    assert_allclose(J @ vech(dS), np.ravel(dS @ S + S @ dS, order="F"), rtol=1e-12, atol=1e-12)
    row = mc.jacobian(lambda A: np.trace(A @ A @ A), S, symmetric=True)
    assert_allclose(row, [[3 * np.sum(S @ S * E) for E in basis]], rtol=1e-12)
    H = mc.hessian(lambda A: np.trace(A @ A @ A), S, symmetric=True).matrix()
    expected = [[3 * np.trace(E @ F @ S + F @ E @ S) for F in basis] for E in basis]
    assert_allclose(H, expected, rtol=1e-11, atol=1e-11)


def test_symmetric_derivative_has_the_norm_of_its_space(rng):
    # A -> tr(C A) on symmetric matrices has norm |sym C|, on all matrices |C|
    C = rng.standard_normal((3, 3))
    L = mc.derivative(lambda A: np.trace(C @ A), np.eye(3), symmetric=True)
    assert_allclose(L.norm(), np.linalg.norm((C + C.T) / 2), rtol=1e-12)
    assert repr(L) == "LinearOperator f'(X): symmetric (3, 3) -> ()"


def test_chain_rule_is_composition(rng):
    A = rng.standard_normal((3, 3)) + 4 * np.eye(3)
    outer = mc.derivative(lambda B: B @ B, np.linalg.inv(A))
    inner = mc.derivative(np.linalg.inv, A)
    whole = mc.derivative(lambda A: np.linalg.inv(A) @ np.linalg.inv(A), A)
    assert_allclose((outer @ inner).matrix(), whole.matrix(), rtol=1e-11)


def test_operator_outlives_changes_to_the_point(rng):
    A, dA = rng.standard_normal((2, 3, 3))
    L = mc.derivative(lambda A: np.linalg.inv(A) @ A @ A, A)
    before = L(dA)
    A[:] = 0.0
    assert_allclose(L(dA), before)


def test_work_is_not_kept_for_an_array_that_changed(rng):
    A = rng.standard_normal((3, 3)) + 4 * np.eye(3)
    f = lambda A: np.trace(np.linalg.inv(A))
    first = mc.gradient(f, A)
    A *= 2
    assert_allclose(mc.gradient(f, A), first / 4, rtol=1e-12)


def test_constant_matrix_is_not_kept_when_it_changes(rng):
    C = rng.standard_normal((3, 3)) + 4 * np.eye(3)
    X = rng.standard_normal((3, 3))
    f = lambda X: np.sum(np.linalg.inv(C) @ X) + np.sum(np.linalg.solve(C, X))
    before = mc.gradient(f, X)
    C *= 2
    assert_allclose(mc.gradient(f, X), before / 2, rtol=1e-12)


def test_gradients_returned_are_the_callers_own(rng):
    x = rng.standard_normal(3)
    a, b = mc.gradient(lambda a, b: np.sum(a + b), (x, x))
    a[0] = 7.0
    assert_allclose(b, np.ones(3))
    F_bar = np.ones(3)
    mc.pullback(lambda x: x + 0.0, x, F_bar)[0] = 7.0
    assert_allclose(F_bar, np.ones(3))


def test_complex_numbers_inside_are_differentiated(rng):
    A = rng.standard_normal((3, 3))

    def f(x):
        z = np.exp(1j * x) @ A
        return np.sum(np.abs(z) ** 2) + np.sum(np.real(z) * np.imag(z))

    x = rng.standard_normal(3)
    G = mc.gradient(f, x)
    for i, e in enumerate(np.eye(3)):
        assert_allclose(G[i], (f(x + 1e-6 * e) - f(x - 1e-6 * e)) / 2e-6, rtol=1e-7)


def test_python_control_flow_follows_the_point():
    f = lambda x: x[0] ** 2 if x[0] > x[1] else x[1] ** 3
    assert_allclose(mc.gradient(f, np.array([3.0, 2.0])), [6.0, 0.0])
    assert_allclose(mc.gradient(f, np.array([1.0, 2.0])), [0.0, 12.0])


def test_trace_of_a_product_in_every_use(rng):
    A, B = rng.standard_normal((3, 4)), rng.standard_normal((4, 3))
    f = lambda A, B: np.trace(A @ B)
    GA, GB = mc.gradient(f, (A, B))
    assert_allclose(GA, B.T)
    assert_allclose(GB, A.T)
    assert_allclose(mc.hessian(lambda A: np.trace(A @ A.T), A).matrix(), 2 * np.eye(12))
    # a product that is used for itself as well is right too
    twice = mc.gradient(lambda A: np.trace(A @ B) + np.sum(A @ B), A)
    assert_allclose(twice, B.T + np.ones((3, 3)) @ B.T, rtol=1e-13)


REFUSALS = [
    (lambda x: np.log(x - 2).sum(), np.ones(2), DomainError, "logarithm of entries"),
    (lambda x: np.sqrt(x - 1).sum(), np.ones(2), NotDifferentiableError, "infinite or undefined"),
    (lambda x: np.abs(x).sum(), np.array([1.0, 0.0]), NotDifferentiableError, "np.abs"),
    (lambda x: np.maximum(x, 1.0).sum(), np.ones(2), NotDifferentiableError, "np.maximum"),
    (lambda x: np.max(x), np.ones(2), NotDifferentiableError, "largest together"),
    (lambda x: np.sign(x).sum(), np.zeros(2), NotDifferentiableError, "np.sign"),
    (lambda x: np.fft.fft(x).real.sum(), np.ones(2), NoRuleError, "np.fft"),
    (lambda x: np.unwrap(x).sum(), np.ones(2), NoRuleError, "np.unwrap"),
    (lambda x: np.array([x[0], x[1]]).sum(), np.ones(2), NoRuleError, "np.stack"),
    (lambda x: float(x[0]), np.ones(2), NoRuleError, "float"),
    (lambda x: __import__("math").exp(x[0]), np.ones(2), NoRuleError, "np.exp, not math.exp"),
    (lambda x: np.ones(3) @ x, np.ones(2), ShapeError, r"shape \(3,\), shape \(2,\)"),
    (lambda x: x, np.ones(2), ShapeError, r"array of shape \(2,\)"),
    (lambda x: (x.sum(), x.sum()), np.ones(2), ShapeError, "2 arrays"),
    (lambda x: np.exp(1j * x).sum(), np.ones(2), DtypeError, "np.real"),
    (lambda x: x.sum(), np.ones(2, dtype=int), DtypeError, "int64"),
    (lambda x: x.sum(), np.array([1.0, np.nan]), DomainError, r"entry \(1,\) is nan"),
    (lambda x: x.sum(), np.array([1.0, np.inf]), DomainError, "inf"),
    (lambda x: x.sum(), np.array([1, "a"], dtype=object), DtypeError, "object"),
    (lambda x: np.linalg.inv(x)[0, 0], np.ones((2, 2)), DomainError, "singular"),
    (lambda x: np.linalg.inv(x)[0, 0], np.ones((2, 3)), ShapeError, "square"),
    (lambda x: np.power(x, 0.5).sum(), -np.ones(2), DomainError, "negative base"),
    (lambda x: np.sum(x, dtype=np.float32), np.ones(2), NoRuleError, "dtype"),
    (lambda x: np.add.reduce(x), np.ones(2), NoRuleError, "np.sum"),
]  # fmt: skip


@pytest.mark.parametrize(("f", "point", "error", "words"), REFUSALS)
def test_undefined_points_and_unsupported_code_are_refused_by_name(f, point, error, words):
    with pytest.raises(error, match=words):
        mc.gradient(f, point)


def test_writing_into_arrays_is_refused(rng):
    x = rng.standard_normal(3)

    def assigns(x):
        y = np.zeros(3)
        y[0] = x[0]
        return np.sum(y)

    def assigns_to_traced(x):
        x[0] = 1.0
        return np.sum(x)

    def adds_in_place(x):
        total = np.zeros(3)
        total += x
        return np.sum(total)

    def adds_to_traced(x):
        y = 2 * x
        y += x
        return np.sum(y)

    for f in (assigns, assigns_to_traced, adds_in_place, adds_to_traced):
        with pytest.raises(NoRuleError, match="np.stack|A = A \\+ B"):
            mc.gradient(f, x)

    def sums_a_scalar(x):
        total = 0.0
        for entry in x:
            total += entry**2
        return total

    assert_allclose(mc.gradient(sums_a_scalar, x), 2 * x)


def test_unsupported_function_names_the_nearest_supported(rng):
    with pytest.raises(NoRuleError, match=r"np\.nancumsum; the nearest with a rule: np\.cumsum"):
        mc.gradient(lambda x: np.sum(np.nancumsum(x)), rng.standard_normal(3))


def test_wrong_tangents_and_choices_are_refused(rng):
    x = rng.standard_normal(3)
    with pytest.raises(ShapeError, match=r"expected shape \(3,\), got \(2,\)"):
        mc.pushforward(np.sin, x, np.ones(2))
    with pytest.raises(ShapeError, match="cotangent"):
        mc.pullback(np.sin, x, np.ones(2))
    with pytest.raises(ShapeError, match="at least one tangent"):
        mc.pushforward(np.sin, x)
    with pytest.raises(ShapeError, match="wrt=2"):
        mc.gradient(lambda a, b: a @ b, (x, x), wrt=2)
    with pytest.raises(ShapeError, match="wrt='c'"):
        mc.gradient(lambda a, b: a @ b, (x, x), wrt="c")
    with pytest.raises(DomainError, match="symmetric"):
        mc.gradient(np.trace, rng.standard_normal((3, 3)), symmetric=True)
    with pytest.raises(ShapeError, match="square"):
        mc.gradient(np.sum, x, symmetric=True)


def test_second_derivatives_find_the_argument_by_name(rng):
    A, x, dx = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)

    def f(A, x):
        return x @ A @ x

    H = A + A.T
    assert_allclose(mc.hessian(f, (A, x), wrt="x").apply(dx), H @ dx)
    assert_allclose(mc.hessian_vector_product(f, (A, x), dx, wrt="x"), H @ dx)
    assert_allclose(mc.pushforward(f, (A, x), dx, dx, wrt="x"), dx @ H @ dx)
