"""Exercises of the tests' own, so that what they show does not depend on the bank."""

import numpy as np

from mcalclib.practice.exercise import Exercise


def entry(slug="sample", **changes):
    """A quadratic form, in the ways that a test wants it."""
    fields = {
        "id": f"operators/{slug}",
        "kind": "action",
        "question": "What is $f'(x)[dx]$ for $f(x) = x^T A x$?",
        "function": lambda x, A: x @ A @ x,
        "wrt": "x",
        "shapes": {"x": "n", "A": "n, n"},
        "answer": "x' (A + A') dx",
        "hints": ["Expand.", "Keep what is linear."],
        "expression": "x' A x",
    }
    return Exercise(**(fields | changes))


def quadratic(**changes):
    return entry("test-quadratic", **changes)


def square(**changes):
    return entry(
        "test-square", function=lambda A: A @ A, wrt="A", shapes={"A": "n, n"},
        answer="A dA + dA A", expression="A^2", question="f(A) = A A", **changes,
    )  # fmt: skip


def gram():
    return entry(
        "test-gram", function=lambda A: A.T @ A, wrt="A", shapes={"A": "m, n"},
        answer="dA' A + A' dA", expression="A' A", question="f(A) = A'A",
    )  # fmt: skip


def solve_gradient(**changes):
    return entry(
        "test-solve", kind="gradient", function=lambda A, b, c: c @ np.linalg.solve(A, b), wrt="A",
        shapes={"A": "n, n invertible", "b": "n", "c": "n"},
        answer="-inv(A)' c b' inv(A)'", expression="c' A^-1 b", question="gradient in A", **changes,
    )  # fmt: skip


def cube(**changes):
    return entry(
        "test-cube", function=lambda x: x**3, wrt="x", shapes={"x": "n"},
        answer="3 x .^ 2 .* dx", expression="x .^ 3", question="entrywise cube", **changes,
    )  # fmt: skip


def product_jacobian():
    return entry(
        "test-product", kind="jacobian", function=lambda X, Y: X @ Y, wrt="X",
        shapes={"X": "m, n", "Y": "n, p"}, answer="kron(Y', I_m)",
        expression="X Y; X: m by n; Y: n by p", question="Jacobian of XY in X",
    )  # fmt: skip


def congruence_jacobian():
    return entry(
        "test-congruence", kind="jacobian", function=lambda X: X @ X, wrt="X",
        shapes={"X": "n, n"}, answer="kron(I_n, X) + kron(X', I_n)", expression="X^2",
        question="Jacobian of X X",
    )  # fmt: skip


def pullback():
    return entry(
        "test-pullback", kind="adjoint", function=lambda X, A: A @ X @ X.T, wrt="X",
        shapes={"X": "m, n", "A": "p, m", "F_bar": "p, m"}, answer="A' F_bar X + F_bar' A X",
        question="pullback", solution="See the text.", expression=None,
    )  # fmt: skip


def trace_hessian(form):
    answers = {
        "operator": "A dX B + A' dX B'",
        "bilinear": "tr(dX2' A dX B) + tr(dX2' A' dX B')",
        "matrix": "kron(B', A) + kron(B, A')",
    }
    return entry(
        "test-hessian", kind="hessian", form=form, wrt="X",
        function=lambda X, A, B: np.trace(X.T @ A @ X @ B),
        shapes={"X": "m, n", "A": "m, m", "B": "n, n"}, answer=answers[form],
        expression="tr(X' A X B)", question="Hessian",
    )  # fmt: skip
