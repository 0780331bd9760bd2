"""Exercises of the chapter on the multilayer perceptron."""

import numpy as np

from ..exercise import Exercise


def slope(z):
    """Return the slope of tanh."""
    return 1 - np.tanh(z) ** 2


def layers(phi, *weights):
    """Return the outputs of all layers with tanh."""
    found = []
    for W in weights:
        phi = np.tanh(W.T @ phi)
        found.append(phi)
    return found


EXERCISES = [
    Exercise(
        id="perceptron/weights-shape",
        kind="shape",
        title="The shape of the weights",
        question=(
            "A layer takes a column of $n$ numbers to $m$ outputs, $f(W, \\phi) = "
            "\\sigma(W^{\\mathsf T}\\phi)$. What is the shape of $W$?"
        ),
        answer="n by m",
        mistakes={"m by n": "layout", "n by n": "rows"},
        hints=[
            "$W^{\\mathsf T}$ acts on $\\phi$. How many columns must it have?",
            "A matrix that takes $n$ numbers to $m$ has $m$ rows and $n$ columns. Transpose it.",
        ],
        solution=(
            "$W^{\\mathsf T}$ takes $n$ numbers to $m$, so it is $m$ by $n$, and $W$ is $n$ by $m$: one "
            "row for each input, one column for each unit."
        ),
    ),
    Exercise(
        id="perceptron/weight-derivative",
        kind="action",
        title="A layer, in its weights",
        question=(
            "Let $F(W) = \\sigma(W^{\\mathsf T}\\phi)$ with $\\sigma = \\tanh$ entry by entry, and let the "
            "column `s` hold the slopes $s = \\sigma'(W^{\\mathsf T}\\phi)$. What is $F'(W)[dW]$?"
        ),
        function=lambda W, phi: np.tanh(W.T @ phi),
        wrt="W",
        shapes={"W": "n, m", "phi": "n", "s": "m"},
        derived={"s": lambda W, phi: slope(W.T @ phi)},
        answer="diag(s) dW' phi",
        also=["s .* (dW' phi)", "(ones(m, 1) - tanh(W' phi) .^ 2) .* (dW' phi)"],
        mistakes={
            "dW' phi": "different",
            "s .* (W' phi)": "constant",
            "-s .* (dW' phi)": "sign",
            "tanh((W + dW)' phi) - tanh(W' phi)": "difference",
            "tanh(dW' phi)": "not-linear",
        },
        hints=[
            "Let $z = W^{\\mathsf T}\\phi$. What is $dz$ when only $W$ varies?",
            "An entrywise function multiplies each entry of $dz$ by its own slope.",
        ],
        solution=(
            "With $z = W^{\\mathsf T}\\phi$ and fixed $\\phi$ it is $dz = dW^{\\mathsf T}\\phi$. Each entry of "
            "$\\tanh$ meets its own entry of $z$ only, so $dF = s\\odot dz = "
            "\\operatorname{diag}(s)\\,dW^{\\mathsf T}\\phi$ with $s = 1 - F\\odot F$."
        ),
    ),
    Exercise(
        id="perceptron/input-derivative",
        kind="jacobian",
        title="A layer, in its input",
        question=(
            "Let $F(\\phi) = \\tanh(W^{\\mathsf T}\\phi)$ with the slopes $s = "
            "\\sigma'(W^{\\mathsf T}\\phi)$. Which matrix $J$ gives $dF = J\\,d\\phi$? Use `s`; "
            "`diag(s)` is the diagonal matrix."
        ),
        function=lambda phi, W: np.tanh(W.T @ phi),
        wrt="phi",
        shapes={"W": "n, m", "phi": "n", "s": "m"},
        derived={"s": lambda phi, W: slope(W.T @ phi)},
        answer="diag(s) W'",
        also=["(W diag(s))'", "diag(ones(m, 1) - tanh(W' phi) .^ 2) W'"],
        mistakes={"W diag(s)": "layout", "W'": "different", "-diag(s) W'": "sign"},
        hints=[
            "Now $dz = W^{\\mathsf T} d\\phi$.",
            "Multiplying entry $i$ by $s_i$ is multiplying by $\\operatorname{diag}(s)$ from the left.",
        ],
        solution=(
            "With $z = W^{\\mathsf T}\\phi$ and fixed $W$ it is $dz = W^{\\mathsf T} d\\phi$. So "
            "$dF = s\\odot dz = \\operatorname{diag}(s)\\,W^{\\mathsf T} d\\phi$, and "
            "$J = \\operatorname{diag}(s)\\,W^{\\mathsf T}$, of shape $m$ by $n$."
        ),
    ),
    Exercise(
        id="perceptron/weight-adjoint",
        kind="adjoint",
        title="How a layer carries a gradient back",
        question=(
            "Let $F(W) = \\tanh(W^{\\mathsf T}\\phi)$ with the slopes `s`, and $L = F'(W)$. For a "
            "cotangent $\\bar F$ of the output, what is $L^{*}[\\bar F]$, a matrix like $W$? Type "
            "`F_bar` for $\\bar F$."
        ),
        function=lambda W, phi: np.tanh(W.T @ phi),
        wrt="W",
        shapes={"W": "n, m", "phi": "n", "s": "m", "F_bar": "m"},
        derived={"s": lambda W, phi: slope(W.T @ phi)},
        answer="phi (s .* F_bar)'",
        also=["phi F_bar' diag(s)", "(diag(s) F_bar phi')'"],
        mistakes={
            "phi F_bar'": "different",
            "(s .* F_bar) phi'": "layout",
            "-phi (s .* F_bar)'": "sign",
            "W (s .* F_bar)": "shape",
        },
        hints=[
            (
                "$L[dW] = \\operatorname{diag}(s)\\,dW^{\\mathsf T}\\phi$. Form its inner product with "
                "$\\bar F$."
            ),
            (
                "With $\\delta = s\\odot\\bar F$ it is $\\delta^{\\mathsf T} dW^{\\mathsf T}\\phi = "
                "\\phi^{\\mathsf T} dW\\,\\delta$."
            ),
            "Write this number as a trace and turn it until it reads $\\langle\\,\\cdot\\,, dW\\rangle$.",
        ],
        solution=(
            "Let $\\delta = s\\odot\\bar F$. Then $\\langle L[dW], \\bar F\\rangle = "
            "\\phi^{\\mathsf T} dW\\,\\delta = \\operatorname{tr}(\\delta\\phi^{\\mathsf T} dW) = "
            "\\langle\\phi\\,\\delta^{\\mathsf T}, dW\\rangle$. So $L^{*}[\\bar F] = "
            "\\phi\\,\\delta^{\\mathsf T}$: what came in, times what was wrong at the other end."
        ),
    ),
    Exercise(
        id="perceptron/weight-jacobian",
        kind="jacobian",
        title="The Jacobian matrix in the weights",
        question=(
            "For the layer $F(W) = \\tanh(W^{\\mathsf T}\\phi)$ with the slopes `s`, which matrix "
            "$J$ gives $dF = J\\operatorname{vec}(dW)$, where vec stacks columns?"
        ),
        function=lambda W, phi: np.tanh(W.T @ phi),
        wrt="W",
        shapes={"W": "n, m", "phi": "n", "s": "m"},
        derived={"s": lambda W, phi: slope(W.T @ phi)},
        answer="diag(s) kron(I_m, phi')",
        also=["kron(diag(s), phi')", "diag(s) kron(eye(m), phi)'"],
        mistakes={
            "diag(s) kron(phi', I_m)": "rowwise",
            "kron(diag(s), phi)": "layout",
            "kron(I_m, phi')": "different",
        },
        hints=[
            (
                "$dW^{\\mathsf T}\\phi$ has the entries $\\phi^{\\mathsf T} h_i$, where $h_i$ are the columns of "
                "$dW$."
            ),
            (
                "In vec the columns stand below each other. Which block matrix takes the product with "
                "$\\phi^{\\mathsf T}$ in each block?"
            ),
        ],
        solution=(
            "$I_m\\otimes\\phi^{\\mathsf T}$ is block diagonal with the row $\\phi^{\\mathsf T}$ in each "
            "block, so it takes $\\operatorname{vec}(dW)$ to the column of the $\\phi^{\\mathsf T} h_i$, "
            "which is $dW^{\\mathsf T}\\phi$. Multiply by the slopes: "
            "$J = \\operatorname{diag}(s)(I_m\\otimes\\phi^{\\mathsf T})$."
        ),
    ),
    Exercise(
        id="perceptron/cross-entropy",
        kind="gradient",
        title="Cross-entropy",
        question=(
            "Let $\\mathcal E(a) = \\log\\bigl(\\sum_j e^{a_j}\\bigr) - t^{\\mathsf T} a$, where $t$ marks the "
            "right class. What is $\\nabla\\mathcal E(a)$? `exp(a)` acts on entries, and `sum(...)` "
            "adds them up."
        ),
        function=lambda a, t: np.log(np.sum(np.exp(a))) - t @ a,
        wrt="a",
        shapes={"a": "n", "t": "n"},
        answer="exp(a) / sum(exp(a)) - t",
        also=["-t + exp(a) / sum(exp(a))", "(exp(a) - t sum(exp(a))) / sum(exp(a))"],
        mistakes={
            "exp(a) / sum(exp(a))": "term",
            "t - exp(a) / sum(exp(a))": "sign",
            "exp(a) / sum(exp(a)) + t": "sign-of-term",
            "exp(a) - t": "different",
        },
        hints=[
            "$d\\log u = du/u$ with $u = \\sum_j e^{a_j}$.",
            "$du = \\sum_j e^{a_j} da_j$. The other term is linear.",
        ],
        solution=(
            "$d\\mathcal E = \\sum_j e^{a_j} da_j / \\sum_j e^{a_j} - t^{\\mathsf T} da$. So "
            "$\\nabla\\mathcal E = s(a) - t$ with the softmax $s$: the answer given minus the answer "
            "wanted."
        ),
    ),
    Exercise(
        id="perceptron/one-layer-cost",
        kind="lines",
        title="One layer and its cost, line by line",
        question=(
            "Let $\\mathcal E(W) = \\frac12\\|F - t\\|^2$ with $F = \\tanh(W^{\\mathsf T}\\phi)$ and the slopes "
            "`s`. Derive $d\\mathcal E$, one expression in each line. End with a trace in which $dW$ "
            "stands on the right."
        ),
        function=lambda W, phi, t: np.sum((np.tanh(W.T @ phi) - t) ** 2) / 2,
        wrt="W",
        shapes={"W": "n, m", "phi": "n", "t": "m", "F": "m", "s": "m"},
        derived={
            "F": lambda W, phi: np.tanh(W.T @ phi),
            "s": lambda W, phi: slope(W.T @ phi),
        },
        answer="tr((s .* (F - t)) phi' dW)",
        also=[
            (
                "(F - t)' (s .* (dW' phi))\n(s .* (F - t))' dW' phi\n"
                "phi' dW (s .* (F - t))\ntr((s .* (F - t)) phi' dW)"
            ),
            "(F - t)' diag(s) dW' phi\ntr(diag(s) (F - t) phi' dW)",
        ],
        mistakes={
            "2 (F - t)' (s .* (dW' phi))": "factor",
            "(F - t)' (dW' phi)": "different",
            "(F - t)' (s .* (dW' phi))\n-phi' dW (s .* (F - t))": "sign",
            "(t - F)' (s .* (dW' phi))": "sign",
        },
        hints=[
            "$d\\,\\frac12\\|e\\|^2 = e^{\\mathsf T} de$ with $e = F - t$ and $de = dF$.",
            "$dF = s\\odot(dW^{\\mathsf T}\\phi)$, and $e^{\\mathsf T}(s\\odot u) = (s\\odot e)^{\\mathsf T} u$.",
            "A number equals its transpose and its trace; the trace is cyclic.",
        ],
        solution=(
            "With $\\delta = s\\odot(F - t)$:\n\n$$\n\\begin{aligned}\nd\\mathcal E &= (F - t)^{\\mathsf T} "
            "\\bigl(s\\odot(dW^{\\mathsf T}\\phi)\\bigr)\\\\\n&= \\delta^{\\mathsf T} dW^{\\mathsf T}\\phi\\\\\n"
            "&= \\phi^{\\mathsf T} dW\\,\\delta\\\\\n&= \\operatorname{tr}(\\delta\\,\\phi^{\\mathsf T} dW).\n"
            "\\end{aligned}\n$$\n\nSo the gradient is $\\phi\\,\\delta^{\\mathsf T}$."
        ),
    ),
    Exercise(
        id="perceptron/first-layer-gradient",
        kind="gradient",
        title="The gradient of the first weights",
        question=(
            "Three layers with $\\sigma = \\tanh$ take the input `phi` to $F_3$, and the cost is "
            "$\\mathcal E = \\frac12\\|F_3 - t\\|^2$. Write $g = F_3 - t$ for its gradient at the output "
            "and $s_\\ell$ for the column of slopes of layer $\\ell$, typed `s1`, `s2`, `s3`. What is "
            "$\\nabla_{W_1}\\mathcal E$?"
        ),
        function=lambda W1, W2, W3, phi, t: np.sum((layers(phi, W1, W2, W3)[2] - t) ** 2) / 2,
        wrt="W1",
        shapes={
            "W1": "n, m",
            "W2": "m, p",
            "W3": "p, q",
            "phi": "n",
            "t": "q",
            "g": "q",
            "s1": "m",
            "s2": "p",
            "s3": "q",
        },
        derived={
            "g": lambda W1, W2, W3, phi, t: layers(phi, W1, W2, W3)[2] - t,
            "s1": lambda W1, phi: 1 - layers(phi, W1)[0] ** 2,
            "s2": lambda W1, W2, phi: 1 - layers(phi, W1, W2)[1] ** 2,
            "s3": lambda W1, W2, W3, phi: 1 - layers(phi, W1, W2, W3)[2] ** 2,
        },
        answer="phi g' diag(s3) W3' diag(s2) W2' diag(s1)",
        also=[
            "phi (s1 .* (W2 (s2 .* (W3 (s3 .* g)))))'",
            "(diag(s1) W2 diag(s2) W3 diag(s3) g phi')'",
        ],
        mistakes={
            "phi g' W3' W2'": "different",
            "phi g' diag(s3) W3' diag(s2) W2'": "different",
            "phi g' W3' diag(s2) W2' diag(s1)": "different",
            "diag(s1) W2 diag(s2) W3 diag(s3) g phi'": "layout",
            "-phi g' diag(s3) W3' diag(s2) W2' diag(s1)": "sign",
        },
        hints=[
            (
                "Move $W_1$ by $dW_1$. Layer 1 changes by $D_1\\,dW_1^{\\mathsf T}\\phi$ with "
                "$D_1 = \\operatorname{diag}(s_1)$."
            ),
            (
                "Each later layer multiplies the change by $D_\\ell W_\\ell^{\\mathsf T}$. So "
                "$d\\mathcal E = g^{\\mathsf T} D_3 W_3^{\\mathsf T} D_2 W_2^{\\mathsf T} D_1\\,dW_1^{\\mathsf T}\\phi$."
            ),
            "Call the row in front $r$. Then $r\\,dW_1^{\\mathsf T}\\phi = \\langle\\phi\\,r, dW_1\\rangle$.",
        ],
        solution=(
            "By the chain rule $d\\mathcal E = r\\,dW_1^{\\mathsf T}\\phi$ with the row\n\n$$\nr = "
            "g^{\\mathsf T} D_3 W_3^{\\mathsf T} D_2 W_2^{\\mathsf T} D_1 .\n$$\n\nIt is a number, so its own "
            "trace: $\\operatorname{tr}(r\\,dW_1^{\\mathsf T}\\phi) = \\operatorname{tr}(dW_1^{\\mathsf T}\\phi\\,r) "
            "= \\langle dW_1, \\phi\\,r\\rangle$. The gradient is $\\phi\\,r$, a column times a row. "
            "Backpropagation computes $r^{\\mathsf T} = \\delta_1$ from the right: $\\delta_3 = s_3\\odot g$, "
            "$\\delta_2 = s_2\\odot(W_3\\delta_3)$, $\\delta_1 = s_1\\odot(W_2\\delta_2)$."
        ),
    ),
    Exercise(
        id="perceptron/backward-order",
        kind="order",
        title="Blame flows from the end",
        question=(
            "Without the slopes, the blame of a network with layers of $784$, $100$, $50$ and $10$ "
            "units reaches the input as $W_1 W_2 W_3\\,g$. Here $W_1$ is $784$ by $100$, $W_2$ is "
            "$100$ by $50$, $W_3$ is $50$ by $10$ and $g$ has $10$ entries. Put brackets so that it "
            "takes the fewest multiplications. Type `W1 W2 W3 g` with brackets."
        ),
        shapes={"W1": "784, 100", "W2": "100, 50", "W3": "50, 10", "g": "10"},
        answer="W1 (W2 (W3 g))",
        mistakes={"W1 W2 W3 g": "costly", "(W1 W2) (W3 g)": "costly"},
        hints=[
            "A matrix times a column costs far less than a matrix times a matrix.",
            "Which brackets make every product one of a matrix and a column?",
        ],
        solution=(
            "From the right, only matrices times columns occur: $500 + 5000 + 78\\,400 = 83\\,900$ "
            "multiplications. From the left, $W_1 W_2$ alone takes $3\\,920\\,000$."
        ),
    ),
    Exercise(
        id="perceptron/forward-cost",
        kind="cost",
        title="The price of a layer",
        question=(
            "A layer has $n$ inputs and $m$ units, and a batch has $b$ inputs as its columns. How "
            "many multiplications do $W^{\\mathsf T}\\Phi$ in the forward pass and "
            "$\\Phi\\Delta^{\\mathsf T}$ and $W\\Delta$ in the backward pass take, all together?"
        ),
        shapes={"W": "n, m", "P": "n, b"},
        answer="3 n m b",
        also=["n m b + 2 n m b"],
        mistakes={"n m b": "factor", "2 n m b": "factor", "3 n m": "different"},
        hints=[
            "A product of shapes $p$ by $q$ and $q$ by $r$ takes $p\\,q\\,r$ multiplications.",
            "$\\Phi\\Delta^{\\mathsf T}$ is $n$ by $b$ times $b$ by $m$.",
        ],
        solution=(
            "$W^{\\mathsf T}\\Phi$: $m\\cdot n\\cdot b$. $\\Phi\\Delta^{\\mathsf T}$: $n\\cdot b\\cdot m$. "
            "$W\\Delta$: $n\\cdot m\\cdot b$. Together $3nmb$: the gradient costs about two more forward "
            "passes, however many weights there are."
        ),
    ),
    Exercise(
        id="perceptron/collapse",
        kind="verdict",
        title="Depth without a bend",
        question=(
            "All activations are the identity. Do three layers $\\phi\\mapsto C^{\\mathsf T} B^{\\mathsf T} "
            "A^{\\mathsf T}\\phi$ do the same as one layer with the weights $A B C$?"
        ),
        claim="C' B' A' phi = (A B C)' phi",
        shapes={"A": "n, m", "B": "m, p", "C": "p, q", "phi": "n"},
        answer=True,
        hints=[
            "What is the transpose of a product?",
            (
                r"One layer with the weights $V$ does $\phi\mapsto V^{\mathsf T}\phi$. Which $V$ has "
                r"$V^{\mathsf T} = C^{\mathsf T}B^{\mathsf T}A^{\mathsf T}$?"
            ),
        ],
        solution=(
            "$(A B C)^{\\mathsf T} = C^{\\mathsf T} B^{\\mathsf T} A^{\\mathsf T}$, so it is one layer. Without a "
            "bend depth adds nothing, and the rank is at most the smallest size."
        ),
    ),
    Exercise(
        id="perceptron/step-size",
        kind="choice",
        title="Which steps?",
        question=(
            "Gradient descent with the *full* gradient runs on a cost whose gradient has the "
            "Lipschitz constant $\\Lambda$. Which statement is true?"
        ),
        choices=[
            (
                "The steps must decrease, or it cannot converge.",
                (
                    "With the full gradient a small enough constant step makes the gradients tend to "
                    "zero. Decreasing steps are needed when the gradients are noisy."
                ),
            ),
            (
                "Any decreasing steps will do.",
                "If they have a finite sum, they can die out before the minimum is reached.",
            ),
            (
                "With a constant step below $2/\\Lambda$ the cost never grows.",
                "If the cost is bounded below, the gradients tend to zero.",
            ),
            (
                "With a constant step below $2/\\Lambda$ it ends in a global minimum.",
                "Only the gradients are known to tend to zero; that may happen at a saddle.",
            ),
        ],
        answer=3,
        mistakes={"1": "choice", "2": "choice", "4": "choice"},
        hints=[
            "How much does one step change the cost, at least?",
            "$\\mathcal E(x - \\alpha g)\\le\\mathcal E(x) - \\alpha(1 - \\frac12\\alpha\\Lambda)\\|g\\|^2$.",
        ],
        solution=(
            "For $0 < \\alpha < 2/\\Lambda$ the bracket $1 - \\frac12\\alpha\\Lambda$ is positive, so no "
            "step increases the cost. Nothing is said about where it ends."
        ),
    ),
]
