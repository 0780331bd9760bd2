"""Exercises of the chapter on review."""

import numpy as np

from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="review/little-o",
        kind="choice",
        title="Smaller than the increment",
        question="Which of these is $o(h)$ as $h \\to 0$?",
        choices=[
            (
                r"$\sin h$",
                "$\\sin h / h$ tends to $1$, not to $0$. Only $\\sin h - h$ is $o(h)$.",
            ),
            (r"$h^2 \sin(1/h)$", "Divided by $h$ it is $h \\sin(1/h)$, at most $|h|$."),
            (
                r"$\sqrt{|h|}$",
                "It tends to $0$, but slower than $h$: the quotient grows beyond every bound.",
            ),
            (
                r"$\tfrac{1}{100} h$",
                "Small is not enough: the quotient is $\\frac{1}{100}$ for every $h$.",
            ),
        ],
        answer=2,
        hints=[
            "Divide each one by $h$. Which quotient tends to zero?",
            "A constant factor does not matter, however small it is. A power of $h$ does.",
        ],
        solution=(
            r"$|h^2\sin(1/h)|/|h| = |h|\,|\sin(1/h)| \le |h| \to 0$. The other quotients tend to "
            r"$1$, to infinity and to $\frac1{100}$."
        ),
    ),
    Exercise(
        id="review/square-of-norm",
        kind="gradient",
        title="The square of a length",
        question=r"What is the gradient of $f(x) = x^{\mathsf T} x$? It has the shape of $x$.",
        function=lambda x: x @ x,
        wrt="x",
        shapes={"x": "n"},
        answer="2 x",
        also=["x + x", "2 I_n x"],
        mistakes={"x": "factor", "2 x'": "layout", "-2 x": "sign", "x' x": "shape"},
        hints=[
            r"Expand $(x + dx)^{\mathsf T}(x + dx)$. Two terms are linear in $dx$.",
            (
                r"The two terms are equal numbers. Write their sum as a dot product with $dx$: the "
                "vector beside $dx$ is the gradient."
            ),
        ],
        expression="x' x",
    ),
    Exercise(
        id="review/sum-of-exponentials",
        kind="gradient",
        title="Entry by entry",
        question=(
            r"Let $f(x) = e^{x_1} + \dots + e^{x_n}$. What is $\nabla f(x)$? In the answer, `exp` "
            "acts on every entry."
        ),
        function=lambda x: np.sum(np.exp(x)),
        wrt="x",
        shapes={"x": "n"},
        answer="exp(x)",
        also=["diag(exp(x)) ones(n, 1)"],
        mistakes={"exp(x)'": "layout", "sum(exp(x))": "shape", "x .* exp(x)": "different"},
        hints=[
            "What is the partial derivative by $x_1$?",
            "Stack the $n$ partial derivatives in a column.",
        ],
        expression="sum(exp(x))",
    ),
    Exercise(
        id="review/remainder",
        kind="value",
        title="Increment minus differential",
        question=(
            "Let $f(x) = x^3$. How large is $\\Delta f - df$ at $x = [[x]]$ for the increment "
            "$h = [[h]]$? A formula in $x$ and $h$ will do."
        ),
        function=lambda x, h: (x + h) ** 3 - x**3 - 3 * x**2 * h,
        shapes={"x": "", "h": ""},
        answer="3 x h^2 + h^3",
        also=["h^2 (3 x + h)", "(x + h)^3 - x^3 - 3 x^2 h"],
        mistakes={
            "3 x h^2": "term",
            "3 x h^2 - h^3": "sign-of-term",
            "-3 x h^2 - h^3": "sign",
            "(x + h)^3 - x^3": "term",
        },
        hints=[
            r"$\Delta f = f(x + h) - f(x)$ and $df = f'(x)\,h$.",
            "Expand $(x + h)^3$. Which of the four terms remain?",
        ],
        solution=(
            r"$\Delta f = 3x^2h + 3xh^2 + h^3$ and $df = 3x^2h$. What remains is $3xh^2 + h^3$. "
            "Divided by $h$ it tends to zero, so it is $o(h)$."
        ),
    ),
    Exercise(
        id="review/determinant-test",
        kind="choice",
        title="A positive determinant",
        question=(
            r"$f : \mathbb R^2 \to \mathbb R$ has continuous second derivatives. At $c$ both "
            r"partial derivatives vanish and $\det H > 0$. What follows?"
        ),
        choices=[
            (
                "$f$ has a minimum at $c$.",
                "Look at $-x_1^2 - x_2^2$ at $0$: there $\\det H = 4$.",
            ),
            (
                "$f$ has a maximum at $c$.",
                "Look at $x_1^2 + x_2^2$ at $0$: there $\\det H = 4$.",
            ),
            (
                (
                    "$f$ has a strict minimum or a strict maximum at $c$; the sign of $H_{11}$ tells "
                    "which."
                ),
                "Positive $H_{11}$ means minimum. It cannot be zero, for then $\\det H = -b^2$.",
            ),
            (
                "Nothing: there may be a saddle.",
                "In three variables there may. In two, a saddle has $\\det H \\le 0$.",
            ),
        ],
        answer=3,
        hints=[
            "Try $x_1^2 + x_2^2$, $-x_1^2 - x_2^2$ and $x_1^2 - x_2^2$ at $0$.",
            (
                "The determinant is the product of the two eigenvalues of $H$. What does its sign "
                "say about theirs?"
            ),
        ],
        solution=(
            r"The determinant is the product of the eigenvalues of $H$, so both have one sign, and "
            r"$h^{\mathsf T} H h$ has that sign for all $h \ne 0$. With $h = e_1$ this is the sign "
            "of $H_{11}$."
        ),
    ),
    Exercise(
        id="review/jacobian-shape",
        kind="shape",
        title="The shape of a Jacobian matrix",
        question=(
            r"$f$ maps $\mathbb R^n$ to $\mathbb R^m$. What is the shape of the matrix $J$ with "
            "$df = J\\,dx$? Write rows by columns."
        ),
        answer="m by n",
        mistakes={"n by m": "layout", "n by n": "columns"},
        hints=[
            "$dx$ is a column with $n$ entries, $df$ a column with $m$ entries.",
            "What must be the shape of a matrix that takes the first to the second?",
        ],
        solution=(
            "$J\\,dx$ must be defined, so $J$ has $n$ columns. It has the height of $df$, so $J$ "
            "has $m$ rows: one row for each output, one column for each input."
        ),
    ),
    Exercise(
        id="review/curve",
        kind="jacobian",
        title="The velocity of a curve",
        question=(
            r"The curve $f(t) = t^2 a + \sin(t)\, b$ runs in $\mathbb R^m$; $a$ and $b$ are fixed "
            "vectors. What is $f'(t)$?"
        ),
        function=lambda t, a, b: t**2 * a + np.sin(t) * b,
        wrt="t",
        shapes={"t": "", "a": "m", "b": "m"},
        answer="2 t a + cos(t) b",
        mistakes={
            "2 t a": "term",
            "2 t a - cos(t) b": "sign-of-term",
            "t a + cos(t) b": "factor-of-term",
            "(2 t a + cos(t) b)'": "layout",
            "2 t + cos(t)": "shape",
        },
        hints=[
            "A curve is differentiated entry by entry.",
            "Entry $i$ is $t^2 a_i + \\sin(t)\\, b_i$. Write the result with $a$ and $b$ again.",
        ],
        solution=(
            r"Entry $i$ has the derivative $2t\,a_i + \cos(t)\,b_i$, so $f'(t) = 2t\,a + "
            r"\cos(t)\,b$, a column with the shape of $f(t)$."
        ),
    ),
    Exercise(
        id="review/product-transposed",
        kind="verdict",
        title="The transpose of a product",
        question=(
            r"True for all square matrices $A$ and $B$ of one size, or is there a counterexample? "
            r"$(AB)^{\mathsf T} = A^{\mathsf T} B^{\mathsf T}$"
        ),
        shapes={"A": "n, n", "B": "n, n"},
        claim="(A B)' = A' B'",
        answer=False,
        hints=[
            "What are the shapes if $A$ is $2\\times3$ and $B$ is $3\\times4$? Square matrices only hide it.",
            "Try a matrix with a single one in it, and its transpose.",
        ],
        solution=(
            r"False: $(AB)^{\mathsf T} = B^{\mathsf T}A^{\mathsf T}$. With $A = E_{12}$ and "
            r"$B = E_{22}$ we get $AB = E_{12}$, so $(AB)^{\mathsf T} = E_{21}$. But "
            r"$A^{\mathsf T}B^{\mathsf T} = E_{21}E_{22} = 0$."
        ),
    ),
    Exercise(
        id="review/trace-turned",
        kind="verdict",
        title="Turning a trace around",
        question=(
            r"$A$ is $m\times n$, $B$ is $n\times p$, $C$ is $p\times m$. True, or is there a "
            r"counterexample? $\operatorname{tr}(ABC) = \operatorname{tr}(CAB)$"
        ),
        shapes={"A": "m, n", "B": "n, p", "C": "p, m"},
        claim="tr(A B C) = tr(C A B)",
        answer=True,
        hints=[
            r"$\operatorname{tr}(XY) = \operatorname{tr}(YX)$ whenever both products are defined.",
            "Take $X = AB$ and $Y = C$.",
        ],
        solution=(
            r"True: $\operatorname{tr}((AB)C) = \operatorname{tr}(C(AB))$. The factors may move in "
            r"a circle. $\operatorname{tr}(ACB)$ is another number, if it is defined at all."
        ),
    ),
    Exercise(
        id="review/length-times-vector",
        kind="jacobian",
        title="A vector times the square of its length",
        question=(
            r"Let $f(x) = \|x\|^2\, x$ for $x \in \mathbb R^n$. In one variable it is $x^3$. What "
            "is the Jacobian matrix $f'(x)$? Type `I` for the identity."
        ),
        function=lambda x: (x @ x) * x,
        wrt="x",
        shapes={"x": "n"},
        answer="(x' x) I_n + 2 x x'",
        also=["norm(x)^2 I + 2 x x'"],
        mistakes={
            "3 (x' x) I_n": "different",
            "(x' x) I_n": "term",
            "(x' x) I_n + x x'": "factor-of-term",
            "(x' x) I_n - 2 x x'": "sign-of-term",
            "3 x x'": "different",
        },
        hints=[
            r"Expand $\|x + dx\|^2 = \|x\|^2 + 2x^{\mathsf T}dx + \|dx\|^2$.",
            (
                r"Multiply by $x + dx$ and keep what is linear in $dx$: two terms. In one of them "
                r"the number $x^{\mathsf T}dx$ stands beside the vector $x$."
            ),
            r"$(x^{\mathsf T}dx)\,x = x\,(x^{\mathsf T}dx) = (xx^{\mathsf T})\,dx$.",
        ],
        solution=(
            r"$f(x + dx) = (\|x\|^2 + 2x^{\mathsf T}dx + \|dx\|^2)(x + dx)$. The linear part is "
            r"$\|x\|^2\,dx + 2(x^{\mathsf T}dx)\,x = (\|x\|^2 I + 2xx^{\mathsf T})\,dx$. For "
            "$n = 1$ both terms together give $3x^2$."
        ),
    ),
]
