"""Symbols and comparisons that the tests of the symbolic engine share."""

from types import SimpleNamespace

import sympy

from mcalclib.symbolic import SymmetricMatrix, nodes
from mcalclib.symbolic.forms import canonical
from mcalclib.symbolic.reading import read


def form(expression):
    """Return the normal form; a 1 by 1 matrix counts as the scalar it holds."""
    node = read(expression)
    return canonical(nodes.entry(node) if nodes.is_one_by_one(node) else node)


def same(a, b):
    """Whether two expressions have one normal form."""
    return form(a) is form(b)


def symbols():
    """Return matrices and vectors of symbolic sizes by their names."""
    m, n, p, q, k = sympy.symbols("m n p q k", integer=True, positive=True)
    found = {"m": m, "n": n, "p": p, "q": q, "k": k}
    for name in "ABCDZWPQ":
        found[name] = sympy.MatrixSymbol(name, n, n)
    for name in "xyabcuvwz":
        found[name] = sympy.MatrixSymbol(name, n, 1)
    found |= {
        "X": sympy.MatrixSymbol("X", m, n),
        "Y": sympy.MatrixSymbol("Y", n, p),
        "M": sympy.MatrixSymbol("M", m, m),
        "G": sympy.MatrixSymbol("G", m, n),
        "f": sympy.MatrixSymbol("f", m, 1),
        "t": sympy.Symbol("t", real=True),
        "s": sympy.Symbol("s", real=True),
        "S": SymmetricMatrix("S", n),
        "T": SymmetricMatrix("T", n),
    }
    return SimpleNamespace(**found)
