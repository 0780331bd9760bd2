"""Rule cards: what the reference page says of each rule, read off the rule itself."""

import inspect
import textwrap
from dataclasses import dataclass

import numpy as np
import sympy

from ..errors import McalcError
from ..rules import RULES, ZERO
from . import nodes as n
from .derivations import derivation
from .differentials import MATRIX_FUNCTIONS, RULE_NAMES, options_of, push, rule_of
from .face import NAMED
from .faces import FACES
from .forms import canonical
from .lines import slug
from .printing import latex
from .writing import write


@dataclass(frozen=True)
class Card:
    """What a reader is told of one rule.

    Attributes
    ----------
    name, anchor : str
        What a reader calls it; where it stands on the page, as derivation lines link to it.
    statement : str
        The differential in LaTeX.
    pushforward, pullback : str
        Their formulas in LaTeX, from running the rule on symbols; "" where it serves numbers
        only.
    code : str
        The lines of the rule itself.
    condition, source, node : str
    functions : tuple of str
        The NumPy functions that the rule differentiates.
    example : Derivation or None
        A worked line.
    verified : bool
        Whether, just now, the pushforward agreed with differences and the pullback with the
        pushforward at the rule's sample points.
    """

    name: str
    anchor: str
    statement: str
    pushforward: str
    pullback: str
    code: str
    condition: str
    source: str
    node: str
    functions: tuple
    example: object
    verified: bool

    def words(self):
        """Return what a search should find the card by."""
        return " ".join([self.name, self.node, *self.functions, self.condition, self.source])


def rule_card(rule):
    """Return the card of a rule.

    Parameters
    ----------
    rule : Rule or str
        A rule of `mcalclib.rules`, or its name.

    Returns
    -------
    Card

    Raises
    ------
    KeyError
        If there is no rule of that name.

    Examples
    --------
    >>> card = rule_card("matrix inverse")
    >>> card.statement
    'd(X^{-1}) = -X^{-1}\\\\, dX\\\\, X^{-1}'
    >>> card.pushforward
    '-X^{-1}\\\\, dX\\\\, X^{-1}'
    >>> card.verified
    True
    """
    rule = RULES[rule] if isinstance(rule, str) else rule
    node = examples().get(rule.name)
    pushforward, pullback = _formulas(rule, node) if node is not None else ("", "")
    return Card(
        name=rule.name,
        anchor=slug(rule.name),
        statement=rule.statement,
        pushforward=pushforward,
        pullback=pullback,
        code=_code(rule),
        condition=rule.condition,
        source=rule.source,
        node=rule.node,
        functions=tuple(_function_name(f) for f in rule.functions),
        example=_example(node),
        verified=is_verified(rule),
    )


def rule_cards():
    """Return the cards of all rules, by name."""
    return [rule_card(RULES[name]) for name in sorted(RULES)]


def _symbols():
    size = sympy.Symbol("n", integer=True, positive=True)
    X, B = (n.msym(letter, size, size) for letter in "XB")
    return X, B, n.msym("x", size, 1), n.sym(sympy.Symbol("p", real=True))


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
            found[name] = n.make(op, (X,), data)
    for function, name in MATRIX_FUNCTIONS.items():
        found[name] = n.mfun(function, X)
    found["pseudoinverse"] = n.linear_atom("pinv", X, shape=X.shape)
    found["eigenvalues"] = n.linear_atom("eigenvalue", X, data=0, shape=())
    found["singular values"] = n.linear_atom("singular_value", X, data=0, shape=())
    for name in NAMED:
        rule = rule_of(n.make("fn", (x,), name, x.shape))
        found[rule.name] = n.fn(name, x)
    return found


def _formulas(rule, node):
    """Run the rule on symbols and print what comes out."""
    X, _B, x, _ = _symbols()
    leaf = X if X in node.free else x
    dX = n.msym(f"d{leaf.data[0]}", *leaf.shape)
    pushed = pulled = ""
    try:
        dF = push(node, {leaf: dX})
        pushed = "0" if dF is ZERO else latex(canonical(dF))
    except McalcError:
        pass
    F_bar = n.msym("Fbar", *node.shape) if node.shape else n.sym(sympy.Symbol("fbar"))
    try:
        bars = run_pullback(rule, node, F_bar)
        entry = bars[next(i for i, a in enumerate(node.args) if leaf is a)]
        entry = entry() if callable(entry) else entry
        if isinstance(entry, n.Node):
            pulled = latex(canonical(entry)).replace(r"\mathrm{Fbar}", r"\bar F")
            pulled = pulled.replace(r"\operatorname{fbar}", r"\bar f").replace("fbar", r"\bar f")
    except (McalcError, TypeError, AttributeError, ValueError, IndexError):
        pass
    return pushed, pulled


def run_pullback(rule, node, F_bar):
    """Run a rule's pullback on trees."""
    return rule.pullback(node, node.args, F_bar, **options_of(node))


def _code(rule):
    """Return the lines of the rule's pushforward and pullback."""
    texts = []
    for function in (rule.pushforward, rule.pullback):
        try:
            texts.append(textwrap.dedent(inspect.getsource(function)).rstrip())
        except (OSError, TypeError):
            continue
    return "\n\n\n".join(dict.fromkeys(texts))


def _function_name(function):
    module = (getattr(function, "__module__", "") or "").replace("numpy", "np")
    name = getattr(function, "__name__", str(function))
    if isinstance(function, np.ufunc):
        module = "np"
    return f"{module}.{name}" if module.startswith("np") else name


def _example(node):
    """Return the derivation of the example expression."""
    if node is None:
        return None
    X, _, x, _ = _symbols()
    try:
        return derivation(write(node), write(X if X in node.free else x))
    except McalcError:
        return None


def is_verified(rule):
    """Whether the rule's formulas agree with differences and with each other at its samples."""
    rng = np.random.default_rng(1)
    try:
        with np.errstate(all="ignore"):
            return all(_case_agrees(rule, case, rng) for case in rule.samples(rng))
    except McalcError:
        return False


def _case_agrees(rule, case, rng):
    primals, options = case.primals, case.options
    moving = [
        isinstance(p, float) or getattr(p, "dtype", None) in (float, complex) for p in primals
    ]
    tangents = [_direction(rng, p) if m else ZERO for p, m in zip(primals, moving, strict=True)]
    F = rule.value(*primals, **options)
    dF = _outputs(rule.pushforward(F, primals, tangents, **options))

    def at(t):
        moved = [p + t * d if m else p for p, d, m in zip(primals, tangents, moving, strict=True)]
        return _outputs(rule.value(*moved, **options))

    # the smaller step is for LAPACK's order of eigenvalues, which may change along a larger one
    if not any(_near(dF, _slopes(at, h)) for h in (2e-3, 1e-4)):
        return False
    bars = [_direction(rng, out) for out in _outputs(F)]
    left = sum(
        np.real(np.sum(b * (0.0 if d is ZERO else d))) for b, d in zip(bars, dF, strict=True)
    )
    back = rule.pullback(F, primals, bars[0] if len(bars) == 1 else tuple(bars), **options)
    right = 0.0
    for bar, d in zip(back, tangents, strict=True):
        if d is not ZERO:
            bar = bar() if callable(bar) else bar
            right += 0.0 if bar is None or bar is ZERO else np.real(np.sum(bar * d))
    return bool(np.isclose(left, right, rtol=1e-7, atol=1e-9))


def _slopes(at, h):
    """Return the derivative of at(t) at 0, by extrapolated central differences."""
    wide, middle, narrow = (
        [(b - a) / (2 * s) for a, b in zip(at(-s), at(s), strict=True)] for s in (h, h / 2, h / 4)
    )
    return [(64 * c - 20 * b + a) / 45 for a, b, c in zip(wide, middle, narrow, strict=True)]


def _near(dF, slopes):
    return all(
        np.allclose(
            0.0 if d is ZERO else d, s, rtol=1e-6, atol=1e-7 * (1 + np.max(np.abs(s), initial=0))
        )
        for d, s in zip(dF, slopes, strict=True)
    )


def _direction(rng, like):
    shape = np.shape(like)
    real = rng.standard_normal(shape)
    return real + 1j * rng.standard_normal(shape) if np.iscomplexobj(like) else real


def _outputs(F):
    return tuple(F) if isinstance(F, tuple) else (F,)
