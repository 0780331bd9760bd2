"""From sympy expressions to trees."""

from fractions import Fraction

import sympy
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.matexpr import MatrixElement

from ..errors import DtypeError, NoRuleError, ShapeError
from . import functions as f
from . import nodes as n


def read(expr):
    """Return the tree of a sympy expression, or of a result that holds one.

    Raises
    ------
    NoRuleError
        If the expression has a node that the engine does not know.
    """
    if isinstance(expr, n.Node):
        return expr
    if isinstance(expr, str):
        raise DtypeError(
            f"expected a sympy expression, got the text {expr!r}; parse(text) reads it."
        )
    if not isinstance(expr, sympy.Basic):
        expr = sympy.sympify(expr)
        expr = expr.as_immutable() if hasattr(expr, "as_immutable") else expr
    node = getattr(expr, "_node", None)
    if node is not None:
        return node
    for kind in type(expr).__mro__:
        reader = READERS.get(kind)
        if reader is not None:
            return reader(expr)
    raise NoRuleError(
        f"no symbolic form of {type(expr).__name__}, met in `{expr}`; "
        f"known: {', '.join(sorted(k.__name__ for k in READERS))}."
    )


def _args(expr):
    return [read(a) for a in expr.args]


def _sum(expr):
    """sympy orders terms by its own key; a reader puts a positive one first."""
    terms = _args(expr)
    return n.add(*sorted(terms, key=lambda t: t.op == "mul" and n.is_number(t.args[0])
                         and t.args[0].data < 0))  # fmt: skip


def _power(expr):
    base, exponent = read(expr.base), read(expr.exp)
    return n.mpow(base, exponent) if base.shape else n.power(base, exponent)


def _function(name, matrix_function=None):
    def reader(expr):
        (x,) = _args(expr)
        if x.shape and not n.is_one_by_one(x):
            if matrix_function is None:
                raise NoRuleError(
                    f"{name} of the matrix `{x!r}` has no meaning of its own; write "
                    f"X.applyfunc({name}) for {name} of every entry."
                )
            return n.mfun(matrix_function, x)
        return n.fn(name, x)

    return reader


def _applied(expr):
    """Elementwise functions: the body of the lambda, with the matrix for its argument."""
    (variable,) = expr.function.variables
    return _substitute(expr.function.expr, variable, read(expr.expr))


def _substitute(body, variable, x):
    if body == variable:
        return x
    if not body.has(variable):
        return read(body)
    parts = [_substitute(a, variable, x) for a in body.args]
    if isinstance(body, sympy.Add):
        return n.add(*parts)
    if isinstance(body, sympy.Mul):
        return n.mul(*parts)
    if isinstance(body, sympy.Pow):
        return _entrywise_power(*parts)
    name = FUNCTIONS.get(type(body)) or _unknown_name(body)
    if name is None:
        raise NoRuleError(f"no derivative rule for {type(body).__name__}, met in `{body}`.")
    return n.fn(name, *parts)


def _entrywise_power(base, exponent):
    """A power of entries; with a matrix for its exponent, e to the product with the logarithm."""
    if exponent.shape:
        return n.fn("exp", n.mul(exponent, n.fn("log", base)))
    return n.power(base, exponent)


def _unknown_name(expr):
    if isinstance(expr, AppliedUndef) and len(expr.args) == 1:
        return f"?{expr.func.__name__}"
    return None


def _unknown(expr):
    name = _unknown_name(expr)
    if name is None:
        raise NoRuleError(f"no derivative rule for {expr.func}, met in `{expr}`.")
    return n.fn(name, n.entry(read(expr.args[0])))


def _blocks(expr):
    rows = [[read(expr.blocks[i, j]) for j in range(expr.blocks.shape[1])]
            for i in range(expr.blocks.shape[0])]  # fmt: skip
    return blocks(rows)


def blocks(rows):
    """Return a block matrix, as the sum of its blocks between selectors."""
    heights = [row[0].shape[0] for row in rows]
    widths = [b.shape[1] for b in rows[0]]
    terms = []
    for i, row in enumerate(rows):
        for j, block in enumerate(row):
            if block.shape != (heights[i], widths[j]):
                raise ShapeError(
                    f"block matrix: block ({i}, {j}) is {n.shape_text(block.shape)}, expected "
                    f"{heights[i]} by {widths[j]}."
                )
            left, right = selector(i, heights), selector(j, widths)
            terms.append(n.matmul(left, block, n.transpose(right)))
    return n.add(*terms)


def selector(i, sizes):
    total = n.size(sum(sizes))
    return n.linear_atom("block_selector", data=(i, *sizes), shape=(total, sizes[i]))


def _dense(expr):
    """A matrix of numbers is a constant."""
    if not all(x.is_number and x.is_real for x in expr):
        raise NoRuleError(
            f"`{expr}` has entries that are not real numbers; write it with matrix symbols, unit "
            "vectors or blocks."
        )
    return n.make("dense", data=expr, shape=tuple(map(int, expr.shape)))


def _vec_shape(expr):
    return n.vec(read(expr.args[0]))


def _sized(op, shape):
    def reader(expr):
        sizes = tuple(map(n.size, expr.args))
        return n.linear_atom(op, data=sizes, shape=shape(*sizes))

    return reader


def _indexed(op, shape):
    def reader(expr):
        A, i = expr.args
        A = read(A)
        if op.endswith("eigenvector") or op == "eigenvalue":
            n.square(op, A)
        return n.linear_atom(op, A, data=n.size(i), shape=shape(A))

    return reader


def _norm(expr):
    kind = expr.args[1].name if len(expr.args) > 1 else "frobenius"
    if kind not in ("frobenius", "nuclear", "spectral"):
        raise NoRuleError(f"no norm is called {kind!r}; known: frobenius, nuclear, spectral.")
    return n.norm(read(expr.args[0]), kind)


def _frechet(expr):
    name, A, E = expr.args
    A = read(A)
    return n.linear_atom("frechet", A, read(E), data=name.name, shape=A.shape)


def _frechet2(expr):
    name, A, E, F = expr.args
    A = read(A)
    return n.make("frechet2", (A, read(E), read(F)), name.name, A.shape)


def _frechet2_matrix(expr):
    name, A, E = expr.args
    A = read(A)
    d = n.size_product(*A.shape)
    return n.make("frechet2_matrix", (A, read(E)), name.name, (d, d))


def _frechet_matrix(expr):
    name, A = expr.args
    A = read(A)
    d = n.size_product(*A.shape)
    return n.linear_atom("frechet_matrix", A, data=name.name, shape=(d, d))


def _column(expr):
    u = read(expr)
    if not n.is_column(u):
        raise ShapeError(f"Map: `{u!r}` must be a column, it is {n.shape_text(u.shape)}.")
    return u


def _pinv(expr):
    (A,) = _args(expr)
    return n.linear_atom("pinv", A, shape=A.shape[::-1])


def _polar(expr):
    (A,) = _args(expr)
    return n.linear_atom("polar", A, shape=A.shape)


def _isum(expr):
    F, i, low, high = expr.args
    return isum(read(F), read(i), read(low), read(high))


def isum(body, index, low, high):
    """Return the sum of a matrix expression over an integer index."""
    return n.make("isum", (body, index, low, high), shape=body.shape)


def _dot(x, y):
    x, y = (v if n.is_column(v) else n.transpose(v) for v in (x, y))
    return n.entry(n.matmul(n.transpose(x), y))


def _matrix_element(expr):
    A = read(expr.parent)
    left, right = n.unit(A.shape[0], n.size(expr.i)), n.unit(A.shape[1], n.size(expr.j))
    return n.entry(n.matmul(n.transpose(left), A, right))


FUNCTIONS = {
    sympy.exp: "exp", sympy.log: "log", sympy.sin: "sin", sympy.cos: "cos", sympy.tan: "tan",
    sympy.sinh: "sinh", sympy.cosh: "cosh", sympy.tanh: "tanh", sympy.atan: "arctan",
    sympy.asin: "arcsin", sympy.acos: "arccos", sympy.Abs: "abs", sympy.sign: "sign",
    sympy.asinh: "arcsinh",
}  # fmt: skip

READERS = {
    sympy.Rational: lambda e: n.num(Fraction(int(e.p), int(e.q))),
    sympy.Float: lambda e: n.num(float(e)),
    sympy.NumberSymbol: n.sym,
    sympy.Symbol: n.sym,
    sympy.Add: _sum,
    sympy.Mul: lambda e: n.matmul(*_args(e)) if e.is_Matrix else n.mul(*_args(e)),
    sympy.Pow: _power,
    sympy.MatrixSymbol: lambda e: n.msym(e.name, *e.shape),
    f.SymmetricMatrix: lambda e: n.msym(e.name, *e.shape, symmetric=True),
    sympy.MatAdd: _sum,
    sympy.MatMul: lambda e: n.matmul(*_args(e)),
    sympy.MatPow: _power,
    sympy.Inverse: lambda e: n.inverse(read(e.args[0])),
    sympy.Transpose: lambda e: n.transpose(read(e.args[0])),
    sympy.Adjoint: lambda e: n.transpose(read(e.args[0])),  # all matrices are real
    sympy.ImmutableDenseMatrix: _dense,
    sympy.Trace: lambda e: n.trace(read(e.args[0])),
    sympy.Determinant: lambda e: n.det(read(e.args[0])),
    sympy.HadamardProduct: lambda e: n.had(*_args(e)),
    sympy.HadamardPower: lambda e: _entrywise_power(*_args(e)),
    ElementwiseApplyFunction: _applied,
    sympy.DiagMatrix: lambda e: n.diag(read(e.args[0])),
    DiagonalOf: lambda e: n.diagonal(read(e.args[0])),
    DiagonalMatrix: lambda e: n.diag(n.diagonal(read(e.args[0]))),
    sympy.DotProduct: lambda e: _dot(*_args(e)),
    sympy.KroneckerProduct: lambda e: n.kron(*_args(e)),
    sympy.Identity: lambda e: n.identity(e.shape[0]),
    sympy.ZeroMatrix: lambda e: n.zeros(tuple(map(n.size, e.shape))),
    sympy.OneMatrix: lambda e: n.ones(*e.shape),
    sympy.BlockMatrix: _blocks,
    MatrixElement: _matrix_element,
    AppliedUndef: _unknown,
    f.Vec: _vec_shape,
    f.Unvec: lambda e: n.unvec(read(e.args[0]), *e.args[1:]),
    f.CommutationMatrix: lambda e: n.commutation(*map(n.size, e.args)),
    f.DuplicationMatrix: _sized("duplication", lambda k: (k * k, k * (k + 1) // 2
                                if isinstance(k, int) else k * (k + 1) / 2)),
    f.DiagonalSelector: _sized("diagonal_selector", lambda k: (n.size_product(k, k), k)),
    f.BlockSelector: lambda e: selector(int(e.args[0]), list(map(n.size, e.args[1:]))),
    f.UnitVector: lambda e: n.unit(*map(n.size, e.args)),
    f.Differential: lambda e: n.differential_of(read(e.args[0])),
    f.DifferentialOf: lambda e: n.differential_of(read(e.args[0])),
    f.Map: lambda e: n.unknown_map(e.args[0].name, _column(e.args[1]), e.args[2]),
    f.MapDerivative: lambda e: n.unknown_derivative(
        e.args[0].name, _column(e.args[1]), e.args[2]
    ),
    f.MapHessian: lambda e: n.unknown_hessian(e.args[0].name, _column(e.args[1])),
    f.MatrixSum: _isum,
    f.MatrixFunction: lambda e: n.mfun(e.args[0].name, read(e.args[1])),
    f.FrechetDerivative: _frechet,
    f.FrechetMatrix: _frechet_matrix,
    f.SecondFrechetDerivative: _frechet2,
    f.SecondFrechetMatrix: _frechet2_matrix,
    f.PseudoInverse: _pinv,
    f.PolarFactor: _polar,
    f.RightEigenvector: _indexed("right_eigenvector", lambda A: (A.shape[0], 1)),
    f.LeftEigenvector: _indexed("left_eigenvector", lambda A: (A.shape[0], 1)),
    f.LeftSingularVector: _indexed("left_singular_vector", lambda A: (A.shape[0], 1)),
    f.RightSingularVector: _indexed("right_singular_vector", lambda A: (A.shape[1], 1)),
    f.Entry: lambda e: n.entry(read(e.args[0])),
    f.Norm: _norm,
    f.Eigenvalue: _indexed("eigenvalue", lambda A: ()),
    f.SingularValue: _indexed("singular_value", lambda A: ()),
    **{kind: _function(name, {"exp": "expm", "log": "logm"}.get(name))
       for kind, name in FUNCTIONS.items()},
}  # fmt: skip
