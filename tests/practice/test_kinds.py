"""Answers that are no derivative: shapes, orders, costs, claims, choices, typed matrices."""

import itertools

import numpy as np
import pytest

from mcalclib.errors import ShapeError
from mcalclib.practice.checking import check
from mcalclib.practice.literals import read_assignments, read_matrix
from mcalclib.practice.orders import cost_of, least_cost
from mcalclib.practice.sizes import read_shape
from mcalclib.symbolic.grammar import ParseError, Tree
from tests.practice.samples import entry

NOTHING = {"function": None, "wrt": None, "expression": None, "solution": "See the text."}


def other(kind, **fields):
    return entry(f"test-{kind}", kind=kind, question="?", **(NOTHING | {"shapes": {}} | fields))


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("m by n", (("m",), ("n",))),
        ("mn × pq", (("m", "n"), ("p", "q"))),
        ("m*n, p q", (("m", "n"), ("p", "q"))),
        ("(n m) by 1", (("m", "n"), ())),
        ("n^2 by n²", (("n", "n"), ("n", "n"))),
        ("n**2 x 3n", (("n", "n"), ("3", "n"))),
        ((6, "n"), (("6",), ("n",))),
        ("2 3 by 1", (("6",), ())),
        ("M n by p.", (("m", "n"), ("p",))),
        (r"mn \times p^{2}", (("m", "n"), ("p", "p"))),
        ("（m，n）", (("m",), ("n",))),
    ],
)
def test_shape_is_read(text, pair):
    assert read_shape(text) == pair


@pytest.mark.parametrize("text", ["m", "m by", "m+n by 1", "m by n by p", 3])
def test_what_is_no_shape_is_refused(text):
    with pytest.raises(ShapeError):
        read_shape(text)


@pytest.mark.parametrize(
    ("answer", "code"),
    [("p q by mn", "exact"), (("q p", "n m"), "exact"), ("m n by p q", "layout"),
     ("p by m n q", "unstacked"), ("p q by m", "rows"), ("q by m n", "columns"),
     ("m by n", "neither"), ("p plus q", "unreadable"),
     (..., "unanswered")],
)  # fmt: skip
def test_shapes_are_judged(enter, answer, code):
    result = check(enter(other("shape", answer="p q by m n")), answer)
    assert (result.code, result.ok) == (code, code == "exact")


def brackets(count):
    """Return every way to bracket factors 0, 1, ..., count - 1."""

    def of(i, j):
        if j - i == 1:
            return [Tree("name", [], f"A{i}")]
        return [
            Tree("*", [left, right])
            for k in range(i + 1, j)
            for left, right in itertools.product(of(i, k), of(k, j))
        ]

    return of(0, count)


def test_least_cost_is_the_least_over_all_brackets(rng):
    for _ in range(5):
        sizes = rng.integers(1, 30, 6)
        shapes = [(int(a), int(b)) for a, b in itertools.pairwise(sizes)]
        symbols = {f"A{k}": tuple((str(s),) for s in shape) for k, shape in enumerate(shapes)}
        costs = [cost_of(tree, symbols)[2] for tree in brackets(5)]
        assert least_cost(shapes) == min(costs) < max(costs)


ORDER = {"A": "10, 1000", "B": "1000, 10", "x": "10"}


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [
        ("A (B x)", "cheapest", "20000 multiplications"),
        ("(A B) x", "costly", "100100 multiplications; 20000 are enough"),
        ("A B x", "costly", "100100"),
        ("(x' B')'", "factors", "same factors"),
        ("A (x", "unreadable", "expected ')'"),
        ("A B", "factors", "same factors"),
        (3, "unreadable", "expected a text, got int"),
    ],
)
def test_orders_are_judged_by_what_they_cost(enter, answer, code, says):
    result = check(enter(other("order", shapes=ORDER, answer="A (B x)")), answer)
    assert (result.code, result.ok) == (code, code == "cheapest")
    assert says in result.message


@pytest.mark.parametrize(
    ("answer", "code"),
    [("m n p", "exact"), ("p*(n m)", "exact"), ("2 m n p", "factor"), ("m n p / 3", "factor"),
     ("m n", "different"), ("m n p + m", "different"), ("m n p - m n p", "different"),
     ("m k", "unreadable"), ("m n p / (m - m)", "different")],
)  # fmt: skip
def test_costs_are_compared_as_formulas(enter, answer, code):
    exercise = other("cost", shapes={"A": "m, n", "B": "n, p"}, answer="m n p")
    result = check(enter(exercise), answer)
    assert (result.code, result.ok) == (code, code == "exact")


FALSE = {"shapes": {"A": "n, n", "B": "n, n"}, "claim": "A B = B A", "answer": False}
TRUE = {"shapes": {"A": "n, m", "B": "m, n"}, "claim": "tr(A B) = tr(B A)", "answer": True}
LIMITED = {
    "shapes": {"A": "n, n symmetric", "x": "n"}, "claim": "x' A x = x' x", "answer": False,
}  # fmt: skip
INVERSE = {"shapes": {"A": "n, n"}, "claim": "inv(A) = A", "answer": False}


@pytest.mark.parametrize(
    ("claim", "answer", "code"),
    [
        (FALSE, False, "needs-counterexample"),
        (FALSE, "false", "needs-counterexample"),
        (FALSE, "True", "claim-false"),
        (FALSE, "A = [1 2; 3 4]; B = [0 1; 0 0]", "refuted"),
        (FALSE, {"A": np.diag([1.0, 2.0]), "B": [[0.0, 1.0], [0.0, 0.0]]}, "refuted"),
        (FALSE, "A = [1 2; 3 4], B = [1 0; 0 1]", "no-counterexample"),
        (FALSE, "A = [1 2; 3 4]", "names"),
        (FALSE, "A = [1 2; 3 4]; B = 2", "shape-of"),
        (FALSE, "A = [1 2 3]; B = [1 2 3]", "shape-of"),
        (FALSE, "because A = B", "unreadable"),
        (FALSE, "A = [1 2; 3]; B = 1", "unreadable"),
        (TRUE, True, "claim-holds"),
        (TRUE, "true.", "claim-holds"),
        (TRUE, False, "claim-true"),
        (TRUE, "A = [1 2]; B = [3; 4]", "no-counterexample"),
        (LIMITED, "A = [0 1; 1 0]; x = [1; 0]", "refuted"),
        (LIMITED, "A = [0 1; 0 0]; x = [1; 0]", "property"),
        (INVERSE, "A = [0]", "undefined-there"),
        (INVERSE, "A = [2]", "refuted"),
    ],
)
def test_claims_are_judged_at_the_matrices_given(enter, claim, answer, code):
    result = check(enter(other("verdict", **claim)), answer)
    assert result.code == code, result
    assert result.ok == (code in ("refuted", "claim-holds"))


def test_rounding_is_no_counterexample_to_what_is_true(enter):
    projection = {
        "shapes": {"X": "3, 2"}, "answer": True,
        "claim": "X inv(X' X) X' X inv(X' X) X' = X inv(X' X) X'",
    }  # fmt: skip
    X = np.array([[1.0, 1.0], [1.0, 1.0 + 1e-6], [1.0, 1.0]])
    P = X @ np.linalg.inv(X.T @ X) @ X.T
    assert not np.allclose(P @ P, P, rtol=1e-6)  # so far is rounding from it
    assert check(enter(other("verdict", **projection)), {"X": X}).code == "no-counterexample"


@pytest.mark.parametrize(
    ("answer", "code"),
    [(3, "unreadable"), ([1, 2], "unreadable"), ({}, "names"), ({"A": "text", "B": 1}, "returned"),
     ({"A": [[1, 2], [3]], "B": 1}, "returned"), ({"A": 1j, "B": 1}, "returned"),
     ({"A": np.zeros((2, 2, 2)), "B": 1}, "returned"), (np.bool_(False), "needs-counterexample")],
)  # fmt: skip
def test_what_is_no_claim_is_told_and_never_raised(enter, answer, code):
    result = check(enter(other("verdict", **FALSE)), answer)
    assert (result.code, result.ok) == (code, False)


CHOICES = [("$A B$", "Right: `A` acts last."), ("$B A$", "That is the other order.")]


@pytest.mark.parametrize(
    ("answer", "ok", "says"),
    [(1, True, "Correct. Right"), ("1", True, "acts last"), (2, False, "the other order"),
     (3, False, "from 1 to 2, got 3"), ("A B", False, "got 'A B'"), (True, False, "got True")],
)  # fmt: skip
def test_choice_is_answered_with_its_remark(enter, answer, ok, says):
    result = check(enter(other("choice", choices=CHOICES, answer=1)), answer)
    assert result.ok == ok and says in result.message


def test_choices_are_numbered_in_the_question(enter):
    shown = repr(check(enter(other("choice", choices=CHOICES, answer=1))))
    assert "  1. $A B$\n  2. $B A$\nNot answered yet." in shown


def test_matrix_is_read():
    assert read_matrix("[1, 2; -3 0.5]").tolist() == [[1.0, 2.0], [-3.0, 0.5]]
    assert read_matrix(" 3/4 ").tolist() == [[0.75]]
    assert read_matrix("[[1, 2], [3, −4]].").tolist() == [[1.0, 2.0], [3.0, -4.0]]
    for column in ("[1, .5]'", "[1, .5]^T", "[1, .5].T", "[1; .5]"):
        assert read_matrix(column).tolist() == [[1.0], [0.5]]
    found = read_assignments("A = [[1, 0], [0, 1]]; x = [1; 2], c=3.")
    assert found["A"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    found = read_assignments("A = [1 0; 0 1]; x = [1; 2], c=3")
    assert {k: v.shape for k, v in found.items()} == {"A": (2, 2), "x": (2, 1), "c": (1, 1)}


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("[1, 2; 3]", 6, "this row has 1 entries, the first has 2"),
        ("[1, a]", 4, "'a' is not a number"),
        ("[1, 2", 5, "']' is missing"),
        ("[[1, 2], [3, 4]", 15, "']' is missing"),
        ("[[1, 2], [x, 4]]", 10, "'x' is not a number"),
        ("[1; ; 2]", 3, "a row of the matrix is empty"),
        ("[1/0]", 1, "divides by zero"),
    ],
)
def test_matrix_that_is_none_is_pointed_at(text, place, says):
    with pytest.raises(ParseError) as caught:
        read_matrix(text)
    assert says in caught.value.problem and caught.value.place == place


def test_assignment_that_is_none_is_pointed_at():
    with pytest.raises(ParseError) as caught:
        read_assignments("A = [1, 2]; x = [1, y]")
    assert caught.value.place == 20
