"""From trees to sympy expressions."""

import sympy
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagonalOf

from . import functions as f
from .printing import blocks_of
from .reading import FUNCTIONS

_SCALAR_FUNCTIONS = {name: kind for kind, name in FUNCTIONS.items()}
_entry_of = sympy.Dummy("x")


def write(node):
    """Return the sympy expression of a tree."""
    expr = node.memo.get("sympy")
    if expr is None:
        writer = WRITERS.get(node.op)
        expr = writer(node) if writer else _own(node)
        node.memo["sympy"] = expr
    return expr


def size(d):
    return sympy.sympify(d)


def _own(node):
    args = [write(a) for a in node.args]
    data = node.data if isinstance(node.data, tuple) else (node.data,)
    match node.op:
        case "mfun" | "frechet" | "frechet_matrix" | "frechet2" | "frechet2_matrix":
            return f.CLASSES[node.op](node.data, *args)
        case "map" | "dmap":
            return f.CLASSES[node.op](node.data, *args, size(node.shape[0]))
        case "hmap":
            return f.MapHessian(node.data, *args)
        case "norm":
            return f.Norm(*args, *(() if node.data == "frobenius" else (node.data,)))
        case "unvec":
            return f.Unvec(*args, *map(size, node.shape))
        case "d":
            return (f.Differential if node.shape else f.DifferentialOf)(*args)
    return f.CLASSES[node.op](*args, *(d for d in data if d is not None))


def _add(node):
    blocks = blocks_of(node)
    if blocks is not None:
        return sympy.BlockMatrix([[write(b) for b in row] for row in blocks])
    args = map(write, node.args)
    if not node.shape:
        return sympy.Add(*args)
    # in sympy's own order, so that the result equals what a user writes
    return sympy.MatAdd(*sorted(args, key=sympy.default_sort_key))


def _mul(node):
    args = [write(a) for a in node.args]
    if not node.shape:
        return sympy.Mul(*args)
    *scalars, last = args
    factors = last.args if isinstance(last, sympy.MatMul) else (last,)
    return sympy.MatMul(*([sympy.Mul(*scalars)] if scalars else []), *factors)


def _power(node):
    x, p = map(write, node.args)
    return sympy.HadamardPower(x, p) if node.shape else sympy.Pow(x, p)


def _fn(node):
    (x,) = map(write, node.args)
    function = unknown(node.data) or _SCALAR_FUNCTIONS[node.data]
    if not node.shape:
        return function(x)
    return ElementwiseApplyFunction(sympy.Lambda(_entry_of, function(_entry_of)), x)


def unknown(name):
    """Return the undefined function of a name such as "?sigma", primes included."""
    return sympy.Function(name[1:]) if name.startswith("?") else None


def _had(node):
    return sympy.HadamardProduct(*map(write, node.args))


def _msym(node):
    name, symmetric = node.data
    if symmetric:
        return f.SymmetricMatrix(name, size(node.shape[0]))
    return sympy.MatrixSymbol(name, *map(size, node.shape))


WRITERS = {
    "num": lambda x: sympy.Rational(x.data.numerator, x.data.denominator),
    "sym": lambda x: x.data,
    "msym": _msym,
    "identity": lambda x: sympy.Identity(size(x.shape[0])),
    "zeros": lambda x: sympy.ZeroMatrix(*map(size, x.shape)),
    "ones": lambda x: sympy.OneMatrix(*map(size, x.shape)),
    "add": _add,
    "mul": _mul,
    "matmul": lambda x: sympy.MatMul(*map(write, x.args)),
    "had": _had,
    "pow": _power,
    "fn": _fn,
    "transpose": lambda x: sympy.Transpose(write(x.args[0])),
    "inverse": lambda x: sympy.Inverse(write(x.args[0])),
    "mpow": lambda x: sympy.MatPow(*map(write, x.args)),
    "trace": lambda x: sympy.Trace(write(x.args[0])),
    "det": lambda x: sympy.Determinant(write(x.args[0])),
    "diag": lambda x: sympy.DiagMatrix(write(x.args[0])),
    "diagonal": lambda x: DiagonalOf(write(x.args[0])),
    "kron": lambda x: sympy.KroneckerProduct(*map(write, x.args)),
    "total": lambda x: f.Entry(
        sympy.MatMul(
            sympy.OneMatrix(1, size(x.args[0].shape[0])),
            write(x.args[0]),
            sympy.OneMatrix(size(x.args[0].shape[1]), 1),
        )
    ),
    "dense": lambda x: x.data,
    "unit": lambda x: f.UnitVector(size(x.shape[0]), x.data),
}
