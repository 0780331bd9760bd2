"""The answer grammar of the book as syntax: x' A x, A .* B, inv(A), ‖Xw - y‖^2.

Every complaint points at the place. The pages read the same grammar in _static/lazy/grammar.js;
tests/grammar_texts.json holds both to the same trees.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from ..errors import McalcError


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
    r"(?P<number>[0-9]+(\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<transpose>['’′ᵀ]|\.'|\^\s*(T(?![0-9_])|⊤|\{T\}))"
    r"|(?P<inverse_transpose>\^\s*-\s*T(?![0-9_])|\^\s*\(\s*-\s*T\s*\)|⁻ᵀ)"
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


class Parser:
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
            return Tree("number", [], Fraction(token.text), token.place)
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
            near = sorted(known, key=lambda k: (_distance(k, token.text), k))[:3]
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
    return parts[0], [d for part in filter(None, parts[1:]) for d in _declared(part)]


def _declared(part):
    """Return (name, what) pairs of one declaration such as "A, B symmetric" or "X: m by n"."""
    match = re.fullmatch(
        r"\s*((?:\w+\s*,\s*)*\w+)\s*(?::|\bis\b|\bare\b|\bin\b|\s)\s*(.+?)\s*", part
    )
    if match is None:
        raise ParseError(part, 0, "a declaration reads like `A symmetric` or `X: m by n`.")
    return [(name, match[2]) for name in re.findall(r"\w+", match[1])]
