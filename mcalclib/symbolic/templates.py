"""The rules as data: the differential of every operation of the answer grammar, for a page.

A template is what a rule's own pushforward, pullback and Kronecker form give for placeholders: U
and V are the operands, dU and dV their differentials, C the cotangent of the result, P an
exponent, i what a sum counts with. The page ``Ask the book`` fills them in; so a rule stands in one place also there.
"""

import sympy

from ..rules import ZERO
from . import linear_parts
from . import nodes as n
from .card_formulas import pullback_tree
from .differentials import MATRIX_FUNCTIONS, push_one, rule_of
from .forms import canonical
from .grammar import ENTRYWISE
from .lines import slug

LINEAR = {"add", "matmul", "had", "kron", "mul", "transpose", "vec", "total", "trace", "diag",
          "diagonal", "frechet"}  # fmt: skip
KRONECKER = LINEAR - {"total", "trace", "diag", "diagonal", "frechet"}
POWERS = (-3, -2, -1, 2, 3, 4, 5, 6)


def templates():
    """Return the templates of all operations, as plain data for JSON.

    Returns
    -------
    list of dict
        ``op``, ``data`` and ``scalar`` say which operation, ``name``, ``anchor`` and ``condition``
        which rule; ``data`` is None where one template serves every exponent or index. ``push``, ``pull`` and ``jacobian`` have an entry for each operand: a tree, or None. A tree
        is ``[op, data, [operands], shape]``, a size the list of its factors: u and v for the rows
        and columns of U, y and w for those of V.

    Examples
    --------
    >>> inverse = next(t for t in templates() if t["op"] == "inverse")
    >>> inverse["name"], inverse["push"][0][0]
    ('matrix inverse', 'mul')
    """
    return [_template(node) for node in _operations()]


def _placeholders():
    u, v, y, w = (sympy.Symbol(s, integer=True, positive=True) for s in "uvyw")
    same, square = n.msym("V", u, v), n.msym("U", u, u)
    return n.msym("U", u, v), n.msym("V", v, w), n.msym("V", y, w), same, square


def _operations():
    """Yield every operation once, applied to placeholders."""
    U, V, other, same, square = _placeholders()
    column = n.msym("U", U.shape[0], 1)
    t, s, p = (n.sym(sympy.Symbol(name, real=True)) for name in "UVP")
    yield n.add(U, same)
    yield n.matmul(U, V)
    yield n.had(U, same)
    yield n.kron(U, other)
    yield n.mul(t, s)
    yield n.mul(t, same)
    yield n.make("transpose", (U,), shape=U.shape[::-1])
    yield n.vec(U)
    yield n.make("total", (U,))
    for kind in ("frobenius", "nuclear", "spectral"):
        yield n.norm(U, kind)
    for op, x in (("eigenvalue", square), ("singular_value", U)):
        yield n.linear_atom(op, x, shape=())
    yield n.diag(column)
    for build in (n.inverse, n.trace, n.det, n.diagonal):
        yield build(square)
    for k in POWERS[:2] + POWERS[3:]:
        yield n.mpow(square, n.num(k))
    yield n.mpow(square, n.sym(sympy.Symbol("P", integer=True, positive=True)))
    yield n.linear_atom("pinv", U, shape=U.shape[::-1])
    for name in MATRIX_FUNCTIONS:
        yield n.mfun(name, square)
        yield n.make("frechet", (square, n.msym("V", *square.shape)), name, square.shape)
    for x in (t, U):
        yield n.power(x, p)
        for name in sorted(ENTRYWISE - {"ln", "sqrt"}):
            yield n.fn(name, x)


def _template(node):
    # an exponent of entries may vary, that of a matrix is a whole number
    operands = [a for a in node.args if _is_placeholder(a) or node.op == "pow"]
    if node.op == "frechet":
        name, anchor, condition = "matrix function", "", ""
    else:
        rule = rule_of(node)
        name, anchor, condition = rule.name, slug(rule.name), rule.condition
    parts = [_part(node, a) for a in operands]
    return {
        "op": node.op,
        "data": _exponent(node.args[1]) if node.op == "mpow" else node.data,
        "scalar": not node.shape and all(not a.shape for a in operands),
        "name": name,
        "anchor": anchor,
        "condition": condition,
        "push": [push for push, _, _ in parts],
        "pull": [pull for _, pull, _ in parts],
        "jacobian": [jacobian for _, _, jacobian in parts],
    }


def _exponent(k):
    return int(k.data) if n.is_number(k) else None


def _is_placeholder(x):
    return x.op in n.LEAVES and (x.data[0] if x.op == "msym" else str(x.data)) in ("U", "V")


def _part(node, leaf):
    """Return pushforward, pullback and Kronecker form in one operand, as data."""
    dX = _renamed(leaf)
    if node.op == "frechet" and leaf is node.args[0]:  # its derivative is of second order
        return None, None, None
    pushed = push_one(node, tuple(dX if a is leaf else ZERO for a in node.args))
    if pushed is ZERO:
        return as_data(n.zeros(node.shape)), None, None
    found = [as_data(pushed), None, None]
    if node.op in LINEAR:
        C = n.msym("C", *node.shape) if node.shape else n.sym(sympy.Symbol("C", real=True))
        found[1] = as_data(canonical(pullback_tree(node, leaf, pushed, dX, C)))
    if node.op in KRONECKER and dX.shape:
        found[2] = as_data(canonical(linear_parts.jacobian(pushed, dX)))
    return tuple(found)


def _renamed(leaf):
    if leaf.op == "sym":
        return n.sym(sympy.Symbol(f"d{leaf.data}", real=True))
    return n.msym(f"d{leaf.data[0]}", *leaf.shape)


def as_data(node):
    """Return a tree as nested lists of plain data."""
    data = node.data
    if node.op == "num":
        data = [data.numerator, data.denominator]
    elif node.op == "sym":
        data = str(data)
    elif node.op == "msym":
        data = data[0]
    elif isinstance(data, tuple):
        data = [_size(d) for d in data]
    return [node.op, data, [as_data(a) for a in node.args], [_size(d) for d in node.shape]]


def _size(d):
    """Return a size as the list of its factors' names."""
    if isinstance(d, int):
        return [] if d == 1 else [str(d)]
    powers = d.as_powers_dict()
    return sorted(str(base) for base, k in powers.items() for _ in range(int(k)))
