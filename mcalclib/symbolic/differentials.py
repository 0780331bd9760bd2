"""The differential of a tree: the pushforwards of `mcalclib.rules`, run on symbols."""

from ..errors import NoRuleError
from ..rules import HANDLERS, RULES, ZERO
from . import nodes as n
from .face import NAMED
from .faces import FACES, unknown_function

# operation -> (rule, options as the rule's functions take them)
RULE_NAMES = {
    "add": "sum of two arrays",
    "mul": "Hadamard product",
    "had": "Hadamard product",
    "matmul": "matrix product",
    "transpose": "transpose",
    "inverse": "matrix inverse",
    "pow": "power of entries",
    "trace": "trace",
    "total": "sum of entries",
    "det": "determinant",
    "diag": "diagonal matrix",
    "diagonal": "diagonal of a matrix",
    "kron": "Kronecker product",
    "vec": "vec",
    "unvec": "reshape",
}
MATRIX_FUNCTIONS = {
    "expm": "matrix exponential",
    "logm": "matrix logarithm",
    "sqrtm": "matrix square root",
}
_OPTIONS = {
    "diag": lambda x: {"offset": 0, "shape": x.shape},
    "vec": lambda x: {"order": "F"},
    "unvec": lambda x: {"shape": x.shape, "order": "F"},
}


def options_of(node):
    """Return the options that a node's rule takes beside the primals."""
    return _OPTIONS[node.op](node) if node.op in _OPTIONS else {}


class ChainRule:
    """Stands for the chain rule where a function is not known: d f(x) = f'(x) dx."""

    name = "chain rule"
    source = "elementary calculus"
    condition = "a differentiable function"
    node = "AppliedUndef"
    statement = r"d f(x) = f'(x)\, dx"


def _is_unknown(node):
    return node.op in ("map", "dmap") or node.op == "fn" and node.data.startswith("?")


def rule_of(node):
    """Return the rule that differentiates the outermost operation of a tree.

    Raises
    ------
    NoRuleError
        If there is none.
    """
    if _is_unknown(node):
        return ChainRule
    if node.op == "fn":
        rule = HANDLERS.get(NAMED.get(node.data))
    else:
        name = RULE_NAMES.get(node.op) or MATRIX_FUNCTIONS.get(
            node.data if node.op == "mfun" else ""
        )
        if name is None or node.op == "mpow":
            name = (FACES.get((node.op, node.data)) or FACES.get(node.op) or (None,))[0]
        if node.op == "right_eigenvector" and not n.is_symmetric(node.args[0]):
            name = "eigenvalues and eigenvectors"
        rule = RULES.get(name)
    if rule is None:
        raise NoRuleError(
            f"no derivative rule for {node.op}, met in `{node!r}`; "
            f"known: {', '.join(sorted({*RULE_NAMES, 'fn', 'mfun', 'norm', 'mpow'}))}."
        )
    return rule


def push_one(node, tangents):
    """Return d(node) for given differentials of its arguments, by the node's rule."""
    if all(t is ZERO for t in tangents):
        return ZERO
    if node.op == "entry":
        return n.entry(tangents[0])
    if node.op == "isum":
        _body, index, low, high = node.args
        return _refuse_bounds(node, tangents) or n.make(
            "isum", (tangents[0], index, low, high), None, node.shape
        )
    if node.op == "frechet":
        return _push_frechet(node, *tangents)
    if node.op == "frechet2" and tangents[0] is not ZERO:
        raise NoRuleError(
            f"no third derivative of the matrix function in `{node!r}`: it has no symbolic face."
        )
    if node.op == "frechet2":
        A, E, F = node.args
        parts = [(t, F) for t in tangents[1:2] if t is not ZERO]
        parts += [(E, t) for t in tangents[2:] if t is not ZERO]
        return n.add(*(n.make("frechet2", (A, *p), node.data, node.shape) for p in parts))
    if node.op in ("add", "mul", "had", "matmul", "kron"):
        return _push_many(node, tangents)
    rule = rule_of(node)
    if node.op == "map":
        return n.matmul(n.unknown_derivative(node.data, *node.args, node.shape[0]), *tangents)
    if node.op == "dmap":
        return _push_unknown_derivative(node, *tangents)
    if rule is ChainRule:
        return unknown_function(node, node, tangents[0])
    if node.op == "mpow":
        return _push_power(node, tangents)
    face = FACES.get((node.op, node.data)) or FACES.get(node.op)
    if face is not None:
        return face[1](node, node, *tangents)
    primals = tuple(_plain_number(a) for a in node.args)
    return run(rule, node, primals, tangents, **options_of(node))


def run(rule, F, primals, tangents, **options):
    """Run a rule's pushforward on trees; refuse by name where it needs numbers."""
    try:
        return rule.pushforward(F, primals, tuple(tangents), **options)
    except (TypeError, AttributeError, ValueError) as problem:
        raise NoRuleError(
            f"the rule {rule.name!r} has no symbolic face, met in `{F!r}`: {problem}"
        ) from problem


def _plain_number(node):
    """Rules tell constant exponents by their being numbers."""
    if n.is_number(node):
        return int(node.data) if node.data.denominator == 1 else node.data
    return node


def _refuse_bounds(node, tangents):
    if any(t is not ZERO for t in tangents[1:]):
        raise NoRuleError(f"no derivative of `{node!r}` with respect to the bounds of its sum.")


def _push_frechet(node, dA, dE):
    """d L(A; E) = L(A; dE) + L(A; E, dA)."""
    A, E = node.args
    first = dE if dE is ZERO else n.make("frechet", (A, dE), node.data, node.shape)
    if dA is ZERO:
        return first
    second = n.make("frechet2", (A, E, dA), node.data, node.shape)
    return second if first is ZERO else n.add(first, second)


def _push_unknown_derivative(node, du):
    """d f'(u) = duᵀ f''(u) for a function with one component."""
    if not n.is_one(node.shape[0]):
        raise NoRuleError(
            f"no second derivative of `{node!r}`: an unknown function has one if it has one "
            "component."
        )
    return n.matmul(n.transpose(du), n.unknown_hessian(node.data, *node.args))


def _push_power(node, tangents):
    X, k = node.args
    dX, dk = tangents
    if dk is not ZERO:
        raise NoRuleError(f"no derivative of `{node!r}` with respect to its exponent.")
    if n.is_number(k):
        return run(RULES["matrix power"], node, (X,), (dX,), n=int(k.data))
    return FACES["mpow"][1](node, node, dX)


_BINARY = {
    "add": (n.add, "sum of two arrays"),
    "mul": (n.mul, "Hadamard product"),
    "had": (n.had, "Hadamard product"),
    "matmul": (n.matmul, "matrix product"),
    "kron": (n.kron, "Kronecker product"),
}


def _push_many(node, tangents):
    """The rules take two operands; the product rule of many is theirs, used from both sides."""
    build, name = _BINARY[node.op]
    rule = RULES[name]
    if node.op == "add":
        total = ZERO
        for a, t in zip(node.args, tangents, strict=True):
            total = t if total is ZERO else run(rule, node, (a, a), (total, t))
        return total
    total = ZERO
    for i, t in enumerate(tangents):
        if t is ZERO:
            continue
        before, after = node.args[:i], node.args[i + 1 :]
        x, dx = node.args[i], t
        if before:
            left = build(*before)
            dx = run(rule, node, (left, x), (ZERO, dx))
            x = build(left, x)
        if after:
            dx = run(rule, node, (x, build(*after)), (dx, ZERO))
        total = dx if total is ZERO else total + dx
    return total


def push(node, tangents, memo=None):
    """Return the differential of a tree.

    Parameters
    ----------
    node : Node
    tangents : dict
        Leaf -> its differential.

    Returns
    -------
    Node or ZERO
    """
    memo = {} if memo is None else memo
    if node in memo:
        return memo[node]
    if node in tangents:
        found = tangents[node]
    elif node.free.isdisjoint(tangents):
        found = ZERO
    else:
        found = push_one(node, tuple(push(a, tangents, memo) for a in node.args))
    memo[node] = found
    return found


def tangent_of(leaf, mark="d"):
    """Return dX for X: of the same shape, symmetric where X is."""
    if leaf.op == "msym":
        name, symmetric = leaf.data
        return n.msym(mark + name, *leaf.shape, symmetric=symmetric)
    import sympy

    return n.sym(sympy.Symbol(mark + leaf.data.name, **leaf.data.assumptions0))
