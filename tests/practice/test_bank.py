"""Every entry of the bank: its formula, its other forms, its mistakes, its solution."""

import json

import numpy as np
import pytest

from mcalclib import verify
from mcalclib.errors import NotDifferentiableError
from mcalclib.practice.bank import BANK
from mcalclib.practice.checking import check
from mcalclib.practice.claims import sides
from mcalclib.practice.exercise import COMPUTED
from mcalclib.practice.lines import check_lines
from mcalclib.practice.orders import cost_of, factors, least_cost
from mcalclib.practice.page import page_data
from mcalclib.practice.points import drawn_values, points_of
from mcalclib.practice.reference import natural, value_of
from mcalclib.practice.solutions import Worked, solution
from mcalclib.symbolic import Derivation

SEED = 20


def of_kinds(kinds):
    found = [e for e in BANK.values() if e.kind in kinds]
    return pytest.mark.parametrize("exercise", found, ids=[e.id for e in found])


every = of_kinds({e.kind for e in BANK.values()})
every_computed = of_kinds(COMPUTED)


def answered(exercise, text):
    if exercise.kind == "lines" and "\n" in text:
        return check_lines(exercise.id, text.splitlines(), seed=SEED)
    return check(exercise.id, text, seed=SEED)


@every_computed
def test_formula_equals_the_derivative(exercise):
    result = check(exercise.id, exercise.answer, seed=SEED)
    assert result.ok, result


@every
def test_other_forms_are_accepted(exercise):
    for text in exercise.also:
        result = answered(exercise, text)
        assert result.ok, (text, result)


@every
def test_mistakes_get_their_diagnosis(exercise):
    for text, code in exercise.mistakes.items():
        result = answered(exercise, text)
        assert not result.ok, (text, result)
        assert result.code == code, (text, result)


def generic_points(exercise):
    points = points_of(exercise, np.random.default_rng(SEED))
    return [p for p in points if p.family == "generic"]


def along(exercise, point, direction, witness):
    """The derivative of the exercise's function along a direction, by values of it alone."""
    names = exercise.parameters
    taken = natural(exercise, point.values, names)

    def f(X):
        return np.asarray(exercise.function(**{**taken, exercise.wrt: X}))

    X = np.asarray(taken[exercise.wrt])
    return np.asarray(witness(f, X, np.reshape(direction, X.shape)))


def applied(exercise, p, E, dF):
    """Return what the right value says about the direction E, shaped like the witness's."""
    match exercise.asks:
        case "action":
            return p.right, dF
        case "jacobian":
            return (p.right @ E.reshape((-1, 1), order="F")).ravel(), dF.ravel(order="F")
        case "adjoint":
            return np.sum(p.right * E), np.sum(p.values["F_bar"].reshape(dF.shape) * dF)
    return np.sum(p.right * E), dF


@every_computed
def test_right_values_agree_with_witnesses(exercise, rng):
    """Differences and the complex step share nothing with the engine that says what is right."""
    if exercise.asks == "value":
        return
    symmetric = exercise.properties[exercise.wrt] in ("symmetric", "positive definite")
    for p in generic_points(exercise):
        E = rng.standard_normal(p.values[exercise.wrt].shape)
        E = E + E.T if symmetric else E
        if exercise.asks == "hessian":
            expected = hessian_along(exercise, p, E)
            np.testing.assert_allclose(
                second_difference(exercise, p, E), expected, rtol=1e-4, atol=1e-5
            )
            continue
        if exercise.asks == "action":
            E = p.values[f"d{exercise.wrt}"]
        came, slope = applied(exercise, p, E, along(exercise, p, E, verify.central_difference))
        np.testing.assert_allclose(np.ravel(came), np.ravel(slope), rtol=1e-6, atol=1e-7)
        try:
            exact = along(exercise, p, E, verify.complex_step)
        except NotDifferentiableError:  # symmetric routines take no complex numbers
            continue
        came, exact = applied(exercise, p, E, exact)
        np.testing.assert_allclose(np.ravel(came), np.ravel(exact), rtol=1e-9, atol=1e-10)


def second_difference(exercise, p, E):
    """(f(X + hE) - 2 f(X) + f(X - hE)) / h^2, extrapolated once."""

    def f(h):
        return value_of(exercise, {**p.values, exercise.wrt: p.values[exercise.wrt] + h * E}).item()

    def slope(h):
        return (f(h) - 2 * f(0.0) + f(-h)) / h**2

    return (4 * slope(5e-4) - slope(1e-3)) / 3


def hessian_along(exercise, p, E):
    values = {**p.values, f"d{exercise.wrt}": E, f"d{exercise.wrt}2": E}
    H = exercise.formula(values)
    if exercise.form == "bilinear":
        return H.item()
    if exercise.form == "operator":
        return float(np.sum(H * E))
    e = E.reshape((-1, 1), order="F")
    return float((e.T @ H @ e).item())


@every
def test_solution_exists(exercise):
    found = solution(exercise.id)
    if isinstance(found, Worked):
        assert found.remark.strip()
        found = found.derivation
    assert isinstance(found, Derivation) and len(found) or isinstance(found, str) and found.strip()


@every
def test_hints_come_in_steps(exercise):
    assert len(exercise.hints) >= 2 and all(h.strip() for h in exercise.hints)


@every
def test_page_data_holds_numbers_and_texts_only(exercise):
    data = page_data(exercise)
    assert json.loads(json.dumps(data, allow_nan=False)) == data


@every_computed
def test_small_example_exists(exercise):
    points = points_of(exercise, np.random.default_rng(SEED))
    assert any(p.family == "small" for p in points)


@of_kinds({"order"})
def test_answer_is_the_cheapest_order(exercise):
    shapes = [cost_of(t, exercise.symbols)[:2] for t in factors(exercise.formula.tree)]
    assert cost_of(exercise.formula.tree, exercise.symbols)[2] == least_cost(shapes)
    assert check(exercise.id, exercise.answer).ok


@of_kinds({"verdict"})
def test_claim_is_as_true_as_the_entry_says(exercise, rng):
    holds = []
    for _ in range(20):
        values = drawn_values(exercise, rng)
        left, right = (side(values) for side in sides(exercise))
        holds.append(np.allclose(left, right, rtol=1e-9, atol=1e-9))
    assert all(holds) == exercise.answer
    assert check(exercise.id, "true").ok == exercise.answer


@of_kinds({"shape", "cost", "choice"})
def test_answer_is_right(exercise):
    assert check(exercise.id, exercise.answer).ok
