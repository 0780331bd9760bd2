"""Rules whose numbers come out of a factorisation, said with symbols.

The rules of `mcalclib.rules` for eigenvalues, singular values, norms and matrix functions compute
with numerical factorisations, which a symbol does not have. Here stands what each of them says
in its statement, with the eigenvectors, singular vectors and Fréchet derivatives as symbols. The
tests compare every one with the rule itself.
"""

from fractions import Fraction

from ..errors import NoRuleError
from . import nodes as n
from .reading import isum

HALF = n.num(Fraction(1, 2))


def _identity_less(P):
    return n.subtract(n.identity(P.shape[0]), P)


def frobenius(F, node, dX):
    """d‖X‖ = ⟨X, dX⟩/‖X‖."""
    (X,) = node.args
    return n.divide(n.total(n.mul(X, dX)), F)


def nuclear(F, node, dX):
    """d‖X‖_* = ⟨UVᵀ, dX⟩."""
    (X,) = node.args
    return n.trace(n.matmul(n.transpose(polar_of(X)), dX))


def polar_of(X):
    return n.linear_atom("polar", X, shape=X.shape)


def spectral(F, node, dX):
    (X,) = node.args
    return _along_singular_vectors(X, 0, dX)


def singular_value(F, node, dX):
    (X,) = node.args
    return _along_singular_vectors(X, node.data, dX)


def _along_singular_vectors(X, i, dX):
    u = n.linear_atom("left_singular_vector", X, data=i, shape=(X.shape[0], 1))
    v = n.linear_atom("right_singular_vector", X, data=i, shape=(X.shape[1], 1))
    return n.entry(n.matmul(n.transpose(u), dX, v))


def _eigenvectors(A, i):
    v = n.linear_atom("right_eigenvector", A, data=i, shape=(A.shape[0], 1))
    if n.is_symmetric(A):
        return v, v
    return n.linear_atom("left_eigenvector", A, data=i, shape=(A.shape[0], 1)), v


def eigenvalue(F, node, dA):
    """dλ = uᵀ dA v with uᵀv = 1; u = v for a symmetric matrix."""
    u, v = _eigenvectors(node.args[0], node.data)
    return n.entry(n.matmul(n.transpose(u), dA, v))


def eigenvector(F, node, dA):
    """dv = (λI - A)⁺ dA v for a symmetric matrix; R dA v, kept of length 1, for another."""
    (A,) = node.args
    if n.is_symmetric(A):
        value = n.linear_atom("eigenvalue", A, data=node.data, shape=())
        shifted = n.subtract(n.mul(value, n.identity(A.shape[0])), A)
        return n.matmul(pinv_of(shifted), dA, F)
    moved = n.matmul(_reduced_resolvent(A, node.data), dA, F)
    return n.subtract(moved, n.mul(n.entry(n.matmul(F.T, moved)), F))


def left_eigenvector(F, node, dA):
    """du = Rᵀ dAᵀ u, with the length that keeps uᵀv = 1."""
    (A,) = node.args
    R = _reduced_resolvent(A, node.data)
    _, v = _eigenvectors(A, node.data)
    length = n.entry(n.matmul(v.T, R, dA, v))
    return n.add(n.matmul(R.T, dA.T, F), n.mul(length, F))


def _reduced_resolvent(A, i):
    """R = (λI - A + vuᵀ)⁻¹ - vuᵀ: the inverse of λI - A where it has one, 0 on v.

    Kato (1995), Perturbation theory for linear operators, section I.5.3.
    """
    u, v = _eigenvectors(A, i)
    value = n.linear_atom("eigenvalue", A, data=i, shape=())
    projection = n.matmul(v, u.T)
    shifted = n.subtract(n.mul(value, n.identity(A.shape[0])), A)
    return n.subtract(n.inverse(n.add(shifted, projection)), projection)


def left_singular_vector(F, node, dX):
    """du = (σ²I - XXᵀ)⁺ (σ dX v + X dXᵀ u), from Xv = σu and Xᵀu = σv."""
    (X,) = node.args
    return _singular_vector(X, node.data, F, "right_singular_vector", dX)


def right_singular_vector(F, node, dX):
    """dv = (σ²I - XᵀX)⁺ (σ dXᵀ u + Xᵀ dX v): the left singular vector of Xᵀ."""
    (X,) = node.args
    return _singular_vector(X.T, node.data, F, "left_singular_vector", dX.T)


def _singular_vector(X, i, u, other, dX):
    of, sides = (X.args[0], X.shape) if X.op == "transpose" else (X, X.shape)
    value = n.linear_atom("singular_value", of, data=i, shape=())
    v = n.linear_atom(other, of, data=i, shape=(sides[1], 1))
    squared = n.mul(n.power(value, n.num(2)), n.identity(sides[0]))
    shifted = pinv_of(n.subtract(squared, n.matmul(X, X.T)))
    moved = n.add(n.mul(value, n.matmul(dX, v)), n.matmul(X, dX.T, u))
    return n.matmul(shifted, moved)


def polar(F, node, dX):
    """dQ for X of full rank: the two short forms where the sizes say which side is larger.

    Higham (2008), Functions of matrices, chapter 8; Kenney and Laub (1991), Polar decomposition
    and matrix sign function condition estimates.
    """
    (X,) = node.args
    rows, columns = X.shape
    if rows == columns:
        return _polar_of_tall(F, X, dX)
    if not (isinstance(rows, int) and isinstance(columns, int)):
        return _polar_of_any(F, X, dX)
    if rows < columns:
        return _polar_of_tall(F.T, X.T, dX.T).T
    return _polar_of_tall(F, X, dX)


def _polar_of_any(Q, X, dX):
    """dQ = Q L + (I - QQᵀ) dX X⁺Q + Q X⁺ dX (I - QᵀQ), whichever side of X is larger.

    With Π = QᵀQ, L solves HL + LH = Qᵀ dX Π - Π dXᵀ Q for H = (XᵀX)^(1/2). For a wide X this H
    is singular, so 1 takes the place of its zeros: XᵀX + I - Π is definite, and L is the same,
    as what it is made from vanishes there. I - QQᵀ is 0 for a wide X, and I - Π for a tall one.
    The same holds at a lower rank that does not change, as that of a xᵀ.
    """
    inside = n.matmul(Q.T, Q)
    beside = _identity_less(inside)
    turned = n.matmul(Q.T, dX, inside)
    square = n.add(n.matmul(X.T, X), beside)
    L = n.make("frechet", (square, n.subtract(turned, turned.T)), "sqrtm", square.shape)
    P = pinv_of(X)
    return n.add(
        n.matmul(Q, L),
        n.matmul(_identity_less(n.matmul(Q, Q.T)), dX, P, Q),
        n.matmul(Q, P, dX, beside),
    )


def _polar_of_tall(Q, X, dX):
    """dQ = (dX - Q dH) H⁻¹ for X = QH, H the square root of XᵀX."""
    square = n.matmul(X.T, X)
    H = n.mfun("sqrtm", square)
    moved = n.add(n.matmul(dX.T, X), n.matmul(X.T, dX))
    dH = n.make("frechet", (square, moved), "sqrtm", square.shape)
    return n.matmul(n.subtract(dX, n.matmul(Q, dH)), n.inverse(H))


def pinv_of(X):
    return n.linear_atom("pinv", X, shape=X.shape[::-1])


def pseudoinverse(F, node, dX):
    (X,) = node.args
    return n.add(
        n.mul(n.MINUS_ONE, n.matmul(F, dX, F)),
        n.matmul(F, F.T, dX.T, _identity_less(n.matmul(X, F))),
        n.matmul(_identity_less(n.matmul(F, X)), dX.T, F.T, F),
    )


def matrix_power(F, node, dX):
    """d(Xᵏ) = Σ Xⁱ dX Xᵏ⁻¹⁻ⁱ for a symbolic exponent k."""
    X, k = node.args
    unclear = [s.data for s in node.args[1].free if s.op == "sym" and not s.data.is_integer]
    if unclear:
        raise NoRuleError(
            f"no derivative of `{node!r}`: its exponent must be a non-negative integer; declare "
            f'it, as in sympy.Symbol("{unclear[0]}", integer=True, positive=True).'
        )
    index = n.letter({s.data.name for s in node.free if s.op == "sym"})
    last = n.subtract(k, n.ONE)
    return isum(
        n.matmul(n.mpow(X, index), dX, n.mpow(X, n.subtract(last, index))), index, n.ZERO, last
    )


def unknown_function(F, node, dx):
    """d f(x) = f'(x) dx, entry by entry."""
    (x,) = node.args
    return n.mul(n.make("fn", (x,), node.data + "'", node.shape), dx)


FACES = {
    ("norm", "frobenius"): ("Euclidean norm", frobenius),
    ("norm", "nuclear"): ("nuclear norm", nuclear),
    ("norm", "spectral"): ("spectral norm", spectral),
    "singular_value": ("singular values", singular_value),
    "eigenvalue": ("eigenvalues", eigenvalue),
    "right_eigenvector": ("eigenvalues and eigenvectors of a symmetric matrix", eigenvector),
    "left_eigenvector": ("eigenvalues and eigenvectors", left_eigenvector),
    "left_singular_vector": ("singular value decomposition", left_singular_vector),
    "right_singular_vector": ("singular value decomposition", right_singular_vector),
    "polar": ("polar factor", polar),
    "pinv": ("pseudoinverse", pseudoinverse),
    "mpow": ("matrix power", matrix_power),
}
