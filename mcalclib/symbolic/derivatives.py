"""Differential, gradient, Jacobian and Hessian of sympy expressions."""

from fractions import Fraction

import numpy as np
import sympy

from ..errors import DtypeError, ShapeError
from ..rules import ZERO
from . import linear_parts
from . import nodes as n
from .checking import check_differential, check_second
from .differentials import push, tangent_of
from .evaluation import evaluate
from .forms import canonical
from .normal import normal
from .reading import read
from .rebuilding import one_by_one, rebuild
from .resizing import Resizing
from .results import Hessian, Result
from .writing import write


def differential(expr, X):
    """Return d(expr), linear in dX, as a sympy expression.

    Parameters
    ----------
    expr : sympy expression
        A scalar or a matrix expression; its sizes may be symbols.
    X : Symbol, MatrixSymbol or SymmetricMatrix
        What varies. All other symbols are constant.

    Returns
    -------
    sympy expression
        Shaped like expr, with the symbol ``dX`` (``d`` and the name of X; ``dX2`` if expr has a
        ``dX`` already). A scalar comes as tr(Gᵀ dX), with G the gradient.

    Raises
    ------
    NoRuleError
        If an operation has no derivative rule.
    UnverifiedError
        If the numeric engine does not confirm the result at random points.

    References
    ----------
    Magnus and Neudecker (2019), chapters 8 and 9.

    Examples
    --------
    >>> n = sympy.Symbol("n")
    >>> A, x = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> differential(A**2, A)
    A*dA + dA*A
    >>> differential(x.T * A * x, x)
    x.T*(A + A.T)*dx
    """
    F, leaf, sizes = given(expr, X)
    return write(sizes.numbered(worked_differential(F, leaf)[0]))


def given(expr, X):
    """Return the tree, the leaf that varies, and how their sizes were named."""
    F, leaf = read(expr), variable(X)
    sizes = Resizing(F, leaf)
    return sizes.named(F), sizes.named(leaf), sizes


def variable(X):
    """Return the leaf that varies."""
    leaf = read(X)
    if leaf.op not in n.LEAVES:
        raise DtypeError(
            f"a derivative is taken with respect to a symbol or matrix symbol, got `{X}`; "
            "give the composite a name of its own first."
        )
    return leaf


def fresh_tangent(F, leaf, taken=()):
    """Return the differential of a leaf, under a name that F does not use."""
    names = {_name(x) for x in F.free} | {_name(x) for x in taken}
    dX = tangent_of(leaf)
    base, count = _name(dX), 2
    while _name(dX) in names:
        dX = _renamed(dX, f"{base}{count}")
        count += 1
    return dX


def _name(leaf):
    return leaf.data[0] if leaf.op == "msym" else str(leaf.data)


def _renamed(leaf, name):
    if leaf.op == "msym":
        return n.msym(name, *leaf.shape, symmetric=leaf.data[1])
    return n.sym(sympy.Symbol(name, **leaf.data.assumptions0))


def worked_differential(F, leaf, dX=None, check=True):
    """Return (dF, dX, gradient or None), checked."""
    dX = dX or fresh_tangent(F, leaf)
    pushed = push(canonical(F), {leaf: dX})
    G = None
    if pushed is ZERO:
        result = n.zeros(F.shape)
        G = n.zeros(leaf.shape) if is_scalar(F) else None
    elif is_scalar(F):
        G = gradient_of(pushed, dX)
        result = scalar_differential(G, dX)
        if F.shape and (product := one_by_one(result)).op != "mul":
            result = product
    else:
        result = rebuild(normal(pushed), frozenset((dX,)))
    if check:
        again = read(write(result))
        check_differential("differential", F, leaf, dX, lambda env: evaluate(again, env))
    return result, dX, G


def is_scalar(F):
    return not F.shape or n.is_one_by_one(F)


def gradient_of(df, dX):
    """Return the tidied gradient; of a symmetric variable, the symmetric one."""
    G = canonical(linear_parts.gradient(df, dX))
    if dX.shape and n.is_symmetric(dX):
        G = canonical(n.mul(n.num(Fraction(1, 2)), n.add(G, n.transpose(G))))
    return G


def scalar_differential(G, dX):
    """Return tr(Gᵀ dX): gᵀdx for a vector, g dt for a scalar."""
    if not dX.shape:
        return n.mul(G, dX)
    Gt = _transposed(G)
    if n.is_one(dX.shape[0]):
        return n.entry(n.matmul(dX, Gt))
    df = n.trace(n.matmul(Gt, dX))
    if n.is_column(dX) or not normal(Gt).single():
        return df
    # one term of rank one reads best as aᵀ dX b
    short = canonical(df)
    return short if all(f.op != "tr" and f.op != "trace" for f in _factors(short)) else df


def _factors(x):
    return x.args if x.op == "mul" else (x,)


def _transposed(G):
    """Return Gᵀ as a reader writes it: (Xw - y)ᵀX, not (wᵀXᵀ - yᵀ)X."""
    if G.op == "mul":
        return n.mul(*G.args[:-1], _transposed(G.args[-1]))
    if G.op == "matmul":
        return n.matmul(*(_transposed_factor(f) for f in reversed(G.args)))
    return canonical(n.transpose(G))


def _transposed_factor(x):
    return n.transpose(x) if n.is_column(x) else canonical(n.transpose(x))


def symbolic_gradient(expr, X, layout="denominator"):
    """Return the gradient G of a scalar expression: df = tr(Gᵀ dX).

    Parameters
    ----------
    expr : sympy expression
        A scalar, or a 1 by 1 matrix such as ``x.T * A * x``.
    X : Symbol, MatrixSymbol or SymmetricMatrix
        For a symmetric X the gradient is symmetric: it lies in the space that dX lies in.
    layout : {"denominator", "numerator"}
        G shaped like X, or its transpose.

    Returns
    -------
    Result
        ``.expr`` is the sympy expression; it equals it too.

    Raises
    ------
    ShapeError
        If expr is not a scalar.
    NoRuleError, UnverifiedError
        As for `differential`.

    Examples
    --------
    >>> n = sympy.Symbol("n")
    >>> X = sympy.MatrixSymbol("X", n, n)
    >>> symbolic_gradient(sympy.log(sympy.Determinant(X)), X)
    gradient, shaped like X (denominator layout): X⁻ᵀ
    """
    F, leaf, sizes = given(expr, X)
    if not is_scalar(F):
        raise ShapeError(
            f"symbolic_gradient: `{F!r}` is {n.shape_text(F.shape)}; only a scalar has a "
            "gradient. Use symbolic_jacobian or differential."
        )
    _, dX, G = worked_differential(F, leaf)
    again = read(write(G))
    check_differential("gradient", F, leaf, dX, lambda env: _inner(evaluate(again, env), env[dX]))
    G, F, leaf = map(sizes.numbered, (G, F, leaf))
    return Result("gradient", G, F, leaf).in_layout(layout)


def _inner(G, dX):
    return (G * dX).sum() if hasattr(G * dX, "sum") else G * dX


def symbolic_jacobian(expr, X, layout="numerator"):
    """Return the Jacobian J in column-major form: d vec(F) = J d vec(X).

    Parameters
    ----------
    expr : sympy expression
    X : Symbol, MatrixSymbol or SymmetricMatrix
        For a symmetric X: d vec(F) = J d vech(X), by the duplication matrix.
    layout : {"numerator", "denominator"}
        J with one row per entry of F, or its transpose.

    Returns
    -------
    Result
        A sum of Kronecker products, with the commutation matrix where dX is transposed.

    Raises
    ------
    NoRuleError, UnverifiedError
        As for `differential`.

    Examples
    --------
    >>> n = sympy.Symbol("n")
    >>> A = sympy.MatrixSymbol("A", n, n)
    >>> symbolic_jacobian(A**2, A)
    Jacobian, d vec(F) = J d vec(A) (numerator layout): I_n ⊗ A + Aᵀ ⊗ I_n
    """
    F, leaf, sizes = given(expr, X)
    dX = fresh_tangent(F, leaf)
    J = jacobian_of(F, leaf, dX)
    check_jacobian(F, leaf, dX, J)
    J, F, leaf = map(sizes.numbered, (J, F, leaf))
    return Result("Jacobian", J, F, leaf).in_layout(layout)


def jacobian_of(F, leaf, dX):
    """Return the tidied Jacobian of a tree."""
    pushed = push(canonical(F), {leaf: dX})
    columns = n.size_product(*leaf.shape) if leaf.shape else 1
    rows = n.size_product(*F.shape) if F.shape else 1
    J = n.zeros((rows, columns)) if pushed is ZERO else linear_parts.jacobian(pushed, dX)
    if is_symmetric_variable(leaf):
        J = n.matmul(J, duplication(leaf))
    return canonical(n.entry(J) if n.is_one_by_one(J) else J)


def is_symmetric_variable(leaf):
    return leaf.op == "msym" and leaf.data[1]


def duplication(leaf):
    k = leaf.shape[0]
    half = k * (k + 1) // 2 if isinstance(k, int) else k * (k + 1) / 2
    return n.linear_atom("duplication", data=(k,), shape=(n.size_product(k, k), half))


def check_jacobian(F, leaf, dX, J):
    again = read(write(J))

    def claim(env):
        return np.atleast_2d(evaluate(again, env)) @ half_vec(leaf, env[dX])

    check_differential("Jacobian", F, leaf, dX, claim, order="F")


def half_vec(leaf, E):
    """Return vec(E), or vech(E) for a symmetric variable, or E in a vector."""
    E = np.asarray(E, dtype=float)
    if E.ndim < 2:
        return E.reshape(1)
    if is_symmetric_variable(leaf):
        return np.concatenate([E[j:, j] for j in range(len(E))])
    return E.ravel(order="F")


def symbolic_hessian(expr, X):
    """Return the second derivative of a scalar expression in three forms.

    Parameters
    ----------
    expr : sympy expression
        A scalar; of a matrix expression only the bilinear form exists.
    X : Symbol, MatrixSymbol or SymmetricMatrix

    Returns
    -------
    Hessian
        ``.bilinear``, f''(X)[dX, dX2]; ``.operator``, H[dX] = d(gradient); ``.matrix``, with
        d² f = d vec(X)ᵀ H d vec(X).

    Raises
    ------
    NoRuleError, UnverifiedError
        As for `differential`.

    Examples
    --------
    >>> n = sympy.Symbol("n")
    >>> A, x = sympy.MatrixSymbol("A", n, n), sympy.MatrixSymbol("x", n, 1)
    >>> symbolic_hessian(x.T * A * x, x).matrix
    A + A.T
    """
    F, leaf, sizes = given(expr, X)
    dX = fresh_tangent(F, leaf)
    dY = fresh_tangent(F, leaf, (dX,))
    first = push(canonical(F), {leaf: dX})
    first = n.zeros(F.shape) if first is ZERO else canonical(first)
    second = push(first, {leaf: dY})
    second = n.zeros(F.shape) if second is ZERO else second
    bilinear = rebuild(normal(second), frozenset((dX, dY)))
    if n.is_one_by_one(bilinear):
        bilinear = canonical(n.entry(bilinear))
    operator = matrix = None
    if is_scalar(F):
        operator = gradient_of(bilinear, dY)
        operator = rebuild(normal(operator), frozenset((dX,)))
        G = gradient_of(first, dX)
        matrix = jacobian_of(G, leaf, dX)
        if is_symmetric_variable(leaf):
            matrix = canonical(n.matmul(n.transpose(duplication(leaf)), matrix))
    forms = [read(write(f)) if f is not None else None for f in (bilinear, operator, matrix)]

    def claim(which):
        form = forms[which]

        def value(env):
            found = evaluate(form, env)
            if which == 1:
                return _inner(found, env[dY])
            if which == 2:
                return half_vec(leaf, env[dY]) @ np.atleast_2d(found) @ half_vec(leaf, env[dX])
            return found

        return value

    for which, name in enumerate(("bilinear form", "Hessian operator", "Hessian matrix")):
        if forms[which] is not None:
            check_second(name, F, leaf, dX, dY, claim(which))
    return Hessian(*map(sizes.numbered, (F, leaf, dX, dY, bilinear, operator, matrix)))
