"""What the engine returns: an expression that says which layout it is in."""

import sympy

from ..errors import McalcError, ShapeError
from . import nodes as n
from .forms import canonical
from .printing import latex, text
from .reading import read
from .writing import write

LAYOUTS = ("numerator", "denominator")


class Result:
    """A gradient or a Jacobian, with its layout.

    It equals its sympy expression and can stand for it in sympy.

    Attributes
    ----------
    expr : sympy expression
    layout : str
        "numerator" or "denominator".
    """

    def __init__(self, kind, node, of, wrt, layout=None):
        self.kind, self.node, self.of, self.wrt = kind, node, of, wrt
        self.layout = layout or ("denominator" if kind == "gradient" else "numerator")

    def in_layout(self, layout):
        """Return the same derivative in the other layout, its transpose.

        Parameters
        ----------
        layout : {"numerator", "denominator"}
        """
        if layout not in LAYOUTS:
            raise ShapeError(f"the layout is 'numerator' or 'denominator', got {layout!r}.")
        if layout == self.layout:
            return self
        return Result(self.kind, canonical(n.transpose(self.node)), self.of, self.wrt, layout)

    @property
    def expr(self):
        return write(self.node)

    @property
    def shape(self):
        return tuple(map(sympy.sympify, self.node.shape))

    def meaning(self):
        """Return what the expression is, in words."""
        X = text(self.wrt)
        if self.kind == "gradient":
            usual = (
                "shaped like" if self.layout == "denominator" else "transposed, df = tr(G dX) for"
            )
            return f"gradient, {usual} {X} ({self.layout} layout)"
        vec = "vech" if self.wrt.op == "msym" and self.wrt.data[1] else "vec"
        usual = f"d vec(F) = J d {vec}({X})" if self.layout == "numerator" else (
            f"d vec(F) = Jᵀ d {vec}({X})")  # fmt: skip
        return f"Jacobian, {usual} ({self.layout} layout)"

    def __repr__(self):
        return f"{self.meaning()}: {text(self.node)}"

    def _latex(self, printer=None):
        return latex(self.node)

    def _repr_latex_(self):
        return f"$\\displaystyle {latex(self.node)}$"

    def _sympy_(self):
        return self.expr

    def __eq__(self, other):
        if isinstance(other, Result):
            return self.node is other.node and self.layout == other.layout
        try:
            return canonical(read(other)) is canonical(self.node)
        except (McalcError, sympy.SympifyError):
            return False

    def __hash__(self):
        return hash((self.kind, self.layout))


class Hessian:
    """The second derivative of an expression.

    Attributes
    ----------
    bilinear : sympy expression
        f''(X)[dX, dX2].
    operator : sympy expression
        H[dX], with f''(X)[dX, dX2] = ⟨H[dX], dX2⟩.
    matrix : sympy expression
        The Kronecker form: f''(X)[dX, dX2] = vec(dX2)ᵀ H vec(dX), vech for a symmetric X. It is
        symmetric, so it is the same in both layouts.
    """

    layout = "symmetric, the same in numerator and denominator layout"

    def __init__(self, of, wrt, dX, dY, bilinear, operator, matrix):
        self.of, self.wrt, self.dX, self.dY = of, wrt, dX, dY
        self.nodes = {"bilinear": bilinear, "operator": operator, "matrix": matrix}

    def _form(self, name):
        node = self.nodes[name]
        if node is None:
            raise ShapeError(
                f"symbolic_hessian: `{self.of!r}` is {n.shape_text(self.of.shape)}; a Hessian "
                f"{name} exists for a scalar only. Use .bilinear."
            )
        return write(node)

    @property
    def bilinear(self):
        return self._form("bilinear")

    @property
    def operator(self):
        return self._form("operator")

    @property
    def matrix(self):
        return self._form("matrix")

    def __repr__(self):
        X = text(self.wrt)
        lines = [f"second derivative of {text(self.of)} with respect to {X}"]
        for name, node in self.nodes.items():
            if node is not None:
                lines.append(f"  {name}: {text(node)}")
        return "\n".join(lines)

    def _repr_latex_(self):
        rows = [rf"\text{{{name}}} &\colon {latex(node)}" for name, node in self.nodes.items()
                if node is not None]  # fmt: skip
        return "$$\\begin{aligned} " + r" \\ ".join(rows) + " \\end{aligned}$$"


def to_latex(result):
    """Return the LaTeX form of a result, a derivation or a sympy expression.

    Parameters
    ----------
    result : Result, Hessian, Derivation or sympy expression
        A derivation gives its align block, a Hessian its bilinear form.

    Returns
    -------
    str

    Examples
    --------
    >>> A = sympy.MatrixSymbol("A", 2, 2)
    >>> to_latex(A.T * A)
    'A^{\\\\mathsf{T}}\\\\, A'
    """
    if isinstance(result, Result):
        return latex(result.node)
    if isinstance(result, Hessian):
        return latex(result.nodes["bilinear"])
    block = getattr(result, "latex", None)
    return block if isinstance(block, str) else latex(read(result))
