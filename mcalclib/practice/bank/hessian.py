"""Exercises of the chapter on second derivatives."""

import numpy as np

from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="hessian/sum-of-cubes",
        kind="hessian",
        form="matrix",
        title="Entry by entry",
        question=(
            "Let $f(x) = \\sum_i x_i^3$. What is the Hessian matrix $\\nabla^2 f(x)$? The entrywise "
            "square of $x$ is typed `x .^ 2`."
        ),
        function=lambda x: np.sum(x**3),
        wrt="x",
        shapes={"x": "n"},
        answer="6 diag(x)",
        also=["diag(6 x)", "diag(3 x) + diag(3 x)"],
        mistakes={"3 diag(x)": "factor", "3 diag(x .^ 2)": "different", "-6 diag(x)": "sign"},
        hints=[
            "The gradient has the entries $3x_i^2$. Entry $i$ depends on $x_i$ alone.",
            "So its Jacobian matrix is diagonal.",
        ],
        solution=(
            "$\\partial f/\\partial x_i = 3x_i^2$, and $\\partial^2 f/\\partial x_i\\partial x_j$ is "
            "$6x_i$ for $i = j$ and $0$ otherwise. So $\\nabla^2 f(x) = 6\\operatorname{diag}(x)$."
        ),
    ),
    Exercise(
        id="hessian/quadratic-form",
        kind="hessian",
        form="matrix",
        title="The Hessian matrix of a quadratic form",
        question=(
            "Let $f(x) = x^{\\mathsf T} A x$ with any square $A$. What is the Hessian matrix "
            "$\\nabla^2 f(x)$?"
        ),
        function=lambda x, A: x @ A @ x,
        wrt="x",
        shapes={"x": "n", "A": "n, n"},
        answer="A + A'",
        also=["A' + A", "(A + A')'"],
        mistakes={
            "2 A": "symmetric",
            "A": "term",
            "A - A'": "sign-of-term",
            "2 (A + A')": "factor",
        },
        hints=[
            "Begin with the gradient, $(A + A^{\\mathsf T})x$.",
            "It is linear in $x$. What is the Jacobian matrix of a linear map?",
        ],
        expression="x' A x",
        solution=(
            "This is $dx_2^{\\mathsf T}(A + A^{\\mathsf T})\\,dx$ for two increments. The matrix in the middle, "
            "$A + A^{\\mathsf T}$, is the Hessian matrix."
        ),
    ),
    Exercise(
        id="hessian/residual",
        kind="hessian",
        form="matrix",
        title="A squared distance",
        question=(
            "Let $f(x) = \\|A x - b\\|^2$ with $A$ of shape $m$ by $n$. What is the Hessian matrix?"
        ),
        function=lambda x, A, b: np.sum((A @ x - b) ** 2),
        wrt="x",
        shapes={"A": "m, n", "x": "n", "b": "m"},
        answer="2 A' A",
        also=["A' A + A' A", "2 (A' A)'"],
        mistakes={"A' A": "factor", "-2 A' A": "sign", "2 A A'": "shape"},
        hints=[
            "The gradient is $2A^{\\mathsf T}(Ax - b)$.",
            "Differentiate once more: the constant $b$ drops out.",
        ],
        expression="(A x - b)' (A x - b); A: m by n; x: n by 1; b: m by 1",
        solution=(
            "The matrix between the two increments is the Hessian matrix, $2A^{\\mathsf T} A$."
        ),
    ),
    Exercise(
        id="hessian/at-numbers",
        kind="value",
        of="hessian",
        form="matrix",
        wrt="x",
        title="A Hessian matrix in numbers",
        question=(
            "Let $f(x) = x^{\\mathsf T} A x$ with $A = [[A]]$. Write down the Hessian matrix. (Is it "
            "definite?)"
        ),
        function=lambda x, A: x @ A @ x,
        shapes={"x": "2", "A": "2, 2"},
        at={"x": [1, 1], "A": [[1, 4], [0, 3]]},
        answer="A + A'",
        mistakes={"2 A": "symmetric", "A": "term"},
        hints=[
            r"The gradient is $(A + A^{\mathsf T})x$. What is its derivative?",
            "The Hessian matrix is $A + A^{\\mathsf T}$. It is symmetric whatever $A$ is.",
        ],
        solution=(
            "$A + A^{\\mathsf T}$. For $A = \\begin{bmatrix}1&4\\\\0&3\\end{bmatrix}$ this is "
            "$\\begin{bmatrix}2&4\\\\4&6\\end{bmatrix}$ with the determinant $-4$: it is indefinite, "
            "although both eigenvalues of $A$ are positive."
        ),
    ),
    Exercise(
        id="hessian/trace-quadratic",
        kind="hessian",
        title="A quadratic function of a matrix",
        question=(
            "Let $f(X) = \\operatorname{tr}(X^{\\mathsf T} A X B)$ with *any* square $A$ and $B$. What "
            "is the Hessian operator $\\nabla^2 f(X)[dX]$?"
        ),
        function=lambda X, A, B: np.trace(X.T @ A @ X @ B),
        wrt="X",
        shapes={"X": "m, n", "A": "m, m", "B": "n, n"},
        answer="A dX B + A' dX B'",
        also=["A' dX B' + A dX B", "(B' dX' A')' + (B dX' A)'"],
        mistakes={
            "2 A dX B": "symmetric",
            "A dX B": "term",
            "A dX B - A' dX B'": "sign-of-term",
            "2 A dX B + 2 A' dX B'": "factor",
            "A X B + A' X B'": "constant",
        },
        hints=[
            "The gradient has two terms, because $X$ stands in two places.",
            "$\\nabla f(X) = A X B + A^{\\mathsf T} X B^{\\mathsf T}$.",
            "This is linear in $X$. So put $dX$ in the place of $X$.",
        ],
        expression="tr(X' A X B); A: m by m; X: m by n; B: n by n",
        solution=(
            "Write both terms as inner products with the second increment: "
            "$\\langle A\\,dX\\,B + A^{\\mathsf T} dX\\,B^{\\mathsf T}, dX_2\\rangle$. What stands on the left is "
            "$\\nabla^2 f(X)[dX]$."
        ),
    ),
    Exercise(
        id="hessian/log-sum-exp",
        kind="hessian",
        title="The Hessian of log-sum-exp",
        question=(
            "Let $f(x) = \\log\\sum_i e^{x_i}$, and let $s$ be the column with the entries "
            "$s_i = e^{x_i} / \\sum_j e^{x_j}$. What is $\\nabla^2 f(x)[dx]$, written with $s$?"
        ),
        function=lambda x: np.log(np.sum(np.exp(x))),
        wrt="x",
        shapes={"x": "n", "s": "n"},
        derived={"s": lambda x: np.exp(x) / np.sum(np.exp(x))},
        answer="diag(s) dx - s s' dx",
        also=["s .* dx - s (s' dx)", "s .* (dx - ones(n, 1) (s' dx))"],
        mistakes={
            "s .* dx": "term",
            "diag(s) dx + s s' dx": "sign-of-term",
            "diag(s) dx - s' s dx": "different",
            "s' dx": "shape",
        },
        hints=[
            "The gradient is $s$ itself.",
            "Differentiate $s_i = e^{x_i}/\\sum_j e^{x_j}$ as a quotient.",
            "$ds = s\\odot dx - s\\,(s^{\\mathsf T} dx)$.",
        ],
        solution=(
            "$\\nabla f(x) = s$, since $\\partial_i \\log\\sum_j e^{x_j} = e^{x_i}/\\sum_j e^{x_j}$. By "
            "the quotient rule $ds_i = s_i\\,dx_i - s_i \\sum_j s_j\\,dx_j$, so "
            "$\\nabla^2 f(x)[dx] = s\\odot dx - s\\,(s^{\\mathsf T} dx) = "
            "(\\operatorname{diag}(s) - s s^{\\mathsf T})\\,dx$. This takes $O(n)$ operations; the "
            "matrix has $n^2$ entries."
        ),
    ),
    Exercise(
        id="hessian/log-determinant",
        kind="hessian",
        title="The logarithm of the determinant",
        question=(
            "Let $f(A) = \\log\\det A$ where $\\det A > 0$. What is the Hessian operator "
            "$\\nabla^2 f(A)[dA]$? Its argument $dA$ need not be symmetric."
        ),
        function=lambda A: np.linalg.slogdet(A)[1],
        wrt="A",
        shapes={"A": "n, n invertible"},
        answer="-inv(A)' dA' inv(A)'",
        also=["-(inv(A) dA inv(A))'", "-inv(A') dA' inv(A')"],
        mistakes={
            "-inv(A)' dA inv(A)'": "symmetric",
            "inv(A)' dA' inv(A)'": "sign",
            "-inv(A) dA inv(A)": "layout",
        },
        hints=[
            "The gradient is $A^{-\\mathsf T}$, the transpose of the inverse.",
            "Differentiate the inverse, then transpose the result. The transpose reverses the order.",
        ],
        solution=(
            "$\\nabla f(A) = (A^{-1})^{\\mathsf T}$. Its derivative along $dA$ is the transpose of "
            "$-A^{-1}\\,dA\\,A^{-1}$, which is $-A^{-\\mathsf T}\\,dA^{\\mathsf T} A^{-\\mathsf T}$. As "
            "a bilinear map: $f''(A)[dA, K] = -\\operatorname{tr}(A^{-1}\\,dA\\,A^{-1} K)$."
        ),
    ),
    Exercise(
        id="hessian/determinant",
        kind="hessian",
        form="bilinear",
        title="The second derivative of the determinant",
        question=(
            "Let $f(A) = \\det A$ at an invertible $A$. What is $f''(A)[dA, dA_2]$? Type `dA2` for the "
            "second increment, and `tr` for the trace."
        ),
        function=lambda A: np.linalg.det(A),
        wrt="A",
        shapes={"A": "n, n invertible"},
        answer="det(A) tr(inv(A) dA) tr(inv(A) dA2) - det(A) tr(inv(A) dA inv(A) dA2)",
        also=[
            "det(A) (tr(inv(A) dA) tr(inv(A) dA2) - tr(inv(A) dA2 inv(A) dA))",
            "det(A) tr(inv(A) dA2) tr(dA inv(A)) - det(A) tr(dA inv(A) dA2 inv(A))",
        ],
        mistakes={
            "det(A) tr(inv(A) dA) tr(inv(A) dA2)": "term",
            "-det(A) tr(inv(A) dA inv(A) dA2)": "term",
            "det(A) (tr(inv(A) dA) tr(inv(A) dA2) + tr(inv(A) dA inv(A) dA2))": "sign-of-term",
            "det(A) (tr(inv(A) dA) tr(inv(A) dA2) - tr(inv(A) dA inv(A)' dA2))": "symmetric",
        },
        hints=[
            "Start from Jacobi's formula, $f'(A)[dA] = \\det(A)\\operatorname{tr}(A^{-1} dA)$.",
            "Move $A$ by $dA_2$ and keep $dA$ constant. Both factors depend on $A$: product rule.",
            "The derivative of $A^{-1}$ along $dA_2$ is $-A^{-1}\\,dA_2\\,A^{-1}$.",
        ],
        expression="det(A); A: n by n invertible",
    ),
    Exercise(
        id="hessian/second-differential",
        kind="lines",
        title="Differentiate the differential",
        question=(
            "Let $g(A) = \\det(A)\\operatorname{tr}(A^{-1} H)$, the derivative of the determinant along "
            "a constant $H$, at an invertible $A$. Derive $dg$, one expression in each line. Begin "
            "with the product rule; end with $\\det A$ taken out."
        ),
        function=lambda A, H: np.linalg.det(A) * np.trace(np.linalg.inv(A) @ H),
        wrt="A",
        shapes={"A": "n, n invertible", "H": "n, n"},
        answer="det(A) tr(inv(A) dA) tr(inv(A) H) - det(A) tr(inv(A) dA inv(A) H)",
        also=[
            (
                "det(A) tr(inv(A) dA) tr(inv(A) H) + det(A) tr(-inv(A) dA inv(A) H)\n"
                "det(A) tr(inv(A) dA) tr(inv(A) H) - det(A) tr(inv(A) dA inv(A) H)\n"
                "det(A) (tr(inv(A) dA) tr(inv(A) H) - tr(inv(A) dA inv(A) H))"
            ),
            "det(A) (tr(inv(A) dA) tr(inv(A) H) - tr(inv(A) H inv(A) dA))",
        ],
        mistakes={
            "det(A) tr(inv(A) dA) tr(inv(A) H)": "term",
            (
                "det(A) tr(inv(A) dA) tr(inv(A) H) + det(A) tr(-inv(A) dA inv(A) H)\n"
                "det(A) (tr(inv(A) dA) tr(inv(A) H) - tr(inv(A)' dA inv(A) H))"
            ): "symmetric",
            "det(A) (tr(inv(A) dA) tr(inv(A) H) + tr(inv(A) dA inv(A) H))": "sign-of-term",
        },
        hints=[
            "Two factors depend on $A$: $\\det A$, and $A^{-1}$ inside the trace.",
            (
                "$d\\det A = \\det(A)\\operatorname{tr}(A^{-1} dA)$, and the trace is linear: "
                "$d\\operatorname{tr}(A^{-1} H) = \\operatorname{tr}(d(A^{-1}) H)$."
            ),
            "$d(A^{-1}) = -A^{-1}\\,dA\\,A^{-1}$.",
        ],
        solution=(
            "$$\n\\begin{aligned}\ndg &= \\det(A)\\operatorname{tr}(A^{-1} dA)\\operatorname{tr}"
            "(A^{-1} H)\\\\\n&\\quad{}+\\det(A)\\operatorname{tr}(-A^{-1}\\,dA\\,A^{-1} H)\\\\\n"
            "&= \\det(A)\\bigl(\\operatorname{tr}(A^{-1} dA)\\operatorname{tr}(A^{-1} H)\\\\\n"
            "&\\qquad{}-\\operatorname{tr}(A^{-1}\\,dA\\,A^{-1} H)\\bigr).\n\\end{aligned}\n$$\n\n"
            "Exchange $dA$ and $H$: the value stays. The second derivative is symmetric."
        ),
    ),
    Exercise(
        id="hessian/polarization",
        kind="verdict",
        title="Does the quadratic form know everything?",
        question=(
            "Let $q(u) = u^{\\mathsf T} A u$. Is $\\frac14\\bigl(q(h + k) - q(h - k)\\bigr) = "
            "h^{\\mathsf T} A k$ for every square $A$?"
        ),
        claim="((h + k)' A (h + k) - (h - k)' A (h - k)) / 4 = h' A k",
        shapes={"A": "n, n", "h": "n", "k": "n"},
        answer=False,
        mistakes={"true": "claim-false"},
        hints=[
            "Multiply out $q(h + k)$. There are two mixed terms.",
            "The left side is $\\frac12(h^{\\mathsf T} A k + k^{\\mathsf T} A h)$.",
        ],
        solution=(
            "The left side is $\\frac12(h^{\\mathsf T} A k + k^{\\mathsf T} A h) = "
            "h^{\\mathsf T}\\frac12(A + A^{\\mathsf T})k$: the symmetric part of $A$ only. For "
            "$A = \\begin{bmatrix}0&1\\\\-1&0\\end{bmatrix}$ it is $0$ for all $h$ and $k$, and "
            "the right side is $1$ for $h = (1, 0)^{\\mathsf T}$, $k = (0, 1)^{\\mathsf T}$. A second "
            "derivative is symmetric, so for it the formula does hold."
        ),
    ),
    Exercise(
        id="hessian/saddle-or-minimum",
        kind="choice",
        title="A test at a stationary point",
        question=(
            "At a stationary point of a function of *three* variables the Hessian matrix has the "
            "eigenvalues $-1$, $-2$ and $4$. What is the point?"
        ),
        choices=[
            (
                "a minimum, because the determinant is positive",
                (
                    "The determinant is the product of the eigenvalues, and two negative ones make it "
                    "positive. In the directions of their eigenvectors the function falls."
                ),
            ),
            (
                "a maximum, because most eigenvalues are negative",
                "There is no vote. Along the eigenvector of 4 the function rises.",
            ),
            ("a saddle point", "It falls in two directions and rises in a third."),
            (
                "that cannot be said",
                (
                    "It cannot be said if the Hessian is semidefinite and not definite. This one has "
                    "eigenvalues of both signs."
                ),
            ),
        ],
        answer=3,
        mistakes={"1": "choice", "2": "choice", "4": "choice"},
        hints=[
            "What does the function do along an eigenvector?",
            (
                r"Along a unit eigenvector with eigenvalue $\lambda$ it changes by "
                r"$\frac12\lambda t^2$ to second order. Look at the signs."
            ),
        ],
        solution=(
            "Along a unit eigenvector $u$ with eigenvalue $\\lambda$ the function changes by "
            "$\\frac12\\lambda t^2 + o(t^2)$. It falls for $\\lambda = -1$ and rises for "
            "$\\lambda = 4$: a saddle point, although the determinant is $8 > 0$."
        ),
    ),
]
