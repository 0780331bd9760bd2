"""What is told about a test that failed: what it compared, and what it was given."""

# ruff: noqa: S102 - tests are executed here as a trial executes them

from types import SimpleNamespace

import numpy as np
import pytest
from sample_course import cell
from test_trial import answer, check, graded, solution

import mcalclib as mc
from mcalclib.grader.explaining import compared, returned

NAMES = {
    "np": np,
    "mc": mc,
    "J": np.array([[1.0, 2.0], [3.0, 4.0]]),
    "v": np.array([1.0, 2.0]),
    "x": 2.5,
    "table": [1, 2],
    "word": "vec",
}


class Asked(Exception):
    """Somebody asked an object of the student's."""


class Far:
    """Stands for a student's object: whoever asks it anything has run the student's code."""

    def ask(self, *_, **__):
        raise Asked

    __call__ = __array__ = __eq__ = __len__ = __getitem__ = __float__ = __bool__ = __iter__ = ask
    __add__ = __radd__ = __matmul__ = __rmatmul__ = __getattr__ = ask
    __hash__ = object.__hash__


def told(source, hidden=(), **names):
    part = SimpleNamespace(grade_id="t", source=source, hidden=list(hidden))
    try:
        with np.errstate(all="ignore"):
            exec(compile(source, "<test t>", "exec"), NAMES | names)
    except AssertionError as error:
        return compared(error, part, {})
    raise RuntimeError("the assertion holds")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("assert np.shape(J) == (2, 3)", "np.shape(J) is (2, 2)"),
        ("assert J.shape[0] == len(table) + 1", "J.shape[0] is 2 and len(table) + 1 is 3"),
        ("assert x < 2", "x is 2.5"),
        ("assert word in ['vech']", "word is 'vec'"),
        ("assert np.isclose(x, 5 / 3)", "x is 2.5 and 5 / 3 is 1.666667"),
        ("assert np.allclose(v, [1, 3])", "v and [1, 3] differ most at [1]: 2 and 3"),
        ("assert np.allclose(J, J.T)", "J and J.T differ most at [0, 1]: 2 and 3"),
        ("assert np.allclose(v, [[1, 3]] * 2)", "v has shape (2,), [[1, 3]] * 2 has shape (2, 2)"),
        ("assert np.allclose(v, [1, np.sqrt(-x)])", "differ most at [1]: 2 and nan"),
        ("assert np.allclose(mc.vec(J), [1, 2, 3, 4])", "differ most at [1]: 3 and 2"),
        ("assert np.allclose(v, v) and x == 3 and 1 / 0", "x is 2.5"),
        ("def inner(a):\n    assert a == 1\ninner(7)", "a is 7"),
        ("for k in range(3):\n    assert k < 2", "k is 2"),
    ],
)
def test_an_assertion_without_a_message_tells_what_it_compared(source, text):
    assert text in told(source)


@pytest.mark.parametrize(
    "source",
    [
        "assert x == 3, 'a message of its own'",
        "assert not np.allclose(v, v)",
        "assert list(table) == [1]",
        "assert np.array_equal(np.random.rand(2), v)",
        "assert (lambda: 3)() == 4",
        "assert [k for k in table] == [1]",
        "len = lambda _: 3\nassert len(v) == 2",
        "np.testing.assert_allclose(v, [1, 3])",
        "raise AssertionError",
    ],
)
def test_what_is_not_surely_plain_data_is_not_looked_at_again(source):
    assert told(source) == ""


@pytest.mark.parametrize(
    "expression",
    [
        "far",
        "far(v)",
        "far.T",
        "far[0]",
        "len(far)",
        "far + 1",
        "1 + far",
        "[far]",
        "v @ far",
        "np.sum(far)",
        "np.shape([far])",
        "mc.vec(far)",
        "J[far]",
    ],
)
def test_a_student_s_object_is_never_asked_again(expression):
    for form in (f"{expression} == 1", f"1 == {expression}", f"np.allclose({expression}, v)"):
        source = f"if go: raise AssertionError\nassert {form}"
        part = SimpleNamespace(grade_id="t", source=f"assert {form}", hidden=[])
        try:  # the first line raises as if the assertion had, which asks nobody
            exec(compile(source, "<test t>", "exec"), NAMES | {"far": Far(), "go": True})
        except AssertionError as error:
            assert compared(error, part, {}) == ""


def test_a_hidden_line_is_not_told():
    source = "def inner(a):\n    assert a == 1\ninner(7)"
    assert told(source, hidden=[(2, 2)]) == ""


@pytest.mark.parametrize(
    ("error", "given", "text"),
    [
        (AssertionError(), [("f", None)], "`f` gave None: is a `return` missing?"),
        (TypeError(), [("g", "text"), ("f", None)], "`f` gave None: is a `return` missing?"),
        (TypeError(), [("f", [1.0])], "`f` gave a list"),
        (AssertionError(), [("f", [1.0])], ""),  # a list compares as well as an array
        (KeyError(), [("f", [1.0])], ""),
        (TypeError(), [("f", np.ones(2))], ""),
        (TypeError(), [], ""),
    ],
)
def test_what_functions_gave_is_told_where_it_may_be_why(error, given, text):
    assert returned(error, dict(enumerate(given))) == text


def test_a_missing_return_and_a_wrong_shape_are_told_with_the_test():
    source = [
        answer("f", solution("def f(x): return [x, x]")),
        check("shape", "import numpy as np\nassert np.shape(f(1.0)) == (2,)\ny = f(1.0)"),
        check("entry", "y = f(2.0)\nassert y[1] == 2"),
        check(
            "hides", "y = f(2.0)\n### BEGIN HIDDEN TESTS\nassert y[1] == 2\n### END HIDDEN TESTS"
        ),
    ]
    result = graded(source, f="def f(x): [x, x]")
    assert result["shape"]["message"].endswith("`f` gave None: is a `return` missing?")
    result = graded(source, f="def f(x): return [x, x + 1]")
    assert result["entry"]["message"].endswith("in the test: assert y[1] == 2\ny[1] is 3")
    assert result["hides"]["message"] == "a hidden test did not pass"


@pytest.mark.parametrize(
    ("test", "text"),
    [
        ("assert np.shape(f(1.0)) == (3,)", "np.shape(f(1.0)) is (2,)"),
        ("assert np.allclose(f(1.0), [1, 2])", "f(1.0) and [1, 2] differ most at [1]: 3 and 2"),
        ("for k in range(3):\n    assert f(k)[1] < 4", "f(k)[1] is 4"),
        ("assert f(1.0)[0] == 1 and f(2.0)[0] == 5", ""),  # which of two calls gave what?
        ("same = f\nassert np.allclose(f(1.0), same(2.0))", ""),
        ("assert made(1.0)(2.0) == 5", ""),
        ("g, h = made(1.0), made(2.0)\nassert g(1.0) == h(1.0)", "g(1.0) is 2 and h(1.0) is 3"),
        ("assert made(f(1.0)[0])(1.0) == 5", ""),
        ("assert np.isclose(g(1.0), 5)", "g(1.0) is 2"),
    ],
)
def test_what_the_only_call_in_an_assertion_gave_is_told_without_calling_again(test, text):
    source = [
        cell("code", "import numpy as np", "given"),
        answer("f", solution("def f(x): return [x, x]\ndef made(a): return f\ng = f")),
        check("t", test),
    ]
    given = (
        "calls = 0\ndef f(x):\n    global calls\n    calls += 1\n    return [x, x + 2]\n"
        "def made(a): return lambda x: a + x\ng = made(1.0)"
    )
    failed = f"AssertionError\nin the test: assert{test.rpartition('assert')[2]}"
    expected = f"{failed}\n{text}" if text else failed
    assert graded(source, f=given)["t"]["message"] == expected
