"""What the names of a text are, and what shape every piece of it has."""

import re

import sympy

from . import nodes as n
from .functions import SymmetricMatrix
from .grammar import ENTRYWISE, INTEGERS, SCALARS, SQUARE, ParseError
from .reading import read
from .tokens import GREEK

GREEK_NAMES = set(GREEK.values())


class Kinds:
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
        elif name in GREEK_NAMES or re.fullmatch(r".|d?[A-Za-z]_?\d*|[A-Za-z]_\w+", name):
            tangent = name[0] == "d" and name[1:2].isalpha() and name not in GREEK_NAMES
            letter = name[1] if tangent else name[0]
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
                if not first:
                    self.wrong(place, "eigenvalues need a square matrix, got a scalar")
                sizes.unify(*first, place, "eigenvalues need a square matrix")
                return ()
            case "sigma":
                if not first:
                    self.wrong(place, "singular values need a matrix, got a scalar")
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
