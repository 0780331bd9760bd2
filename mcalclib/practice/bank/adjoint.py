"""Exercises of the chapter on the adjoint method."""

import numpy as np

from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="adjoint/solve-derivative",
        kind="action",
        title="The solution of a system, in the matrix",
        question=(
            "The solution of $A x = b$ is $x(A) = A^{-1} b$. Let $A$ vary and keep $b$ fixed. What "
            "is $dx = x'(A)[dA]$?"
        ),
        function=lambda A, b: np.linalg.solve(A, b),
        wrt="A",
        shapes={"A": "n, n invertible", "b": "n"},
        answer="-inv(A) dA inv(A) b",
        also=["-A^-1 dA A^-1 b", "inv(A) (-dA inv(A) b)"],
        mistakes={
            "inv(A) dA inv(A) b": "sign",
            "-inv(A) inv(A) dA b": "commuting",
            "-inv(A)' dA inv(A) b": "symmetric",
            "-inv(A) dA b": "different",
            "inv(dA) b": "not-linear",
        },
        hints=[
            "Differentiate $A x = b$ as a product, and do not forget that $x$ varies too.",
            "$dA\\,x + A\\,dx = 0$. Solve for $dx$, then put $A^{-1} b$ for $x$.",
        ],
        expression="inv(A) b; A: n by n invertible; b: n by 1",
    ),
    Exercise(
        id="adjoint/right-hand-side",
        kind="gradient",
        title="One more unit of load",
        question=(
            "Let $g(b) = c^{\\mathsf T} A^{-1} b$ with a fixed invertible $A$. What is the gradient "
            "$\\nabla g(b)$?"
        ),
        function=lambda b, A, c: c @ np.linalg.solve(A, b),
        wrt="b",
        shapes={"b": "n", "A": "n, n invertible", "c": "n"},
        answer="inv(A)' c",
        also=["inv(A') c", "(c' inv(A))'"],
        mistakes={"inv(A) c": "symmetric", "c' inv(A)": "layout", "A' c": "different"},
        hints=[
            "$g$ is linear in $b$. So $dg$ is $g$ with $db$ in the place of $b$.",
            "Write $c^{\\mathsf T} A^{-1} db$ as $\\langle v, db\\rangle = v^{\\mathsf T} db$.",
        ],
        expression="c' inv(A) b; A: n by n invertible; b, c: n by 1",
        solution=(
            "The row in front of $db$ is $c^{\\mathsf T} A^{-1}$. The gradient is its transpose, "
            "$A^{-\\mathsf T} c$: the solution $v$ of $A^{\\mathsf T} v = c$."
        ),
    ),
    Exercise(
        id="adjoint/shape-of-partials",
        kind="shape",
        title="Shapes in an implicit equation",
        question=(
            "The $n$ equations $h(x, p) = 0$ determine $x \\in \\mathbb R^n$ from $k$ parameters "
            "$p$. What is the shape of the matrix $h_p = \\partial h / \\partial p$?"
        ),
        answer="n by k",
        mistakes={"k by n": "layout", "n by n": "rows"},
        hints=[
            "$h_p\\,dp$ is a change of $h$, and $dp$ has $k$ entries.",
            "Rows belong to the equations, columns to the parameters.",
        ],
        solution=(
            "$h$ has $n$ entries and $p$ has $k$. The product $h_p\\,dp$ takes a column of length "
            "$k$ to one of length $n$, so $h_p$ is $n$ by $k$. The matrix $h_x$ is $n$ by $n$: only "
            "that one is inverted."
        ),
    ),
    Exercise(
        id="adjoint/solve-gradient",
        kind="gradient",
        title="A number from a solution, in the matrix",
        question=(
            "Let $g(A) = c^{\\mathsf T} A^{-1} b$ with an invertible $A$ that need not be symmetric. "
            "What is $\\nabla g(A)$, shaped like $A$?"
        ),
        function=lambda A, b, c: c @ np.linalg.solve(A, b),
        wrt="A",
        shapes={"A": "n, n invertible", "b": "n", "c": "n"},
        answer="-inv(A)' c b' inv(A)'",
        also=["-inv(A') c (inv(A) b)'", "-(inv(A) b c' inv(A))'"],
        mistakes={
            "inv(A)' c b' inv(A)'": "sign",
            "-inv(A) b c' inv(A)": "layout",
            "-inv(A) c b' inv(A)'": "symmetric",
            "-inv(A)' b c' inv(A)'": "swapped",
            "-c b' inv(A)' inv(A)'": "different",
        },
        hints=[
            "$dg = -c^{\\mathsf T} A^{-1}\\,dA\\,A^{-1} b$. Name the column $x = A^{-1} b$.",
            "Name the row too: $v^{\\mathsf T} = c^{\\mathsf T} A^{-1}$, so $dg = -v^{\\mathsf T} dA\\,x$.",
            (
                "A number is its own trace, and the trace is cyclic: $v^{\\mathsf T} dA\\,x = "
                "\\operatorname{tr}(x v^{\\mathsf T} dA) = \\langle v x^{\\mathsf T}, dA\\rangle$."
            ),
        ],
        expression="c' inv(A) b; A: n by n invertible; b, c: n by 1",
        solution=(
            "With $v = A^{-\\mathsf T} c$ and $x = A^{-1} b$ this is $-v^{\\mathsf T} dA\\,x = "
            "\\langle -v x^{\\mathsf T}, dA\\rangle$. So $\\nabla g(A) = -v x^{\\mathsf T} = "
            "-A^{-\\mathsf T} c\\,b^{\\mathsf T} A^{-\\mathsf T}$."
        ),
    ),
    Exercise(
        id="adjoint/pullback",
        kind="adjoint",
        title="The adjoint of a solve",
        question=(
            "Let $F(A) = A^{-1} b$, a column, and $L = F'(A)$. For a cotangent $\\bar F$, a column "
            "like $F$, what is $L^{*}[\\bar F]$, a matrix like $A$? Write `F_bar` for $\\bar F$."
        ),
        function=lambda A, b: np.linalg.solve(A, b),
        wrt="A",
        shapes={"A": "n, n invertible", "b": "n", "F_bar": "n"},
        answer="-inv(A)' F_bar b' inv(A)'",
        also=["-(inv(A') F_bar) (inv(A) b)'"],
        mistakes={
            "-inv(A) F_bar b' inv(A)'": "symmetric",
            "inv(A)' F_bar b' inv(A)'": "sign",
            "-inv(A) b F_bar' inv(A)": "layout",
        },
        hints=[
            (
                "The adjoint moves across the inner product: $\\langle L[dA], \\bar F\\rangle = "
                "\\langle dA, L^{*}[\\bar F]\\rangle$."
            ),
            (
                "$\\bar F^{\\mathsf T} L[dA] = -\\bar F^{\\mathsf T} A^{-1}\\,dA\\,A^{-1} b$. This is the "
                "derivative of the exercise on $c^{\\mathsf T} A^{-1} b$, with $\\bar F$ for $c$."
            ),
        ],
        solution=(
            "$\\langle \\bar F, L[dA]\\rangle = -\\bar F^{\\mathsf T} A^{-1}\\,dA\\,A^{-1} b$. With "
            "$v = A^{-\\mathsf T}\\bar F$ and $x = A^{-1} b$ this is $-v^{\\mathsf T} dA\\,x = "
            "\\langle -v x^{\\mathsf T}, dA\\rangle$. So $L^{*}[\\bar F] = -v x^{\\mathsf T} = "
            "-A^{-\\mathsf T}\\bar F\\,b^{\\mathsf T} A^{-\\mathsf T}$: one solve with the "
            "transposed matrix."
        ),
    ),
    Exercise(
        id="adjoint/adjoint-vector",
        kind="value",
        title="Solve the adjoint equation",
        question=(
            "The state solves $A x = b$ with $A = [[A]]$, and $f(x) = c^{\\mathsf T} x$ with "
            "$c = [[c]]$. Find the adjoint vector $v$."
        ),
        function=lambda A, c: np.linalg.solve(A.T, c),
        shapes={"A": "2, 2 invertible", "c": "2"},
        at={"A": [[1, 1], [-1, 1]], "c": [1, 1]},
        answer="inv(A)' c",
        mistakes={"inv(A) c": "symmetric", "A' c": "different"},
        hints=[
            "The adjoint equation is $A^{\\mathsf T} v = \\nabla f(x)$. Here $\\nabla f = c$.",
            "Write down its two equations. The rows of $A^{\\mathsf T}$ are the columns of $A$.",
        ],
        solution=(
            "$\\nabla f = c$, so $v$ solves $A^{\\mathsf T} v = c$, that is $v = A^{-\\mathsf T} c$. "
            "For $A = \\begin{bmatrix}1&1\\\\-1&1\\end{bmatrix}$ and $c = (1, 1)^{\\mathsf T}$ the "
            "equations are $v_1 - v_2 = 1$ and $v_1 + v_2 = 1$, so $v = (1, 0)^{\\mathsf T}$."
        ),
    ),
    Exercise(
        id="adjoint/rod",
        kind="gradient",
        title="The conductances of a rod",
        question=(
            "Let $A(k) = D^{\\mathsf T}\\operatorname{diag}(k)\\,D$ with all $k_i > 0$ and "
            "independent columns of $D$. Put $g(k) = c^{\\mathsf T} A(k)^{-1} b$, and let "
            "$x = A(k)^{-1} b$, $v = A(k)^{-1} c$. What is $\\nabla g(k)$? You may use $x$ and $v$; "
            "$a \\odot b$ is typed `a .* b`."
        ),
        function=lambda k, D, b, c: c @ np.linalg.solve(D.T @ np.diag(k) @ D, b),
        wrt="k",
        shapes={"k": "m positive", "D": "m, n", "b": "n", "c": "n", "x": "n", "v": "n"},
        derived={
            "x": lambda k, D, b: np.linalg.solve(D.T @ np.diag(k) @ D, b),
            "v": lambda k, D, c: np.linalg.solve(D.T @ np.diag(k) @ D, c),
        },
        answer="-(D v) .* (D x)",
        also=["-diag(D v) D x", "-(D x) .* (D v)"],
        mistakes={
            "(D v) .* (D x)": "sign",
            "-(D x) .* (D x)": "swapped",
            "-(D v) .* (D b)": "different",
            "-k .* (D v) .* (D x)": "different",
        },
        hints=[
            "$dA = D^{\\mathsf T}\\operatorname{diag}(dk)\\,D$, and $dg = -v^{\\mathsf T} dA\\,x$.",
            "So $dg = -(Dv)^{\\mathsf T}\\operatorname{diag}(dk)\\,(Dx)$.",
            "Write that as a sum over $i$ and read off the factor of $dk_i$.",
        ],
        solution=(
            "$A$ is symmetric, so $v$ solves the adjoint equation and $dg = -v^{\\mathsf T} dA\\,x$. "
            "With $dA = D^{\\mathsf T}\\operatorname{diag}(dk)\\,D$ this is "
            "$-(Dv)^{\\mathsf T}\\operatorname{diag}(dk)\\,(Dx) = -\\sum_i (Dv)_i (Dx)_i\\,dk_i$. The "
            "factor of $dk_i$ is the entry $i$ of the gradient, $-(Dv)\\odot(Dx)$."
        ),
    ),
    Exercise(
        id="adjoint/squared-solution",
        kind="lines",
        title="The length of the solution, line by line",
        question=(
            "Let $g(A) = \\|A^{-1} b\\|^2$ with an invertible $A$. Derive $dg$. Begin with the "
            "product rule, write one expression for $dg$ in each line, and end with a single term."
        ),
        function=lambda A, b: np.sum(np.linalg.solve(A, b) ** 2),
        wrt="A",
        shapes={"A": "n, n invertible", "b": "n"},
        answer="-2 (inv(A) b)' inv(A) dA inv(A) b",
        also=[
            (
                "(-inv(A) dA inv(A) b)' (inv(A) b) + (inv(A) b)' (-inv(A) dA inv(A) b)\n"
                "-2 (inv(A) b)' inv(A) dA inv(A) b"
            ),
            "2 (inv(A) b)' (-inv(A) dA inv(A) b)\n-2 b' inv(A)' inv(A) dA inv(A) b",
        ],
        mistakes={
            "2 (inv(A) b)' (inv(A) dA inv(A) b)": "sign",
            "2 (inv(A) b)' (-inv(A) dA inv(A) b)\n-2 b' inv(A) inv(A) dA inv(A) b": "symmetric",
            "-(inv(A) b)' inv(A) dA inv(A) b": "factor",
        },
        hints=[
            "With $x = A^{-1} b$ it is $g = x^{\\mathsf T} x$. The product rule has two terms.",
            "Both terms are numbers, and one is the transpose of the other: $dg = 2 x^{\\mathsf T} dx$.",
            "Put $dx = -A^{-1}\\,dA\\,A^{-1} b$.",
        ],
        solution=(
            "Let $x = A^{-1} b$. Then\n\n$$\n\\begin{aligned}\ndg &= dx^{\\mathsf T} x + "
            "x^{\\mathsf T} dx\\\\\n&= 2\\,x^{\\mathsf T} dx\\\\\n&= -2\\,x^{\\mathsf T} A^{-1}\\,dA\\,x ."
            "\n\\end{aligned}\n$$\n\nThe row $v^{\\mathsf T} = 2\\,x^{\\mathsf T} A^{-1}$ is that of the "
            "adjoint equation $A^{\\mathsf T} v = 2x$."
        ),
    ),
    Exercise(
        id="adjoint/order",
        kind="order",
        title="From which end?",
        question=(
            "The row $r^{\\mathsf T}$ of $f'(x)$ has 300 entries, the inverse $M = A^{-1}$ is 300 by "
            "300, and $R$ is 300 by 2000, one column for each parameter. Where do brackets go in "
            "$r^{\\mathsf T} M R$ so that the product takes the fewest multiplications?"
        ),
        shapes={"r": "300", "M": "300, 300", "R": "300, 2000"},
        answer="(r' M) R",
        mistakes={"r' (M R)": "costly"},
        hints=[
            "What stands in between: a row, or a matrix with 2000 columns?",
            (
                "Count for each order: an $m$ by $k$ matrix times a $k$ by $n$ matrix takes $mkn$ "
                "multiplications."
            ),
        ],
        solution=(
            "$(r^{\\mathsf T} M) R$ takes $300^2 + 300\\cdot2000 = 690\\,000$ multiplications, "
            "$r^{\\mathsf T}(M R)$ takes $300^2\\cdot2000 + 300\\cdot2000 = 180\\,600\\,000$. With "
            "one output the cheap end is the left one: the adjoint method."
        ),
    ),
    Exercise(
        id="adjoint/several-outputs",
        kind="choice",
        title="Several outputs",
        question=(
            "A simulation has 3 parameters and 200 outputs, and one factorised matrix $A(p)$. You "
            "want all 600 partial derivatives. Which way takes the fewest solves, that for the "
            "state among them?"
        ),
        choices=[
            (
                "the adjoint method, 2 solves",
                (
                    "Two solves are right for one output. Here every output has an adjoint equation "
                    "of its own."
                ),
            ),
            (
                "the adjoint method, 201 solves",
                (
                    "The number is right for the adjoint method. But the parameters are fewer than the "
                    "outputs: what would one solve for each parameter cost?"
                ),
            ),
            (
                "one solve for each parameter, 4 solves",
                "One for the state and one for each of the three parameters.",
            ),
            (
                "it makes no difference",
                (
                    "The operations may tie for dense matrices, but solves are counted here: one for "
                    "each output, or one for each parameter."
                ),
            ),
        ],
        answer=3,
        mistakes={"1": "choice", "2": "choice", "4": "choice"},
        hints=[
            (
                "Each parameter costs one solve for its column of $dx/dp$, each output one for its "
                "row. The state itself is one more."
            ),
            "Solve on the side where there are fewer: outputs or parameters.",
        ],
        solution=(
            "Left to right takes $1 + L = 201$ solves, right to left $1 + K = 4$. The adjoint method "
            "is for many parameters and few outputs; here it is the other way round."
        ),
    ),
    Exercise(
        id="adjoint/reciprocity",
        kind="verdict",
        title="Heater and thermometer",
        question=(
            "A unit of heat at the places of $b$ changes the thermometer $c$ by $c^{\\mathsf T} "
            "A^{-1} b$. Exchange heater and thermometer. Is the effect the same for every "
            "invertible $A$?"
        ),
        claim="c' inv(A) b = b' inv(A) c",
        shapes={"A": "n, n invertible", "b": "n", "c": "n"},
        answer=False,
        mistakes={"true": "claim-false"},
        hints=[
            "Transpose the number on the left.",
            "It is $b^{\\mathsf T} A^{-\\mathsf T} c$. For which $A$ is this the right side?",
        ],
        solution=(
            "The left side equals its transpose, $b^{\\mathsf T} A^{-\\mathsf T} c$. The claim holds "
            "for symmetric $A$, as for the rod. For "
            "$A = \\begin{bmatrix}1&-1\\\\0&1\\end{bmatrix}$, $b = (0, 1)^{\\mathsf T}$ and "
            "$c = (1, 0)^{\\mathsf T}$ the two sides are $1$ and $0$: heat carried along by a flow warms what lies downstream only."
        ),
    ),
]
