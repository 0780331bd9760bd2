"""The witness accepts right derivatives, refutes wrong ones, and says what it was given."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.errors import DomainError, DtypeError, NotDifferentiableError, ShapeError
from mcalclib.verify import frechet_slope

A = np.array([[2.0, 1.0, 0.0], [-1.0, 3.0, 0.5], [0.3, 0.0, 1.5]])
B = np.array([[1.0, 0.2, -0.4], [0.7, 1.0, 2.0], [0.0, -1.0, 0.5]])
x = np.array([1.0, -2.0, 0.5])
F = np.linalg.inv(A)


def quadratic(v):
    return v @ A @ v


# ---------------------------------------------------------------- differences


@pytest.mark.parametrize(
    ("f", "slope"),
    [(np.exp, np.e), (np.sin, np.cos(1.0)), (lambda t: t**5, 5.0), (np.log, 1.0)],
    ids=["exp", "sin", "power", "log"],
)
def test_central_difference_meets_derivatives_known_from_calculus(f, slope):
    # ε^(2/3) is 4e-11; the third derivatives here are up to 60.
    assert_allclose(mc.central_difference(f, 1.0, 1.0), slope, rtol=1e-8)


def test_central_difference_with_a_step_is_the_textbook_formula():
    h = 0.25
    expected = (np.exp(1 + h) - np.exp(1 - h)) / (2 * h)
    assert mc.central_difference(np.exp, 1.0, 1.0, step=h) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (1, 1), (5,), ()])
def test_central_difference_keeps_shapes(shape):
    rng = np.random.default_rng(3)
    X, dX = rng.standard_normal(shape), rng.standard_normal(shape)
    dF = mc.central_difference(lambda X: X**2, X, dX)
    assert np.shape(dF) == shape
    assert_allclose(dF, 2 * X * dX, rtol=1e-7, atol=1e-9)


def test_central_difference_is_right_next_to_a_singular_matrix():
    # Condition number 1e6: a fixed step 6e-6 would jump over the singular matrix.
    X = np.diag([1.0, 1.0, 1e-6])
    dF = mc.central_difference(np.linalg.inv, X, np.diag([0.0, 0.0, 1.0]))
    assert_allclose(dF[2, 2], -1e12, rtol=1e-4)


def test_central_difference_takes_several_arguments_as_a_tuple():
    dF = mc.central_difference(np.matmul, (A, B), (B, A))
    assert_allclose(dF, B @ B + A @ A, atol=1e-8)


def test_central_difference_takes_lists_and_dicts_and_returns_tuples():
    def f(p):
        return p["W"] @ p["b"], np.sum(p["b"] ** 2)

    point = {"W": A, "b": x}
    tangent = {"W": B, "b": x}
    dy, ds = mc.central_difference(f, point, tangent)
    assert_allclose(dy, B @ x + A @ x, atol=1e-8)
    assert_allclose(ds, 2 * x @ x, rtol=1e-8)


def test_complex_step_is_right_to_the_last_digits():
    exact = -F @ B @ F
    assert_allclose(mc.complex_step(np.linalg.inv, A, B), exact, rtol=1e-13, atol=1e-15)
    error = abs(mc.central_difference(np.exp, 1.0, 1.0) - np.e)
    assert abs(mc.complex_step(np.exp, 1.0, 1.0) - np.e) < 1e-15 < error


@pytest.mark.parametrize(
    "f",
    [
        np.abs,
        lambda v: np.conj(v) * v,
        lambda v: v.real**2,
        lambda v: np.asarray(v, dtype=float) ** 2,
        lambda v: np.linalg.norm(v),
        lambda v: np.array([float(t) for t in v]),
        lambda v: np.linalg.eigvalsh(np.outer(v, v) + A + A.T),
    ],
    ids=["abs", "conj", "real part", "cast", "norm", "float", "eigvalsh"],
)
def test_complex_step_refuses_what_is_not_analytic(f):
    with pytest.raises(NotDifferentiableError, match="not analytic.*central_difference"):
        mc.complex_step(f, x, np.ones(3))


def test_complex_step_accepts_a_constant():
    assert mc.complex_step(lambda v: 7.0, x, np.ones(3)) == 0


# ---------------------------------------------------------------- Taylor slope


def test_taylor_slope_is_two_for_the_derivative_and_one_for_half_of_it():
    def f(v):
        return np.exp(v @ A @ v / 10)

    def df(dv):
        return f(x) * (x @ (A + A.T) @ dv) / 10

    right = mc.taylor_slope(f, df, x, np.ones(3))
    wrong = mc.taylor_slope(f, lambda dv: df(dv) / 2, x, np.ones(3))
    assert right.ok and right.slope == pytest.approx(2, abs=0.05)
    assert not wrong.ok and wrong.slope == pytest.approx(1, abs=0.05)


def test_taylor_slope_with_the_second_derivative_is_three():
    def f(v):
        return np.sum(np.sin(v))

    def df(dv):
        return np.cos(x) @ dv

    def d2f(dv):
        return -np.sin(x) @ dv**2

    dx = np.array([1.0, 0.5, -1.0])
    right = mc.taylor_slope(f, df, x, dx, hessian=d2f)
    lost_sign = mc.taylor_slope(f, df, x, dx, hessian=lambda dv: -d2f(dv))
    assert right.ok and right.slope == pytest.approx(3, abs=0.1)
    assert not lost_sign.ok and lost_sign.slope == pytest.approx(2, abs=0.1)


def test_taylor_slope_of_a_linear_map_is_rounding_only():
    evidence = mc.taylor_slope(lambda v: A @ v, lambda dv: A @ dv, x, np.ones(3))
    assert evidence.ok and evidence.slope == np.inf
    assert "rounding only" in repr(evidence)


def test_taylor_slope_shows_a_derivative_that_is_only_holder_continuous():
    evidence = mc.taylor_slope(lambda t: abs(t) ** 1.5, lambda dt: 0.0, 0.0, 1.0)
    assert evidence.ok and evidence.slope == pytest.approx(1.5, abs=0.05)


def test_taylor_slope_reports_the_remainders_at_the_given_steps():
    steps = 2.0 ** -np.arange(8)
    evidence = mc.taylor_slope(lambda t: t**2, lambda dt: 6 * dt, 3.0, 1.0, steps=steps)
    assert_allclose(evidence.remainders, steps**2, rtol=1e-12)


# ---------------------------------------------------------------- linear, adjoint


def test_linearity_gap_tells_additive_from_homogeneous():
    # The cube root of the sum of cubes is homogeneous of degree 1 and not additive.
    evidence = mc.linearity_gap(lambda v: np.cbrt(np.sum(v**3)), (3,))
    assert evidence.gaps["homogeneous"] < 1e-12
    assert evidence.gaps["additive"] > 1e-2
    assert not evidence.ok
    affine = mc.linearity_gap(lambda v: v + 1.0, (3,))
    assert min(affine.gaps.values()) > 1e-2


def test_linearity_gap_takes_operators_and_several_arguments():
    L = mc.LinearOperator(lambda X: A @ X, (3, 2), (3, 2))
    assert mc.linearity_gap(L).ok
    assert mc.linearity_gap(lambda U, v: U @ x + A @ v, ((3, 3), (3,))).ok
    assert not mc.linearity_gap(lambda U, v: U @ v, ((3, 3), (3,))).ok


def test_adjoint_gap_finds_a_dropped_transpose():
    def L(X):
        return A @ X @ B

    assert mc.adjoint_gap(L, lambda Y: A.T @ Y @ B.T, (3, 3), (3, 3)).ok
    assert not mc.adjoint_gap(L, lambda Y: A.T @ Y @ B, (3, 3), (3, 3)).ok
    assert not mc.adjoint_gap(L, lambda Y: -A.T @ Y @ B.T, (3, 3), (3, 3)).ok


def test_adjoint_gap_uses_the_inner_products_of_the_operator():
    W = np.diag([1.0, 2.0, 5.0])
    weighted = mc.LinearOperator(lambda v: A @ v, (3,), (3,)).with_inner(domain=W)
    # <Av, y> = v'A'y = v'W (W^-1 A'y), so the adjoint is W^-1 A' and no longer A'.
    assert mc.adjoint_gap(weighted, lambda y: np.linalg.solve(W, A.T @ y)).ok
    assert not mc.adjoint_gap(weighted, lambda y: A.T @ y).ok
    assert mc.adjoint_gap(weighted).ok


def test_gaps_between_rectangular_spaces():
    M = np.arange(6.0).reshape(2, 3)
    assert mc.adjoint_gap(lambda v: M @ v, lambda y: M.T @ y, (3,), (2,)).ok
    assert mc.linearity_gap(lambda v: M @ v, 3).ok


# ---------------------------------------------------------------- all evidence


def finite_difference(dX):
    return np.linalg.inv(A + dX) - F


RIGHT = {
    "inverse": (np.linalg.inv, lambda dX: -F @ dX @ F, A),
    "quadratic form": (quadratic, lambda dv: x @ (A + A.T) @ dv, x),
    "gradient array": (quadratic, (A + A.T) @ x, x),
    "gradient of a matrix": (lambda X: np.trace(X @ X), 2 * A.T, A),
    "Jacobian row": (quadratic, (x @ (A + A.T))[None, :], x),
    "column-major Jacobian": (
        lambda X: A @ X @ B,
        np.kron(B.T, A),
        np.arange(9.0).reshape(3, 3),
    ),
    "transpose": (np.transpose, np.transpose, np.arange(6.0).reshape(2, 3)),
    "1x1": (np.linalg.inv, lambda dX: -dX / 4, np.array([[2.0]])),
    "scalar": (np.exp, lambda dt: np.e * dt, 1.0),
    "two arguments": (np.matmul, lambda dX, dY: dX @ B + A @ dY, (A, B)),
    "list": (lambda p: p[0] @ p[1], lambda d: d[0] @ x + A @ d[1], [A, x]),
    "tuple of values": (
        lambda X: (X @ X, np.trace(X)),
        lambda dX: (dX @ A + A @ dX, np.trace(dX)),
        A,
    ),
    "constant": (lambda v: 3.0, lambda dv: 0.0, x),
    "zero derivative": (lambda v: v @ v, lambda dv: 0.0, np.zeros(3)),
    "not analytic": (np.linalg.norm, lambda dv: x @ dv / np.linalg.norm(x), x),
    "value 0": (np.log, lambda dt: dt, 1.0),
    "large offset": (lambda t: 1e6 + t**3, lambda dt: 3e-6 * dt, 1e-3),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_derivatives_are_confirmed(name):
    evidence = mc.verify_derivative(*RIGHT[name])
    assert evidence.ok, evidence


WRONG = {
    "dropped transpose": (quadratic, lambda dv: x @ (A + A) @ dv, x),
    "transposed factor": (np.linalg.inv, lambda dX: -F @ dX @ F.T, A),
    "lost factor 2": (lambda v: v @ v, lambda dv: x @ dv, x),
    "lost sign": (np.linalg.inv, lambda dX: F @ dX @ F, A),
    "commuted product": (lambda X: X @ X, lambda dX: 2 * A @ dX, A),
    "forgotten term": (lambda X: X @ X, lambda dX: A @ dX, A),
    "finite difference": (np.linalg.inv, finite_difference, A),
    "difference quotient": (
        np.linalg.inv,
        lambda dX: (np.linalg.inv(A + 1e-7 * dX) - F) / 1e-7,
        A,
    ),
    "symmetric X assumed": (lambda X: np.trace(X @ X), 2 * A, A),
    "symmetric dX assumed": (
        lambda X: x @ X @ X @ x,
        lambda dX: x @ dX.T @ (A + A.T) @ x + x @ (A - A.T) @ dX @ x,
        A + A.T,
    ),
    "row-major Jacobian": (lambda X: A @ X @ B, np.kron(A, B.T), np.eye(3)),
    "transposed Jacobian": (lambda v: np.append(A @ v, 1.0), np.zeros((3, 4)), x),
    "wrong shape": (quadratic, lambda dv: (x @ (A + A.T) @ dv)[None], x),
    "df that raises": (quadratic, lambda dv: np.ones((2, 2)) @ dv, x),
    "affine": (lambda v: A @ v, lambda dv: A @ dv + 1.0, x),
    "small relative error": (np.exp, lambda dt: np.e * (1 + 1e-8) * dt, 1.0),
    "NaN": (np.exp, lambda dt: np.nan * dt, 1.0),
    "kink": (np.abs, lambda dt: 0.0, 0.0),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_derivatives_are_refuted_without_an_exception(name):
    evidence = mc.verify_derivative(*WRONG[name])
    assert not evidence.ok
    assert "refuted" in repr(evidence) and "mcalc-fails" in evidence._repr_html_()


def homogeneous(v):
    """Derivative in every direction at 0, not linear in the direction."""
    return 0.0 if not v.any() else v[0] ** 2 * v[1] / (v @ v)


def along_rays_only(v):
    """Derivative 0 in every direction at 0, but f = x/2 on the parabola y = x²."""
    return 0.0 if not v.any() else v[0] ** 3 * v[1] / (v[0] ** 4 + v[1] ** 2)


def test_gateaux_derivative_that_is_not_linear_is_refuted_for_that_reason():
    evidence = mc.verify_derivative(homogeneous, homogeneous, np.zeros(2))
    assert evidence.verdicts["linear in dX"] is False
    assert evidence.verdicts["remainder on rays"] is True
    assert not mc.verify_derivative(homogeneous, lambda dv: 0.0, np.zeros(2)).ok


@pytest.mark.parametrize("seed", range(5))
def test_linear_gateaux_derivative_that_is_not_frechet_is_refuted_on_curves(seed):
    rng = np.random.default_rng(seed)
    evidence = mc.verify_derivative(along_rays_only, lambda dv: 0.0, np.zeros(2), rng=rng)
    refuting = [test for test, holds in evidence.verdicts.items() if holds is False]
    assert refuting == ["remainder, worst direction"]
    # sup |f(h)| over |h| = r is r/2 to first order, reached near the parabola.
    slope = frechet_slope(along_rays_only, lambda dv: 0.0, np.zeros(2))
    assert_allclose(slope.remainders / slope.steps, 0.5, rtol=0.3)


@pytest.mark.parametrize("n", [1, 2, 6, 20])
def test_no_false_alarm_at_ill_conditioned_matrices(n):
    rng = np.random.default_rng(n)
    for _ in range(5):
        U, V = (np.linalg.qr(rng.standard_normal((n, n)))[0] for _ in range(2))
        X = U * np.logspace(0, -5, n) @ V
        inverse = V.T * np.logspace(0, 5, n) @ U.T
        assert mc.verify_derivative(np.linalg.inv, lambda dX, G=inverse: -G @ dX @ G, X).ok
        if n > 1:
            assert not mc.verify_derivative(np.linalg.inv, lambda dX, G=inverse: -G @ dX, X).ok


def test_an_operator_with_a_wrong_adjoint_is_refuted_by_the_adjoint_row():
    def operator(adjoint):
        return mc.LinearOperator(lambda dX: -F @ dX @ F, (3, 3), (3, 3), adjoint=adjoint)

    right = mc.verify_derivative(np.linalg.inv, operator(lambda Y: -F.T @ Y @ F.T), A)
    wrong = mc.verify_derivative(np.linalg.inv, operator(lambda Y: -F @ Y @ F), A)
    assert right.ok and right.verdicts["adjoint"] is True
    assert [test for test, holds in wrong.verdicts.items() if holds is False] == ["adjoint"]


def test_an_operator_on_two_arguments_is_called_with_both():
    def product(X, v):
        return X @ v

    right = mc.derivative(product, (A, x))
    evidence = mc.verify_derivative(product, right, (A, x))
    assert evidence.ok and evidence.verdicts["adjoint"] is True
    assert not mc.verify_derivative(product, 2 * right, (A, x)).ok


def test_an_operator_on_symmetric_matrices_is_tested_on_those():
    S = A + A.T
    G = np.linalg.inv(S)
    right = mc.derivative(np.linalg.inv, S, symmetric=True)
    assert mc.verify_derivative(np.linalg.inv, right, S).ok
    wrong = mc.derivative(lambda X: 2 * np.linalg.inv(X), S, symmetric=True)
    assert not mc.verify_derivative(np.linalg.inv, wrong, S).ok
    assert mc.linearity_gap(right).ok and mc.adjoint_gap(right).ok
    # A formula for symmetric directions only is right there and wrong elsewhere.
    assert mc.taylor_slope(np.linalg.inv, right, S, np.ones((3, 3))).ok
    assert not mc.verify_derivative(np.linalg.inv, lambda dX: -G @ dX.T @ G, S).ok


def test_a_derivative_that_is_nan_has_no_slope():
    evidence = mc.verify_derivative(np.exp, lambda dt: np.nan * dt, 1.0)
    assert "rounding only" not in repr(evidence)


def test_a_symmetric_point_is_pointed_out():
    def claim(S):
        return lambda dX: 2 * np.trace(S.T @ dX)

    S = A + A.T
    evidence = mc.verify_derivative(lambda X: np.trace(X @ X), claim(S), S)
    assert evidence.ok and "symmetric" in repr(evidence)
    assert not mc.verify_derivative(lambda X: np.trace(X @ X), claim(A), A).ok


# ---------------------------------------------------------------- how it shows


def test_text_is_the_same_for_every_seed():
    def df(dX):
        return -F @ dX @ F

    texts = {
        repr(mc.verify_derivative(np.linalg.inv, df, A, rng=np.random.default_rng(seed)))
        for seed in range(8)
    }
    assert len(texts) == 1


def test_html_is_a_table_with_caption_and_headers_and_no_colours():
    markup = mc.verify_derivative(np.linalg.inv, lambda dX: -F @ dX @ F, A)._repr_html_()
    assert "<caption>" in markup
    assert markup.count('<th scope="col">') == 4
    assert markup.count('<th scope="row">') == 6
    assert "style=" not in markup and "color" not in markup


def test_html_escapes_what_df_says():
    def df(dv):
        raise ValueError("<script>")

    assert "<script>" not in mc.verify_derivative(quadratic, df, x)._repr_html_()


def test_evidence_has_no_truth_value_of_its_own():
    # `assert verify_derivative(...)` would always pass for an ordinary object.
    with pytest.raises(TypeError, match=r"\.ok"):
        bool(mc.linearity_gap(np.transpose, (2, 2)))


def test_slope_plot_shows_the_remainders():
    evidence = mc.taylor_slope(np.exp, lambda dt: np.e * dt, 1.0, 1.0)
    _, ax = evidence.plot()
    shown = ax.get_lines()[0].get_xydata()
    assert_allclose(shown, np.column_stack([evidence.steps, evidence.remainders]))
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_gap_plot_and_derivative_plot_can_be_drawn():
    _, ax = mc.linearity_gap(np.transpose, (2, 2)).plot()
    assert ax.get_yscale() == "log"
    _, ax = mc.verify_derivative(np.exp, lambda dt: np.e * dt, 1.0).plot()
    assert ax.get_xscale() == "log"
    with pytest.raises(DomainError, match="no remainder to draw"):
        mc.verify_derivative(quadratic, lambda dv: dv, x).plot()


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mc.central_difference(np.exp, 1, 1), DtypeError, "X.*int"),
        (lambda: mc.central_difference(np.exp, np.eye(2, dtype=int), A), DtypeError, "int64"),
        (lambda: mc.central_difference(np.exp, A, x), ShapeError, r"dX.*\(3, 3\).*\(3,\)"),
        (lambda: mc.central_difference(np.exp, A, 0 * A), DomainError, "dX must not be zero"),
        (lambda: mc.central_difference(np.exp, A * np.nan, A), DomainError, r"X.*\(0, 0\).*nan"),
        (lambda: mc.central_difference(A, A, A), DtypeError, "f must be a function"),
        (lambda: mc.central_difference(np.exp, A, A, step=0.0), DomainError, "step.*0.0"),
        (lambda: mc.central_difference(lambda X: "a", A, A), DtypeError, "must hold numbers"),
        (lambda: mc.central_difference(lambda X: X * np.inf, A, A), DomainError, "must be finite"),
        (lambda: mc.complex_step(np.exp, A, x), ShapeError, "complex_step.*dX"),
        (lambda: mc.taylor_slope(np.exp, lambda d: d[0], A, A), ShapeError, r"df\(dX\).*\(3, 3\)"),
        (lambda: mc.taylor_slope(np.exp, "df", A, A), DtypeError, "df must be"),
        (lambda: mc.taylor_slope(np.sum, np.eye(2), A, A), ShapeError, r"\(1, 9\).*\(2, 2\)"),
        (
            lambda: mc.taylor_slope(np.exp, np.exp, 1.0, 1.0, steps=[1.0, 2.0, 3.0, 4.0]),
            DomainError,
            "falling",
        ),
        (lambda: mc.linearity_gap(np.exp), ShapeError, "in_shape must be given"),
        (lambda: mc.linearity_gap(A, (3,)), DtypeError, "L must be a function"),
        (lambda: mc.adjoint_gap(np.exp, None, (3,), (3,)), DtypeError, "adjoint must be"),
        (lambda: mc.verify_derivative(np.exp, None, A), DtypeError, "df must be"),
        (lambda: mc.verify_derivative(np.exp, np.exp, A, directions=0), DomainError, "directions"),
    ],
)
def test_bad_input_is_refused_with_the_place_and_what_came(call, error, message):
    with np.errstate(all="ignore"), pytest.raises(error, match=message):
        call()


def test_verify_loads_neither_rules_nor_matplotlib():
    code = (
        "import sys, mcalclib.verify; "
        "print([m for m in sys.modules if m.startswith(('mcalclib.rules', 'mcalclib.numeric', "
        "'matplotlib', 'ipywidgets', 'sympy'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
