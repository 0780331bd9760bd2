"""The formulas of a rule card: the rule itself, run on symbols, and a worked line."""

import sympy

from ..errors import McalcError
from ..rules import ZERO
from . import linear_parts
from . import nodes as n
from .building import rebuilt
from .derivations import derivation
from .differentials import MATRIX_FUNCTIONS, RULE_NAMES, options_of, push, rule_of
from .face import NAMED
from .faces import FACES
from .forms import canonical
from .printing import latex
from .writing import write


def _symbols():
    size = sympy.Symbol("n", integer=True, positive=True)
    X, B = (n.msym(letter, size, size) for letter in "XB")
    return X, B, n.msym("x", size, 1), n.sym(sympy.Symbol("p", real=True))


def _tall():
    """Return a matrix that need not be square."""
    return n.msym("X", *(sympy.Symbol(d, integer=True, positive=True) for d in "mn"))


def examples():
    """Return, by the name of the rule, an expression whose outermost operation it is for."""
    X, B, x, p = _symbols()
    built = {
        "add": n.add(X, B),
        "had": n.had(X, B),
        "matmul": n.matmul(X, B),
        "transpose": n.make("transpose", (X,), shape=X.shape[::-1]),
        "inverse": n.inverse(X),
        "pow": n.power(x, p),
        "trace": n.trace(X),
        "total": n.total(X),
        "det": n.det(X),
        "diag": n.diag(x),
        "diagonal": n.diagonal(X),
        "kron": n.kron(X, B),
        "vec": n.vec(X),
    }
    found = {RULE_NAMES[op]: node for op, node in built.items()}
    for key, (name, _) in FACES.items():
        if key == "mpow":
            found[name] = n.mpow(X, n.num(3))
        elif isinstance(key, tuple):
            op, data = key
            found[name] = n.make(op, (_tall(),), data)
    for function, name in MATRIX_FUNCTIONS.items():
        found[name] = n.mfun(function, X)
    found["pseudoinverse"] = n.linear_atom("pinv", _tall(), shape=_tall().shape[::-1])
    found["eigenvalues"] = n.linear_atom("eigenvalue", X, data=0, shape=())
    found["singular values"] = n.linear_atom("singular_value", _tall(), data=0, shape=())
    for name in NAMED:
        rule = rule_of(n.make("fn", (x,), name, x.shape))
        found[rule.name] = n.fn(name, x)
    return found


def formulas(node):
    """Return pushforward and pullback in LaTeX, "" for what serves numbers only."""
    leaf = _moving(node)
    dX = n.msym(f"d{leaf.data[0]}", *leaf.shape)
    try:
        dF = push(node, {leaf: dX})
    except McalcError:
        return "", ""
    if dF is ZERO:
        return "0", "0"
    return _shown(dF), _pullback_formula(node, leaf, dF, dX)


def _moving(node):
    """Return the leaf of an example that varies: its X or its x."""
    return min((f for f in node.free if f.op == "msym" and f.data[0] in "Xx"), key=lambda f: f.key)


def _pullback_formula(node, leaf, dF, dX):
    """Return the cotangent of the leaf in LaTeX."""
    F_bar = n.msym("Fbar", *node.shape) if node.shape else n.sym(sympy.Symbol("fbar"))
    try:
        found = pullback_tree(node, leaf, dF, dX, F_bar)
    except McalcError:
        return ""
    if found is None or node.op == "kron":  # as a matrix product it says less than the rule's sums
        return ""
    pulled = _shown(found).replace(r"\mathrm{Fbar}", r"\bar F")
    return pulled.replace(r"\operatorname{fbar}", r"\bar f").replace("fbar", r"\bar f")


def pullback_tree(node, leaf, dF, dX, F_bar):
    """Return the cotangent of an operand: by the rule's pullback, or as the adjoint of dF.

    Parameters
    ----------
    node : Node
        One operation.
    leaf : Node
        The operand.
    dF, dX : Node
        The differential of the operation in that operand, and of the operand.
    F_bar : Node
        The cotangent of the result.

    Raises
    ------
    NoRuleError
        If neither can be had.
    """
    try:
        bars = run_pullback(rule_of(node), node, F_bar)
        found = bars[next(i for i, a in enumerate(node.args) if leaf is a)]
        found = found() if callable(found) else found
        if isinstance(found, n.Node):  # a number that multiplies an array gets the sum over it
            return n.total(found) if found.shape and not leaf.shape else found
    except (McalcError, TypeError, AttributeError, ValueError, IndexError):
        pass  # it computes with numbers: the adjoint of the pushforward is the same
    paired = n.trace(n.matmul(n.transpose(F_bar), dF)) if node.shape else n.mul(F_bar, dF)
    return linear_parts.gradient(paired, dX)


def _shown(x):
    """Return a formula in normal form, or as the rule writes it where that is much shorter."""
    normal, written = latex(canonical(x)), latex(x)
    return written if len(written) < 0.9 * len(normal) else normal


def run_pullback(rule, node, F_bar):
    """Run a rule's pullback on trees."""
    return rule.pullback(node, node.args, F_bar, **options_of(node))


def worked_line(node):
    """Return the derivation of an example expression, None if it is refused.

    The rule is applied to AX where the example has X, so that the line shows d(AX) where a rule
    alone has dX; to X itself where that has no value, such as the root of AX.
    """
    leaf = _moving(node)
    A = n.msym("A", leaf.shape[0], leaf.shape[0])
    for expression in (_with(node, leaf, n.matmul(A, leaf)), node):
        try:
            return derivation(write(expression), write(leaf))
        except McalcError:
            continue
    return None


def _with(x, leaf, inside):
    """Return x with an expression in the place of a leaf."""
    if x is leaf:
        return inside
    return rebuilt(x, [_with(a, leaf, inside) for a in x.args]) if leaf in x.free else x
