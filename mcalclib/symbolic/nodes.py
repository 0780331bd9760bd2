"""Matrix expressions as trees of light nodes, each existing once.

sympy's own matrix classes canonicalise while they are built, which costs a hundred times as much
and loses how the expression was written. A node keeps it: derivations show expressions as a
reader would write them. Two nodes are equal exactly when they are the same object.

A scalar has shape (). A vector is a matrix with one column. Sizes are ints or sympy expressions.
Constructors do what a reader would do without noticing, and nothing more: drop zeros and
identities, undo a double transpose, multiply numbers.
"""

from fractions import Fraction
from weakref import WeakValueDictionary

import sympy

from ..errors import ShapeError

_existing = WeakValueDictionary()


class Node:
    """One operation with its operands; made by the functions of this module only."""

    __slots__ = ("__weakref__", "args", "data", "free", "key", "memo", "op", "shape")
    __array_priority__ = 1e3

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def T(self):
        return transpose(self)

    mT = T
    factors = None  # what the numeric engine knows of a product, asked for by np.trace

    def __neg__(self):
        return mul(num(-1), self)

    def __add__(self, other):
        return _with(add, self, other)

    def __radd__(self, other):
        return _with(add, other, self)

    def __sub__(self, other):
        return _with(subtract, self, other)

    def __rsub__(self, other):
        return _with(subtract, other, self)

    def __mul__(self, other):
        return _with(mul, self, other)

    def __rmul__(self, other):
        return _with(mul, other, self)

    def __matmul__(self, other):
        return _with(matmul, self, other)

    def __rmatmul__(self, other):
        return _with(matmul, other, self)

    def __truediv__(self, other):
        return _with(divide, self, other)

    def __rtruediv__(self, other):
        return _with(divide, other, self)

    def __pow__(self, other):
        return _with(power, self, other)

    def __rpow__(self, other):
        return _with(power, other, self)

    def __getitem__(self, index):
        from .face import getitem

        return getitem(self, index)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        from .face import call_ufunc

        return call_ufunc(ufunc, method, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        from .face import call_function

        return call_function(function, args, kwargs)

    def __repr__(self):
        from .printing import text

        return text(self)


def _with(operation, left, right):
    try:
        left, right = as_node(left), as_node(right)
    except TypeError:
        return NotImplemented
    return operation(left, right)


def make(op, args=(), data=None, shape=()):
    """Return the node with these parts, the one that exists already if there is one."""
    identity = (op, args, data, shape)
    node = _existing.get(identity)
    if node is None:
        node = Node()
        node.op, node.args, node.data, node.shape = op, args, data, shape
        inside = ",".join(a.key for a in args)
        sizes = "" if args else str(shape)
        node.key = f"{op}{'' if data is None else f':{data}'}{sizes}({inside})"
        node.free = (
            frozenset((node,)) if op in LEAVES else frozenset().union(*(a.free for a in args))
        )
        node.memo = {}
        _existing[identity] = node
    return node


def forget():
    """Forget what was worked out about the trees that exist, as a benchmark must."""
    for node in list(_existing.values()):
        node.memo.clear()


LEAVES = {"sym", "msym"}


def size(d):
    """Return a size as an int where it is one."""
    if isinstance(d, int):
        return d
    return int(d) if getattr(d, "is_Integer", False) else d


def is_one(d):
    """Whether a size is 1; asking sympy with == is slow."""
    return d.__class__ is int and d == 1


def is_vector(x):
    return is_one(x.shape[0]) or is_one(x.shape[1])


def size_product(a, b):
    return size(a * b)


def as_node(value):
    """Return numbers and nodes as nodes; raise TypeError for anything else."""
    if isinstance(value, Node):
        return value
    if isinstance(value, int | Fraction | float) or type(value).__module__ == "numpy":
        return num(value)
    raise TypeError(f"not an expression: {value!r}")


def num(value):
    """Return a number; a float such as 0.5 that a rule writes stands for the fraction."""
    if not isinstance(value, int | Fraction):
        exact = Fraction(float(value))
        near = exact.limit_denominator(1000)
        value = near if float(near) == float(exact) else exact
    value = Fraction(value)
    return make("num", data=value)


ZERO, ONE, MINUS_ONE = num(0), num(1), num(-1)


def sym(symbol):
    """Return a scalar symbol, or one of sympy's constants."""
    return make("sym", data=symbol)


def letter(taken):
    """Return a letter for a sum to count with, whose name is not taken."""
    name = next(s for s in ("i", "j", "l", "i1", "i2", "i3") if s not in taken)
    return sym(sympy.Symbol(name, integer=True, nonnegative=True))


def msym(name, rows, columns, symmetric=False):
    """Return a matrix symbol."""
    return make("msym", data=(name, symmetric), shape=(size(rows), size(columns)))


def identity(n):
    return make("identity", shape=(size(n), size(n)))


def zeros(shape):
    return make("zeros", shape=shape) if shape else ZERO


def ones(rows, columns):
    if rows == columns == 1:
        return identity(1)
    return make("ones", shape=(size(rows), size(columns)))


def is_zero(x):
    return x is ZERO or x.op == "zeros"


def is_number(x):
    return x.op == "num"


def is_column(x):
    return len(x.shape) == 2 and is_one(x.shape[1])


def is_square(x):
    return len(x.shape) == 2 and x.shape[0] == x.shape[1]


def is_one_by_one(x):
    return x.shape == (1, 1)


def shape_text(shape):
    return "a scalar" if shape == () else f"{shape[0]} by {shape[1]}"


def _refuse(where, *nodes):
    came = " and ".join(f"`{n!r}` ({shape_text(n.shape)})" for n in nodes)
    raise ShapeError(f"{where}: the shapes do not fit: {came}.")


def add(*nodes):
    """Return the sum; a scalar beside a matrix is added to every entry, as in NumPy."""
    terms, constant = [], Fraction(0)
    for n in nodes:
        for term in n.args if n.op == "add" else (n,):
            if is_number(term):
                constant += term.data
            elif not is_zero(term):
                terms.append(term)
    shapes = {t.shape for t in terms} | {n.shape for n in nodes}
    matrices = [s for s in shapes if s != ()]
    if len(matrices) > 1:
        if (1, 1) in matrices and len(matrices) == 2:
            return add(*(entry(t) if is_one_by_one(t) else t for t in nodes))
        different = [next(n for n in (*terms, *nodes) if n.shape == s) for s in matrices[:2]]
        _refuse("sum", *different)
    shape = matrices[0] if matrices else ()
    if constant:
        terms.append(num(constant))
    if shape:
        terms = [t if t.shape else mul(t, ones(*shape)) for t in terms]
    if not terms:
        return zeros(shape)
    if len(terms) == 1:
        return terms[0]
    return make("add", tuple(terms), shape=shape)


def subtract(a, b):
    return add(a, mul(MINUS_ONE, b))


def mul(*nodes):
    """Return the product of scalars, or entry by entry of matrices, or scalar times matrix."""
    number, scalars, matrices = Fraction(1), [], []
    for n in nodes:
        for factor in n.args if n.op == "mul" else (n,):
            if is_number(factor):
                number *= factor.data
            elif factor.shape:
                matrices.append(factor)
            else:
                scalars.append(factor)
    if (
        len(matrices) > 1
        and any(map(is_one_by_one, matrices))
        and not all(map(is_one_by_one, matrices))
    ):
        scalars += [entry(m) for m in matrices if is_one_by_one(m)]
        matrices = [m for m in matrices if not is_one_by_one(m)]
    if len(matrices) > 1:
        matrices = [had(*matrices)]
    shape = matrices[0].shape if matrices else ()
    if number == 0 or any(map(is_zero, matrices)):
        return zeros(shape)
    if matrices and matrices[0].op == "add" and number == -1 and not scalars:
        return add(*(mul(MINUS_ONE, t) for t in matrices[0].args))
    if matrices and matrices[0].op == "mul":
        return mul(num(number), *scalars, *matrices[0].args)
    factors = [*([num(number)] if number != 1 else []), *scalars, *matrices]
    if not factors:
        return ONE
    return factors[0] if len(factors) == 1 else make("mul", tuple(factors), shape=shape)


def divide(a, b):
    if is_number(b):
        return mul(a, num(1 / b.data))
    return mul(a, power(b, MINUS_ONE))


def power(x, p):
    """Return x to the power p, entry by entry if x is a matrix."""
    if is_one_by_one(x):
        x = entry(x)
    if p is ONE:
        return x
    if is_number(p) and is_number(x) and p.data.denominator == 1 and (x.data or p.data > 0):
        return num(x.data ** int(p.data))
    if p is ZERO:
        return ones(*x.shape) if x.shape else ONE
    if x is ONE:
        return x
    if x.op == "pow" and is_number(p) and is_number(x.args[1]) and p.data.denominator == 1:
        return power(x.args[0], num(x.args[1].data * p.data))
    if p.shape:
        _refuse("power", x, p)
    return make("pow", (x, p), shape=x.shape)


def fn(name, x):
    """Return a function of a scalar, or of every entry of a matrix."""
    if is_one_by_one(x):
        x = entry(x)
    return power(x, num(Fraction(1, 2))) if name == "sqrt" else make("fn", (x,), name, x.shape)


def had(*nodes):
    """Return the Hadamard product of matrices of one shape."""
    factors = []
    for n in nodes:
        factors.extend(n.args if n.op == "had" else (n,))
    for f in factors[1:]:
        if f.shape != factors[0].shape:
            _refuse("Hadamard product", factors[0], f)
    scalars = [s for f in factors if f.op == "mul" for s in f.args if not s.shape]
    if scalars:
        bare = [f.args[-1] if f.op == "mul" else f for f in factors]
        return mul(*scalars, had(*bare))
    if any(map(is_zero, factors)):
        return zeros(factors[0].shape)
    kept = [f for f in factors if f.op != "ones"] or factors[:1]
    return kept[0] if len(kept) == 1 else make("had", tuple(kept), shape=factors[0].shape)


def matmul(*nodes):
    """Return the matrix product; scalars among the factors scale it."""
    scalars, factors = [], []
    for n in nodes:
        parts = n.args if n.op == "mul" else (n,)
        scalars.extend(p for p in parts if not p.shape)
        for p in parts:
            if p.shape:
                factors.extend(p.args if p.op == "matmul" else (p,))
    if not factors:
        return mul(*scalars)
    kept = [factors[0]]
    for f in factors[1:]:
        if kept[-1].shape[1] != f.shape[0]:
            _refuse("product", kept[-1], f)
        if f.op == "identity":
            continue
        if kept[-1].op == "identity":
            kept[-1] = f
        else:
            kept.append(f)
    shape = (kept[0].shape[0], kept[-1].shape[1])
    if any(map(is_zero, kept)):
        return zeros(shape)
    product = kept[0] if len(kept) == 1 else make("matmul", tuple(kept), shape=shape)
    return mul(*scalars, product) if scalars else product


def transpose(x):
    """Return the transpose, pushed no further than a reader would push it."""
    if not x.shape or is_one_by_one(x) and x.op in LEAVES or is_symmetric(x):
        return x
    if x.op == "transpose":
        return x.args[0]
    if x.op == "mul":
        return mul(*x.args[:-1], transpose(x.args[-1]))
    shape = x.shape[::-1]
    if x.op in ("zeros", "ones"):
        return make(x.op, shape=shape)
    return make("transpose", (x,), shape=shape)


def is_symmetric(x):
    """Whether x is symmetric by the look of it."""
    return (
        x.op in ("identity", "diag", "hmap")
        or x.op in ("zeros", "ones")
        and x.shape[0] == x.shape[1]
        or x.op == "dense"
        and x.data.is_symmetric()
        or x.op == "msym"
        and x.data[1]
        or x.op in ("inverse", "mpow", "mfun", "pinv")
        and is_symmetric(x.args[0])
    )


def square(where, x):
    if not is_square(x):
        raise ShapeError(f"{where}: `{x!r}` must be square, it is {shape_text(x.shape)}.")
    return x


def inverse(x):
    if not x.shape or is_one_by_one(x):
        return power(x, MINUS_ONE)
    square("inverse", x)
    if x.op == "inverse":
        return x.args[0]
    if x.op == "identity":
        return x
    return make("inverse", (x,), shape=x.shape)


def mpow(x, k):
    """Return the matrix power of a square matrix, with an integer or symbolic exponent."""
    if not x.shape or is_one_by_one(x):
        return power(x, k)
    square("matrix power", x)
    if k is ZERO:
        return identity(x.shape[0])
    if k is ONE or x.op == "identity":
        return x
    if k is MINUS_ONE:
        return inverse(x)
    terms = k.args if k.op == "add" else (k,)
    if all(map(_is_negated, terms)) and not is_number(k):
        return mpow(inverse(x), add(*(mul(MINUS_ONE, t) for t in terms)))
    if is_number(k) and k.data == Fraction(1, 2):
        return mfun("sqrtm", x)
    if is_number(k) and k.data.denominator != 1:
        raise ShapeError(f"matrix power: the exponent must be an integer or 1/2, got {k!r}.")
    return make("mpow", (x, k), shape=x.shape)


def _is_negated(x):
    first = x.args[0] if x.op == "mul" else x
    return is_number(first) and first.data < 0


def mfun(name, x):
    """Return a matrix function: expm, logm, sqrtm."""
    return make("mfun", (square(name, x),), name, x.shape)


def entry(x):
    """Return the only entry of a 1 by 1 matrix, as a scalar."""
    if not x.shape:
        return x
    if not is_one_by_one(x):
        raise ShapeError(f"expected a scalar, got `{x!r}` ({shape_text(x.shape)}).")
    if x.op == "mul":
        return mul(*x.args[:-1], entry(x.args[-1]))
    if x.op == "add":
        return add(*map(entry, x.args))
    return make("entry", (x,))


def trace(x):
    if not x.shape or is_one_by_one(x):
        return entry(x)
    square("trace", x)
    if x.op == "mul":
        return mul(*x.args[:-1], trace(x.args[-1]))
    if is_zero(x):
        return ZERO
    return make("trace", (x,))


def det(x):
    return entry(x) if not x.shape or is_one_by_one(x) else make("det", (square("det", x),))


def total(x):
    """Return the sum of all entries; of a Hadamard product, the trace it is."""
    if not x.shape or is_one_by_one(x):
        return entry(x)
    if x.op == "mul":
        return mul(*x.args[:-1], total(x.args[-1]))
    if x.op == "had":
        *first, last = x.args
        return trace(matmul(transpose(had(*first)), last))
    return make("total", (x,))


def norm(x, kind="frobenius"):
    """Return a norm: frobenius (also of vectors), nuclear, spectral."""
    if not x.shape or is_one_by_one(x):
        return fn("abs", entry(x))
    # a vector has one singular value: all three norms are its length
    return make("norm", (x,), "frobenius" if is_vector(x) else kind)


def diag(x):
    if not is_column(x):
        raise ShapeError(f"diag: `{x!r}` must be a column, it is {shape_text(x.shape)}.")
    return make("diag", (x,), shape=(x.shape[0], x.shape[0]))


def diagonal(x):
    return make("diagonal", (square("diagonal", x),), shape=(x.shape[0], 1))


def kron(*nodes):
    left, *rest = nodes
    for right in rest:
        left, right = (x if x.shape else mul(x, identity(1)) for x in (left, right))
        shape = tuple(size_product(a, b) for a, b in zip(left.shape, right.shape, strict=True))
        left = make("kron", (left, right), shape=shape)
    return left


def vec(x):
    if not x.shape or x.shape[1] == 1:
        return x
    return make("vec", (x,), shape=(size_product(*x.shape), 1))


def unvec(x, rows, columns):
    """Return the matrix whose vec is x."""
    if columns == 1:
        return x
    return make("unvec", (x,), shape=(size(rows), size(columns)))


def commutation(m, n):
    """Return K with K vec(A) = vec(A^T) for A of shape (m, n)."""
    d = size_product(m, n)
    if m == 1 or n == 1:
        return identity(d)
    return make("commutation", data=(size(m), size(n)), shape=(d, d))


def unit(rows, i):
    """Return the i-th unit vector, i from 0."""
    return make("unit", data=i, shape=(size(rows), 1))


def unknown_map(name, u, components):
    """Return the value of an unknown function of a column."""
    return make("map", (u,), name, (size(components), 1))


def unknown_derivative(name, u, components):
    """Return the Jacobian of an unknown function at u."""
    return make("dmap", (u,), name, (size(components), u.shape[0]))


def unknown_hessian(name, u):
    """Return the Hessian of an unknown function with one component at u."""
    return make("hmap", (u,), name, (u.shape[0], u.shape[0]))


def linear_atom(op, *args, data=None, shape):
    """Return one of the less common nodes, of the given shape."""
    return make(op, tuple(args), data, tuple(map(size, shape)))


def differential_of(x):
    """Return d(x), not yet worked out."""
    return make("d", (x,), shape=x.shape)


def depends(x, variables):
    return not x.free.isdisjoint(variables)


def as_expression(value):
    """Return sympy's integer or fraction, for use as a size."""
    return sympy.sympify(value)
