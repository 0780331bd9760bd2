"""Exercises of the chapter on matrix functions."""

from ..exercise import Exercise

EXERCISES = [
    Exercise(
        id="matrix-functions/product-jacobian",
        kind="jacobian",
        title="The Jacobian matrix of a product",
        question=(
            "Let $F(X) = X Y$ with $X$ of shape $m$ by $n$ and $Y$ of shape $n$ by $p$. Which "
            r"matrix $J$ gives $\operatorname{vec}(dF) = J \operatorname{vec}(dX)$, where vec "
            "stacks columns?"
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
]
