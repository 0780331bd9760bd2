"""mc.check in the hands of a reader: every form of answer, and every accident."""

import random
import signal
import statistics
import sys
import threading
import warnings
from fractions import Fraction

import numpy as np
import pytest
import scipy.sparse
import sympy

import mcalclib as mc
from mcalclib.errors import DomainError
from mcalclib.practice.checking import check
from tests.practice import samples

AT = {"x": [1.0, 2.0], "A": [[1.0, 2.0], [3.0, 4.0]]}


@pytest.fixture
def quadratic(enter):
    return enter(samples.quadratic())


@pytest.fixture
def at_text(enter):
    return enter(samples.quadratic(at=AT))


def right(x, A, dx):
    return x @ (A + A.T) @ dx


EQUIVALENT = {
    "association": lambda x, A, dx: (x @ A) @ dx + (x @ A.T) @ dx,
    "a transposed number": lambda x, A, dx: dx @ A @ x + dx @ A.T @ x,
    "trace, cycled": lambda x, A, dx: np.trace(np.outer(dx, x) @ (A + A.T)),
    "explicit sums": lambda x, A, dx: sum(
        (A[i, j] + A[j, i]) * x[i] * dx[j] for i in range(len(x)) for j in range(len(x))
    ),
    "einsum": lambda x, A, dx: np.einsum("i,ij,j", x, A, dx) + np.einsum("i,ij,j", dx, A, x),
    "an array of one entry": lambda x, A, dx: np.array([[x @ (A + A.T) @ dx]]),
    "any keyword": lambda **given: right(**given),
    "a default": lambda x, A, dx, scale=1.0: scale * right(x, A, dx),
    "another order": lambda dx, A, x: right(x, A, dx),
    "a complex step": lambda x, A, dx: ((x + 1e-20j * dx) @ A @ (x + 1e-20j * dx)).imag / 1e-20,
    "an operator": lambda x, A: mc.derivative(lambda x: x @ A @ x, x),
}


@pytest.mark.parametrize("form", EQUIVALENT)
def test_right_answer_is_accepted_in_every_form(quadratic, form):
    result = check(quadratic, EQUIVALENT[form])
    assert result.ok, result
    assert result.message == "Correct, to 12 digits."


def test_right_answer_by_a_loop_is_accepted(quadratic):
    def df(x, A, dx):
        total = 0
        for i in range(len(x)):
            for j in range(len(x)):
                total += dx[i] * A[i, j] * x[j] + x[i] * A[i, j] * dx[j]
        return total

    assert check(quadratic, df).ok


@pytest.mark.parametrize(
    "shaped",
    [np.ravel, lambda g: g.reshape(-1, 1), lambda g: list(g)],
    ids=["one axis", "a column", "a list"],
)
def test_vectors_are_accepted_as_arrays_of_one_axis_and_as_columns(enter, shaped):
    id = enter(samples.quadratic(kind="gradient", answer="(A + A') x"))
    assert check(id, lambda x, A: shaped((A + A.T) @ x)).ok


def test_row_in_the_place_of_a_column_is_another_layout(enter):
    id = enter(samples.quadratic(kind="gradient", answer="(A + A') x"))
    assert check(id, lambda x, A: (x @ (A + A.T)).reshape(1, -1)).code == "layout"
    assert check(id, "x' (A + A')").code == "layout"


def test_sparse_jacobian_is_accepted(enter):
    id = enter(samples.product_jacobian())
    assert check(id, lambda X, Y: scipy.sparse.kron(Y.T, np.eye(len(X)))).ok


@pytest.mark.parametrize("nothing", [..., None, lambda x, A, dx: ..., lambda x, A, dx: None])
def test_no_answer_yet_is_calm_and_the_same_each_time(quadratic, nothing):
    result = check(quadratic, nothing)
    assert (result.ok, result.code) == (False, "unanswered")
    assert repr(result) == (
        "operators/test-quadratic: What is $f'(x)[dx]$ for $f(x) = x^T A x$?\nNot answered yet."
    )


def test_wrong_answer_shows_the_same_example_each_time(quadratic):
    shown = {repr(check(quadratic, lambda x, A, dx: 2 * x @ A @ dx)) for _ in range(3)}
    assert len(shown) == 1
    assert "symmetric A" in shown.pop()


def test_example_is_true_of_the_answer(quadratic):
    result = check(quadratic, lambda x, A, dx: 2 * x @ A @ dx)
    values, came, expected = result.example
    x, A, dx = values["x"].ravel(), values["A"], values["dx"].ravel()
    assert came.item() == 2 * x @ A @ dx
    assert expected.item() == x @ A @ dx + dx @ A @ x != came.item()


def test_seed_draws_the_same_points_and_none_draws_new_ones(quadratic):
    def points(seed):
        seen = []
        check(quadratic, lambda x, A, dx: seen.append(x.copy()) or right(x, A, dx), seed=seed)
        return seen[0]

    assert np.array_equal(points(5), points(5))
    assert not np.array_equal(points(None), points(None))


def test_exception_shows_with_its_line(quadratic):
    def df(x, A, dx):
        y = x @ A
        return y @ undefined_name  # noqa: F821

    result = check(quadratic, df)
    assert result.code == "error"
    assert "NameError: name 'undefined_name' is not defined" in result.message
    line = df.__code__.co_firstlineno + 2
    assert f"line {line}: return y @ undefined_name" in repr(result)


def test_exception_inside_a_library_shows_the_line_of_the_answer(quadratic):
    def df(x, A, dx):
        return np.linalg.inv(np.zeros((2, 2)))

    result = check(quadratic, df)
    assert "return np.linalg.inv" in repr(result)


def test_exception_inside_the_standard_library_shows_the_line_of_the_answer(quadratic):
    def df(x, A, dx):
        return statistics.mean([])

    result = check(quadratic, df)
    assert f"line {df.__code__.co_firstlineno + 1}: return statistics.mean([])" in repr(result)


def test_exit_in_an_answer_is_an_error_like_others(quadratic):
    def df(x, A, dx):
        raise SystemExit(1)

    assert check(quadratic, df).code == "error"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda x, A, dX: 0.0, "dX"),
        (lambda x, A, dx, y: 0.0, "y"),
        (lambda x, /, A, dx: 0.0, "x"),
        (lambda *all_of_them: 0.0, "*all_of_them"),
    ],
)
def test_wrong_arguments_are_named_with_the_right_ones(quadratic, answer, says):
    result = check(quadratic, answer)
    assert result.code == "arguments"
    assert "def answer(x, A, dx)" in result.message and says in result.message


@pytest.mark.parametrize(
    ("came", "says"),
    [("text", "str"), ({}, "dict"), ([[1.0], [1.0, 2.0]], "list"), (1j, "complex"),
     (np.zeros((2, 2, 2)), "ndarray of shape (2, 2, 2)"), (np.zeros(0), "(0,)")],
)  # fmt: skip
def test_what_is_no_matrix_of_numbers_is_named(quadratic, came, says):
    result = check(quadratic, lambda x, A, dx: came)
    assert result.code == "returned" and says in result.message


def endless(x, A, dx):
    while True:
        pass


def on_one_line(x, A, dx):
    while True:
        pass


def stubborn(x, A, dx):
    while True:
        try:
            sum(range(100))
            sum(range(100))
            sum(range(100))
        except:  # noqa: E722, S110
            pass


def stubborn_twice(x, A, dx):
    while True:
        try:  # noqa: SIM105
            stubborn(x, A, dx)
        except:  # noqa: E722, S110
            pass


def keeps_what_it_catches(x, A, dx):
    caught = []
    while True:
        try:
            sum(range(100))
        except BaseException as error:  # noqa: BLE001
            caught.append(error)


def makes_it_an_error(x, A, dx):
    try:
        endless(x, A, dx)
    except BaseException:  # noqa: BLE001
        raise ValueError("no value") from None


def makes_it_an_answer(x, A, dx):
    try:
        endless(x, A, dx)
    except:  # noqa: E722
        return right(x, A, dx)


ENDLESS = [endless, on_one_line, stubborn, stubborn_twice, keeps_what_it_catches,
           makes_it_an_error, makes_it_an_answer]  # fmt: skip


@pytest.mark.parametrize("answer", ENDLESS)
def test_endless_loop_is_stopped(quadratic, answer):
    traced = sys.gettrace()
    result = check(quadratic, answer, seconds=0.2)
    assert result.code == "timeout"
    assert "0.2 seconds" in result.message
    assert sys.gettrace() is traced


@pytest.mark.parametrize("answer", ENDLESS)
def test_endless_loop_is_stopped_in_another_thread(quadratic, answer):
    found = []
    thread = threading.Thread(
        target=lambda: found.append(check(quadratic, answer, seconds=0.2)), daemon=True
    )
    thread.start()
    thread.join(60)  # as long as a busy machine may need to get round to it
    assert [r.code for r in found] == ["timeout"]


def test_what_is_stopped_leaves_warnings_and_output_as_they_were(quadratic):
    filters, output, numpy_errors = [*warnings.filters], sys.stdout, np.geterr()
    for answer in (endless, stubborn):
        assert check(quadratic, answer, seconds=0.1).code == "timeout"
    assert (warnings.filters, sys.stdout, np.geterr()) == (filters, output, numpy_errors)


def test_timer_that_was_running_runs_on(quadratic):
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 3600)
        assert check(quadratic, stubborn, seconds=0.1).code == "timeout"
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        assert 0 < left < 3600 and not rang
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_limit_is_some_time(quadratic):
    for seconds in (0, -1):
        with pytest.raises(DomainError, match="seconds must be positive"):
            check(quadratic, endless, seconds=seconds)


def test_answer_may_check_itself(quadratic):
    def df(x, A, dx):
        assert check(quadratic, endless, seconds=0.2).code == "timeout"
        return right(x, A, dx)

    assert check(quadratic, df, seconds=60).ok


def test_numbers_of_other_kinds_are_numbers(quadratic):
    def as_sympy(x, A, dx):
        return sympy.Matrix(x).T * sympy.Matrix(A + A.T) * sympy.Matrix(dx)

    forms = [as_sympy, lambda **v: Fraction(float(right(**v))), lambda **v: [right(**v)],
             lambda **v: np.array(right(**v), dtype=object), lambda **v: complex(right(**v)),
             lambda **v: np.matrix(right(**v)), lambda **v: np.ma.array(right(**v))]  # fmt: skip
    for form in forms:
        assert check(quadratic, form).ok, form
    masked = check(quadratic, lambda **v: np.ma.array([right(**v)], mask=[True]))
    assert masked.code == "nan"
    symbol = check(quadratic, lambda x, A, dx: sympy.Symbol("t") * right(x, A, dx))
    assert symbol.code == "returned"


def test_answer_that_is_another_each_time_is_found_out(quadratic):
    calls = []

    def counted(x, A, dx):
        calls.append(None)
        return len(calls) * right(x, A, dx)

    rng = np.random.default_rng(4)
    assert check(quadratic, counted).code == "unsteady"
    assert check(quadratic, lambda x, A, dx: rng.standard_normal()).code == "unsteady"
    # numpy's own generator is put back, so what it gives is the same each time
    assert check(quadratic, lambda x, A, dx: 2 * right(x, A, dx)).code == "factor"
    assert check(quadratic, lambda x, A, dx: np.nan * right(x, A, dx)).code == "nan"


@pytest.mark.parametrize("nothing", ["", "  ", lambda x, A, dx: empty()])
def test_what_is_left_empty_is_not_answered_yet(quadratic, nothing):
    assert check(quadratic, nothing).code == "unanswered"


def empty():
    raise NotImplementedError


class Broken(BaseException):
    def __str__(self):
        raise RuntimeError("no text")


@pytest.mark.parametrize("error", [Broken, BaseException, GeneratorExit, SystemExit])
def test_no_exception_of_an_answer_leaves_check(quadratic, error):
    def df(x, A, dx):
        raise error

    assert error.__name__ in check(quadratic, df).message


def test_interrupt_is_for_the_reader(quadratic):
    def df(x, A, dx):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(quadratic, df)


def test_random_states_and_arrays_of_the_reader_are_left_alone(quadratic):
    numpy_before, before = np.random.get_state()[1].copy(), random.getstate()

    def df(x, A, dx):
        np.random.rand(3)
        random.random()
        value = right(x, A, dx)
        A[:], x[:], dx[:] = 0, 0, 0
        return value

    assert check(quadratic, df).ok
    assert np.array_equal(np.random.get_state()[1], numpy_before)
    assert random.getstate() == before


def test_printing_of_the_first_call_is_kept(quadratic, capsys):
    def df(x, A, dx):
        print("shape of x:", x.shape)
        return right(x, A, dx)

    assert check(quadratic, df).ok
    assert capsys.readouterr().out == "shape of x: (3,)\n"


def test_warnings_of_an_answer_stay_quiet(quadratic):
    result = check(quadratic, lambda x, A, dx: right(x, A, dx) + 0 * np.log(-np.abs(x[0])))
    assert result.code == "nan"


def test_numbers_of_the_text_in_an_answer_are_found_out(at_text):
    def df(dx):
        return np.array([12.0, 21.0]) @ dx  # (A + A') x, multiplied by hand

    assert check(at_text, df).code == "hard-coded"
    assert check(at_text, lambda x, A, dx: right(x, A, dx)).ok


def test_numbers_at_which_the_text_is_special_are_not_called_written_in(enter):
    at = {"x": [1.0, 2.0], "A": [[1.0, 2.0], [2.0, 4.0]]}
    id = enter(samples.quadratic(at=at))
    assert check(id, "2 x' A dx").code == "symmetric"


def test_size_in_an_answer_is_found_out(quadratic):
    def of_three(x, A, dx):
        return sum((A + A.T)[i, j] * x[i] * dx[j] for i in range(3) for j in range(3))

    assert check(quadratic, of_three).code == "sizes"
    assert check(quadratic, lambda x, A, dx: len(x) / 3 * right(x, A, dx)).code == "sizes"


def test_operator_at_the_numbers_of_the_text_is_checked_with_its_adjoint(at_text):
    x, A = np.array(AT["x"]), np.array(AT["A"])
    L = mc.derivative(lambda x: x @ A @ x, x)
    assert check(at_text, L).ok
    assert check(at_text, 2 * L).code == "factor"
    bad = mc.LinearOperator(L, (2,), (), adjoint=lambda y: y * A @ x)
    assert check(at_text, bad).code == "adjoint"


def test_function_that_returns_an_operator_is_checked_with_its_adjoint(enter):
    id = enter(samples.gram())

    def operator(A, pulled):
        n = A.shape[1]
        return mc.LinearOperator(
            lambda dA: dA.T @ A + A.T @ dA, A.shape, (n, n), adjoint=lambda Y: pulled(A, Y)
        )

    assert check(id, lambda A: operator(A, lambda A, Y: A @ (Y + Y.T))).ok
    assert check(id, lambda A: operator(A, lambda A, Y: 2 * A @ Y)).code == "adjoint"
    assert check(id, lambda A: operator(A, lambda A, Y: np.nan * A)).code == "adjoint"


def test_adjoint_that_raises_or_does_not_end_is_told_as_an_answer_is(enter):
    id = enter(samples.gram())

    def operator(A, pulled):
        n = A.shape[1]
        return mc.LinearOperator(
            lambda dA: dA.T @ A + A.T @ dA, A.shape, (n, n), adjoint=lambda Y: pulled(Y, A, A)
        )

    raises = check(id, lambda A: operator(A, lambda *_: 1 / 0))
    assert raises.code == "error" and "ZeroDivisionError" in raises.message
    assert check(id, lambda A: operator(A, stubborn), seconds=0.2).code == "timeout"


@pytest.mark.parametrize("form", ["operator", "bilinear", "matrix"])
def test_second_derivative_is_taken_in_the_form_asked_for(enter, form):
    id = enter(samples.trace_hessian(form))

    def second(X, A, B):
        return mc.hessian(lambda X: np.trace(X.T @ A @ X @ B), X)

    assert check(id, second).ok
    doubled = check(id, lambda X, A, B: mc.hessian(lambda X: 2 * np.trace(X.T @ A @ X @ B), X))
    assert doubled.code == "factor"


def test_array_is_right_at_the_numbers_of_the_text_only(enter):
    id = enter(samples.quadratic(kind="gradient", answer="(A + A') x", at=AT))
    # by hand: A + A' = [[2, 5], [5, 8]]
    assert check(id, np.array([12.0, 21.0])).ok
    assert check(id, np.array([-12.0, -21.0])).code == "sign"
    assert check(id, np.array([12.0, 20.0])).code == "different"
    assert check(id, np.array([12.0, 21.0, 0.0])).code == "shape"


def test_array_needs_numbers_to_be_right_at(quadratic):
    result = check(quadratic, np.eye(2))
    assert result.code == "needs-function" and "def answer(x, A, dx)" in result.message


def test_text_that_cannot_be_read_is_pointed_at(quadratic):
    result = check(quadratic, "x' (A + B) dx")
    assert result.code == "unreadable"
    assert repr(result).splitlines()[1:] == ["  x' (A + B) dx", "          ^"]


def test_unknown_exercise_names_the_nearest():
    with pytest.raises(DomainError, match="near: operators/quadratic-form"):
        check("operators/quadratic-from", 1)


def test_numbers_vary_from_try_to_try(enter):
    id = enter(
        samples.entry(
            "test-value", kind="value", question="$x = [[x]]$, $A = [[A]]$, $dx = [[dx]]$",
            of="action",
        )
    )  # fmt: skip
    questions = {repr(check(id, variant=k)) for k in (1, 2, 3)}
    assert len(questions) == 3 and not any("[[x]]" in q for q in questions)
    for k in (1, 2, 3):
        numbers = check(id, variant=k).numbers.values
        x, A, dx = numbers["x"].ravel(), numbers["A"], numbers["dx"].ravel()
        value = x @ A @ dx + dx @ A @ x
        assert check(id, value, variant=k).ok
        assert check(id, f"{value:g}", variant=k).ok
        assert check(id, -value, variant=k).code == "sign"
        assert check(id, value + 1, variant=k).code == "different"
        assert check(id, value * 1.001, variant=k).code == "rounded"
        assert check(id, "x' (A + A') dx", variant=k).ok
    for k in (0, 99):
        with pytest.raises(DomainError, match="has the variants 1 to"):
            check(id, variant=k)
