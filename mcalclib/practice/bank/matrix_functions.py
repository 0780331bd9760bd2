"""Exercises of the chapter on matrix functions."""

import numpy as np

from ...linalg import expm
from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="matrix-functions/square",
        kind="action",
        title="The square",
        question="Let $f(A) = A^2$ for a square matrix $A$. What is $f'(A)[dA]$?",
        function=lambda A: A @ A,
        wrt="A",
        shapes={"A": "n, n"},
        answer="A dA + dA A",
        mistakes={
            "2 A dA": "commuting",
            "2 dA A": "commuting",
            "A dA": "term",
            "A dA - dA A": "sign-of-term",
            "A dA + dA A + dA^2": "difference",
            "A dA + dA' A": "symmetric",
        },
        hints=[
            "Expand $(A + dA)(A + dA)$, and keep the order of the factors.",
            "Which of the four products have exactly one factor $dA$?",
        ],
        expression="A^2; A: n by n",
    ),
    Exercise(
        id="matrix-functions/cube",
        kind="action",
        title="The cube",
        question="Let $f(A) = A^3$ for a square matrix $A$. What is $f'(A)[dA]$?",
        function=lambda A: A @ A @ A,
        wrt="A",
        shapes={"A": "n, n"},
        answer="A^2 dA + A dA A + dA A^2",
        also=["A (A dA + dA A) + dA A A"],
        mistakes={
            "3 A^2 dA": "commuting",
            "A^2 dA + dA A^2": "term",
            "A^2 dA + 2 A dA A + dA A^2": "factor-of-term",
            "3 A dA A": "commuting",
            "A^3": "value",
        },
        hints=[
            "There are three places where the factor that varies can stand.",
            "Write $A^3 = A\\,A\\,A$, and put $dA$ for one factor at a time.",
        ],
        expression="A^3; A: n by n",
    ),
    Exercise(
        id="matrix-functions/square-jacobian",
        kind="jacobian",
        title="The square as a matrix",
        question=(
            r"Let $f(A) = A^2$ for an $n$ by $n$ matrix $A$. Which $n^2$ by $n^2$ matrix $J$ gives "
            r"$\operatorname{vec}(dF) = J \operatorname{vec}(dA)$, where vec stacks columns? "
            r"Type `kron(A, B)` for $A \otimes B$ and `I_n` for an identity."
        ),
        function=lambda A: A @ A,
        wrt="A",
        shapes={"A": "n, n"},
        answer="kron(I_n, A) + kron(A', I_n)",
        mistakes={
            "kron(I_n, A) + kron(A, I_n)": "symmetric",
            "kron(I_n, A') + kron(A, I_n)": "layout-or-rowwise",
            "kron(I_n, A)": "term",
        },
        hints=[
            r"$\operatorname{vec}(BCA^{\mathsf T}) = (A \otimes B)\operatorname{vec}(C)$.",
            "Put an identity matrix beside each term: $A\\,dA\\,I$ and $I\\,dA\\,A$.",
        ],
        expression="A^2; A: n by n",
    ),
    Exercise(
        id="matrix-functions/gram-shape",
        kind="shape",
        title="The size of a Jacobian matrix",
        question=(
            r"$X$ is $m$ by $n$ and $F(X) = X^{\mathsf T}X$. What is the shape of the matrix $J$ "
            r"with $\operatorname{vec}(dF) = J \operatorname{vec}(dX)$?"
        ),
        answer="n^2 by m n",
        mistakes={"m n by n^2": "layout", "n by m": "neither"},
        hints=[
            "$F(X)$ is $n$ by $n$. How many entries is that?",
            "Rows belong to the value, columns to the point.",
        ],
        solution=(
            "The value is $n\\times n$, so vec of it has $n^2$ entries. The point has $mn$. $J$ is "
            "$n^2\\times mn$."
        ),
    ),
    Exercise(
        id="matrix-functions/product-jacobian",
        kind="jacobian",
        title="The Jacobian matrix of a product",
        question=(
            "Let $F(X) = X Y$ with $X$ of shape $m$ by $n$ and $Y$ of shape $n$ by $p$. Which "
            r"matrix $J$ gives $\operatorname{vec}(dF) = J \operatorname{vec}(dX)$, where vec "
            "stacks columns? Type `kron(A, B)` for $A \\otimes B$ and `I_m` for an identity."
        ),
        function=lambda X, Y: X @ Y,
        wrt="X",
        shapes={"X": "m, n", "Y": "n, p"},
        answer="kron(Y', I_m)",
        also=["kron(Y', eye(m))", "kron(Y', I)", "kron(Y, I_m)'"],
        mistakes={
            "kron(I_m, Y')": "rowwise",
            "kron(Y, I_m)": "layout",
            "-kron(Y', I_m)": "sign",
        },
        hints=[
            (
                r"$dF = dX\, Y$. To read off $J$, write the right hand side as a product of three "
                "matrices with $dX$ in the middle."
            ),
            r"$\operatorname{vec}(A\,dX\,B) = (B^{\mathsf T} \otimes A)\operatorname{vec}(dX)$.",
        ],
        expression="X Y; X: m by n; Y: n by p",
    ),
    Exercise(
        id="matrix-functions/sum-of-entries",
        kind="gradient",
        title="The sum of all entries of a product",
        question=(
            r"Let $\phi(X)$ be the sum of all entries of $XY$, with $X$ of shape $m$ by $p$ and $Y$ "
            r"of shape $p$ by $n$. What is $\nabla\phi(X)$? An $m$ by $n$ matrix of ones is typed "
            "`ones(m, n)`."
        ),
        function=lambda X, Y: np.sum(X @ Y),
        wrt="X",
        shapes={"X": "m, p", "Y": "p, n"},
        answer="ones(m, n) Y'",
        also=["ones(m, 1) (Y ones(n, 1))'"],
        mistakes={"Y ones(n, m)": "layout", "Y'": "shape", "-ones(m, n) Y'": "sign"},
        hints=[
            r"$\phi = \mathbf 1_m^{\mathsf T} X Y \mathbf 1_n$ with vectors of ones.",
            r"The gradient of $u^{\mathsf T}Xv$ is $uv^{\mathsf T}$.",
        ],
        expression="sum(X Y); X: m by p; Y: p by n",
    ),
    Exercise(
        id="matrix-functions/inverse",
        kind="action",
        title="The inverse",
        question=r"Let $f(A) = A^{-1}$ for an invertible matrix $A$. What is $f'(A)[dA]$?",
        function=lambda A: np.linalg.inv(A),
        wrt="A",
        shapes={"A": "n, n invertible"},
        answer="-inv(A) dA inv(A)",
        also=["-A^-1 dA A^-1"],
        mistakes={
            "inv(A) dA inv(A)": "sign",
            "-inv(A)^2 dA": "commuting",
            "-dA inv(A)^2": "commuting",
            "-inv(A)' dA inv(A)": "symmetric",
            "inv(A)": "value",
            "inv(A + dA) - inv(A)": "difference",
        },
        hints=[
            "Differentiate $A A^{-1} = I$ with the product rule. The right side is constant.",
            "Solve for $d(A^{-1})$: multiply by $A^{-1}$, on the correct side.",
        ],
        expression="inv(A); A: n by n",
    ),
    Exercise(
        id="matrix-functions/trace-inverse-lines",
        kind="lines",
        title="The trace of the inverse, line by line",
        question=(
            r"Let $f(A) = \operatorname{tr}(A^{-1})$. Start with the derivative of the inverse, and "
            "go on line by line until $dA$ stands at the right end of the trace."
        ),
        function=lambda A: np.trace(np.linalg.inv(A)),
        wrt="A",
        shapes={"A": "n, n invertible"},
        answer="-tr(inv(A)^2 dA)",
        also=[
            "tr(-inv(A) dA inv(A))\n-tr(inv(A) inv(A) dA)\n-tr(inv(A)^2 dA)",
            "-tr(inv(A) dA inv(A))\n-tr(A^-2 dA)",
        ],
        mistakes={
            "tr(-inv(A) dA inv(A))\ntr(inv(A)^2 dA)": "sign",
            "tr(-inv(A) dA inv(A))\n-tr(inv(A) dA)": "different",
        },
        hints=[
            r"The trace is linear: $d\operatorname{tr}(A^{-1}) = \operatorname{tr}(d(A^{-1}))$.",
            "Under a trace the last factor may go to the front.",
        ],
        expression="tr(inv(A)); A: n by n",
    ),
    Exercise(
        id="matrix-functions/determinant",
        kind="gradient",
        title="The determinant",
        question=(
            r"What is the gradient of $f(A) = \det A$ at an invertible matrix $A$, shaped like $A$?"
        ),
        function=lambda A: np.linalg.det(A),
        wrt="A",
        shapes={"A": "n, n invertible"},
        answer="det(A) inv(A)'",
        also=["det(A) inv(A')"],
        mistakes={
            "det(A) inv(A)": "layout",
            "-det(A) inv(A)'": "sign",
            "inv(A)'": "different",
            "det(A)": "shape",
        },
        hints=[
            (
                r"$\det(A + dA) = \det A\,\det(I + A^{-1}dA)$, and $\det(I + E) = 1 + \operatorname{tr}E$ "
                "to first order."
            ),
            r"Write $d\det A$ as $\operatorname{tr}(G^{\mathsf T}dA)$ and read off $G$.",
        ],
        expression="det(A); A: n by n",
    ),
    Exercise(
        id="matrix-functions/logdet",
        kind="gradient",
        title="The logarithm of the determinant",
        question=r"What is the gradient of $f(A) = \log|\det A|$ at an invertible matrix $A$?",
        function=lambda A: np.linalg.slogdet(A)[1],
        wrt="A",
        shapes={"A": "n, n invertible"},
        answer="inv(A)'",
        also=["inv(A')"],
        mistakes={"inv(A)": "layout", "-inv(A)'": "sign", "inv(A)' / det(A)": "different"},
        hints=[
            r"The derivative of $\log|y|$ is $1/y$.",
            r"$d\det A = \det(A)\operatorname{tr}(A^{-1}dA)$: the determinant cancels.",
        ],
        expression="logdet(A); A: n by n",
    ),
    Exercise(
        id="matrix-functions/exponential",
        kind="verdict",
        title="The exponential of a sum",
        question=(
            "True for all square matrices $A$ and $B$ of one size, or is there a counterexample? "
            "$e^{A + B} = e^A e^B$"
        ),
        shapes={"A": "n, n", "B": "n, n"},
        claim="expm(A + B) = expm(A) expm(B)",
        answer=False,
        hints=[
            "Compare the terms of second order in the series of both sides.",
            "$(A + B)^2 = A^2 + AB + BA + B^2$. On the right there is $2AB$ in place of $AB + BA$.",
        ],
        solution=(
            "False. The terms of second order are $\\frac12(A^2 + AB + BA + B^2)$ and "
            "$\\frac12(A^2 + 2AB + B^2)$. They agree if $AB = BA$, and then the claim is true. "
            "For $A = E_{12}$ and $B = E_{21}$ it fails."
        ),
    ),
    Exercise(
        id="matrix-functions/trace-exponential",
        kind="gradient",
        title="The trace of the exponential",
        question=(
            r"What is the gradient of $f(A) = \operatorname{tr}(e^A)$? The matrix exponential is "
            "typed `expm(A)`; `exp` acts on entries."
        ),
        function=lambda A: np.trace(expm(A)),
        wrt="A",
        shapes={"A": "n, n"},
        answer="expm(A)'",
        also=["expm(A')"],
        mistakes={"expm(A)": "layout", "-expm(A)'": "sign", "exp(A)'": "different"},
        hints=[
            r"$d(e^A) = \int_0^1 e^{sA}\,dA\,e^{(1-s)A}\,ds$. What is its trace?",
            (
                r"Under the trace $e^{(1-s)A}$ goes to the front: $d\operatorname{tr}(e^A) = "
                r"\operatorname{tr}(e^A\,dA)$."
            ),
        ],
        solution=(
            r"$d\operatorname{tr}(e^A) = \int_0^1\operatorname{tr}(e^{sA}\,dA\,e^{(1-s)A})\,ds = "
            r"\operatorname{tr}(e^A\,dA)$. This is $\langle (e^A)^{\mathsf T}, dA\rangle$."
        ),
    ),
    Exercise(
        id="matrix-functions/eigenvalue",
        kind="action",
        title="A simple eigenvalue",
        question=(
            r"$\lambda$ is the largest eigenvalue of the symmetric matrix $A$. It is simple, with "
            "unit eigenvector $v$. $A$ moves through symmetric matrices, so $dA$ is symmetric. "
            r"What is $d\lambda$?"
        ),
        function=lambda A: np.linalg.eigvalsh(A)[-1],
        wrt="A",
        shapes={"A": "n, n symmetric", "v": "n"},
        derived={"v": lambda A: np.linalg.eigh(A)[1][:, -1]},
        answer="v' dA v",
        also=["tr(v v' dA)", "tr(dA v v')"],
        mistakes={
            "v' A v": "value",
            "2 v' dA v": "factor",
            "tr(dA)": "different",
            "v v'": "missing-tangent",
            "dA v": "shape",
        },
        hints=[
            r"Differentiate $\lambda = v^{\mathsf T}Av$: three terms.",
            r"$Av = \lambda v$, and $v^{\mathsf T}v = 1$ gives $v^{\mathsf T}dv = 0$.",
        ],
        solution=(
            r"$d\lambda = dv^{\mathsf T}Av + v^{\mathsf T}dA\,v + v^{\mathsf T}A\,dv = "
            r"v^{\mathsf T}dA\,v + 2\lambda\,v^{\mathsf T}dv$, and $v^{\mathsf T}dv = 0$ because "
            "the length of $v$ is fixed."
        ),
    ),
    Exercise(
        id="matrix-functions/squared-volume",
        kind="gradient",
        title="The volume that columns span",
        question=(
            r"The columns of the $m$ by $n$ matrix $X$ are independent. What is the gradient of "
            r"$f(X) = \log\det(X^{\mathsf T}X)$, twice the logarithm of the volume that they span?"
        ),
        function=lambda X: np.linalg.slogdet(X.T @ X)[1],
        wrt="X",
        shapes={"X": "m, n"},
        answer="2 X inv(X' X)",
        mistakes={
            "X inv(X' X)": "factor",
            "2 inv(X' X) X'": "layout",
            "-2 X inv(X' X)": "sign",
            "2 X": "different",
        },
        hints=[
            r"With $G = X^{\mathsf T}X$: $d\log\det G = \operatorname{tr}(G^{-1}dG)$.",
            (
                r"$dG = dX^{\mathsf T}X + X^{\mathsf T}dX$. Under the trace with the symmetric "
                r"$G^{-1}$ both terms give the same number."
            ),
            r"$df = 2\operatorname{tr}(G^{-1}X^{\mathsf T}dX)$. Transpose what stands before $dX$.",
        ],
        solution=(
            r"$df = \operatorname{tr}(G^{-1}dG) = 2\operatorname{tr}(G^{-1}X^{\mathsf T}dX) = "
            r"\langle 2XG^{-1}, dX\rangle$ with $G = X^{\mathsf T}X$."
        ),
    ),
]
