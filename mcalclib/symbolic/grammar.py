"""The answer grammar of the book as syntax: x' A x, A .* B, inv(A), ‖Xw - y‖^2.

Every complaint points at the place. The pages read the same grammar in _static/lazy/grammar.js;
tests/grammar_texts.json holds both to the same trees.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from .tokens import ParseError, tokens_of


@dataclass
class Tree:
    """A piece of syntax: an operation, its operands, and where it stands."""

    op: str
    args: list = field(default_factory=list)
    data: object = None
    place: int = 0


ENTRYWISE = {"exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "abs", "arctan",
             "sign", "ln"}  # fmt: skip
SQUARE = {"tr": "trace", "trace": "trace", "Tr": "trace", "det": "det", "inv": "inverse",
          "expm": "expm", "logm": "logm", "sqrtm": "sqrtm", "logdet": "logdet"}  # fmt: skip
OTHER = {"norm", "kron", "vec", "diag", "sum", "pinv", "transpose", "dot", "inner", "nuclear",
         "spectral", "hadamard", "eye", "identity", "ones", "zeros", "lambda", "eigenvalue",
         "sigma", "K", "unvec", "I"}  # fmt: skip
GREEK_SCALARS = {"alpha", "beta", "gamma", "lambda", "theta", "kappa", "tau", "eta", "rho"}
FUNCTIONS = ENTRYWISE | OTHER | set(SQUARE)
INSTEAD = {
    "inverse": "inv(A)", "solve": "inv(A) b", "outer": "x y'", "determinant": "det(A)",
    "matmul": "A B", "multiply": "A .* B", "array": "[1, 2; 3, 4]",
}  # fmt: skip
NESTED = 80  # brackets inside each other; each takes frames of Python
TOO_DEEP = "the formula has too many brackets inside each other."
CLOSING = {"(": ")", "{": "}"}
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
SCALARS = set("cst") | GREEK_SCALARS
INTEGERS = set("ijkmnpqrN")


class Parser:
    """Recursive descent: sums, products (also by standing side by side), signs, powers.

    Parameters
    ----------
    text : str
    names : collection of str
        The symbols, where they are known before.
    """

    def __init__(self, text, names=()):
        self.text, self.names = text, names
        self.tokens = tokens_of(text, FUNCTIONS, names)
        self.at = 0
        self.bars = 0
        self.inside = 0

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
            self.no_decimal_comma()
            came = f"found {self.now.text!r}" if self.now.text else "the text ends"
            self.fail(f"expected {text!r} for the {opened.text!r} at position {opened.place + 1}; "
                      f"{came}.")  # fmt: skip

    def no_decimal_comma(self):
        before, after = (
            self.tokens[self.at - 1],
            self.tokens[min(self.at + 1, len(self.tokens) - 1)],
        )
        if self.now.text == "," and before.kind == after.kind == "number":
            self.fail(f"a decimal number has a point, as in {before.text}.{after.text}; a column of "
                      f"numbers is [{before.text}; {after.text}].")  # fmt: skip

    def whole(self):
        if self.now.kind == "end":
            self.fail("there is no expression.")
        tree = self.sum()
        if self.now.kind != "end":
            self.no_decimal_comma()
            self.fail(f"{self.now.text!r} does not belong here.")
        return tree

    def too_deep(self):
        raise ParseError(self.text, 0, TOO_DEEP)

    def sum(self):
        self.inside += 1
        if self.inside > NESTED:
            self.too_deep()
        tree = self.product()
        while self.now.text in ("+", "-") and self.now.kind == "symbol":
            sign = self.now
            self.at += 1
            tree = Tree("+" if sign.text == "+" else "-", [tree, self.product()], None, sign.place)
        self.inside -= 1
        return tree

    def product(self):
        tree = self.signed()
        while True:
            token = self.now
            if token.kind == "symbol" and token.text in ("*", "/", ".*", "./", "⊗"):
                self.at += 1
                tree = Tree(token.text, [tree, self.signed()], None, token.place)
            elif self.starts_operand():
                if token.kind == "fraction" and self.tokens[self.at - 1].kind == "number":
                    self.fail(
                        "a number and a fraction may be a sum or a product; write 2.5 or 5/2."
                    )
                tree = Tree("*", [tree, self.power()], None, token.place)
            else:
                return tree

    def starts_operand(self):
        token = self.now
        if token.kind == "bars":
            return self.bars == 0
        if token.kind == "symbol":
            return token.text in ("(", "{", "<")
        return token.kind in ("number", "fraction", "over", "name")

    def signed(self):
        minuses, first = [], self.at
        while self.now.kind == "symbol" and self.now.text in "+-":
            if self.now.text == "-":
                minuses.append(self.now.place)
            self.at += 1
        if self.at - first > NESTED:
            self.too_deep()
        tree = self.power()
        for place in reversed(minuses):
            tree = Tree("neg", [tree], None, place)
        return tree

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
                    exponent = int(token.text.translate(_RAISED))
                except ValueError:
                    self.fail(f"{token.text!r} is not an exponent.", token.place)
                tree = Tree(
                    "^", [tree, Tree("number", [], exponent, token.place)], None, token.place
                )
            elif token.kind == "pseudoinverse":
                self.at += 1
                tree = Tree("call", [tree], "pinv", token.place)
            elif token.kind == "symbol" and token.text in ("^", ".^"):
                self.at += 1
                tree = Tree(token.text, [tree, self.exponent()], None, token.place)
            else:
                return tree

    def exponent(self):
        minuses = []
        while self.now.text == "-" and self.now.kind == "symbol":
            minuses.append(self.now.place)
            self.at += 1
        if len(minuses) > NESTED:
            self.too_deep()
        if self.now.text == "+" and self.now.kind == "symbol":
            self.fail("a plus is no exponent; the pseudoinverse is pinv(A).")
        tree = self.primary()
        for place in reversed(minuses):
            tree = Tree("neg", [tree], None, place)
        return tree

    def primary(self):
        token = self.now
        if token.kind in ("number", "fraction"):
            self.at += 1
            return Tree("number", [], Fraction(token.text.removesuffix(".")), token.place)
        if token.kind == "over":
            self.at += 1
            return Tree("/", [self.primary(), self.primary()], None, token.place)
        if token.kind == "name":
            self.at += 1
            if self.now.text in CLOSING and self.now.kind == "symbol" and self.is_call(token):
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
        if self.take("(") or self.take("{"):
            bars, self.bars = self.bars, 0
            tree = self.sum()
            self.bars = bars
            self.expect(CLOSING[token.text], token)
            return tree
        if self.take("<"):
            bars, self.bars = self.bars, 0
            left = self.sum()
            self.expect(",", token)
            right = self.sum()
            self.bars = bars
            self.expect(">", token)
            return Tree("call", [left, right], "inner", token.place)
        if token.kind == "end":
            self.fail("the text ends where an operand is expected.")
        self.fail(f"{token.text!r} does not start an operand.")

    def is_call(self, token):
        """A name that touches its bracket is a function if one of that name is known."""
        touches = self.now.place == token.end
        known = FUNCTIONS | self.functions
        if token.text in self.names:
            return False
        if token.text in known and (touches or len(token.text) > 1):
            return True
        if touches and len(token.text) > 2 and token.text.isalpha():
            self.fail(
                f"no function is called {token.text!r}; {_instead(token.text, known)}.", token.place
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
        self.expect(CLOSING[opened.text], opened)
        return Tree("call", args, name.text, name.place)


def _instead(name, known):
    """Return what to write for a function that is not known."""
    if name in INSTEAD:
        return f"write {INSTEAD[name]}"
    near = sorted(known, key=lambda k: (_distance(k, name), k))[:3]
    return f"near: {', '.join(near)}"


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
