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
    Exercise(
        id="operators/linear",
        kind="choice",
        title="Which map is linear?",
        question=(
            r"$X$ is a fixed $n$ by $n$ matrix, $n \ge 2$. Which of these maps of $dX$ is a linear "
            "operator?"
        ),
        choices=[
            (r"$dX \mapsto X\,dX + I$", "It sends $0$ to $I$. A linear operator sends $0$ to $0$."),
            (r"$dX \mapsto dX\,X\,dX$", "Doubling $dX$ multiplies it by four."),
            (
                r"$dX \mapsto \operatorname{tr}(X^{\mathsf T}dX)\,X$",
                "The trace is linear, and its value multiplies a fixed matrix.",
            ),
            (r"$dX \mapsto \det(dX)$", "Doubling $dX$ multiplies it by $2^n$."),
        ],
        answer=3,
        hints=[
            "Put $dX = 0$. Then double $dX$.",
            "How many factors $dX$ has each term? A linear map has exactly one.",
        ],
        solution=(
            r"$\operatorname{tr}(X^{\mathsf T}(\alpha H + \beta K))\,X = \alpha"
            r"\operatorname{tr}(X^{\mathsf T}H)\,X + \beta\operatorname{tr}(X^{\mathsf T}K)\,X$. "
            "The others have a constant term, two factors $dX$, or $n$ of them."
        ),
    ),
    Exercise(
        id="operators/not-additive",
        kind="verdict",
        title="A quadratic form of a sum",
        question=(
            r"True for all vectors $x$, $y$ and square $A$, or is there a counterexample? "
            r"$(x + y)^{\mathsf T}A(x + y) = x^{\mathsf T}Ax + y^{\mathsf T}Ay$"
        ),
        shapes={"x": "n", "y": "n", "A": "n, n"},
        claim="(x + y)' A (x + y) = x' A x + y' A y",
        answer=False,
        hints=[
            "Multiply out. Which terms are left over?",
            "Try $n = 1$, where $A$ is a number.",
        ],
        solution=(
            r"False: $x^{\mathsf T}Ay + y^{\mathsf T}Ax$ is left over. With $n = 1$ and "
            "$A = x = y = 1$ the sides are $4$ and $2$. A quadratic form is not linear; its "
            "derivative at a point is."
        ),
    ),
    Exercise(
        id="operators/two-sided-matrix",
        kind="jacobian",
        title="The matrix of a two-sided product",
        question=(
            r"The operator $dX \mapsto A\,dX\,B$ takes $m$ by $n$ matrices to $p$ by $q$ matrices. "
            r"Which matrix $M$ gives $\operatorname{vec}(A\,dX\,B) = M \operatorname{vec}(dX)$, "
            r"where vec stacks columns? Type `kron(C, D)` for $C \otimes D$."
        ),
        function=lambda X, A, B: A @ X @ B,
        wrt="X",
        shapes={"X": "m, n", "A": "p, m", "B": "n, q"},
        answer="kron(B', A)",
        also=["kron(B, A')'"],
        mistakes={
            "kron(A, B')": "rowwise",
            "kron(B, A')": "layout",
            "-kron(B', A)": "sign",
        },
        hints=[
            "$M$ has $pq$ rows and $mn$ columns. Which Kronecker products have that shape?",
            (
                "Column $k$ of $A\\,dX\\,B$ is a sum of the columns of $A\\,dX$, with the numbers in "
                "column $k$ of $B$."
            ),
        ],
        expression="A X B; X: m by n; A: p by m; B: n by q",
    ),
    Exercise(
        id="operators/derivative-shape",
        kind="shape",
        title="How large is the matrix?",
        question=(
            r"$f$ takes $m$ by $n$ matrices to $p$ by $q$ matrices. What is the shape of the "
            r"matrix $J$ with $\operatorname{vec}(dF) = J \operatorname{vec}(dX)$?"
        ),
        answer="p q by m n",
        mistakes={"m n by p q": "layout", "p by m": "neither"},
        hints=[
            r"How many entries has $\operatorname{vec}(dX)$, how many $\operatorname{vec}(dF)$?",
            "One row for each entry of the value, one column for each entry of the point.",
        ],
        solution=(
            r"$\operatorname{vec}(dX)$ has $mn$ entries and $\operatorname{vec}(dF)$ has $pq$, so "
            "$J$ is $pq\\times mn$. For $100\\times100$ matrices these are $10^8$ numbers."
        ),
    ),
    Exercise(
        id="operators/gram",
        kind="action",
        title="The Gram matrix",
        question=(
            r"Let $f(A) = A^{\mathsf T}A$ for an $m$ by $n$ matrix $A$. What is $f'(A)[dA]$?"
        ),
        function=lambda A: A.T @ A,
        wrt="A",
        shapes={"A": "m, n"},
        answer="dA' A + A' dA",
        also=["A' dA + (A' dA)'"],
        mistakes={
            "A' dA": "term",
            "dA' A": "term",
            "A' dA - dA' A": "sign-of-term",
            "2 A' dA": "repeated",
            "dA' A + A' dA + dA' dA": "difference",
            "A' A": "value",
        },
        hints=[
            r"Expand $(A + dA)^{\mathsf T}(A + dA)$ and sort by the number of factors $dA$.",
            "Two terms are linear in $dA$. Are they equal, or transposes of each other?",
        ],
        expression="A' A; A: m by n",
    ),
    Exercise(
        id="operators/gram-adjoint",
        kind="adjoint",
        title="The adjoint for the Gram matrix",
        question=(
            r"$L[dA] = dA^{\mathsf T}A + A^{\mathsf T}dA$ takes $m$ by $n$ matrices to $n$ by $n$ "
            r"matrices. What is the adjoint $L^*[\bar F]$, with $\langle L[dA], \bar F\rangle = "
            r"\langle dA, L^*[\bar F]\rangle$? In the answer, $\bar F$ is typed `F_bar`; it need "
            "not be symmetric."
        ),
        function=lambda A: A.T @ A,
        wrt="A",
        shapes={"A": "m, n", "F_bar": "n, n"},
        answer="A (F_bar + F_bar')",
        also=["A F_bar + A F_bar'"],
        mistakes={
            "2 A F_bar": "symmetric",
            "A F_bar": "term",
            "(F_bar + F_bar') A'": "layout",
            "A (F_bar - F_bar')": "sign-of-term",
        },
        hints=[
            (
                r"$\langle L[dA], \bar F\rangle = \operatorname{tr}(L[dA]^{\mathsf T}\bar F)$ has two "
                "terms."
            ),
            r"Turn each trace around until $dA^{\mathsf T}$ stands in front.",
            r"$\operatorname{tr}(dA^{\mathsf T}M) = \langle dA, M\rangle$.",
        ],
        solution=(
            r"$\operatorname{tr}(L[dA]^{\mathsf T}\bar F) = \operatorname{tr}(A^{\mathsf T}dA\,\bar F) "
            r"+ \operatorname{tr}(dA^{\mathsf T}A\bar F)$. Transposed, the first is "
            r"$\operatorname{tr}(\bar F^{\mathsf T}dA^{\mathsf T}A) = \operatorname{tr}(dA^{\mathsf T}"
            r"A\bar F^{\mathsf T})$. So $L^*[\bar F] = A\bar F^{\mathsf T} + A\bar F$."
        ),
    ),
    Exercise(
        id="operators/form-in-matrix",
        kind="gradient",
        title="A form, in its matrix",
        question=(
            r"Let $f(A) = u^{\mathsf T} A v$ with fixed vectors $u$ and $v$. What is the gradient "
            r"$\nabla f(A)$, shaped like $A$?"
        ),
        function=lambda A, u, v: u @ A @ v,
        wrt="A",
        shapes={"A": "m, n", "u": "m", "v": "n"},
        answer="u v'",
        also=["kron(u, v')"],
        mistakes={"v u'": "layout", "-u v'": "sign", "2 u v'": "factor"},
        hints=[
            r"$f$ is linear in $A$, so $df = u^{\mathsf T}dA\,v$.",
            r"Write it as $\operatorname{tr}(G^{\mathsf T}dA)$: a number is its own trace.",
        ],
        expression="u' A v; A: m by n",
    ),
    Exercise(
        id="operators/slope",
        kind="value",
        of="action",
        title="A slope along a line",
        question=(
            r"Let $f(x) = x^{\mathsf T}Ax$ with $A = [[A]]$. What is the directional derivative at "
            "$x = [[x]]$ along $dx = [[dx]]$? Type the number, or a formula in $x$, $A$ and $dx$."
        ),
        function=lambda x, A: x @ A @ x,
        wrt="x",
        shapes={"x": "2", "A": "2, 2"},
        answer="x' (A + A') dx",
        also=["x' A dx + dx' A x"],
        mistakes={"2 x' A dx": "symmetric", "x' A dx": "term", "dx' A dx": "not-linear"},
        hints=[
            r"The directional derivative is $f'(x)[dx]$.",
            r"$A$ is not symmetric, so $x^{\mathsf T}A\,dx$ and $dx^{\mathsf T}Ax$ are two numbers.",
        ],
        expression="x' A x",
    ),
    Exercise(
        id="operators/commutator-adjoint",
        kind="adjoint",
        title="The adjoint of a commutator",
        question=(
            r"Let $L[X] = AX - XA$ with a fixed square $A$. What is $L^*[\bar F]$? In the answer, "
            r"$\bar F$ is typed `F_bar`."
        ),
        function=lambda X, A: A @ X - X @ A,
        wrt="X",
        shapes={"X": "n, n", "A": "n, n", "F_bar": "n, n"},
        answer="A' F_bar - F_bar A'",
        mistakes={
            "A F_bar - F_bar A": "symmetric",
            "F_bar A' - A' F_bar": "sign",
            "A' F_bar": "term",
            "A' F_bar + F_bar A'": "sign-of-term",
        },
        hints=[
            r"The adjoint of $X \mapsto AXB$ is $Y \mapsto A^{\mathsf T}YB^{\mathsf T}$.",
            "The adjoint of a difference is the difference of the adjoints.",
        ],
        solution=(
            r"The adjoint of $X \mapsto AX$ is $Y \mapsto A^{\mathsf T}Y$, that of $X \mapsto XA$ is "
            r"$Y \mapsto YA^{\mathsf T}$. So $L^*[\bar F] = A^{\mathsf T}\bar F - \bar F"
            r"A^{\mathsf T}$."
        ),
    ),
    Exercise(
        id="operators/residual-lines",
        kind="lines",
        title="A squared residual, line by line",
        question=(
            r"Let $f(x) = (Ax - b)^{\mathsf T}(Ax - b)$ with an $m$ by $n$ matrix $A$. Write down "
            "what is linear in $dx$, and go on line by line until $dx$ stands once, at the right "
            "end."
        ),
        function=lambda x, A, b: (A @ x - b) @ (A @ x - b),
        wrt="x",
        shapes={"x": "n", "A": "m, n", "b": "m"},
        answer="2 (A x - b)' A dx",
        also=["(A dx)' (A x - b) + (A x - b)' (A dx)\n2 (A x - b)' A dx"],
        mistakes={
            "(A dx)' (A x - b) + (A x - b)' (A dx)\n(A x - b)' A dx": "factor",
            "(A dx)' (A x - b) + (A x - b)' (A dx)\n2 (A x + b)' A dx": "sign-of-term",
        },
        hints=[
            "The increment of $Ax - b$ is $A\\,dx$.",
            "Both terms are numbers, and one is the transpose of the other.",
        ],
        expression="(A x - b)' (A x - b); A: m by n",
    ),
]
