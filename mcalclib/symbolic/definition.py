"""A derivation from the definition: f(X + dX) - f(X), multiplied out, its linear part kept.

The lines are equal up to terms of second order in dX, and are checked to be: their derivatives
at dX = 0 are compared.
"""

from itertools import product as all_choices

from . import nodes as n
from .building import rebuilt
from .derivations import tidied
from .derivatives import fresh_tangent, worked_differential
from .differentials import push, rule_of
from .lines import Derivation, Line
from .steps import CONSTANT, DEFINITION, DROP, EXPAND, SOLVE

POLYNOMIAL = {"add", "mul", "matmul", "had", "transpose", "trace", "entry", "total", "kron", "vec",
              "diag", "diagonal", "unvec"}  # fmt: skip


def from_definition(F, leaf, order=1):
    """Return the derivation of dF from its definition, not yet checked."""
    dX = fresh_tangent(F, leaf)
    if order == 2:
        F, _, _ = worked_differential(F, leaf, dX)
        dX = fresh_tangent(F, leaf)
    if F.op == "inverse" and F.args[0] is leaf:
        return Derivation(F, leaf, _of_inverse(F, leaf, dX)), dX
    last, _, _ = worked_differential(F, leaf, dX, check=False)
    shifted = _shifted(F, leaf, n.add(leaf, dX))
    lines = [Line(n.differential_of(F), _difference(shifted, F), (DEFINITION,))]
    used = []
    expanded = _first_order(shifted, leaf, dX, used)
    if used:
        lines.append(Line(lines[-1].end, _difference(expanded, F), tuple(dict.fromkeys(used))))
    by_degree = _by_degree(expanded, dX)
    every = [t for degree in sorted(by_degree) for t in by_degree[degree]]
    lines.append(Line(lines[-1].end, _difference(n.add(*every), F), (EXPAND,)))
    linear = n.add(*by_degree.get(1, [n.zeros(F.shape)]))
    lines.append(Line(lines[-1].end, linear, (DROP,)))
    lines += tidied(linear, F, dX, last, "brief", order)
    lines = [line for line in lines if line.start is not line.end]
    return Derivation(F, leaf, lines), dX


def _of_inverse(F, leaf, dX):
    """0 = d(A A⁻¹), solved for d(A⁻¹)."""
    product = n.make("matmul", (leaf, F), shape=F.shape)
    dF = n.differential_of(F)
    sum_of_both = n.add(n.matmul(dX, F), n.matmul(leaf, dF))
    solved = n.mul(n.MINUS_ONE, n.matmul(F, dX, F))
    return [
        Line(n.zeros(F.shape), n.differential_of(product), (CONSTANT,)),
        Line(n.differential_of(product), sum_of_both, (rule_of(product),)),
        Line(dF, solved, (SOLVE,)),
    ]


def _difference(a, b):
    """Return a - b as it stands, with nothing cancelled."""
    terms = [*(a.args if a.op == "add" else (a,)), n.mul(n.MINUS_ONE, b)]
    return n.make("add", tuple(terms), shape=a.shape)


def _shifted(x, leaf, moved):
    if x is leaf:
        return moved
    if leaf not in x.free:
        return x
    return rebuilt(x, [_shifted(a, leaf, moved) for a in x.args])


def _first_order(x, leaf, dX, used):
    """Replace what is no polynomial in X + dX by its value and differential at X."""
    if dX not in x.free or x is dX:
        return x
    whole = x.op in ("pow", "mpow") and n.is_number(x.args[1]) and x.args[1].data in (2, 3)
    if x.op in POLYNOMIAL or whole:
        return rebuilt(x, [_first_order(a, leaf, dX, used) for a in x.args])
    used.append(rule_of(x))
    at = _unshifted(x, leaf, dX)
    return n.add(at, push(at, {leaf: dX}))


def _unshifted(x, leaf, dX):
    if x.op == "add" and dX in x.args and leaf in x.args:
        return n.add(*(a for a in x.args if a is not dX))
    if dX not in x.free:
        return x
    return rebuilt(x, [_unshifted(a, leaf, dX) for a in x.args])


def _by_degree(x, dX):
    """Return the terms of x multiplied out, by how often dX stands in them."""
    found = {}
    for term in _terms(x):
        found.setdefault(_degree(term, dX), []).append(term)
    return found


def _terms(x):
    """Return the terms of a polynomial expression, multiplied out as they stand."""
    if x.op == "add":
        return [t for a in x.args for t in _terms(a)]
    if x.op in ("pow", "mpow") and n.is_number(x.args[1]) and x.args[1].data in (2, 3):
        base = _terms(x.args[0])
        if len(base) == 1:
            return [x]
        product = n.matmul if x.op == "mpow" else n.mul
        return [product(*choice) for choice in all_choices(base, repeat=int(x.args[1].data))]
    if x.op in POLYNOMIAL:
        return [rebuilt(x, choice) for choice in all_choices(*map(_terms, x.args))]
    return [x]


def _degree(x, dX):
    if x is dX:
        return 1
    if dX not in x.free:
        return 0
    if x.op in ("pow", "mpow"):
        return int(x.args[1].data) * _degree(x.args[0], dX)
    degrees = [_degree(a, dX) for a in x.args]
    return max(degrees) if x.op == "add" else sum(degrees)
