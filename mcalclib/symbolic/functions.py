"""What textbooks write and sympy has no class for: vec, K, norms, matrix functions, eigenvalues.

Each class is a name for one operation of `nodes`; its shape and its printed form come from there.
"""

import sympy
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixExpr


class SymmetricMatrix(sympy.MatrixSymbol):
    """A matrix symbol with A.T == A; differentials of it are symmetric too.

    Examples
    --------
    >>> A = SymmetricMatrix("A", 3)
    >>> A.T == A, A.shape
    (True, (3, 3))
    """

    def __new__(cls, name, n, m=None):
        return super().__new__(cls, name, n, n)

    def _eval_transpose(self):
        return self

    def _eval_adjoint(self):
        return self


class _Operation:
    """What the classes share: arguments are sympified, printing goes through the tree."""

    op = ""

    def __new__(cls, *args):
        args = [Str(a) if isinstance(a, str) else sympy.sympify(a) for a in args]
        expr = super().__new__(cls, *args)
        from .reading import read

        expr._node = read(expr)
        return expr

    def _latex(self, printer, **_):
        from .printing import latex

        return latex(self._node)

    def _sympystr(self, printer):
        name = type(self).__name__
        return f"{name}({', '.join(map(printer._print, self.args))})"

    def doit(self, **_):
        return self


class _Matrix(_Operation, MatrixExpr):
    @property
    def shape(self):
        return tuple(map(sympy.sympify, self._node.shape))

    def _entry(self, i, j, **_):
        return sympy.MatrixElement(self, i, j)

    def _eval_transpose(self):
        return None


class _Scalar(_Operation, sympy.Expr):
    is_commutative = True
    is_real = True


class Vec(_Matrix):
    """vec(A): the columns of A stacked."""


class Unvec(_Matrix):
    """Unvec(v, m, n): the (m, n) matrix whose vec is v."""


class CommutationMatrix(_Matrix):
    """CommutationMatrix(m, n): K with K vec(A) = vec(A.T) for A of shape (m, n)."""


class DuplicationMatrix(_Matrix):
    """DuplicationMatrix(n): D with D vech(A) = vec(A) for symmetric A of shape (n, n)."""


class DiagonalSelector(_Matrix):
    """DiagonalSelector(n): the (n*n, n) matrix S with S v = vec(diag(v))."""


class BlockSelector(_Matrix):
    """BlockSelector(i, n1, n2, ...): the block column with the identity as block i (from 0)."""


class UnitVector(_Matrix):
    """UnitVector(n, i): column i of the identity, i from 0."""


class Differential(_Matrix):
    """d(A), not yet worked out: met inside derivations only."""


class MatrixSum(_Matrix):
    """MatrixSum(F, i, low, high): the sum of the matrices F over i from low to high."""


class MatrixFunction(_Matrix):
    """MatrixFunction(name, A): expm, logm or sqrtm of a square matrix."""


class FrechetDerivative(_Matrix):
    """FrechetDerivative(name, A, E): the derivative of a matrix function at A along E."""


class FrechetMatrix(_Matrix):
    """FrechetMatrix(name, A): M with M vec(E) = vec(FrechetDerivative(name, A, E))."""


class SecondFrechetDerivative(_Matrix):
    """SecondFrechetDerivative(name, A, E, F): the derivative along F of that along E."""


class SecondFrechetMatrix(_Matrix):
    """SecondFrechetMatrix(name, A, E): M with M vec(F) = vec(L(A; E, F))."""


class PseudoInverse(_Matrix):
    """PseudoInverse(A): the Moore-Penrose inverse."""


class PolarFactor(_Matrix):
    """PolarFactor(A): U V^T from the singular value decomposition A = U S V^T.

    It has a derivative wherever A has full rank, tall or wide, or keeps the rank it has.
    """


class RightEigenvector(_Matrix):
    """RightEigenvector(A, i): v with A v = lambda v, scaled so that u^T v = 1."""


class LeftEigenvector(_Matrix):
    """LeftEigenvector(A, i): u with u^T A = lambda u^T."""


class LeftSingularVector(_Matrix):
    """LeftSingularVector(A, i): the unit vector u with A v = sigma u."""


class RightSingularVector(_Matrix):
    """RightSingularVector(A, i): the unit vector v with A^T u = sigma v."""


class Map(_Matrix):
    """Map(name, u, m): an unknown differentiable function of a column u with m components."""


class MapDerivative(_Matrix):
    """MapDerivative(name, u, m): its Jacobian at u, of shape (m, rows of u)."""


class MapHessian(_Matrix):
    """MapHessian(name, u): the Hessian at u of an unknown function with one component."""


class Entry(_Scalar):
    """Entry(M): the only entry of a 1 by 1 matrix, as a scalar."""


class Norm(_Scalar):
    """Norm(A), Norm(A, "nuclear"), Norm(A, "spectral"): of vectors the Euclidean norm.

    The nuclear norm has a derivative where A has full rank, the spectral norm where its largest
    singular value is simple: Watson (1992).
    """


class Eigenvalue(_Scalar):
    """Eigenvalue(A, i): a simple eigenvalue; i counts from 0 upwards."""


class SingularValue(_Scalar):
    """SingularValue(A, i): a simple positive singular value; i counts from the largest."""


class DifferentialOf(_Scalar):
    """d(s) of a scalar, not yet worked out: met inside derivations only."""


def expm(A):
    """Return the matrix exponential."""
    return MatrixFunction("expm", A)


def logm(A):
    """Return the principal matrix logarithm."""
    return MatrixFunction("logm", A)


def sqrtm(A):
    """Return the principal matrix square root."""
    return MatrixFunction("sqrtm", A)


CLASSES = {
    "vec": Vec,
    "unvec": Unvec,
    "commutation": CommutationMatrix,
    "duplication": DuplicationMatrix,
    "diagonal_selector": DiagonalSelector,
    "block_selector": BlockSelector,
    "unit": UnitVector,
    "map": Map,
    "dmap": MapDerivative,
    "hmap": MapHessian,
    "isum": MatrixSum,
    "mfun": MatrixFunction,
    "frechet": FrechetDerivative,
    "frechet_matrix": FrechetMatrix,
    "frechet2": SecondFrechetDerivative,
    "frechet2_matrix": SecondFrechetMatrix,
    "pinv": PseudoInverse,
    "polar": PolarFactor,
    "right_eigenvector": RightEigenvector,
    "left_eigenvector": LeftEigenvector,
    "left_singular_vector": LeftSingularVector,
    "right_singular_vector": RightSingularVector,
    "entry": Entry,
    "norm": Norm,
    "eigenvalue": Eigenvalue,
    "singular_value": SingularValue,
}
