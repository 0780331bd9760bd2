"""From text in the answer grammar of the book to expressions.

Text is read into a syntax tree, the sizes of the symbols are inferred from how they are used, and
the tree is built.
"""

from ..errors import McalcError, NoRuleError
from . import nodes as n
from .grammar import ENTRYWISE, ParseError, Parser, split_declarations
from .inference import Sizes, SizesDoNotFit
from .meaning import Kinds
from .writing import write


def parse(text, **declarations):
    """Return the sympy expression that a text in the answer grammar means.

    Parameters
    ----------
    text : str
        ``x' A x``, ``x^T A x``, ``A .* B``, ``A^-1``, ``inv(A)``, ``tr``, ``det``, ``log``,
        ``norm(x)^2``, ``kron``, ``vec``. The functions exp, log, sin act on every entry; expm,
        logm, sqrtm on the matrix. Upper case letters are matrices, lower case letters
        vectors, except c, s, t and Greek names, which are scalars, and i, j, k, m, n, p, q, r,
        which are integers. Declarations may follow after semicolons: ``; A symmetric; X: m by n``.
    **declarations : str
        By name: ``A="symmetric"``, ``X="m by n"``, ``b="scalar"``, ``f="function"``.

    Returns
    -------
    sympy expression

    Raises
    ------
    ParseError
        With a line that points at the place.

    Examples
    --------
    >>> parse("tr(X' A X B)")
    Trace(X.T*A*X*B)
    >>> parse("x' A x", A="symmetric").args[1].T
    A
    """
    return write(parse_node(text, **declarations)[0])


def parse_node(text, **declarations):
    """Return the tree of a text and its symbols by name."""
    expression, written = split_declarations(text)
    declared = dict(written) | declarations
    parser = Parser(expression)
    parser.functions = frozenset(k for k, v in declared.items() if "function" in v)
    tree = parser.whole()
    sizes = Sizes()
    kinds = Kinds(expression, declared, sizes)
    try:
        kinds.shape(tree)
    except SizesDoNotFit as problem:
        raise ParseError(expression, problem.place, str(problem)) from None
    symbols = kinds.symbols()
    return _Builder(expression, symbols).build(tree), symbols


class _Builder:
    """Build the tree of nodes, with every complaint located."""

    def __init__(self, text, symbols):
        self.text = text
        self.dims = symbols.pop("\0dims")
        self.symbols = symbols

    def build(self, tree):
        try:
            return self._build(tree)
        except ParseError:
            raise
        except McalcError as problem:
            raise ParseError(self.text, tree.place, str(problem)) from None

    def _build(self, tree):
        args = tree.args
        match tree.op:
            case "number":
                return n.num(tree.data)
            case "name":
                if tree.data == "I":
                    return n.identity(self.dims(tree.shape[0]))
                return self.symbols[tree.data]
            case "call":
                return self.called(tree)
        built = [self.build(a) for a in args]
        match tree.op:
            case "neg":
                return n.mul(n.MINUS_ONE, *built)
            case "'":
                return n.transpose(*built)
            case "+" | "-":
                if any(not b.shape for b in built):  # xᵀx + 1 is a number
                    built = [n.entry(b) for b in built]
                return n.add(*built) if tree.op == "+" else n.subtract(*built)
            case "*":
                return self.times(*built)
            case ".*":
                return n.mul(*built)
            case "/" | "./":
                a, b = built
                return n.divide(a, n.entry(b) if n.is_one_by_one(b) else b)
            case "⊗":
                return n.kron(*built)
            case "^":
                base, exponent = built
                return n.mpow(base, exponent) if base.shape else n.power(base, exponent)
            case ".^":
                return n.power(*built)
        raise AssertionError(tree.op)

    @staticmethod
    def times(a, b):
        if n.is_one_by_one(a) and b.shape and not n.is_one(b.shape[0]):
            a = n.entry(a)
        if n.is_one_by_one(b) and a.shape and not n.is_one(a.shape[1]):
            b = n.entry(b)
        return n.matmul(a, b) if a.shape and b.shape else n.mul(a, b)

    def called(self, tree):
        name = tree.data
        if name in ("eye", "identity", "I"):
            return n.identity(self.dims(tree.shape[0]))
        if name == "ones":
            return n.ones(*map(self.dims, tree.shape))
        if name == "zeros":
            return n.zeros(tuple(map(self.dims, tree.shape)))
        if name == "K":
            return n.commutation(*(self.size(a) for a in tree.args))
        if name == "unvec":
            return n.unvec(self.build(tree.args[0]), *(self.size(a) for a in tree.args[1:]))
        built = [self.build(a) for a in tree.args]
        x = built[0]
        if name in ENTRYWISE:
            return n.fn("log" if name == "ln" else name, x)
        match name:
            case "tr" | "trace" | "Tr":
                return n.trace(x)
            case "det":
                return n.det(x)
            case "logdet":
                return n.fn("log", n.det(x))
            case "inv":
                return n.inverse(x)
            case "expm" | "logm" | "sqrtm":
                return n.mfun(name, x)
            case "norm":
                return n.norm(x)
            case "nuclear" | "spectral":
                return n.norm(x, "frobenius" if n.is_column(x) else name)
            case "sum":
                return n.total(x)
            case "kron":
                return n.kron(*built)
            case "hadamard":
                return n.mul(*built)
            case "dot" | "inner":
                return n.trace(n.matmul(n.transpose(x), built[1]))
            case "vec":
                return n.vec(x)
            case "pinv":
                return n.linear_atom("pinv", x, shape=x.shape[::-1])
            case "transpose":
                return n.transpose(x)
            case "diag":
                return n.diag(x) if n.is_column(x) else n.diagonal(x)
            case "lambda" | "eigenvalue" | "sigma":
                op = "singular_value" if name == "sigma" else "eigenvalue"
                index = self.index(built[1], tree.args[1])
                return n.linear_atom(op, x, data=index, shape=())
        if len(built) == 1:
            return n.fn(f"?{name}", x)
        raise NoRuleError(f"no function is called {name!r}.")

    def index(self, i, tree):
        """Return what counts an eigenvalue, from 0; a reader counts from 1."""
        if n.is_number(i) and i.data.denominator == 1 and i.data >= 1:
            return int(i.data) - 1
        if i.op == "sym" and i.data.is_integer:
            return i.data - 1
        raise ParseError(
            self.text, tree.place, "expected a whole number from 1, or a letter for one, such as i."
        )

    def size(self, tree):
        return n.size(int(tree.data)) if tree.op == "number" else self.dims.named(tree.data)
