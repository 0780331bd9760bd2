"""A derivation, line by line: what was there, which rule was applied, what is there now.

The lines come from the rules themselves. A rule's pushforward is run with the differentials of
the arguments not yet worked out, d(XᵀA) standing for itself, so each application is one line.
"""

import numpy as np

from ..errors import McalcError, ShapeError
from ..rules import ZERO
from . import linear_parts
from . import nodes as n
from .building import rebuilt
from .checking import ENOUGH, UnverifiedError, agree, numeric_differential
from .derivatives import (
    check_jacobian,
    fresh_tangent,
    given,
    is_scalar,
    jacobian_of,
    scalar_differential,
    worked_differential,
)
from .differentials import push_one, rule_of
from .evaluation import evaluate
from .forms import canonical
from .lines import Derivation, Line
from .normal import normal
from .points import points
from .printing import text
from .rebuilding import rebuild
from .steps import (
    COLLECT,
    CONSTANT,
    CYCLIC,
    REPEATED,
    SIMPLIFY,
    SQUARE,
    VEC_KRON,
    VEC_LINEAR,
    Step,
)

LEVELS = ("brief", "full")
QUIET = {"transpose", "entry", "add"}  # in a brief derivation these need no line of their own


def derivation(expr, X, detail="brief", form="differential", order=1, method="rules"):
    """Return the derivation of d(expr), line by line, every line checked against the one before.

    Parameters
    ----------
    expr : sympy expression
    X : Symbol, MatrixSymbol or SymmetricMatrix
    detail : {"brief", "full"}
        Brief works out all differentials of one depth in a line; full applies one rule a line.
    form : {"differential", "jacobian"}
        Whether to go on to d vec(F) = J d vec(X).
    order : {1, 2}
        2 derives the second differential, of tr(Gᵀ dX) along a second direction.

    method : {"rules", "definition"}
        Whether to apply the rules, or to work out f(X + dX) - f(X) up to o(dX).

    Returns
    -------
    Derivation

    Raises
    ------
    NoRuleError, UnverifiedError
        As for `differential`; the latter names the line.

    Examples
    --------
    >>> import sympy
    >>> n = sympy.Symbol("n")
    >>> A, x = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> derivation(A**2 * x, A)
    d(A² x) = d(A²) x           [matrix product]
            = (A dA + dA A) x   [matrix power]
            = A dA x + dA A x   [simplify]
    """
    if detail not in LEVELS:
        raise ShapeError(f"derivation: detail is 'brief' or 'full', got {detail!r}.")
    F, leaf, sizes = given(expr, X)
    found = _derived(F, leaf, detail, form, order, method)
    lines = [
        Line(sizes.numbered(line.start), sizes.numbered(line.end), line.rules) for line in found
    ]
    return Derivation(sizes.numbered(found.of), sizes.numbered(leaf), lines)


def _derived(F, leaf, detail, form, order, method):
    if method == "definition":
        from .definition import from_definition

        found, dX = from_definition(F, leaf, order)
        _check_lines(found.of, leaf, dX, found.lines, to_first_order=True)
        return found
    dX = fresh_tangent(F, leaf)
    if order == 2:
        F, _, _ = worked_differential(F, leaf, dX)
        dX = fresh_tangent(F, leaf)
    last, _, _ = worked_differential(F, leaf, dX, check=False)
    lines = []
    if (squared := _norms_as_products(F)) is not F:
        lines.append(Line(n.differential_of(F), n.differential_of(squared), (SQUARE,)))
        F = squared
    if detail == "full" and (product := _powers_as_products(F)) is not F:
        lines.append(Line(n.differential_of(F), n.differential_of(product), (REPEATED,)))
        F = product
    lines += _worked_out(F, leaf, dX, detail)
    lines += tidied(lines[-1].end, F, dX, last, detail, order)
    if form == "jacobian":
        lines += _vectorised(F, leaf, dX, lines[-1].end)
    lines = [line for line in lines if line.start is not line.end]
    if not lines:
        lines = [Line(n.differential_of(F), last, (COLLECT,))]
    _check_lines(F, leaf, dX, lines)
    return Derivation(F, leaf, lines)


def _worked_out(F, leaf, dX, detail):
    """Apply rules until no composite differential is left."""
    state = shown = n.differential_of(F)
    lines = []
    while True:
        if F.free.isdisjoint({leaf}):
            return [Line(state, n.zeros(F.shape), (CONSTANT,))]
        used = []
        chosen = None if detail == "brief" else _first_rule(state)
        after = _apply(state, leaf, dX, used, chosen, detail)
        if after is state:
            break
        if used:
            lines.append(Line(shown, after, tuple(dict.fromkeys(used))))
            shown = after
        state = after
    return lines or [Line(state, _apply(state, leaf, dX, [], None, "brief"), ())]


def _norms_as_products(x):
    if not x.args:
        return x
    args = [_norms_as_products(a) for a in x.args]
    if (
        x.op == "pow"
        and args[0].op == "norm"
        and args[0].data == "frobenius"
        and (args[1] is n.num(2))
    ):
        (v,) = args[0].args
        square = n.matmul(n.transpose(v), v)
        return n.entry(square) if n.is_column(v) else n.trace(square)
    return x if all(a is b for a, b in zip(args, x.args, strict=True)) else rebuilt(x, args)


def _powers_as_products(x):
    if not x.args:
        return x
    args = [_powers_as_products(a) for a in x.args]
    if x.op == "mpow" and n.is_number(args[1]) and args[1].data in (2, 3):
        return n.matmul(*[args[0]] * int(args[1].data))
    return x if all(a is b for a, b in zip(args, x.args, strict=True)) else rebuilt(x, args)


def _first_rule(state):
    """Return the name of the rule of the first differential."""
    if state.op == "d":
        return _name_of(state.args[0])
    for a in state.args:
        found = _first_rule(a)
        if found:
            return found
    return None


def _name_of(x):
    return "entry" if x.op in ("entry", *n.LEAVES) else rule_of(x).name


def _apply(x, leaf, dX, used, chosen, detail):
    """Return x with the outermost differentials worked out."""
    if x.op == "d":
        inner = x.args[0]
        if inner is leaf:
            return dX
        if chosen is not None and _name_of(inner) != chosen:
            return x
        if inner.op != "entry":
            used.append(_as_read(inner))
        tangents = tuple(_tangent(a, leaf, dX, detail, used) for a in inner.args)
        pushed = push_one(inner, tangents)
        if pushed is ZERO:  # such as sign, which does not move
            return n.zeros(inner.shape)
        if inner.op == "mpow":
            pushed = rebuild(normal(pushed), frozenset(pushed.free))
        return pushed
    if not x.args:
        return x
    args = [_apply(a, leaf, dX, used, chosen, detail) for a in x.args]
    return x if all(a is b for a, b in zip(args, x.args, strict=True)) else rebuilt(x, args)


def _is_block(x):
    """Whether x is one block of a block matrix."""
    return x.op == "matmul" and x.args[0].op == "block_selector"


def _as_read(x):
    """Return the rule of a node under the name that a reader gives it here."""
    rule = rule_of(x)
    if x.op == "mul":
        return Step("product rule", r"d(ab) = da\, b + a\, db", rule.source, rule.name)
    if x.op in ("pow", "fn") and not x.shape:
        name = rule.name.replace(" of entries", "")
        return Step(name, rule.statement, rule.source, rule.name)
    return rule


def _tangent(a, leaf, dX, detail, used):
    if a is leaf:
        return dX
    if a.free.isdisjoint({leaf}):
        return ZERO
    if detail == "brief" and a.op in QUIET or _is_block(a):
        tangents = tuple(_tangent(x, leaf, dX, detail, used) for x in a.args)
        if a.op == "transpose":
            used.append(rule_of(a))
        return push_one(a, tangents)
    return n.differential_of(a)


def tidied(state, F, dX, last, detail, order):
    """The lines from the rules' result to the form in which the derivative is read off."""
    lines = []
    if is_scalar(F) and dX.shape and not n.is_symmetric(dX) and order == 1:
        parts = [_part(p, dX) for p in _gradient_parts(state, dX)]
        if len(parts) > 1:
            middle = n.add(*parts)
            lines.append(Line(state, middle, (CYCLIC,)))
            lines.append(Line(middle, last, (COLLECT,)))
        else:
            simple = canonical(state) is canonical(last) and _shape_of(state) == _shape_of(last)
            lines.append(Line(state, last, (SIMPLIFY if simple else CYCLIC,)))
    elif order == 2:
        result = rebuild(normal(state), frozenset(x for x in state.free if _is_tangent(x)))
        lines.append(Line(state, result, (COLLECT,)))
    else:
        lines.append(Line(state, last, (SIMPLIFY,)))
    return _without_reorderings(lines)


def _without_reorderings(lines):
    """Leave out lines that only put terms in another order; the next starts where they did."""
    kept, start = [], None
    for line in lines:
        start = start or line.start
        if not _same(line.start, line.end):
            kept.append(Line(start, line.end, line.rules))
            start = None
    return kept


def _shape_of(x):
    """Return what tells a mere simplification from moving dX: the order of the letters."""
    return [c for c in text(x) if c.isalpha() and c not in "trdei"][-1:]


def _is_tangent(x):
    return x.op in n.LEAVES and str(x.data[0] if x.op == "msym" else x.data).startswith("d")


def _same(a, b):
    """Whether two lines show the same but for the order of terms."""
    if sorted(text(a)) == sorted(text(b)) and a.op == b.op:
        return True
    return a is b or a.op == "entry" and a.args[0] is b or b.op == "entry" and b.args[0] is a


def _gradient_parts(df, dX):
    """Return the gradient term by term, as the terms come."""
    terms = df.args if df.op == "add" else (df,)
    if len(terms) == 1 and df.op == "trace" and df.args[0].op == "add":
        terms = tuple(n.trace(a) for a in df.args[0].args)
    if len(terms) == 1 and df.op == "entry" and df.args[0].op == "add":
        terms = tuple(n.entry(a) for a in df.args[0].args)
    terms = [n.entry(t) if t.shape else t for t in terms]
    return [canonical(linear_parts.gradient(t, dX)) for t in terms]


def _part(G, dX):
    return scalar_differential(G, dX)


def _vectorised(F, leaf, dX, state):
    """The lines from dF to J d vec(X)."""
    if is_scalar(F) or not leaf.shape:
        raise ShapeError("derivation: form='jacobian' is for a matrix function of a matrix.")
    terms = state.args if state.op == "add" else (state,)
    first = n.vec(state)
    split = n.add(*(n.vec(t) for t in terms))
    dx = n.vec(dX)
    each = n.add(*(_glued(canonical(linear_parts.jacobian(t, dX)), dx) for t in terms))
    J = jacobian_of(F, leaf, dX)
    check_jacobian(F, leaf, dX, J)
    whole = _glued(J, dx)
    return [
        Line(first, split, (VEC_LINEAR,)),
        Line(split, each, (VEC_KRON,)),
        Line(each, whole, (COLLECT,)),
    ]


def _glued(J, dx):
    return n.matmul(J, dx)


def _check_lines(F, leaf, dX, lines, to_first_order=False):
    """Compare every line with the one before, and the first with the numeric engine.

    To first order, what is compared is the derivative of both sides at dX = 0, along dX.
    """
    checked = 0
    for point in points([F], [leaf, dX]):
        env = dict(point.env)
        if n.is_symmetric(dX) and dX.shape:
            env[dX] = env[dX] + env[dX].T
        memo = {}
        value = _linear_part if to_first_order else _value
        try:
            values = [
                (line, *(value(x, env, leaf, dX, memo) for x in (line.start, line.end)))
                for line in lines
            ]
        except (McalcError, np.linalg.LinAlgError):
            continue
        if not all(np.isfinite(v).all() for _, *pair in values for v in pair):
            continue
        checked += 1
        for line, a, b in values:
            if not agree(a, b, 1e-6):
                raise UnverifiedError(
                    f"derivation of `{F!r}`: the line `{line!r}` does not hold at a random point, "
                    "so the derivation is not returned."
                )
        if checked == ENOUGH:
            break
    if not checked:
        raise UnverifiedError(
            f"derivation of `{F!r}`: its lines could not be checked at any random point."
        )


def _value(x, env, leaf, dX, memo):
    """Return the value of a tree, its differentials d(·) from the numeric engine."""
    for d in _differentials_in(x):
        if d not in memo:
            value, _ = numeric_differential(d.args[0], leaf, env, env[dX])
            memo[d] = value
    return evaluate(x, env, dict(memo))


def _linear_part(x, env, leaf, dX, memo):
    """Return the part of a tree that is linear in dX."""
    if _differentials_in(x):
        return _value(x, env, leaf, dX, memo)
    if dX not in x.free:
        return 0.0 * evaluate(x, env)
    nowhere = {**env, dX: 0.0 * env[dX]}
    return numeric_differential(x, dX, nowhere, env[dX])[0]


def _differentials_in(x, seen=None):
    seen = set() if seen is None else seen
    if x in seen:
        return []
    seen.add(x)
    if x.op == "d":
        return [x]
    return [d for a in x.args for d in _differentials_in(a, seen)]
