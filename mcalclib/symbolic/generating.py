"""From an expression to a NumPy function with readable source.

Vectors are one-dimensional arrays. Products are associated so that thin ones come first, an
inverse beside something else becomes a solve, the trace of a product is a sum of products of
entries, diag(v) scales rows or columns, and K permutes them; what occurs twice is computed once.
"""

import keyword
import linecache
from collections import Counter
from functools import partial, wraps
from itertools import count

import numpy as np
import sympy

from ..errors import DtypeError, NoRuleError, ShapeError
from . import nodes as n
from .checking import UnverifiedError, agree
from .evaluation import evaluate, stand_in
from .forms import canonical
from .points import points
from .reading import read
from .results import Hessian, Result

LARGE = 100  # what a size that is a symbol counts for when products are associated
_numbers = count(1)


def to_numpy(result, form="matrix"):
    """Return a NumPy function that computes a result.

    Parameters
    ----------
    result : Result, Hessian or sympy expression
        A gradient, a differential (its ``dX`` becomes an argument), a Jacobian, a Hessian.
    form : {"matrix", "operator", "bilinear"}
        Which form of a Hessian.

    Returns
    -------
    callable
        With keyword arguments named after the symbols, and its text in ``.source``. Vectors are
        arrays of shape (n,); (n, 1) is taken too. An unknown function f is an argument too, its
        derivative is ``df``. It raises ShapeError for arrays whose shapes do not fit each other.

    Raises
    ------
    UnverifiedError
        If the function does not agree with the expression at a random point.
    NoRuleError
        If an operation has no NumPy form.

    Examples
    --------
    >>> import sympy
    >>> from mcalclib.symbolic import symbolic_gradient
    >>> n = sympy.Symbol("n")
    >>> A, x = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> gradient = to_numpy(symbolic_gradient(x.T * A * x, x))
    >>> print(gradient.source)
    def gradient(*, A, x):
        return (A + A.T) @ x
    >>> gradient(A=np.eye(2), x=np.array([1.0, 2.0]))
    array([2., 4.])
    """
    name = "value"
    if isinstance(result, Hessian):
        node, name = read(getattr(result, form)), "hessian"
    elif isinstance(result, Result):
        node, name = result.node, result.kind.lower()
    else:
        node = getattr(result, "node", None) or read(result)
        names = {str(_plain(leaf)) for leaf in node.free}
        if any(name[0] == "d" and name[1:].rstrip("2") in names for name in names):
            name = "differential"
    writer = _Writer(node)
    source = writer.function(name)
    function = _compiled(source, name)
    _check(node, function, writer)
    return _with_checked_shapes(function, writer)


def _compiled(source, name):
    filename = f"<mcalclib generated {next(_numbers)}>"
    # so that tracebacks and inspect.getsource show the lines
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    namespace = {"np": np}
    # the text is ours: whatever comes from symbols went through `identifier`
    exec(compile(source, filename, "exec"), namespace)  # noqa: S102
    function = namespace[name]
    function.source = source.rstrip("\n")
    return function


def _with_checked_shapes(function, writer):
    """Let a function refuse arrays that do not fit: a column of shape (n, 1) would broadcast."""
    leaves = {name: leaf for leaf, name in writer.names.items() if name in writer.parameters}
    sizes = {name: s for s, name in writer.size_names.items()}

    @wraps(function)
    def checked(**arguments):
        known = {sizes[k]: (v, k) for k, v in arguments.items() if k in sizes}
        for name in sorted(leaves.keys() & arguments.keys()):
            arguments[name] = _fitting(
                function.__name__, name, leaves[name], arguments[name], known
            )
        return function(**arguments)

    return checked


def _fitting(function, name, leaf, value, known):
    """Return a value as the array that the symbol stands for, of a shape that fits the others.

    Parameters
    ----------
    known : dict
        Sizes that are symbols -> (their value, the argument that says so).
    """
    if not leaf.shape:
        if np.ndim(value):
            raise ShapeError(f"{function}: {name} must be a scalar, got shape {np.shape(value)}.")
        return value
    value = np.asarray(value)
    if np.issubdtype(value.dtype, np.integer) or value.dtype == bool:
        value = value.astype(float)
    if not np.issubdtype(value.dtype, np.inexact):
        raise DtypeError(f"{function}: {name} must hold numbers, got dtype {value.dtype}.")
    shape = leaf.shape
    if n.is_vector(leaf):
        shape = (leaf.shape[0] if n.is_column(leaf) else leaf.shape[1],)
        if value.ndim == 2 and 1 in value.shape:
            value = value.ravel()
    expected = " by ".join(map(str, shape)) if len(shape) == 2 else f"of shape ({shape[0]},)"
    if value.ndim != len(shape):
        raise ShapeError(f"{function}: {name} must be {expected}, got shape {value.shape}.")
    for d, came in zip(shape, value.shape, strict=True):
        whole = d if isinstance(d, int) else known.get(d, (None,))[0]
        if whole is None and d.is_Symbol:
            known[d] = (came, name)
        elif whole is not None and whole != came:
            because = "" if isinstance(d, int) else f", where {d} = {whole} as for {known[d][1]}"
            raise ShapeError(
                f"{function}: {name} must be {expected}{because}; got shape {value.shape}."
            )
    return value


def _check(node, function, writer):
    for point in points([node], [], count=2):
        values = {}
        for leaf, name in writer.names.items():
            value = point.env.get(leaf, point.env.get(getattr(leaf, "data", None)))
            values[name] = np.ravel(value) if leaf.shape and n.is_vector(leaf) else value
        values |= {name: point.env[s] for s, name in writer.size_names.items() if s in point.env}
        values = {k: v for k, v in values.items() if k in writer.parameters}
        for name, unknown in writer.unknown.items():
            values[name] = partial(_stand_in, unknown, point.env)
        with np.errstate(all="ignore"):
            expected = evaluate(node, point.env)
            try:
                found = function(**values)
            except (LookupError, NameError, TypeError, ValueError) as problem:
                raise UnverifiedError(
                    f"to_numpy: the function written for `{node!r}` does not run, so it is not "
                    f"returned: {problem}\n{function.source}"
                ) from problem
        if not agree(found, expected, 1e-8):
            raise UnverifiedError(
                f"to_numpy: the function written for `{node!r}` does not compute it at a random "
                f"point, so it is not returned:\n{function.source}"
            )


def _stand_in(unknown, env, x):
    if isinstance(unknown, str):
        return stand_in(unknown, x)
    column = n.msym("u", len(x), 1)
    rows = column.shape[0] if unknown.op == "hmap" else unknown.shape[0]
    columns = 1 if unknown.op == "map" else column.shape[0]
    node = n.make(unknown.op, (column,), unknown.data, (rows, columns))
    return _squeezed(evaluate(node, {**env, column: x[:, None]}), unknown)


def _squeezed(value, node):
    return value.ravel() if n.is_vector(node) else value


def _plain(leaf):
    return leaf.data[0] if leaf.op == "msym" else leaf.data


class _Writer:
    """Writes the body of one function."""

    def __init__(self, node):
        self.node = node
        self.lines, self.written = [], {}
        self.imports = set()
        self.calls = {}
        self.unknown = {}
        self.names = {leaf: self.identifier(str(_plain(leaf))) for leaf in node.free
                      if not self.is_constant(leaf)}  # fmt: skip
        self.taken = set(self.names.values())
        self.size_names, self.size_lines = {}, []
        self.uses = Counter()
        self.count_uses(node, set())

    @staticmethod
    def is_constant(leaf):
        return leaf.op == "sym" and leaf.data.is_number

    @staticmethod
    def identifier(name):
        name = "".join(c if c.isalnum() else "_" for c in name)
        name = name if name.isidentifier() else f"_{name}"
        return name + "_" if keyword.iskeyword(name) else name

    def count_uses(self, node, seen):
        self.uses[node] += 1
        if node in seen:
            return
        seen.add(node)
        for a in node.args:
            self.count_uses(a, seen)

    def function(self, name):
        result = self.show(self.node)
        indices = {x for x in self.names if self.is_index(x)}
        self.parameters = sorted(
            {v for k, v in self.names.items() if k not in indices and v not in self.derived_names}
            | set(self.unknown)
            | {v for k, v in self.size_names.items() if k not in self.derived}
        )
        body = [*sorted(self.imports), *self.size_lines, *self.lines, f"return {self.bare(result)}"]
        head = f"def {name}(*, {', '.join(self.parameters)}):" if self.parameters else (
            f"def {name}():")  # fmt: skip
        return "\n".join([head, *(f"    {line}" for line in body)]) + "\n"

    @property
    def derived(self):
        return {line.split(" = ")[0] for line in self.size_lines} and {
            s for s, name in self.size_names.items() if f"{name} = " in "\n".join(self.size_lines)
        }

    @property
    def derived_names(self):
        return {self.size_names[s] for s in self.derived}

    def is_index(self, leaf):
        return leaf in self._indices

    _indices: frozenset = frozenset()

    @staticmethod
    def bare(s):
        """Drop brackets around the whole."""
        if not (s.startswith("(") and s.endswith(")")):
            return s
        depth = 0
        for i, c in enumerate(s):
            depth += (c == "(") - (c == ")")
            if depth == 0 and i < len(s) - 1:
                return s
        return s[1:-1]

    def size(self, d):
        """Return the text of a size, read off an argument where that is possible."""
        if isinstance(d, int):
            return str(d)
        if d in self.size_names:
            return self.size_names[d]
        if not d.is_Symbol:
            own = {s: sympy.Symbol(self.size(s)) for s in sorted(d.free_symbols, key=str)}
            above, below = map(str, d.xreplace(own).as_numer_denom())
            # a size is whole: n (n + 1) / 2 would be a float
            text = above if below == "1" else f"({above}) // {below}"
            return f"({text})" if not text.isalnum() else text
        name = self.identifier(str(d))
        for leaf, own in sorted(self.names.items(), key=lambda item: item[1]):
            if leaf.shape and d in leaf.shape:
                axis = 0 if n.is_vector(leaf) else leaf.shape.index(d)
                if not n.is_vector(leaf) or not n.is_one(d):
                    self.size_lines.append(f"{name} = {own}.shape[{axis}]")
                    break
        self.size_names[d] = name
        return name

    def show(self, node):
        """Return the text of a node's value, assigning it a name if it is used again."""
        if node in self.written:
            return self.written[node]
        text = self.text(node)
        shared = self.uses[node] > 1 and node.args and not (
            node.op in ("transpose", "entry") and not node.args[0].args
        )  # fmt: skip
        if shared and not self._indices & node.free:
            name = self.new_name(node)
            self.lines.append(f"{name} = {self.bare(text)}")
            self.written[node] = name
            return name
        return text

    def new_name(self, node):
        base = _TEMPORARIES.get(node.op, "t")
        for i in count(1):
            name = base if i == 1 and base != "t" else f"{base}{i}"
            if name not in self.taken:
                self.taken.add(name)
                return name

    def kind(self, node):
        if not node.shape or n.is_one_by_one(node):
            return "scalar"
        if n.is_one(node.shape[1]):
            return "column"
        return "row" if n.is_one(node.shape[0]) else "matrix"

    def text(self, node):
        handler = getattr(self, f"write_{node.op}", None)
        if handler is None:
            raise NoRuleError(f"to_numpy: no NumPy form of {node.op}, met in `{node!r}`.")
        return handler(node)

    def write_num(self, node):
        v = node.data
        if v.denominator == 1:
            return str(v) if v >= 0 else f"({v})"
        if v.denominator & (v.denominator - 1) == 0:
            return str(float(v)) if v >= 0 else f"({float(v)})"
        return f"({v.numerator} / {v.denominator})"

    def write_sym(self, node):
        if self.is_constant(node):
            return {"pi": "np.pi", "E": "np.e"}.get(str(node.data), repr(float(node.data)))
        if node not in self.names or str(node.data) in {str(d) for d in self._sizes()}:
            return self.size(node.data)
        return self.names[node]

    def _sizes(self):
        return {d for leaf in self.node.free for d in leaf.shape if not isinstance(d, int)}

    def write_msym(self, node):
        return self.names[node]

    def write_add(self, node):
        parts = [self.show(a) for a in node.args]
        out = parts[0]
        for p in parts[1:]:
            out += f" - {p[1:]}" if p.startswith("-") else f" + {p}"
        return f"({out})"

    def write_mul(self, node):
        number, *rest = node.args
        if not n.is_number(number):
            number, rest = n.ONE, list(node.args)
        below = [x for x in rest if x.op == "pow" and not x.shape and _is_minus_whole(x.args[1])]
        above = [x for x in rest if x not in below]
        parts = [self.show(x) for x in above]
        sign = "-" if number.data < 0 else ""
        size = abs(number.data)
        if size != 1:
            parts.insert(0, self.write_num(n.num(size)))
        out = " * ".join(self.operand(p) for p in parts) or "1"
        for x in below:
            out += f" / {_divisor(self.show(n.power(x.args[0], n.num(-x.args[1].data))))}"
        if sign and "@" in {c for _, c in _top_level(out)}:
            out = f"({out})"  # so that the product is negated, not a large factor
        return sign + out

    @staticmethod
    def operand(s):
        return f"({s})" if _loose(s) or "@" in {c for _, c in _top_level(s)} else s

    def write_had(self, node):
        return " * ".join(self.operand(self.show(a)) for a in node.args)

    def write_pow(self, node):
        x, p = node.args
        if n.is_number(p) and p.data.denominator == 2 and p.data.numerator == 1:
            return f"np.sqrt({self.bare(self.show(x))})"
        if p is n.MINUS_ONE:
            return f"1 / {_divisor(self.show(x))}"
        if n.is_number(p) and p.data.denominator == 1 and p.data < 0:
            below = self.show(n.power(x, n.num(-p.data)))
            return f"1 / {_divisor(below)}"
        base = self.show(x)
        base = f"({base})" if _compound(base) else base
        exponent = self.show(p)
        return f"{base}**{f'({exponent})' if _loose(exponent) else exponent}"

    def write_fn(self, node):
        argument = self.bare(self.show(node.args[0]))
        if node.data.startswith("?"):
            plain = node.data[1:].rstrip("'")
            name = "d" * node.data.count("'") + self.identifier(plain)
            self.unknown[name] = node.data
            return f"{name}({argument})"
        return f"np.{node.data}({argument})"

    def write_transpose(self, node):
        (x,) = node.args
        inside = self.show(x)
        if self.kind(x) != "matrix":
            return inside
        return f"{f'({inside})' if _compound(inside) else inside}.T"

    def write_entry(self, node):
        return self.show(node.args[0])

    def write_inverse(self, node):
        return f"np.linalg.inv({self.bare(self.show(node.args[0]))})"

    def write_mpow(self, node):
        x, k = node.args
        return f"np.linalg.matrix_power({self.bare(self.show(x))}, {self.bare(self.show(k))})"

    def write_det(self, node):
        return f"np.linalg.det({self.bare(self.show(node.args[0]))})"

    def write_norm(self, node):
        kind = {"frobenius": "", "nuclear": ', "nuc"', "spectral": ", 2"}[node.data]
        return f"np.linalg.norm({self.bare(self.show(node.args[0]))}{kind})"

    def write_total(self, node):
        return f"np.sum({self.bare(self.show(node.args[0]))})"

    def write_trace(self, node):
        (x,) = node.args
        if x.op != "matmul" or x in self.written:
            return f"np.trace({self.bare(self.show(x))})"
        best = min(
            range(1, len(x.args)), key=lambda i: self.cost(x.args[:i]) + self.cost(x.args[i:])
        )
        left, right = n.matmul(*x.args[:best]), n.matmul(*x.args[best:])
        if left.op == "transpose":
            return f"np.sum({self.operand(self.show(left.args[0]))} * {self.factor(right)})"
        return f"np.sum({self.factor(n.transpose(left))} * {self.factor(right)})"

    def factor(self, node):
        s = self.show(node)
        return f"({s})" if _compound(s) else s

    def cost(self, factors):
        return self.plan(factors)[0]

    def plan(self, factors):
        """Return (cost, split) of the cheapest order of multiplication, by dynamic programming."""
        sizes = [self.weight(f.shape[0]) for f in factors] + [self.weight(factors[-1].shape[1])]
        table = {(i, i + 1): (0, 0) for i in range(len(factors))}
        for length in range(2, len(factors) + 1):
            for i in range(len(factors) - length + 1):
                j = i + length
                table[i, j] = min(
                    (table[i, k][0] + table[k, j][0] + sizes[i] * sizes[k] * sizes[j], -k)
                    for k in range(i + 1, j)
                )
        cost, split = table[0, len(factors)]
        return cost, -split if split else 0

    @staticmethod
    def weight(d):
        return d if isinstance(d, int) else LARGE

    def write_matmul(self, node):
        return self.product(node.args)

    def product(self, factors):
        if len(factors) == 1:
            return self.show(factors[0])
        _, split = self.plan(factors)
        return self.times(factors[:split], factors[split:])

    def times(self, left, right):
        a, b = n.matmul(*left), n.matmul(*right)
        if len(left) == 1:
            solved = self.solve(left[0], right, b)
            if solved:
                return solved
            if left[0].op == "diag":
                v = self.factor(left[0].args[0])
                other = self.group(right)
                return f"{v}[:, None] * {other}" if self.kind(b) == "matrix" else f"{v} * {other}"
            if left[0].op == "commutation" and self.kind(b) != "row":
                return f"{self.group(right)}[{self.order(*left[0].data)}]"
        if len(right) == 1:
            solved = self.solve_right(right[0], left, a)
            if solved:
                return solved
            if right[0].op == "diag":
                return f"{self.group(left)} * {self.factor(right[0].args[0])}"
            if right[0].op == "commutation" and self.kind(a) == "matrix":
                back = self.order(*right[0].data[::-1])
                return f"{self.group(left)}[:, {back}]"
        x, y = self.group(left, chain="@"), self.group(right)
        if self.kind(a) == "column" and self.kind(b) == "row":
            return f"np.outer({self.bare(x)}, {self.bare(y)})"
        if self.kind(a) == "scalar" or self.kind(b) == "scalar":
            return f"{self.operand(x)} * {y}"
        return f"{x} @ {y}"

    def group(self, factors, chain=""):
        """Return a product as an operand; @ on the left needs no brackets before @."""
        text = self.product(factors)
        operators = {c for _, c in _top_level(text)} & set("+-*/@")
        return f"({text})" if operators - set(chain) else text

    def solve(self, first, rest, b):
        """A⁻¹B as a solve, unless the inverse is there anyway."""
        matrix = _inverted(first)
        if matrix is None or self.uses[first] > 1 and self.kind(b) == "matrix":
            return None
        return f"np.linalg.solve({self.bare(self.show(matrix))}, {self.bare(self.product(rest))})"

    def solve_right(self, last, rest, a):
        matrix = _inverted(last)
        if matrix is None or self.uses[last] > 1 and self.kind(a) == "matrix":
            return None
        turned = self.bare(self.show(canonical(n.transpose(matrix))))
        if self.kind(a) == "row":
            return f"np.linalg.solve({turned}, {self.bare(self.product(rest))})"
        inside = self.bare(self.show(n.transpose(n.matmul(*rest))))
        return f"np.linalg.solve({turned}, {inside}).T"

    def order(self, rows, columns):
        """The permutation of rows that K is."""
        m, k = self.size(rows), self.size(columns)
        return f'np.arange({m} * {k}).reshape(({m}, {k}), order="F").ravel()'

    def write_commutation(self, node):
        return f"np.eye({self.size(node.shape[0])})[{self.order(*node.data)}]"

    def write_identity(self, node):
        return "1" if n.is_one_by_one(node) else f"np.eye({self.bare(self.size(node.shape[0]))})"

    def write_zeros(self, node):
        return f"np.zeros({self.shape(node)})"

    def write_ones(self, node):
        return f"np.ones({self.shape(node)})"

    def shape(self, node):
        if self.kind(node) == "matrix":
            return f"({', '.join(self.bare(self.size(d)) for d in node.shape)})"
        return self.bare(self.size(node.shape[0] if self.kind(node) == "column" else node.shape[1]))

    def write_dense(self, node):
        rows = [[float(x) for x in row] for row in node.data.tolist()]
        if self.kind(node) != "matrix":
            rows = [x for row in rows for x in row]
        return f"np.array({rows})"

    def write_unit(self, node):
        index = node.data if isinstance(node.data, int) else self.size(node.data)
        return f"np.eye({self.size(node.shape[0])})[{index}]"

    def write_diag(self, node):
        return f"np.diag({self.bare(self.show(node.args[0]))})"

    write_diagonal = write_diag

    def write_vec(self, node):
        return f'{self.factor(node.args[0])}.ravel(order="F")'

    def write_unvec(self, node):
        return f'{self.factor(node.args[0])}.reshape({self.shape(node)}, order="F")'

    def write_kron(self, node):
        parts = []
        for a in node.args:
            s = self.bare(self.show(a))
            if self.kind(a) == "column":
                s = f"{self.factor(a)}[:, None]" if self.kind(node) == "matrix" else s
            parts.append(s)
        return f"np.kron({', '.join(parts)})"

    def write_mfun(self, node):
        self.imports.add("import scipy.linalg")
        return f"scipy.linalg.{node.data}({self.bare(self.show(node.args[0]))})"

    def write_frechet(self, node):
        A, E = (self.bare(self.show(a)) for a in node.args)
        if node.data == "expm":
            self.imports.add("import scipy.linalg")
            return f"scipy.linalg.expm_frechet({A}, {E}, compute_expm=False)"
        self.imports.add("from mcalclib.symbolic.evaluation import frechet")
        return f'frechet("{node.data}", {A}, {E})'

    def write_frechet_matrix(self, node):
        A = self.bare(self.show(node.args[0]))
        return self.helper("frechet_matrix", f'"{node.data}", {A}')

    def helper(self, name, arguments):
        self.imports.add(f"from mcalclib.symbolic.evaluation import {name}")
        return f"{name}({arguments})"

    def write_frechet2(self, node):
        arguments = ", ".join(self.bare(self.show(a)) for a in node.args)
        return self.helper("frechet2", f'"{node.data}", {arguments}')

    def write_frechet2_matrix(self, node):
        arguments = ", ".join(self.bare(self.show(a)) for a in node.args)
        return self.helper("frechet2_matrix", f'"{node.data}", {arguments}')

    def write_duplication(self, node):
        return self.helper("duplication_matrix", self.size(node.data[0]))

    def write_diagonal_selector(self, node):
        return self.helper("diagonal_selector", self.size(node.data[0]))

    def write_block_selector(self, node):
        i, *sizes = node.data
        texts = [self.size(d) for d in sizes]
        start, stop = " + ".join(texts[:i]) or "0", " + ".join(texts[: i + 1])
        if self.kind(node) == "column":
            return f"np.eye({' + '.join(texts)})[{start}]"
        return f"np.eye({' + '.join(texts)})[:, {start} : {stop}]"

    def write_map(self, node):
        name = self.identifier(node.data)
        self.unknown[name] = node
        return f"{name}({self.bare(self.show(node.args[0]))})"

    def write_dmap(self, node):
        name = "d" + self.identifier(node.data)
        self.unknown[name] = node
        return f"{name}({self.bare(self.show(node.args[0]))})"

    def write_hmap(self, node):
        name = "dd" + self.identifier(node.data)
        self.unknown[name] = node
        return f"{name}({self.bare(self.show(node.args[0]))})"

    def write_pinv(self, node):
        # what is zero but for rounding, such as λI - A on the eigenvector, is zero
        return f"np.linalg.pinv({self.bare(self.show(node.args[0]))}, rcond=1e-13)"

    def write_polar(self, node):
        return self.helper("polar_factor", self.bare(self.show(node.args[0])))

    def indexed(self, node, function, slot):
        i = node.data if isinstance(node.data, int) else self.size(node.data)
        call = self.helper(function, f"{self.bare(self.show(node.args[0]))}, {i}")
        s = self.calls.get(call)
        if s is None:
            s = self.calls[call] = self.new_name(node)
            self.lines.append(f"{s} = {call}")
        return f"{s}[{slot}]" if not node.shape else f"{s}[{slot}].ravel()"

    def write_eigenvalue(self, node):
        return self.indexed(node, "eigenpair", 0)

    def write_left_eigenvector(self, node):
        return self.indexed(node, "eigenpair", 1)

    def write_right_eigenvector(self, node):
        return self.indexed(node, "eigenpair", 2)

    def write_singular_value(self, node):
        return self.indexed(node, "singular_triple", 0)

    def write_left_singular_vector(self, node):
        return self.indexed(node, "singular_triple", 1)

    def write_right_singular_vector(self, node):
        return self.indexed(node, "singular_triple", 2)

    def write_isum(self, node):
        body, index, low, high = node.args
        self._indices = self._indices | {index}
        name = self.names.setdefault(index, str(index.data))
        stop = self.bare(self.show(n.add(high, n.ONE)))
        inside = self.bare(self.show(body))
        terms = f"({inside} for {name} in range({self.bare(self.show(low))}, {stop}))"
        # the sum may be empty, and has a shape then too
        return f"sum({terms}, np.zeros({self.shape(node)}))"


_TEMPORARIES = {
    "inverse": "inverse",
    "det": "determinant",
    "norm": "length",
    "eigenvalue": "pair",
    "left_eigenvector": "pair",
    "right_eigenvector": "pair",
    "singular_value": "triple",
    "left_singular_vector": "triple",
    "right_singular_vector": "triple",
}


def _is_minus_whole(p):
    return n.is_number(p) and p.data < 0 and p.data.denominator == 1


def _inverted(x):
    """Return A for A⁻¹ and Aᵀ for A⁻ᵀ, else None."""
    if x.op == "inverse":
        return x.args[0]
    if x.op == "transpose" and x.args[0].op == "inverse":
        return n.transpose(x.args[0].args[0])
    return None


def _top_level(s):
    """Yield the characters of s outside all brackets."""
    depth = 0
    for i, c in enumerate(s):
        if c in ")]":
            depth -= 1
        if depth == 0:
            yield i, c
        if c in "([":
            depth += 1


def _loose(s):
    """Whether s is a sum, a quotient or signed, so that it needs brackets as a factor."""
    return any(c in "+/" or c == "-" for i, c in _top_level(s))


def _divisor(s):
    """Put brackets around what a division would take apart, such as a product."""
    return f"({s})" if _compound(s.replace("**", "")) else s


def _compound(s):
    """Whether s has any operator outside brackets."""
    return any(c in "+-*/@" for _, c in _top_level(s))
