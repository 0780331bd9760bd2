"""Exercises of the chapter on linear operators."""

from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="operators/quadratic-form",
        kind="action",
        title="A quadratic form",
        question=(
            r"Let $f(x) = x^{\mathsf T} A x$ with a square matrix $A$ that need not be symmetric. "
            "What is $f'(x)[dx]$?"
        ),
        function=lambda x, A: x @ A @ x,
        wrt="x",
        shapes={"x": "n", "A": "n, n"},
        answer="x' (A + A') dx",
        also=["dx' A x + x' A dx", "x' A dx + x' A' dx"],
        mistakes={
            "2 x' A dx": "symmetric",
            "x' A dx": "term",
            "x' (A - A') dx": "sign-of-term",
            "-x' (A + A') dx": "sign",
            "2 x' (A + A') dx": "factor",
            "(x + dx)' A (x + dx) - x' A x": "difference",
            "(A + A') x": "missing-tangent",
        },
        hints=[
            "Write out $f(x + dx)$ and keep what is linear in $dx$.",
            (
                "Two terms are linear in $dx$: the $dx$ stands on the left in one, on the right in "
                "the other."
            ),
            (
                "Each term is a number, so it equals its own transpose. That brings both $dx$ to the "
                "right."
            ),
        ],
        expression="x' A x",
    ),
    Exercise(
        id="operators/matrix-times-vector",
        kind="action",
        title="A matrix times a vector, in the matrix",
        question="Let $f(A) = A x$, where $A$ varies and $x$ does not. What is $f'(A)[dA]$?",
        function=lambda A, x: A @ x,
        wrt="A",
        shapes={"A": "m, n", "x": "n"},
        answer="dA x",
        mistakes={"A x": "value", "2 dA x": "factor", "-dA x": "sign"},
        hints=[
            "Is $A \\mapsto A x$ linear in $A$?",
            "A linear operator is its own derivative: put $dA$ where $A$ was.",
        ],
        expression="A x; A: m by n; x: n by 1",
    ),
]
