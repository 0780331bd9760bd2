"""Exercises of the chapter on rules."""

import numpy as np

from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="rules/three-factors",
        kind="action",
        title="Two factors vary",
        question=(
            r"Let $f(X) = X A X^{\mathsf T}$ with $X$ of shape $m$ by $n$ and any square $A$. What "
            "is $f'(X)[dX]$?"
        ),
        function=lambda X, A: X @ A @ X.T,
        wrt="X",
        shapes={"X": "m, n", "A": "n, n"},
        answer="dX A X' + X A dX'",
        also=["X A dX' + (X A' dX')'"],
        mistakes={
            "dX A X'": "term",
            "dX A X' - X A dX'": "sign-of-term",
            "dX A X' + (dX A X')'": "symmetric",
            "dX A X' + X A dX' + dX A dX'": "difference",
            "X A X'": "value",
        },
        hints=[
            "Three factors; which of them vary? Each of those gives one term.",
            r"The increment takes the place of its factor. $d(X^{\mathsf T}) = dX^{\mathsf T}$.",
        ],
        expression="X A X'; X: m by n; A: n by n",
    ),
    Exercise(
        id="rules/united",
        kind="verdict",
        title="May the two terms be united?",
        question=(
            "True for all square matrices $X$ and $H$ of one size, or is there a counterexample? "
            "$XH + HX = 2XH$"
        ),
        shapes={"X": "n, n", "H": "n, n"},
        claim="X H + H X = 2 X H",
        answer=False,
        hints=[
            "Subtract $XH$ from both sides. What does the claim say then?",
            "Try two matrices with a single one each.",
        ],
        solution=(
            "False. The claim says $HX = XH$. $X = E_{11}$ and $H = E_{12}$ give $XH = E_{12}$ and "
            "$HX = 0$. So $d(X^2) = X\\,dX + dX\\,X$ has two terms."
        ),
    ),
    Exercise(
        id="rules/hadamard",
        kind="action",
        title="Squares of the entries",
        question=(
            r"Let $f(x) = A(x \odot x)$ with a fixed $m$ by $n$ matrix $A$. What is $f'(x)[dx]$? "
            "The entrywise product is typed `.*`."
        ),
        function=lambda x, A: A @ (x * x),
        wrt="x",
        shapes={"x": "n", "A": "m, n"},
        answer="2 A (x .* dx)",
        also=["A (dx .* x + x .* dx)", "2 A diag(x) dx"],
        mistakes={
            "A (x .* dx)": "factor",
            "2 A diag(x)": "missing-tangent",
            "2 A x": "constant",
            "A (x .* x)": "value",
            "A ((x + dx) .* (x + dx)) - A (x .* x)": "difference",
        },
        hints=[
            r"$A$ is constant: $df = A\,d(x \odot x)$.",
            r"The entrywise product obeys the product rule, and it commutes.",
        ],
        expression="A (x .* x); A: m by n",
    ),
    Exercise(
        id="rules/entrywise-layer",
        kind="jacobian",
        title="A layer, in its input",
        question=(
            r"Let $f(x) = \tanh(Wx)$ with a fixed $m$ by $n$ matrix $W$ and $\tanh$ on every "
            r"entry. What is the Jacobian matrix? Use $\tanh' = 1 - \tanh^2$. "
            r"Type `diag(v)`, `tanh(v) .^ 2`, and `ones(m, 1)` for a column of ones."
        ),
        function=lambda x, W: np.tanh(W @ x),
        wrt="x",
        shapes={"x": "n", "W": "m, n"},
        answer="diag(ones(m, 1) - tanh(W x) .^ 2) W",
        also=["W - diag(tanh(W x) .^ 2) W", "diag(1 ./ cosh(W x) .^ 2) W"],
        mistakes={
            "W' diag(ones(m, 1) - tanh(W x) .^ 2)": "layout",
            "W": "term",
            "W + diag(tanh(W x) .^ 2) W": "sign-of-term",
            "diag(ones(m, 1) - tanh(W x) .^ 2)": "shape",
        },
        hints=[
            r"The inner function is $x \mapsto Wx$, with derivative $dx \mapsto W\,dx$.",
            r"The outer one acts on entries: $d\tanh(z) = (1 - \tanh^2 z) \odot dz$.",
            r"$v \odot w = \operatorname{diag}(v)\,w$ turns the entrywise product into a matrix.",
        ],
        solution=(
            r"With $z = Wx$: $df = (\mathbf 1 - \tanh^2 z) \odot (W\,dx) = "
            r"\operatorname{diag}(\mathbf 1 - \tanh^2 z)\,W\,dx$. The outer derivative is taken at "
            "$Wx$, not at $x$."
        ),
    ),
    Exercise(
        id="rules/chain-gradient",
        kind="choice",
        title="The gradient of a composition",
        question=(
            r"$h : \mathbb R^n \to \mathbb R^m$ has the Jacobian matrix $J_h(x)$, and "
            r"$g : \mathbb R^m \to \mathbb R$ has the gradient $\nabla g$, a column. What is the "
            "gradient of $f(x) = g(h(x))$?"
        ),
        choices=[
            (
                r"$J_h(x)\,\nabla g(h(x))$",
                "$J_h$ is $m\\times n$ and $\\nabla g$ is $m\\times1$: the shapes do not fit.",
            ),
            (
                r"$J_h(x)^{\mathsf T}\,\nabla g(h(x))$",
                r"Transpose $df = \nabla g(h(x))^{\mathsf T} J_h(x)\,dx$.",
            ),
            (
                r"$J_h(x)^{\mathsf T}\,\nabla g(x)$",
                "$g$ is never applied to $x$; its gradient belongs to the point $h(x)$.",
            ),
            (
                r"$\nabla g(h(x))^{\mathsf T} J_h(x)$",
                "This is the derivative, a row. The gradient is the column.",
            ),
        ],
        answer=2,
        hints=[
            r"$df = g'(h(x))\,h'(x)\,dx$ is a row times a matrix times a column.",
            "The gradient is the transpose of what stands before $dx$.",
        ],
        solution=(
            r"$df = \nabla g(h(x))^{\mathsf T} J_h(x)\,dx$. The gradient is the transposed row, "
            r"$J_h(x)^{\mathsf T}\nabla g(h(x))$: it is carried back by the transpose."
        ),
    ),
    Exercise(
        id="rules/bell",
        kind="gradient",
        title="A bell",
        question=(
            r"Let $f(x) = e^{-x^{\mathsf T} A x}$ with any square $A$. What is $\nabla f(x)$?"
        ),
        function=lambda x, A: np.exp(-x @ A @ x),
        wrt="x",
        shapes={"x": "n", "A": "n, n"},
        answer="-exp(-x' A x) (A + A') x",
        also=["-exp(-x' A x) A x - exp(-x' A x) A' x"],
        mistakes={
            "-2 exp(-x' A x) A x": "symmetric",
            "exp(-x' A x) (A + A') x": "sign",
            "-exp(-x' A x) x' (A + A')": "layout",
            "-exp(-x' A x) A x": "term",
            "exp(-x' A x)": "shape",
        },
        hints=[
            r"The outer function is $e^{y}$ at $y = -x^{\mathsf T}Ax$.",
            r"$\nabla(x^{\mathsf T}Ax) = (A + A^{\mathsf T})x$, and numbers commute with vectors.",
        ],
        expression="exp(-x' A x)",
    ),
    Exercise(
        id="rules/direction",
        kind="jacobian",
        title="The direction of a vector",
        question=(
            r"What is the Jacobian matrix of $f(x) = x / \|x\|$ at $x \ne 0$? Type `norm(x)` for "
            r"$\|x\|$ and `I` for the identity."
        ),
        function=lambda x: x / np.sqrt(x @ x),
        wrt="x",
        shapes={"x": "n"},
        answer="I_n / norm(x) - x x' / norm(x)^3",
        also=["(I_n - x x' / norm(x)^2) / norm(x)", "(norm(x)^2 I - x x') / norm(x)^3"],
        mistakes={
            "I_n / norm(x)": "term",
            "I_n / norm(x) + x x' / norm(x)^3": "sign-of-term",
            "I_n / norm(x) - 2 x x' / norm(x)^3": "factor-of-term",
        },
        hints=[
            r"A quotient is a product: $x$ times the number $1/\|x\|$.",
            r"$d\|x\| = x^{\mathsf T}dx / \|x\|$, so $d(1/\|x\|) = -x^{\mathsf T}dx / \|x\|^3$.",
            r"Check: moving along the ray must not change the direction, so $Jx = 0$.",
        ],
        solution=(
            r"$df = \dfrac{dx}{\|x\|} - \dfrac{x^{\mathsf T}dx}{\|x\|^3}\,x$, and "
            r"$(x^{\mathsf T}dx)\,x = xx^{\mathsf T}dx$. So $J = \dfrac1{\|x\|}\bigl(I - "
            r"\dfrac{xx^{\mathsf T}}{\|x\|^2}\bigr)$, and $Jx = 0$."
        ),
    ),
    Exercise(
        id="rules/chain-order",
        kind="order",
        title="Where to put the brackets",
        question=(
            "A scalar function of $1000$ variables runs through layers of $200$ and $100$ numbers. "
            "Its derivative is the product $ABC$ of the Jacobian matrices $A$ ($1\\times100$), $B$ "
            "($100\\times200$) and $C$ ($200\\times1000$). Put brackets so that the fewest "
            "multiplications are needed."
        ),
        shapes={"A": "1, 100", "B": "100, 200", "C": "200, 1000"},
        answer="(A B) C",
        mistakes={"A (B C)": "costly"},
        hints=[
            "An $m\\times q$ times a $q\\times n$ matrix takes $mqn$ multiplications.",
            "One of the two orders only ever multiplies rows by matrices.",
        ],
        solution=(
            r"$(AB)C$ takes $1\cdot100\cdot200 + 1\cdot200\cdot1000 = 220\,000$ multiplications, "
            r"$A(BC)$ takes $100\cdot200\cdot1000 + 1\cdot100\cdot1000 = 20\,100\,000$. One "
            "output: reverse mode."
        ),
    ),
    Exercise(
        id="rules/chain-cost",
        kind="cost",
        title="The cost of reverse mode",
        question=(
            "Jacobian matrices $A$ ($m\\times k$), $B$ ($k\\times j$) and $C$ ($j\\times n$) are "
            "multiplied from left to right, as $(AB)C$. How many multiplications of numbers does "
            "that take?"
        ),
        shapes={"A": "m, k", "B": "k, j", "C": "j, n"},
        answer="m k j + m j n",
        also=["m j (k + n)"],
        mistakes={
            "k j n + m k n": "different",
            "m k j": "different",
            "m k j n": "different",
        },
        hints=[
            "$AB$ has $mj$ entries. Each is a sum of how many products?",
            "$AB$ is $m\\times j$. Now multiply it by $C$, and add.",
        ],
        solution=(
            "$AB$ takes $mkj$ multiplications and is $m\\times j$. Times $C$ takes $mjn$. Together "
            "$mkj + mjn = mj(k + n)$."
        ),
    ),
    Exercise(
        id="rules/dual-product",
        kind="value",
        title="A product of dual numbers",
        question=(
            r"Multiply $(a + r\,\varepsilon)(b + s\,\varepsilon)$ with $\varepsilon^2 = 0$, for "
            "$a = [[a]]$, $r = [[r]]$, $b = [[b]]$, $s = [[s]]$. What is the coefficient of "
            r"$\varepsilon$? A formula will do."
        ),
        function=lambda a, r, b, s: r * b + a * s,
        shapes={"a": "", "r": "", "b": "", "s": ""},
        answer="r b + a s",
        mistakes={
            "a s": "term",
            "r b - a s": "sign-of-term",
            "r s": "different",
            "a b": "different",
        },
        hints=[
            "Multiply out like polynomials in $\\varepsilon$. Which term is zero?",
            "Two of the four terms have exactly one $\\varepsilon$.",
        ],
        solution=(
            r"$ab + (rb + as)\,\varepsilon + rs\,\varepsilon^2$, and $\varepsilon^2 = 0$. The "
            r"coefficient of $\varepsilon$ is the product rule."
        ),
    ),
    Exercise(
        id="rules/product-pullback",
        kind="adjoint",
        title="Pulling back through a product",
        question=(
            r"Let $F = AB$ with $A$ of shape $m$ by $p$ and fixed $B$ of shape $p$ by $n$. A "
            r"cotangent $\bar F$ of the value is given. What is the pullback $\bar A$, with "
            r"$\langle \bar F, dA\,B\rangle = \langle \bar A, dA\rangle$ for all $dA$? In the "
            r"answer, $\bar F$ is typed `F_bar`."
        ),
        function=lambda A, B: A @ B,
        wrt="A",
        shapes={"A": "m, p", "B": "p, n", "F_bar": "m, n"},
        answer="F_bar B'",
        also=["(B F_bar')'"],
        mistakes={"B F_bar'": "layout", "-F_bar B'": "sign", "2 F_bar B'": "factor"},
        hints=[
            r"$\langle X, Y\rangle = \operatorname{tr}(X^{\mathsf T}Y)$, and a trace may be turned.",
            r"Shapes nearly decide: $\bar A$ is $m\times p$, $\bar F$ is $m\times n$.",
        ],
        solution=(
            r"$\langle \bar F, dA\,B\rangle = \operatorname{tr}(\bar F^{\mathsf T}dA\,B) = "
            r"\operatorname{tr}(B\bar F^{\mathsf T}dA) = \langle \bar F B^{\mathsf T}, dA\rangle$. "
            r"So $\bar A = \bar F B^{\mathsf T}$."
        ),
    ),
    Exercise(
        id="rules/trace-lines",
        kind="lines",
        title="A trace with two paths, line by line",
        question=(
            r"Let $f(X) = \operatorname{tr}(X^{\mathsf T} A X B)$ with $X$ of shape $m$ by $n$ and "
            "any square $A$ and $B$. Start from the product rule, and go on line by line until "
            "$dX$ stands once, at the right end of a trace. (What stands before it is the "
            "transposed gradient.)"
        ),
        function=lambda X, A, B: np.trace(X.T @ A @ X @ B),
        wrt="X",
        shapes={"X": "m, n", "A": "m, m", "B": "n, n"},
        answer="tr((B X' A + B' X' A') dX)",
        also=[
            (
                "tr(dX' A X B + X' A dX B)\n"
                "tr(dX' A X B) + tr(X' A dX B)\n"
                "tr(B' X' A' dX) + tr(B X' A dX)\n"
                "tr((B X' A + B' X' A') dX)"
            )
        ],
        mistakes={
            "tr(dX' A X B) + tr(X' A dX B)\n2 tr(B X' A dX)": "symmetric",
            "tr(dX' A X B) + tr(X' A dX B)\ntr(B X' A dX)": "term",
        },
        hints=[
            "$X$ occurs twice, so there are two terms.",
            (
                r"A trace does not change under transposition: use it on the term with "
                r"$dX^{\mathsf T}$."
            ),
            "Turn both traces around until $dX$ is last. Then take it out.",
        ],
        expression="tr(X' A X B); X: m by n; A: m by m; B: n by n",
    ),
]
