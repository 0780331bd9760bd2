"""The answer grammar of the book: x' A x, A .* B, inv(A), tr(X^T A X B), ‖Xw - y‖^2.

Text is read into a syntax tree, the sizes of the symbols are inferred from how they are used, and
the tree is built. Every complaint points at the place.
"""

import re
from dataclasses import dataclass, field

import sympy

from ..errors import McalcError, NoRuleError
from . import nodes as n
from .functions import SymmetricMatrix
from .inference import Sizes, SizesDoNotFit
from .reading import isum, read
from .writing import write

__all__ = ["ParseError", "isum", "parse", "parse_node"]


class ParseError(McalcError, ValueError):
    """Text that is not in the grammar, with the place and what is wrong there."""

    def __init__(self, text, place, problem):
        self.text, self.place, self.problem = text, place, problem
        super().__init__(f"{problem}\n  {text}\n  {' ' * place}^")


@dataclass
class Token:
    kind: str
    text: str
    place: int


@dataclass
class Tree:
    """A piece of syntax: an operation, its operands, and where it stands."""

    op: str
    args: list = field(default_factory=list)
    data: object = None
    place: int = 0


_TOKENS = re.compile(
    r"(?P<number>\d+(\.\d+)?)"
    r"|(?P<transpose>'|ᵀ|\.'|\^\s*(T\b|⊤|\{T\}))"
    r"|(?P<inverse_transpose>\^\s*-\s*T\b|\^\s*\(\s*-\s*T\s*\)|⁻ᵀ)"
    r"|(?P<raised>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<name>[A-Za-zα-ωΑ-Ω_][A-Za-z0-9_]*)"
    r"|(?P<bars>\|\||‖)"
    r"|(?P<symbol>\.\*|\.\^|\./|\*\*|[-+*/^(),@∘⊗⊙−·])"
    r"|(?P<space>\s+)"
)
GREEK = dict(zip("αβγδθκλμρστφψωΣΛΩΦΨ", ["alpha", "beta", "gamma", "delta", "theta", "kappa", "lambda", "mu", "rho", "sigma", "tau", "phi", "psi", "omega", "Sigma", "Lambda", "Omega", "Phi", "Psi"], strict=True))  # fmt: skip
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SAME = {"**": "^", "@": "*", "−": "-", "·": "*", "⊙": ".*", "∘": ".*"}
ENTRYWISE = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "abs", "arctan",
             "sign", "ln"}  # fmt: skip
SQUARE = {"tr": "trace", "trace": "trace", "Tr": "trace", "det": "det", "inv": "inverse",
          "expm": "expm", "logm": "logm", "sqrtm": "sqrtm", "logdet": "logdet"}  # fmt: skip
OTHER = {"norm", "kron", "vec", "diag", "sum", "pinv", "transpose", "dot", "inner", "nuclear",
         "spectral", "hadamard", "eye", "identity", "ones", "zeros", "lambda", "eigenvalue",
         "sigma", "K", "unvec", "I"}  # fmt: skip
GREEK_SCALARS = {"alpha", "beta", "gamma", "lambda", "theta", "kappa", "tau", "eta", "rho"}
SCALARS = set("cst") | GREEK_SCALARS
INTEGERS = set("ijkmnpqrN")


def tokens_of(text):
    out, place = [], 0
    while place < len(text):
        match = _TOKENS.match(text, place)
        if match is None:
            raise ParseError(text, place, f"the character {text[place]!r} has no meaning here.")
        kind = match.lastgroup
        if kind in (None, "space"):
            kind = "space"
        else:
            shown = match.group()
            if kind == "name":
                shown = GREEK.get(shown[0], shown[0]) + shown[1:]
            if kind == "name" and _is_several(shown):
                out += [Token("name", c, place + i) for i, c in enumerate(shown)]
            else:
                out.append(Token(kind, _SAME.get(shown, shown), place))
        place = match.end()
    out.append(Token("end", "", len(text)))
    return out


def _is_several(name):
    """Whether a name is letters side by side: Xw is X w, but dA and Tr are names."""
    return (
        2 <= len(name) <= 4
        and name.isalpha()
        and any(c.isupper() for c in name)
        and not (name[0] == "d" and len(name) == 2)
        and name not in SQUARE
    )


class _Parser:
    """Recursive descent: sums, products (also by standing side by side), signs, powers."""

    def __init__(self, text):
        self.text = text
        self.tokens = tokens_of(text)
        self.at = 0
        self.bars = 0

    @property
    def now(self):
        return self.tokens[self.at]

    def fail(self, problem, place=None):
        raise ParseError(self.text, self.now.place if place is None else place, problem)

    def take(self, text):
        if self.now.text == text and self.now.kind == "symbol":
            self.at += 1
            return True
        return False

    def expect(self, text, opened):
        if not self.take(text):
            came = f"found {self.now.text!r}" if self.now.text else "the text ends"
            self.fail(f"expected {text!r} for the {opened.text!r} at position {opened.place + 1}; "
                      f"{came}.")  # fmt: skip

    def whole(self):
        if self.now.kind == "end":
            self.fail("there is no expression.")
        tree = self.sum()
        if self.now.kind != "end":
            self.fail(f"{self.now.text!r} does not belong here.")
        return tree

    def sum(self):
        tree = self.product()
        while self.now.text in ("+", "-") and self.now.kind == "symbol":
            sign = self.now
            self.at += 1
            tree = Tree("+" if sign.text == "+" else "-", [tree, self.product()], None, sign.place)
        return tree

    def product(self):
        tree = self.signed()
        while True:
            token = self.now
            if token.kind == "symbol" and token.text in ("*", "/", ".*", "./", "⊗"):
                self.at += 1
                tree = Tree(token.text, [tree, self.signed()], None, token.place)
            elif self.starts_operand():
                tree = Tree("*", [tree, self.power()], None, token.place)
            else:
                return tree

    def starts_operand(self):
        token = self.now
        if token.kind == "bars":
            return self.bars == 0
        return token.kind in ("number", "name") or token.kind == "symbol" and token.text == "("

    def signed(self):
        token = self.now
        if self.take("-"):
            return Tree("neg", [self.signed()], None, token.place)
        if self.take("+"):
            return self.signed()
        return self.power()

    def power(self):
        tree = self.primary()
        while True:
            token = self.now
            if token.kind == "transpose":
                self.at += 1
                tree = Tree("'", [tree], None, token.place)
            elif token.kind == "inverse_transpose":
                self.at += 1
                inverse = Tree("^", [tree, Tree("number", [], -1, token.place)], None, token.place)
                tree = Tree("'", [inverse], None, token.place)
            elif token.kind == "raised":
                self.at += 1
                try:
                    exponent = int(token.text.translate(_DIGITS))
                except ValueError:
                    self.fail(f"{token.text!r} is not an exponent.", token.place)
                tree = Tree(
                    "^", [tree, Tree("number", [], exponent, token.place)], None, token.place
                )
            elif token.kind == "symbol" and token.text in ("^", ".^"):
                self.at += 1
                tree = Tree(token.text, [tree, self.exponent()], None, token.place)
            else:
                return tree

    def exponent(self):
        token = self.now
        if self.take("-"):
            return Tree("neg", [self.exponent()], None, token.place)
        return self.primary()

    def primary(self):
        token = self.now
        if token.kind == "number":
            self.at += 1
            value = sympy.Rational(token.text)
            return Tree("number", [], n.Fraction(int(value.p), int(value.q)), token.place)
        if token.kind == "name":
            self.at += 1
            if self.now.text == "(" and self.now.kind == "symbol" and self.is_call(token):
                return self.call(token)
            return Tree("name", [], token.text, token.place)
        if token.kind == "bars":
            self.at += 1
            self.bars += 1
            inside = self.sum()
            self.bars -= 1
            if self.now.kind != "bars":
                self.fail(f"the norm that opens at position {token.place + 1} does not close.")
            self.at += 1
            return Tree("call", [inside], "norm", token.place)
        if self.take("("):
            bars, self.bars = self.bars, 0
            tree = self.sum()
            self.bars = bars
            self.expect(")", token)
            return tree
        if token.kind == "end":
            self.fail("the text ends where an operand is expected.")
        self.fail(f"{token.text!r} does not start an operand.")

    def is_call(self, token):
        """A name that touches its bracket is a function if one of that name is known."""
        touches = self.now.place == token.place + len(token.text)
        known = ENTRYWISE | OTHER | set(SQUARE) | self.functions
        if token.text in known and (touches or len(token.text) > 1):
            return True
        if touches and len(token.text) > 2 and token.text.isalpha():
            near = sorted(known, key=lambda k: _distance(k, token.text))[:3]
            self.fail(
                f"no function is called {token.text!r}; near: {', '.join(near)}.", token.place
            )
        return False

    functions: frozenset = frozenset()

    def call(self, name):
        opened = self.now
        self.at += 1
        bars, self.bars = self.bars, 0
        args = [self.sum()]
        while self.take(","):
            args.append(self.sum())
        self.bars = bars
        self.expect(")", opened)
        return Tree("call", args, name.text, name.place)


def _distance(a, b):
    """Return the edit distance of two names."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, last = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(row[-1] + 1, last[j] + 1, last[j - 1] + (x != y)))
    return row[-1]


def split_declarations(text):
    """Return the expression and its declarations: what stands after ``;`` or ``where``."""
    parts = re.split(r"\s*;\s*|\s+where\s+", text)
    return parts[0], [d for part in parts[1:] for d in _declared(part)]


def _declared(part):
    """Return (name, what) pairs of one declaration such as "A, B symmetric" or "X: m by n"."""
    match = re.fullmatch(
        r"\s*((?:\w+\s*,\s*)*\w+)\s*(?::|\bis\b|\bare\b|\bin\b|\s)\s*(.+?)\s*", part
    )
    if match is None:
        raise ParseError(part, 0, "a declaration reads like `A symmetric` or `X: m by n`.")
    return [(name, match[2]) for name in re.findall(r"\w+", match[1])]


def parse(text, **declarations):
    """Return the sympy expression that a text in the answer grammar means.

    Parameters
    ----------
    text : str
        ``x' A x``, ``x^T A x``, ``A .* B``, ``A^-1``, ``inv(A)``, ``tr``, ``det``, ``log``,
        ``norm(x)^2``, ``kron``, ``vec``. Upper case letters are matrices, lower case letters
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
    parser = _Parser(expression)
    parser.functions = frozenset(k for k, v in declared.items() if "function" in v)
    tree = parser.whole()
    sizes = Sizes()
    kinds = _Kinds(expression, declared, sizes)
    try:
        kinds.shape(tree)
    except SizesDoNotFit as problem:
        raise ParseError(expression, problem.place, str(problem)) from None
    symbols = kinds.symbols()
    return _Builder(expression, symbols).build(tree), symbols


class _Kinds:
    """What every name is, and the shape of every piece, from declarations and use."""

    def __init__(self, text, declared, sizes):
        self.text, self.sizes = text, sizes
        self.shapes = {}
        self.symmetric = set()
        self.functions = set()
        self.integers = set()
        for name, what in declared.items():
            self.declare(name, what)

    def declare(self, name, what):
        words = what.lower().replace("×", " by ").replace(" x ", " by ")
        found = re.search(r"(\w+)\s+by\s+(\w+)", words.replace("*", " by ")) and re.search(
            r"(\w+)\s*(?:by|×|x|\*)\s*(\w+)", what
        )
        if "function" in words:
            self.functions.add(name)
            return
        if found:
            self.shapes[name] = tuple(self.sizes.named(d) for d in found.groups())
        elif "scalar" in words or "integer" in words or "number" in words:
            self.shapes[name] = ()
            if "integer" in words:
                self.integers.add(name)
        elif "row" in words:
            self.shapes[name] = (self.sizes.one, self.sizes.fresh())
        elif "vector" in words:
            self.shapes[name] = (self.sizes.fresh(), self.sizes.one)
        elif any(w in words for w in ("symmetric", "matrix", "square", "orthogonal")):
            self.shapes[name] = (self.sizes.fresh(), self.sizes.fresh())
        else:
            raise ParseError(
                f"{name}: {what}", len(name) + 2, "expected `m by n`, symmetric, vector, scalar, "
                "integer or function."
            )  # fmt: skip
        if "symmetric" in words or "square" in words:
            if "symmetric" in words:
                self.symmetric.add(name)
            self.sizes.unify(*self.shapes[name], 0, f"{name} is square")

    def of_name(self, name, place):
        if name in self.shapes:
            return self.shapes[name]
        if name == "I":
            d = self.sizes.fresh()
            return (d, d)
        if name in self.functions:
            raise ParseError(self.text, place, f"the function {name} needs an argument.")
        if name in INTEGERS:
            self.integers.add(name)
            shape = ()
        elif name in SCALARS or name == "pi":
            shape = ()
        elif name[0] == "d" and len(name) > 1 and name[1:] in self.shapes:
            shape = self.shapes[name[1:]]
        elif len(name) == 1 or re.fullmatch(r"d?[A-Za-z]_?\d*|[A-Za-z]_\w+|mu|Sigma|Lambda|Omega|"
                                            r"Phi|phi|psi|Psi|xi|beta|Theta|epsilon", name):  # fmt: skip
            letter = name[1] if name[0] == "d" and len(name) > 1 and name[1].isalpha() else name[0]
            rows = self.sizes.fresh()
            shape = (rows, self.sizes.fresh() if letter.isupper() else self.sizes.one)
        else:
            known = sorted(self.shapes)
            raise ParseError(
                self.text,
                place,
                f"the name {name!r} is unknown; letters are symbols, other names need a "
                f'declaration such as {name}="vector" or a product sign between their letters'
                + (f"; known: {', '.join(known)}." if known else "."),
            )
        self.shapes[name] = shape
        return shape

    def shape(self, tree):
        tree.shape = self._shape(tree)
        return tree.shape

    def _shape(self, tree):
        place, sizes = tree.place, self.sizes
        match tree.op:
            case "number":
                return ()
            case "name":
                return self.of_name(tree.data, place)
            case "neg":
                return self.shape(tree.args[0])
            case "'":
                return self.shape(tree.args[0])[::-1]
            case "+" | "-":
                a, b = map(self.shape, tree.args)
                return self.alike(a, b, place, "sum" if tree.op == "+" else "difference")
            case ".*" | "./":
                a, b = map(self.shape, tree.args)
                if self.scalar(a) or self.scalar(b):
                    return b if self.scalar(a) else a
                return self.alike(a, b, place, "entrywise product")
            case "*":
                return self.times(*map(self.shape, tree.args), place)
            case "/":
                a, b = map(self.shape, tree.args)
                if not self.scalar(b):
                    self.wrong(place, f"the divisor is {sizes.describe(b)}, not a scalar; "
                                      "write inv(...) on the side where it belongs")  # fmt: skip
                return a
            case "⊗":
                return self.kron(*map(self.shape, tree.args))
            case "^":
                base, exponent = map(self.shape, tree.args)
                if not self.scalar(exponent):
                    self.wrong(place, "the exponent is not a scalar")
                if base and not self.scalar(base):
                    sizes.unify(*base, place, "a power needs a square matrix; for powers of the "
                                              "entries write .^")  # fmt: skip
                return base
            case ".^":
                base, exponent = map(self.shape, tree.args)
                return base
            case "call":
                return self.called(tree)
        raise AssertionError(tree.op)

    def wrong(self, place, problem):
        raise ParseError(self.text, place, problem + ".")

    def scalar(self, shape):
        return not shape or all(self.sizes.is_one(d) for d in shape)

    def alike(self, a, b, place, what):
        if self.scalar(a) and self.scalar(b):
            return a and b
        if self.scalar(a) or self.scalar(b):
            other = b if self.scalar(a) else a
            self.wrong(place, f"{what} of a scalar and a {self.sizes.describe(other)} matrix; "
                              "a multiple of I or of ones(m, n) may be meant")  # fmt: skip
        shown = f"{self.sizes.describe(a)} and {self.sizes.describe(b)}"
        for p, q in zip(a, b, strict=True):
            self.sizes.unify(p, q, place, f"the {what} has operands of shapes {shown}")
        return a

    def times(self, a, b, place):
        if not a or not b:
            return a or b
        if self.scalar(a) and not self.sizes.is_one(b[0]):
            return b
        if self.scalar(b) and not self.sizes.is_one(a[1]):
            return a
        shown = f"{self.sizes.describe(a)} times {self.sizes.describe(b)}"
        self.sizes.unify(a[1], b[0], place, f"the product {shown} does not fit")
        return (a[0], b[1])

    def kron(self, a, b):
        if not a or not b:
            return a or b
        return tuple(self.sizes.product(p, q) for p, q in zip(a, b, strict=True))

    def called(self, tree):
        name, place, sizes = tree.data, tree.place, self.sizes
        if name in self.functions:
            return self.shape(tree.args[0])
        if name in ("eye", "identity", "ones", "zeros", "I", "K"):
            dims = [self.size_of(a) for a in tree.args]
            if name == "K":
                return (sizes.product(*dims), sizes.product(*dims))
            return (dims[0], dims[0]) if len(dims) == 1 and name not in ("ones",) else (
                (dims[0], dims[1] if len(dims) > 1 else sizes.one))  # fmt: skip
        count = {"kron": 2, "dot": 2, "inner": 2, "hadamard": 2, "lambda": 2, "sigma": 2,
                 "eigenvalue": 2, "unvec": 3}.get(name, 1)  # fmt: skip
        if name == "norm" and len(tree.args) == 2:
            tree.data = self.norm_kind(tree)
            del tree.args[1]
            name = tree.data
        if len(tree.args) != count:
            self.wrong(place, f"{name} takes {count} argument(s), got {len(tree.args)}")
        shapes = [self.shape(a) for a in tree.args]
        first = shapes[0]
        if name in ENTRYWISE:
            return first
        if name in SQUARE:
            if first and not self.scalar(first):
                sizes.unify(*first, place, f"{name} needs a square matrix, got "
                                           f"{sizes.describe(first)}")  # fmt: skip
            return () if name in ("tr", "trace", "Tr", "det", "logdet") else first
        match name:
            case "norm" | "nuclear" | "spectral" | "sum":
                return ()
            case "lambda" | "eigenvalue":
                sizes.unify(*first, place, "eigenvalues need a square matrix")
                return ()
            case "sigma":
                return ()
            case "kron":
                return self.kron(*shapes)
            case "hadamard":
                return self.alike(*shapes, place, "entrywise product")
            case "dot" | "inner":
                self.alike(*shapes, place, "inner product")
                return ()
            case "vec":
                return (sizes.product(*first[::-1]), sizes.one) if first else ()
            case "unvec":
                return tuple(self.size_of(a) for a in tree.args[1:])
            case "pinv" | "transpose":
                return first[::-1]
            case "diag":
                if first and sizes.is_one(first[1]):
                    return (first[0], first[0])
                sizes.unify(*first, place, "diag needs a vector or a square matrix")
                return (first[0], sizes.one)
        raise AssertionError(name)

    def norm_kind(self, tree):
        second = tree.args[1]
        kind = str(second.data)
        found = {"2": "spectral", "F": "norm", "fro": "norm", "nuc": "nuclear"}.get(kind)
        if second.op not in ("number", "name") or found is None:
            self.wrong(second.place, "the second argument of norm is 2, F, fro or nuc")
        return found

    def size_of(self, tree):
        if tree.op == "number":
            return self.sizes.named(str(tree.data))
        if tree.op == "name":
            return self.sizes.named(tree.data)
        if tree.op == "*":
            return self.sizes.product(*map(self.size_of, tree.args))
        self.wrong(tree.place, "a size is a number or a letter")

    def symbols(self):
        """Return the node of every name."""
        names = self.sizes.names(set(self.shapes))
        found = {}
        for name, shape in self.shapes.items():
            dims = tuple(names(d) for d in shape)
            if not dims:
                assumptions = {"integer": True} if name in self.integers else {"real": True}
                symbol = sympy.pi if name == "pi" else sympy.Symbol(
                    name, positive=name in self.integers or None, **assumptions)  # fmt: skip
                found[name] = n.sym(symbol)
            elif name in self.symmetric:
                found[name] = read(SymmetricMatrix(name, dims[0]))
            else:
                found[name] = n.msym(name, *dims)
        self.dims = names
        found["\0dims"] = names
        return found


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
            case "+":
                return n.add(*built)
            case "-":
                return n.subtract(*built)
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
                i = built[1]
                index = int(i.data) - 1 if n.is_number(i) else i.data
                return n.linear_atom(op, x, data=index, shape=())
        if len(built) == 1:
            return n.fn(f"?{name}", x)
        raise NoRuleError(f"no function is called {name!r}.")

    def size(self, tree):
        return n.size(int(tree.data)) if tree.op == "number" else self.dims.named(tree.data)
