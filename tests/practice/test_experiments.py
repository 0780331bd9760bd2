"""Every diagnosis: answers that deserve it, and answers that nearly do."""

import numpy as np
import pytest

from mcalclib.practice.checking import check
from mcalclib.practice.experiments import EXPERIMENTS, judge
from mcalclib.practice.formulas import Formula
from mcalclib.practice.messages import MESSAGES
from mcalclib.practice.points import points_of
from tests.practice import samples

at_text = {"x": [1.0, 2.0], "A": [[1.0, 2.0], [3.0, 4.0]]}
QUADRATIC = samples.quadratic(at=at_text)
SQUARE, GRAM, CUBE = samples.square(), samples.gram(), samples.cube()
SOLVE, PRODUCT, CONGRUENCE = (
    samples.solve_gradient(), samples.product_jacobian(), samples.congruence_jacobian(),
)  # fmt: skip
GRADIENT = samples.quadratic(kind="gradient", answer="(A + A') x")
# the answer is one product; that it has two terms shows in its other form only
SQUARED = samples.entry(
    "test-squared", kind="gradient", function=lambda x, A, b: np.sum((A @ x - b) ** 2), wrt="x",
    shapes={"x": "n", "A": "m, n", "b": "m", "r": "m"}, answer="2 A' r",
    derived={"r": lambda A, x, b: A @ x - b}, also=["2 A' A x - 2 A' b"],
    expression="norm(A x - b)^2", question="gradient",
)  # fmt: skip
HESSIAN = samples.trace_hessian("matrix")
PULLBACK = samples.pullback()


def quotient(f, h):
    return lambda x, dx: (f(x + h * dx) - f(x)) / h


def of_eight_bits(x):
    """Rounding: an error that stays what it is, relatively, when the tangent gets small."""
    mantissa, exponent = np.frexp(x)
    return np.ldexp(np.round(256 * mantissa) / 256, exponent)


# (exercise, answer, code): the first of each pair deserves the code, the second nearly does
CASES = [
    # the transposed value, and a value that is transposed and wrong
    (GRADIENT, "x' (A + A')", "layout"),
    (GRADIENT, "x' A", "shape"),
    (SOLVE, "-inv(A) b c' inv(A)", "layout"),
    (SOLVE, "-inv(A) b c' inv(A) + 0.001 A", "different"),
    (PRODUCT, "kron(Y, I_m)", "layout"),
    # vec row by row, in whole and in part
    (PRODUCT, "kron(I_m, Y')", "rowwise"),
    (PRODUCT, "kron(I_m, Y)", "rowwise-layout"),
    (PRODUCT, "kron(I_m, Y' .* Y')", "different"),
    (CONGRUENCE, "kron(X, I_n) + kron(I_n, X')", "layout-or-rowwise"),
    (CONGRUENCE, "kron(I_n, X) + kron(I_n, X')", "rowwise-term"),
    (CONGRUENCE, "kron(I_n, X) + kron(I_n, X)", "repeated"),
    (HESSIAN, "kron(A, B') + kron(A', B)", "rowwise"),
    (HESSIAN, "kron(A, B') + kron(B, A')", "rowwise-term"),
    # constants
    (QUADRATIC, "2 x' (A + A') dx", "factor"),
    (QUADRATIC, "1/2 x' (A + A') dx", "factor"),
    (QUADRATIC, "-x' (A + A') dx", "sign"),
    (QUADRATIC, "-3 x' (A + A') dx", "factor"),
    (QUADRATIC, "2 x' (A + A') dx + 0.001 x' dx", "different"),
    (QUADRATIC, lambda x, A, dx: len(x) * x @ (A + A.T) @ dx, "different"),
    (QUADRATIC, lambda x, A, dx: np.linalg.norm(x) * x @ (A + A.T) @ dx, "different"),
    # A symmetric
    (QUADRATIC, "2 x' A dx", "symmetric"),
    (QUADRATIC, "2 x' A' dx", "symmetric"),
    (QUADRATIC, "4 x' A dx", "different"),
    (QUADRATIC, "2 x' A dx + 0.001 x' dx", "different"),
    (SOLVE, "-inv(A) c b' inv(A)'", "symmetric"),
    (SOLVE, "-2 inv(A) c b' inv(A)'", "different"),
    # commuting matrices
    (SQUARE, "2 A dA", "commuting"),
    (SQUARE, "2 dA A", "commuting"),
    (SQUARE, "3 A dA", "different"),
    (SQUARE, "2 A dA'", "different"),
    (SQUARE, "A dA' + dA A", "symmetric"),
    # terms
    (SQUARE, "A dA", "term"),
    (SQUARE, "dA A", "term"),
    (SQUARE, "0.999 A dA", "different"),
    (SQUARE, "A dA - dA A", "sign-of-term"),
    (SQUARE, "A dA - 0.999 dA A", "factor-of-term"),
    (SQUARE, "2 A dA + dA A", "factor-of-term"),
    (SQUARE, "2 A dA + 3 dA A", "different"),
    (SQUARED, "2 A' A x", "term"),
    (SQUARED, "A' A x", "different"),
    (SQUARED, "2 A' A x + 2 A' b", "sign-of-term"),
    (SQUARED, "2 A' A x - A' b", "factor-of-term"),
    (GRAM, "2 A' dA", "repeated"),
    (GRAM, "3 A' dA", "different"),
    # b and c have changed places
    (SOLVE, "-inv(A)' b c' inv(A)'", "swapped"),
    (SOLVE, "-inv(A)' b b' inv(A)'", "swapped"),
    (SOLVE, "-inv(A)' b b' inv(A)' / 2", "different"),
    # differences
    (CUBE, "(x + dx) .^ 3 - x .^ 3", "difference"),
    (CUBE, "3 x .^ 2 .* dx + 3 x .* dx .^ 2", "higher-order"),
    (CUBE, "3 x .^ 2 .* dx + dx", "different"),
    (CUBE, "1000 ((x + dx / 1000) .^ 3 - x .^ 3)", "higher-order"),
    (CUBE, quotient(lambda x: x**3, 1e-6), "numeric"),
    (CUBE, quotient(lambda x: x**3, 1e-8), "numeric"),
    (CUBE, lambda x, dx: 3 * x**2 * dx * (1 + 1e-7), "numeric"),
    (CUBE, lambda x, dx: 3 * x**2 * dx * (1 + 1e-13), "correct"),
    (CUBE, lambda x, dx: 3 * x**2 * dx * (1 + 1e-3), "factor"),
    # no linear operator
    (CUBE, "3 x .^ 2 .* dx .^ 2", "not-linear"),
    (CUBE, "3 x .^ 2 .* abs(dx)", "not-linear"),
    (CUBE, lambda x, dx: of_eight_bits(3 * x**2 * dx), "not-linear"),
    (CUBE, "3 x .^ 2", "missing-tangent"),
    (QUADRATIC, "(A + A') x", "missing-tangent"),
    (QUADRATIC, "x' (A + A')", "missing-tangent"),
    (QUADRATIC, "A x", "shape"),
    (GRAM, "2 A", "shape"),
    (CUBE, "x .^ 3", "value"),
    (CUBE, "3 x .^ 2 + x", "constant"),
    (CUBE, "x .^ 3 + x", "constant"),
    (CUBE, "3 x .^ 2 + 0.001 dx", "not-linear"),
    (CUBE, "0 x", "zero"),
    (CUBE, "x - x", "zero"),
    (CUBE, lambda x, dx: 1e-4 * x * dx, "different"),
    # numbers and sizes written in
    (QUADRATIC, lambda dx: np.array([12.0, 21.0]) @ dx, "hard-coded"),
    (QUADRATIC, lambda dx: np.array([12.0, 21.1]) @ dx, "error"),
    (QUADRATIC, lambda A, dx: np.array([1.0, 2.0]) @ (A + A.T) @ dx, "hard-coded"),
    (QUADRATIC, lambda x, A, dx: x[:3] @ (A + A.T)[:3, :3] @ dx[:3], "correct"),
    (QUADRATIC, lambda x, A, dx: 3 / len(x) * x @ (A + A.T) @ dx, "sizes"),
    # not defined
    (CUBE, "3 x .^ 3 ./ (x - x) .* dx", "nan"),
    (CUBE, "3 x .^ 3 ./ x .* dx", "correct"),
    # the adjoint
    (PULLBACK, "A' F_bar X", "term"),
    (PULLBACK, "2 A' F_bar X", "repeated"),
    (PULLBACK, "F_bar' A X", "term"),
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("exercise", "answer", "code"),
    CASES,
    ids=[f"{e.id.split('/')[1]}-{c}-{k}" for k, (e, _, c) in enumerate(CASES)],
)
def test_answer_gets_what_it_deserves(enter, exercise, answer, code, seed):
    result = check(enter(exercise), answer, seed=seed)
    assert result.code == code, result
    assert result.ok == (code == "correct")


def test_every_experiment_has_an_answer_that_deserves_it():
    told = {code for _, _, code in CASES}
    names = {e.__name__.replace("_", "-") for e in EXPERIMENTS}
    codes = {"undefined": "nan", "linear": "not-linear"}
    assert {codes.get(name, name) for name in names} <= told <= set(MESSAGES)


def test_diagnosis_says_what_it_found(enter):
    assert "2 times the right one" in check(enter(QUADRATIC), "2 x' (A + A') dx").message
    assert "-0.5 times the right one" in check(enter(QUADRATIC), "-1/2 x' (A + A') dx").message
    assert "symmetric A and dA only" in check(enter(SQUARE), "A dA' + dA A").message
    assert "equal b and c only" in check(enter(SOLVE), "-inv(A)' b c' inv(A)'").message
    assert "linear in dx" in check(enter(CUBE), "3 x .^ 2 .* dx .^ 2").message
    shape = check(enter(GRADIENT), "x' A x")
    assert shape.message == "The shape is a number; expected is n by 1."
    shape = check(enter(PRODUCT), lambda X, Y: np.ones((6, 3)))
    assert shape.message == "The shape is m n by m; expected is m p by m n."


def test_a_wrong_value_at_one_generic_point_is_enough():
    points = points_of(QUADRATIC, np.random.default_rng(0))
    came = [p.right.copy() for p in points]
    assert judge(QUADRATIC, points, came).ok
    wrong = next(i for i in range(3, -1, -1) if points[i].family == "generic")
    came[wrong] = came[wrong] + 1e-3
    assert not judge(QUADRATIC, points, came).ok


@pytest.mark.parametrize(
    ("exercise", "answer", "family", "code"),
    [
        (QUADRATIC, "2 x' A dx", "symmetric", "symmetric"),
        (SQUARE, "2 A dA", "commuting", "commuting"),
        (SOLVE, "-inv(A)' b c' inv(A)'", "equal", "swapped"),
        (QUADRATIC, "2 x' (A + A') dx", "small", "factor"),
    ],
)
def test_diagnosis_needs_every_point_of_its_family(exercise, answer, family, code):
    points = points_of(exercise, np.random.default_rng(0))
    formula = Formula(answer, exercise.arguments)
    came = [formula(p.values) for p in points]
    assert judge(exercise, points, came).code == code
    for i in [i for i, p in enumerate(points) if p.family == family]:
        luck = [*came]
        luck[i] = came[i] + 1.0
        assert judge(exercise, points, luck).code != code
