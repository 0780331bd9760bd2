"""Exercises of the chapter on least squares."""

import numpy as np

from ..exercise import Exercise


def minimiser(X, y):
    """Return the weights that X and y determine, by the normal equations."""
    return np.linalg.solve(X.T @ X, X.T @ y)


EXERCISES = [
    Exercise(
        id="least-squares/shape",
        kind="shape",
        title="Data to weights",
        question=(
            "There are $m$ measurements and $n$ weights: $X$ is $m$ by $n$ with independent "
            "columns. What is the shape of $(X^{\\mathsf T} X)^{-1} X^{\\mathsf T}$?"
        ),
        answer="n by m",
        mistakes={"m by n": "layout", "n by n": "rows"},
        hints=[
            "It takes the $m$ measurements $y$ to the $n$ weights $w^{*}$.",
            r"$X^{\mathsf T}$ is $n$ by $m$, and the inverse is as large as $X^{\mathsf T}X$.",
        ],
        solution=(
            "$X^{\\mathsf T} X$ and its inverse are $n$ by $n$, and $X^{\\mathsf T}$ is $n$ by $m$. So "
            "is the product: it takes a column of $m$ measurements to one of $n$ weights."
        ),
    ),
    Exercise(
        id="least-squares/gradient",
        kind="gradient",
        title="The gradient of the squared error",
        question="Let $\\mathcal E(w) = \\|X w - y\\|^2$. What is $\\nabla\\mathcal E(w)$?",
        function=lambda w, X, y: np.sum((X @ w - y) ** 2),
        wrt="w",
        shapes={"X": "m, n", "w": "n", "y": "m"},
        answer="2 X' X w - 2 X' y",
        also=["2 X' (X w - y)", "-2 X' (y - X w)", "2 ((X w - y)' X)'"],
        mistakes={
            "X' (X w - y)": "factor",
            "2 X' (y - X w)": "sign",
            "2 (X w - y)' X": "layout",
            "2 X' X w": "term",
            "2 X' X w + 2 X' y": "sign-of-term",
            "2 X (X w - y)": "unreadable",
        },
        hints=[
            "Let $e = Xw - y$. Then $de = X\\,dw$ and $\\mathcal E = e^{\\mathsf T} e$.",
            (
                "$d\\mathcal E = 2e^{\\mathsf T} X\\,dw$. The gradient is the column $g$ with "
                "$d\\mathcal E = g^{\\mathsf T} dw$."
            ),
        ],
        expression="(X w - y)' (X w - y); X: m by n; w: n by 1; y: m by 1",
        solution=(
            "The row in front of $dw$ is $2(Xw - y)^{\\mathsf T} X$. The gradient is its transpose, "
            "$2X^{\\mathsf T}(Xw - y)$."
        ),
    ),
    Exercise(
        id="least-squares/minimiser",
        kind="value",
        title="The weights themselves",
        question=(
            "Find the weights $w^{*}$ that minimise $\\|X w - y\\|^2$ for $X = [[X]]$ and $y = [[y]]$. "
            "Give the numbers, or a formula in `X` and `y`."
        ),
        function=minimiser,
        shapes={"X": "3, 2", "y": "3"},
        at={"X": [[1, 0], [1, 1], [1, 2]], "y": [1, 0, 2]},
        answer="inv(X' X) X' y",
        also=["(X' X)^-1 (X' y)", "inv(X' X) (y' X)'"],
        mistakes={
            "X' y": "different",
            "inv(X' X) y": "unreadable",
            "2 inv(X' X) X' y": "factor",
            "-inv(X' X) X' y": "sign",
        },
        hints=[
            "The gradient $2X^{\\mathsf T}(Xw - y)$ is zero at $w^{*}$.",
            "Solve the normal equations $X^{\\mathsf T} X w = X^{\\mathsf T} y$: two equations here.",
        ],
        solution=(
            "The gradient $2X^{\\mathsf T}(Xw - y)$ vanishes where $X^{\\mathsf T} X w = "
            "X^{\\mathsf T} y$, so $w^{*} = (X^{\\mathsf T} X)^{-1} X^{\\mathsf T} y$. For the line "
            "through $(0,1)$, $(1,0)$, $(2,2)$ the equations are $3w_1 + 3w_2 = 3$ and "
            "$3w_1 + 5w_2 = 4$, so $w^{*} = (\\frac12, \\frac12)^{\\mathsf T}$."
        ),
    ),
    Exercise(
        id="least-squares/expand",
        kind="lines",
        title="Two lines to the derivative",
        question=(
            "Let $\\mathcal E(w) = (X w - y)^{\\mathsf T}(X w - y)$. Derive $d\\mathcal E$: first the "
            "product rule, then one term."
        ),
        function=lambda w, X, y: (X @ w - y) @ (X @ w - y),
        wrt="w",
        shapes={"X": "m, n", "w": "n", "y": "m"},
        answer="2 (X w - y)' X dw",
        also=[
            "(X dw)' (X w - y) + (X w - y)' X dw\n2 (X w - y)' X dw",
            "dw' X' (X w - y) + (X w - y)' X dw\n2 (w' X' X - y' X) dw",
        ],
        mistakes={
            "(X dw)' (X w - y) + (X w - y)' X dw\n(X w - y)' X dw": "factor",
            "dw' X' (X w - y)": "factor",
            "2 (y - X w)' X dw": "sign",
            "2 (X w - y)' X": "missing-tangent",
            "(X dw)' (X dw)": "not-linear",
        },
        hints=[
            "$d(Xw - y) = X\\,dw$: only $w$ varies.",
            "One term has $dw^{\\mathsf T}$ on the left. It is a number, so transpose it.",
        ],
        expression="(X w - y)' (X w - y); X: m by n; w: n by 1; y: m by 1",
    ),
    Exercise(
        id="least-squares/weighted",
        kind="gradient",
        title="A weighted error",
        question=(
            "Let $\\mathcal E_C(w) = (X w - y)^{\\mathsf T} C\\,(X w - y)$, where the square matrix $C$ "
            "need *not* be symmetric. What is $\\nabla\\mathcal E_C(w)$?"
        ),
        function=lambda w, X, y, C: (X @ w - y) @ C @ (X @ w - y),
        wrt="w",
        shapes={"X": "m, n", "w": "n", "y": "m", "C": "m, m"},
        answer="X' C (X w - y) + X' C' (X w - y)",
        also=["X' (C + C') (X w - y)", "((X w - y)' (C' + C) X)'"],
        mistakes={
            "2 X' C (X w - y)": "symmetric",
            "X' C (X w - y)": "term",
            "2 X' (C + C') (X w - y)": "factor",
            "(X w - y)' (C + C') X": "layout",
        },
        hints=[
            "With $e = Xw - y$ this is $e^{\\mathsf T} C e$, a quadratic form.",
            "$d(e^{\\mathsf T} C e) = e^{\\mathsf T}(C + C^{\\mathsf T})\\,de$ and $de = X\\,dw$.",
        ],
        expression="(X w - y)' C (X w - y); X: m by n; w: n by 1; y: m by 1; C: m by m",
        solution=(
            "The row in front of $dw$ is $(Xw - y)^{\\mathsf T}(C + C^{\\mathsf T})X$. The gradient is its "
            "transpose, $X^{\\mathsf T}(C + C^{\\mathsf T})(Xw - y)$."
        ),
    ),
    Exercise(
        id="least-squares/ridge",
        kind="gradient",
        title="With a ridge term",
        question=(
            "Let $\\mathcal E(w) = \\|X w - y\\|^2 + \\lambda\\|w\\|^2$. What is the gradient? Type `lam` "
            "for $\\lambda$."
        ),
        function=lambda w, X, y, lam: np.sum((X @ w - y) ** 2) + lam * np.sum(w**2),
        wrt="w",
        shapes={"X": "m, n", "w": "n", "y": "m", "lam": ""},
        answer="2 X' (X w - y) + 2 lam w",
        also=["2 (X' X + lam I) w - 2 X' y", "2 X' X w - 2 X' y + 2 w lam"],
        mistakes={
            "2 X' (X w - y)": "term",
            "2 X' (X w - y) + lam w": "factor-of-term",
            "2 X' (X w - y) - 2 lam w": "sign-of-term",
            "X' (X w - y) + lam w": "factor",
        },
        hints=[
            "The derivative of a sum is the sum of the derivatives.",
            "$d\\|w\\|^2 = 2w^{\\mathsf T} dw$.",
        ],
        solution=(
            "$d\\|Xw - y\\|^2 = 2(Xw - y)^{\\mathsf T} X\\,dw$ and "
            "$d(\\lambda\\|w\\|^2) = 2\\lambda w^{\\mathsf T} dw$. Together the gradient is "
            "$2X^{\\mathsf T}(Xw - y) + 2\\lambda w$. It vanishes where "
            "$(X^{\\mathsf T} X + \\lambda I)w = X^{\\mathsf T} y$."
        ),
    ),
    Exercise(
        id="least-squares/many-outputs",
        kind="hessian",
        form="matrix",
        title="A matrix of weights",
        question=(
            "Let $\\mathcal E(W) = \\|X W - Y\\|_F^2$ with $W$ of shape $n$ by $p$. Which matrix takes "
            "$\\operatorname{vec}(dW)$ to vec of the Hessian operator at $dW$? (vec stacks columns.)"
        ),
        function=lambda W, X, Y: np.sum((X @ W - Y) ** 2),
        wrt="W",
        shapes={"X": "m, n", "W": "n, p", "Y": "m, p"},
        answer="2 kron(I_p, X' X)",
        also=["kron(2 eye(p), X' X)", "2 kron(I_p, X') kron(I_p, X)"],
        mistakes={
            "2 kron(X' X, I_p)": "rowwise",
            "kron(I_p, X' X)": "factor",
            "-2 kron(I_p, X' X)": "sign",
            "2 X' X": "shape",
        },
        hints=[
            (
                "The gradient is $2X^{\\mathsf T}(XW - Y)$, so the operator is "
                "$dW \\mapsto 2X^{\\mathsf T} X\\,dW$."
            ),
            (
                "$\\operatorname{vec}(A\\,dW\\,B) = (B^{\\mathsf T}\\otimes A)\\operatorname{vec}(dW)$. Here "
                "$B$ is an identity."
            ),
        ],
        solution=(
            "$\\nabla\\mathcal E(W) = 2X^{\\mathsf T}(XW - Y)$, and its derivative along $dW$ is "
            "$2X^{\\mathsf T} X\\,dW = 2(X^{\\mathsf T} X)\\,dW\\,I_p$. In column-stacked form this is "
            "$2(I_p\\otimes X^{\\mathsf T} X)\\operatorname{vec}(dW)$: $p$ copies of one block, because "
            "the columns of $W$ do not meet."
        ),
    ),
    Exercise(
        id="least-squares/least-error",
        kind="gradient",
        title="The least error as a function of the data",
        question=(
            "Let $X$, 3 by 2, have independent columns, $w = (X^{\\mathsf T} X)^{-1} X^{\\mathsf T} y$ and "
            "$r = y - X w$. The least error is $f(X) = \\|r\\|^2$. What is $\\nabla f(X)$? You may use "
            "$w$ and $r$."
        ),
        function=lambda X, y: np.sum((y - X @ minimiser(X, y)) ** 2),
        wrt="X",
        shapes={"X": "3, 2", "y": "3", "w": "2", "r": "3"},
        derived={"w": minimiser, "r": lambda X, y: y - X @ minimiser(X, y)},
        answer="-2 r w'",
        also=["2 (X w - y) w'", "-2 (w r')'", "-2 y w' + 2 X w w'"],
        mistakes={
            "2 r w'": "sign",
            "-r w'": "factor",
            "-2 w r'": "layout",
            "-2 y w'": "term",
        },
        hints=[
            "$df = 2r^{\\mathsf T} dr$, and $dr = -dX\\,w - X\\,dw$.",
            "Use $X^{\\mathsf T} r = 0$: one term vanishes.",
            "$df = -2r^{\\mathsf T} dX\\,w$. Write this as $\\langle\\nabla f, dX\\rangle$.",
        ],
        solution=(
            "$df = 2r^{\\mathsf T} dr = -2r^{\\mathsf T} dX\\,w - 2r^{\\mathsf T} X\\,dw$. The normal "
            "equations say $r^{\\mathsf T} X = 0$, so the derivative of $w$ does not matter. From "
            "$-2r^{\\mathsf T} dX\\,w = \\langle -2 r w^{\\mathsf T}, dX\\rangle$ the gradient is "
            "$-2 r w^{\\mathsf T}$. This is the step on which variable projection rests."
        ),
    ),
    Exercise(
        id="least-squares/sensitivity",
        kind="action",
        title="How the weights react to the data",
        question=(
            "Let $X$, 3 by 2, have independent columns, $w(X) = (X^{\\mathsf T} X)^{-1} X^{\\mathsf T} y$ and "
            "$r = y - X w$. What is $dw = w'(X)[dX]$? You may use $w$ and $r$."
        ),
        function=minimiser,
        wrt="X",
        shapes={"X": "3, 2", "y": "3", "w": "2", "r": "3"},
        derived={"w": minimiser, "r": lambda X, y: y - X @ minimiser(X, y)},
        answer="inv(X' X) dX' r - inv(X' X) X' dX w",
        also=[
            "inv(X' X) (dX' r - X' dX w)",
            "inv(X' X) (dX' y - dX' X w - X' dX w)",
            "inv(X' X) dX' y - inv(X' X) (dX' X + X' dX) w",
        ],
        mistakes={
            "-inv(X' X) X' dX w": "term",
            "inv(X' X) dX' r": "term",
            "inv(X' X) dX' r + inv(X' X) X' dX w": "sign-of-term",
            "inv(X' X) X' dX w - inv(X' X) dX' r": "sign",
            "inv(X' X) dX' y": "term",
        },
        hints=[
            "Do not differentiate the inverse. Differentiate $X^{\\mathsf T} X w = X^{\\mathsf T} y$.",
            "$dX^{\\mathsf T} X w + X^{\\mathsf T} dX\\,w + X^{\\mathsf T} X\\,dw = dX^{\\mathsf T} y$.",
            "Collect the two terms with $dX^{\\mathsf T}$: they make $dX^{\\mathsf T} r$.",
        ],
        solution=(
            "Differentiate both sides of $X^{\\mathsf T} X w = X^{\\mathsf T} y$:\n\n$$\n"
            "\\begin{aligned}\n&dX^{\\mathsf T} X w + X^{\\mathsf T} dX\\,w\\\\\n&\\quad{}+"
            "X^{\\mathsf T} X\\,dw = dX^{\\mathsf T} y .\n\\end{aligned}\n$$\n\nSo "
            "$X^{\\mathsf T} X\\,dw = dX^{\\mathsf T} r - X^{\\mathsf T} dX\\,w$. The term with the "
            "residual is the one that is forgotten most often."
        ),
    ),
    Exercise(
        id="least-squares/projection",
        kind="verdict",
        title="Project twice",
        question=(
            "Let $X$ have independent columns and $P = X (X^{\\mathsf T} X)^{-1} X^{\\mathsf T}$. Is "
            "$P^2 = P$?"
        ),
        claim="X inv(X' X) X' X inv(X' X) X' = X inv(X' X) X'",
        shapes={"X": "3, 2"},
        answer=True,
        hints=[
            "Write out $P P$ with all six factors before cancelling anything.",
            "In the middle of $P P$ stands $X^{\\mathsf T} X$, beside its inverse.",
        ],
        solution=(
            "$P P = X (X^{\\mathsf T} X)^{-1} X^{\\mathsf T} X (X^{\\mathsf T} X)^{-1} X^{\\mathsf T}$, and "
            "$X^{\\mathsf T} X$ cancels against one of the inverses. Projecting the estimate once "
            "more changes nothing."
        ),
    ),
    Exercise(
        id="least-squares/digits",
        kind="choice",
        title="How many digits are left?",
        question=(
            "The matrix $X$ has the condition number $10^7$, and the fit is good. A computer "
            "calculates with 16 digits. What do you expect of the weights?"
        ),
        choices=[
            (
                "about 9 digits, whichever way they are computed",
                (
                    "QR works with the condition number of X. The normal equations work with that of "
                    "X'X, which is its square."
                ),
            ),
            (
                "about 9 digits by QR, about 2 by the normal equations",
                "QR loses 7 digits, the normal equations 14.",
            ),
            (
                "about 9 digits by the normal equations, about 2 by QR",
                "It is the normal equations that square the condition number.",
            ),
            (
                "none, the problem is singular",
                "In 16 digits a condition number of 10^7 is far from singular.",
            ),
        ],
        answer=2,
        mistakes={"1": "choice", "3": "choice", "4": "choice"},
        hints=[
            "A condition number $10^k$ costs about $k$ digits.",
            "What is $\\kappa(X^{\\mathsf T} X)$?",
        ],
        solution=(
            "$\\kappa(R) = \\kappa(X) = 10^7$ for QR: about $16 - 7 = 9$ digits remain. "
            "$\\kappa(X^{\\mathsf T} X) = \\kappa(X)^2 = 10^{14}$: about 2."
        ),
    ),
]
