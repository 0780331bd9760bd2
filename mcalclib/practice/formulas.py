"""Formulas in the answer grammar, as numbers: shapes by name, values by matrix arithmetic.

Everything is a matrix here: vectors have one column, numbers are 1 by 1. A size is a tuple of
names, so that m n is ("m", "n") and 1 is (). The answer box in the page works the same way.
"""

import itertools
import re

import numpy as np
import scipy.linalg

from ..errors import McalcError
from ..symbolic.grammar import ENTRYWISE, FUNCTIONS, TOO_DEEP, ParseError, Parser, Tree

ONE = ()
LONGEST = 1000  # signs in a formula
DEEPEST = 150  # pieces inside each other; every one takes frames of Python to work out
GUESSES = 1000  # ways to give sizes to bare I
LARGEST = 4  # sizes multiplied in one side of a matrix
ARGUMENTS = {
    "kron": 2, "hadamard": 2, "dot": 2, "inner": 2, "eye": 1, "identity": 1, "I": 1, "ones": 2,
    "zeros": 2, "K": 2, "unvec": 3, "lambda": 2, "eigenvalue": 2, "sigma": 2,
}  # fmt: skip
TO_SCALAR = {"tr", "trace", "Tr", "det", "logdet"}
SQUARE_TO_SQUARE = {"inv", "expm", "logm", "sqrtm"}
OF_MATRICES = {"exp": "expm", "log": "logm", "ln": "logm", "sqrt": "sqrtm"}
SIZED = {"eye", "identity", "I", "ones", "zeros", "K"}


class Formula:
    """A formula with the shape of every piece of it.

    Parameters
    ----------
    text : str
    shapes : dict of str to pair of sizes
        Of every name that the formula may use.
    result : pair of sizes, optional
        The shape wanted; it decides what size an I has that nothing else decides.

    Raises
    ------
    ParseError
        With the place: syntax, an unknown name, shapes that do not fit.
    """

    def __init__(self, text, shapes, result=None):
        self.text, self.shapes = text, shapes
        if len(text) > LONGEST:
            raise ParseError(text[:40] + "...", 0, f"the formula is longer than {LONGEST} signs.")
        self.tree = Parser(text, shapes).whole()
        if _depth(self.tree) > DEEPEST:
            raise ParseError(text, 0, TOO_DEEP)
        self.shape = self._sized(result)

    @property
    def names(self):
        """The symbols that the formula uses."""
        return {t.data for t in _walk(self.tree) if t.op == "name" and t.data in self.shapes}

    def count(self, name):
        """Return how often a symbol stands in the formula."""
        return sum(t.op == "name" and t.data == name for t in _walk(self.tree))

    def _sized(self, result):
        """Return the shape, with every bare I given the size that fits."""
        units = [t for t in _walk(self.tree) if t.op == "name" and t.data == "I"]
        if not units or "I" in self.shapes:
            return self._shape(self.tree)
        labels = list(dict.fromkeys(s for shape in self.shapes.values() for s in shape))
        if len(labels) ** len(units) > GUESSES:
            self.wrong(units[-1], "too many I have no size of their own; write I_n or eye(n)")
        first, fitting = None, []
        for sizes in itertools.product(labels, repeat=len(units)):
            for unit, size in zip(units, sizes, strict=True):
                unit.size = size
            try:
                shape = self._shape(self.tree)
            except ParseError as problem:
                first = first or problem
                continue
            if result is None or shape == result:
                return shape
            fitting.append(sizes)
        if not fitting:
            raise first
        for unit, size in zip(units, fitting[0], strict=True):
            unit.size = size
        return self._shape(self.tree)

    def wrong(self, tree, problem):
        raise ParseError(self.text, tree.place, problem + ".")

    def _shape(self, tree):
        tree.shape = self._shape_of(tree)
        if max(map(len, tree.shape)) > LARGEST:
            self.wrong(tree, "this Kronecker product is too large to be computed here")
        return tree.shape

    def _shape_of(self, tree):
        if tree.op == "number":
            return (ONE, ONE)
        if tree.op == "name":
            return self._name(tree)
        if tree.op == "call":
            return self._call(tree)
        shapes = [self._shape(a) for a in tree.args]
        first = shapes[0]
        match tree.op:
            case "neg":
                return first
            case "'":
                return first[::-1]
            case "+" | "-":
                return self._alike(tree, *shapes, "sum" if tree.op == "+" else "difference")
            case ".*" | "./":
                if is_scalar(first) or is_scalar(shapes[1]):
                    return shapes[1] if is_scalar(first) else first
                return self._alike(tree, *shapes, "entrywise product")
            case "*":
                return self._product(tree, *shapes)
            case "/":
                if not is_scalar(shapes[1]):
                    self.wrong(tree, f"the divisor is {show(shapes[1])}, not a number; write "
                                     "inv(...) on the side where it belongs")  # fmt: skip
                return first
            case "⊗":
                return kron_shape(*shapes)
            case "^":
                if not is_scalar(shapes[1]):
                    self.wrong(tree, "the exponent is not a number")
                self._square(tree, first, "a power needs a square matrix, got {}; for powers of "
                                          "the entries write .^")  # fmt: skip
                if not is_scalar(first) and whole_number(tree.args[1]) is None:
                    self.wrong(tree, "a matrix has whole powers only; its square root is sqrtm(A)")
                return first
            case ".^":
                if not is_scalar(shapes[1]):
                    self.wrong(tree, "the exponent is not a number")
                return first
        raise AssertionError(tree.op)

    def _name(self, tree):
        name = tree.data
        if name in self.shapes:
            return self.shapes[name]
        if name == "pi":
            return (ONE, ONE)
        if name == "I":
            return (tree.size, tree.size)
        if name.startswith("I_") and (size := self.label(name[2:])) is not None:
            tree.size = size
            return (size, size)
        known = ", ".join(self.shapes)
        advice = _advice(name, self.shapes)
        self.wrong(
            tree, f"the name {name!r} is unknown; " + (advice or f"this exercise has {known}")
        )

    def label(self, text):
        """Return the size that a text names, None if it names none."""
        if text == "1":
            return ONE
        known = {s for shape in self.shapes.values() for size in shape for s in size}
        return (text,) if text in known else None

    def _size(self, tree):
        """Return the size that an argument such as n or m*n names."""
        if tree.op in ("name", "number"):
            size = self.label(str(tree.data))
            if size is not None:
                return size
        elif tree.op == "*":
            return times(*map(self._size, tree.args))
        self.wrong(tree, "a size is one of the letters of the shapes in this exercise")

    def _alike(self, tree, a, b, what):
        if a != b:
            advice = ""
            other = b if is_scalar(a) else a
            if (is_scalar(a) or is_scalar(b)) and what != "inner product":
                sizes = ", ".join("*".join(size) or "1" for size in other)
                of_ones = f"; a number in every entry is a multiple of ones({sizes})"
                advice = "; a multiple of I may be meant" if other[0] == other[1] else of_ones
            self.wrong(tree, f"the {what} has operands of shapes {show(a)} and {show(b)}{advice}")
        return a

    def _product(self, tree, a, b):
        if is_scalar(a) and not is_scalar(b):
            return b
        if is_scalar(b) and not is_scalar(a):
            return a
        if a[1] != b[0]:
            advice = ""
            if a == b and ONE in a:
                advice = "; of vectors there are x' y (a number), x y' (a matrix) and x .* y"
            self.wrong(tree, f"the product {show(a)} times {show(b)} does not fit{advice}")
        return (a[0], b[1])

    def _square(self, tree, shape, problem):
        if shape[0] != shape[1]:
            self.wrong(tree, problem.format(show(shape)))

    def _call(self, tree):
        name, args = tree.data, tree.args
        if name == "norm" and len(args) == 2:
            self._norm(tree)
            name, args = tree.data, tree.args
        wanted = ARGUMENTS.get(name, 1)
        if len(args) != wanted and not (name in ("ones", "zeros") and len(args) == 1):
            self.wrong(tree, f"{name} takes {wanted} argument(s), got {len(args)}")
        if name in SIZED:
            tree.size = [self._size(a) for a in args]
            if name == "K":
                return (times(*tree.size),) * 2
            if name in ("ones", "zeros"):
                return (tree.size[0], tree.size[1] if len(args) > 1 else ONE)
            return (tree.size[0],) * 2
        first = self._shape(args[0])
        if name == "unvec":
            tree.size = [self._size(a) for a in args[1:]]
            if first != (times(*tree.size), ONE):
                self.wrong(tree, f"unvec({', '.join(map(show_size, tree.size))}) of a "
                                 f"{show(first)} matrix does not fit")  # fmt: skip
            return tuple(tree.size)
        if name in ENTRYWISE:
            return first
        if name in TO_SCALAR | SQUARE_TO_SQUARE | {"lambda", "eigenvalue"}:
            self._square(tree, first, name + " needs a square matrix, got {}")
        if name in TO_SCALAR | {"norm", "nuclear", "spectral", "sum"}:
            return (ONE, ONE)
        if name in ("lambda", "eigenvalue", "sigma"):
            if whole_number(args[1]) is None or whole_number(args[1]) < 1:
                self.wrong(args[1], "the index is a whole number from 1 on")
            args[1].shape = (ONE, ONE)
            return (ONE, ONE)
        if name in SQUARE_TO_SQUARE:
            return first
        if name in ("kron", "hadamard", "dot", "inner"):
            second = self._shape(args[1])
            if name == "kron":
                return kron_shape(first, second)
            what = "entrywise product" if name == "hadamard" else "inner product"
            alike = self._alike(tree, first, second, what)
            return alike if name == "hadamard" else (ONE, ONE)
        if name == "vec":
            return (times(*first), ONE)
        if name in ("pinv", "transpose"):
            return first[::-1]
        if name == "diag":
            if first[1] == ONE:
                return (first[0], first[0])
            self._square(tree, first, "diag needs a vector or a square matrix, got {}")
            return (first[0], ONE)
        self.wrong(tree, f"{name} is not for answers here")

    def _norm(self, tree):
        second = tree.args[1]
        found = {"2": "spectral", "F": "norm", "fro": "norm", "nuc": "nuclear"}.get(
            str(second.data)
        )
        if found is None:
            self.wrong(second, "the second argument of norm is 2, F, fro or nuc")
        tree.data, tree.args = found, tree.args[:1]

    def __call__(self, values):
        """Return the value where the names have these values.

        Parameters
        ----------
        values : dict of str to 2-D array
        """
        sizes = {}
        for name, shape in self.shapes.items():
            for size, count in zip(shape, np.shape(values[name]), strict=True):
                if len(size) == 1:
                    sizes[size[0]] = count
        with np.errstate(all="ignore"):
            return _evaluate(self.tree, values, sizes)

    @property
    def notes(self):
        """How a piece was read that some would read otherwise."""
        notes = [_note(tree, self.text) for tree in _walk(self.tree)]
        return list(dict.fromkeys(filter(None, notes)))

    def terms(self):
        """Return the formula multiplied out: one formula for each summand."""
        return [self._part(tree) for tree in _summands(self.tree)]

    def _part(self, tree):
        part = object.__new__(Formula)
        part.text, part.shapes, part.tree, part.shape = self.text, self.shapes, tree, self.shape
        return part


def _advice(name, known):
    """Return what to write in the place of an unknown name, nothing if that is not clear."""
    if name == "e":
        return "write exp(x) for the exponential of every entry, expm(A) for that of a matrix"
    if name in ("T", "t", "H"):
        return "write A' or A^T for a transpose"
    starts = re.match("(?:tr|trace|det|log|exp|inv|vec|diag)(?=[A-Z])", name)
    if starts or name in FUNCTIONS - {"lambda", "sigma", "K", "I"}:
        function = starts[0] if starts else name
        return f"the argument of a function stands in brackets, as in {function}(...)"
    if name[0] == "d" and name[1:] in known:
        return _without_increment(known)
    near = [other for other in known if other.lower() == name.lower()]
    if near:
        return f"capital letters count, so write {' or '.join(near)}"
    return ""


def _without_increment(known):
    """Return what to say of an increment that is no symbol of an exercise."""
    tangents = [name for name in known if name[0] == "d" and name[1:].rstrip("0123456789") in known]
    if tangents:
        return f"the increment here is {' or '.join(tangents)}, and what is constant has none"
    if "F_bar" in known:
        return "the answer is made with F_bar, and no increment stands in it"
    return "no increment stands in the answer: asked for is what it is multiplied by"


def _depth(tree):
    deepest, left = 0, [(tree, 1)]
    while left:
        tree, depth = left.pop()
        deepest = max(deepest, depth)
        left += [(a, depth + 1) for a in tree.args]
    return deepest


def _walk(tree):
    yield tree
    for a in tree.args:
        yield from _walk(a)


def _note(tree, text):
    if tree.op == "call" and tree.args:
        shape, name = tree.args[0].shape if hasattr(tree.args[0], "shape") else None, tree.data
        if shape is None or ONE in shape:
            return None
        if name in OF_MATRICES and shape[0] == shape[1]:
            return f"{name} is taken of every entry; of the matrix it is {OF_MATRICES[name]}."
        if name == "norm":
            return "The norm of a matrix is that of Frobenius; the spectral norm is norm(A, 2)."
    if tree.op == "*" and tree.args[0].op == "/" and is_scalar(tree.args[1].shape):
        divisor, after = tree.args[0].args[1], tree.place
        whole = text[divisor.place : after + 1]
        if re.fullmatch("[A-Za-z0-9]{2,}", whole):
            return f"/{whole} is read as /{whole[:-1]} times {whole[-1]}; for the other write /({whole})."
    return None


def is_scalar(shape):
    return shape == (ONE, ONE)


def times(*sizes):
    return tuple(sorted(s for size in sizes for s in size))


def kron_shape(a, b):
    return (times(a[0], b[0]), times(a[1], b[1]))


def show_size(size):
    return " ".join(size) or "1"


def show(shape):
    return "a number" if is_scalar(shape) else " by ".join(map(show_size, shape))


def whole_number(tree):
    """Return the whole number that a tree of syntax is, None if it is none."""
    if tree.op == "neg":
        inside = whole_number(tree.args[0])
        return None if inside is None else -inside
    if tree.op == "number" and tree.data == int(tree.data):
        return int(tree.data)
    return None


def _count(size, sizes):
    return int(np.prod([int(s) if s.isdigit() else sizes[s] for s in size], dtype=int))


def _evaluate(tree, values, sizes):
    match tree.op:
        case "number":
            return np.array([[float(tree.data)]])
        case "name":
            if tree.data in values:
                return np.asarray(values[tree.data], dtype=float)
            return np.array([[np.pi]]) if tree.data == "pi" else np.eye(_count(tree.size, sizes))
        case "call":
            return _called(tree, values, sizes)
    args = [_evaluate(a, values, sizes) for a in tree.args]
    match tree.op:
        case "neg":
            return -args[0]
        case "'":
            return args[0].T
        case "+":
            return args[0] + args[1]
        case "-":
            return args[0] - args[1]
        case "*":
            if any(is_scalar(a.shape) for a in tree.args):
                return args[0] * args[1]
            return args[0] @ args[1]
        case ".*":
            return args[0] * args[1]
        case "/" | "./":
            return args[0] / args[1]
        case "⊗":
            return np.kron(*args)
        case "^":
            if is_scalar(tree.args[0].shape):
                return args[0] ** args[1]
            power = whole_number(tree.args[1])
            base = args[0] if power >= 0 else _inverse(args[0])
            return np.linalg.matrix_power(base, abs(power))
        case ".^":
            return args[0] ** args[1]
    raise AssertionError(tree.op)


def _inverse(A):
    try:
        return np.linalg.inv(A)
    except np.linalg.LinAlgError:
        return np.full(A.shape, np.nan)


def _scalar(x):
    return np.array([[float(x)]])


def _commutation(m, n):
    return np.eye(m * n)[np.arange(m * n).reshape((m, n), order="F").ravel()]


_SPELLED = {"arctan": np.arctan, "ln": np.log}


def _called(tree, values, sizes):
    name = tree.data
    if name in SIZED:
        counts = [_count(s, sizes) for s in tree.size]
        if name == "K":
            return _commutation(*counts)
        if name in ("ones", "zeros"):
            return getattr(np, name)((counts[0], counts[1] if len(counts) > 1 else 1))
        return np.eye(counts[0])
    x, *rest = (_evaluate(a, values, sizes) for a in tree.args[: 1 if name == "unvec" else None])
    if name in ENTRYWISE:
        return (_SPELLED.get(name) or getattr(np, name))(x)
    match name:
        case "tr" | "trace" | "Tr":
            return _scalar(np.trace(x))
        case "det":
            return _scalar(np.linalg.det(x))
        case "logdet":
            return _scalar(np.log(np.linalg.det(x)))
        case "inv":
            return _inverse(x)
        case "expm" | "logm" | "sqrtm":
            return np.real(getattr(scipy.linalg, name)(x))
        case "norm":
            return _scalar(np.linalg.norm(x))
        case "nuclear":
            return _scalar(np.linalg.norm(x, "nuc"))
        case "spectral":
            return _scalar(np.linalg.norm(x, 2))
        case "sum":
            return _scalar(np.sum(x))
        case "kron":
            return np.kron(x, rest[0])
        case "hadamard":
            return x * rest[0]
        case "dot" | "inner":
            return _scalar(np.sum(x * rest[0]))
        case "vec":
            return x.reshape((-1, 1), order="F")
        case "unvec":
            return x.reshape([_count(s, sizes) for s in tree.size], order="F")
        case "pinv":
            return np.linalg.pinv(x)
        case "transpose":
            return x.T
        case "diag":
            return np.diag(x.ravel()) if x.shape[1] == 1 else np.diag(x).reshape(-1, 1)
        case "lambda" | "eigenvalue":
            return _scalar(np.sort(np.linalg.eigvals(x).real)[int(rest[0].item()) - 1])
        case "sigma":
            return _scalar(np.linalg.svd(x, compute_uv=False)[int(rest[0].item()) - 1])
    raise McalcError(f"no value of {name}.")


# Not diag and .*, where sums such as 1 - tanh^2 are one derivative and no product rule.
LINEAR_CALLS = {"tr", "trace", "Tr", "vec", "transpose", "sum", "unvec"}
BILINEAR = {"*", "⊗"}
BILINEAR_CALLS = {"kron", "dot", "inner"}


def _summands(tree):
    """Return trees that sum to the tree: products and linear functions are multiplied out."""
    args = tree.args
    if tree.op == "+":
        return _summands(args[0]) + _summands(args[1])
    if tree.op == "-":
        return _summands(args[0]) + [_like(tree, "neg", [t]) for t in _summands(args[1])]
    if tree.op in ("neg", "'") or tree.op == "call" and tree.data in LINEAR_CALLS:
        return [_like(tree, tree.op, [t, *args[1:]]) for t in _summands(args[0])]
    if tree.op in BILINEAR or tree.op == "call" and tree.data in BILINEAR_CALLS:
        return [
            _like(tree, tree.op, [s, t]) for s in _summands(args[0]) for t in _summands(args[1])
        ]
    if tree.op == "/":
        return [_like(tree, "/", [t, args[1]]) for t in _summands(args[0])]
    return [tree]


def _like(tree, op, args):
    new = Tree(op, args, tree.data, tree.place)
    new.shape = tree.shape
    if hasattr(tree, "size"):
        new.size = tree.size
    return new
