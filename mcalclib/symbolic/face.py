"""How a tree answers NumPy, so that the formulas of `mcalclib.rules` run on it.

A rule writes ``-F @ dX @ F`` or ``np.sum(G * dX, axis=(-2, -1))``; given trees, those lines build
trees. A NumPy function that has no symbolic counterpart is refused by name.
"""

from functools import partial

import numpy as np

from ..errors import NoRuleError
from . import nodes as n

FUNCTION_UFUNCS = {
    np.exp: "exp", np.log: "log", np.sin: "sin", np.cos: "cos", np.tan: "tan", np.sqrt: "sqrt",
    np.sinh: "sinh", np.cosh: "cosh", np.tanh: "tanh", np.arctan: "arctan", np.arcsin: "arcsin",
    np.arccos: "arccos", np.absolute: "abs", np.sign: "sign", np.arcsinh: "arcsinh",
}  # fmt: skip
NAMED = {name: function for function, name in FUNCTION_UFUNCS.items()}

UFUNCS = {
    np.add: n.add,
    np.subtract: n.subtract,
    np.multiply: n.mul,
    np.matmul: n.matmul,
    np.divide: n.divide,
    np.power: n.power,
    np.negative: lambda x: n.mul(n.MINUS_ONE, x),
    np.square: lambda x: n.power(x, n.num(2)),
    np.reciprocal: lambda x: n.power(x, n.MINUS_ONE),
    np.conjugate: lambda x: x,
    np.equal: lambda a, b: a is b,
    **{u: partial(n.fn, name) for u, name in FUNCTION_UFUNCS.items()},
}


def call_ufunc(ufunc, method, inputs, kwargs):
    if method != "__call__" or ufunc not in UFUNCS or kwargs:
        raise NoRuleError(f"np.{ufunc.__name__} has no symbolic face.")
    from ..rules import ZERO

    if any(x is ZERO for x in inputs):
        return NotImplemented
    return UFUNCS[ufunc](*(x if isinstance(x, n.Node) else n.as_node(x) for x in inputs))


def call_function(function, args, kwargs):
    face = FUNCTIONS.get(function.__name__)
    if face is None:
        raise NoRuleError(
            f"{function.__name__} has no symbolic face; a rule that uses it serves numbers only."
        )
    return face(*args, **kwargs)


def getitem(x, index):
    """Return x; new axes mean nothing to a scalar, and everything else is refused."""
    parts = index if isinstance(index, tuple) else (index,)
    if not x.shape and all(p is None or p is Ellipsis for p in parts):
        return x
    raise NoRuleError(f"indexing of `{x!r}` with {index} has no symbolic face.")


def _sum(x, axis=None, **options):
    if axis is None or not x.shape or set(axis if isinstance(axis, tuple) else (axis,)) == {-2, -1}:
        return n.total(x)
    column = n.ones(x.shape[1], 1)
    if axis in (1, -1):
        return n.matmul(x, column)
    return n.transpose(n.matmul(n.transpose(x), n.ones(x.shape[0], 1)))


def _ravel(x, order="C"):
    return n.vec(x if order == "F" else n.transpose(x))


def _reshape(x, shape, order="C"):
    if order != "F":
        raise NoRuleError(f"reshape of `{x!r}` row by row has no symbolic face.")
    return n.vec(x) if n.is_one(shape[1]) else n.unvec(x, *shape)


def _where(condition, a, b):
    if isinstance(condition, bool | np.bool_):
        return a if condition else b
    raise NoRuleError("np.where with a condition that is not known has no symbolic face.")


def _kron(a, b):
    from ..rules import ZERO

    return ZERO if ZERO in (a, b) else n.kron(n.as_node(a), n.as_node(b))


def _frechet(name, A, E):
    return n.make("frechet", (A, E), name, A.shape)


def _sylvester(a, b, q, transposed=False):
    """X with aX + Xb = q: for a = b = √A it is the derivative of the root along q."""
    if a is b and a.op == "mfun" and a.data == "sqrtm":
        return _frechet("sqrtm", n.transpose(a.args[0]) if transposed else a.args[0], q)
    raise NoRuleError(f"a Sylvester equation with `{a!r}` and `{b!r}` has no symbolic face.")


FUNCTIONS = {
    "inv": n.inverse,
    "det": n.det,
    "transpose": lambda x, axes=None: n.transpose(x),
    "matrix_transpose": n.transpose,
    "swapaxes": lambda x, *axes: n.transpose(x),
    "trace": n.trace,
    "trace_of_matrix": n.trace,
    "trace_of_product": lambda a, b: n.trace(n.matmul(a, b)),
    "sum": _sum,
    "kron": _kron,
    "ravel": _ravel,
    "reshape": _reshape,
    "diagonal": lambda x, *_, **__: n.diagonal(x),
    "on_diagonal": lambda x, *_, **__: n.diag(x),
    "moveaxis": lambda x, *_: x,  # the two axes of a matrix, in their order
    "where": _where,
    "solve": lambda a, b: n.matmul(n.inverse(a), b),
    "matrix_power": lambda a, k: n.mpow(a, n.as_node(k)),
    "shape": lambda x: x.shape,
    "real": lambda x: x,
    "exponential_derivative": partial(_frechet, "expm"),
    "logarithm_derivative": partial(_frechet, "logm"),
    "sylvester": _sylvester,
    "ndim": lambda x: x.ndim,
    "iscomplexobj": lambda x: False,
    "expand_dims": lambda x, axis: getitem(x, (None,)),
    "filling": lambda x: (n.zeros(x.shape), 0),  # a symbol under det stands for a regular matrix
    "zeros_like": lambda x, **_: n.zeros(x.shape),
}
