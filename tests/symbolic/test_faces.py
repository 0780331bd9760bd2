"""What the symbolic engine says in place of a rule's factorisation, against the rule itself."""

import numpy as np
import pytest
import sympy
from numpy.testing import assert_allclose
from sympy import Trace

import mcalclib as mc
from mcalclib import linalg, samples
from mcalclib.errors import NoRuleError
from mcalclib.symbolic import (
    Eigenvalue,
    Norm,
    PseudoInverse,
    SingularValue,
    SymmetricMatrix,
    differential,
    expm,
    logm,
    sqrtm,
    symbolic_gradient,
    symbolic_hessian,
    to_numpy,
)


def tall(rng):
    return samples.full_rank(rng, 4, 3)


def definite(rng):
    return samples.positive_definite(rng, 3)


def separated(rng):
    return samples.diagonalisable(rng, 3)


FACES = {
    "Frobenius norm": (Norm, np.linalg.norm, tall),
    "nuclear norm": (
        lambda X: Norm(X, "nuclear"),
        lambda X: np.linalg.norm(X, "nuc"),
        tall,
    ),
    "spectral norm": (lambda X: Norm(X, "spectral"), lambda X: np.linalg.norm(X, 2), tall),
    "singular value": (
        lambda X: SingularValue(X, 1),
        lambda X: np.linalg.svd(X, compute_uv=False)[1],
        tall,
    ),
    "pseudoinverse": (PseudoInverse, np.linalg.pinv, tall),
    "eigenvalue": (
        lambda X: Eigenvalue(X, 0),
        lambda X: np.min(np.linalg.eigvals(X)),
        separated,
    ),
    "matrix exponential": (expm, linalg.expm, definite),
    "matrix logarithm": (logm, linalg.logm, definite),
    "matrix square root": (sqrtm, linalg.sqrtm, definite),
    "matrix power": (lambda X: X**3, lambda X: np.linalg.matrix_power(X, 3), separated),
}


@pytest.mark.parametrize("name", FACES)
def test_face_says_what_the_rule_computes(name, rng):
    symbolic, numeric, sample = FACES[name]
    at = sample(rng)
    rows, columns = at.shape
    m, n = sympy.symbols("m n", integer=True, positive=True)
    X = sympy.MatrixSymbol("X", m if rows != columns else n, n)
    dF = to_numpy(differential(symbolic(X), X))
    dX = rng.standard_normal(at.shape)
    sizes = {"m": rows} if "m" in dF.source.split("\n")[0] else {}
    assert_allclose(dF(X=at, dX=dX, **sizes), mc.pushforward(numeric, at, dX), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize(
    ("symbolic", "numeric"), [(expm, linalg.expm), (logm, linalg.logm), (sqrtm, linalg.sqrtm)]
)
def test_matrix_functions_have_second_derivatives(rng, symbolic, numeric):
    n = sympy.Symbol("n", integer=True, positive=True)
    A, B = (sympy.MatrixSymbol(letter, n, n) for letter in "AB")
    H = symbolic_hessian(Trace(B * symbolic(A)), A)
    at, E = definite(rng), rng.standard_normal((3, 3))
    weight = rng.standard_normal((3, 3))
    expected = mc.hessian(lambda X: np.trace(weight @ numeric(X)), at).apply(E)
    assert_allclose(to_numpy(H, "operator")(A=at, B=weight, dA=E), expected, rtol=1e-6, atol=1e-8)
    flat = to_numpy(H)(A=at, B=weight) @ E.ravel(order="F")
    assert_allclose(flat, expected.ravel(order="F"), rtol=1e-6, atol=1e-8)


def test_symmetric_eigenvalue_has_a_second_derivative(rng):
    S = SymmetricMatrix("S", sympy.Symbol("n", integer=True, positive=True))
    H = to_numpy(symbolic_hessian(Eigenvalue(S, 0), S), "bilinear")
    at = samples.symmetric(rng, 3)
    E = samples.symmetric(rng, 3)

    def smallest(t):
        return np.linalg.eigvalsh(at + t * E)[0]

    h = 1e-3
    expected = (smallest(h) - 2 * smallest(0) + smallest(-h)) / h**2
    assert_allclose(H(S=at, dS=E, dS2=E), expected, rtol=1e-4)


def test_power_with_a_symbolic_exponent(rng):
    k = sympy.Symbol("k", integer=True, positive=True)
    A = sympy.MatrixSymbol("A", 4, 4)
    d_power = to_numpy(differential(A**k, A))
    at, dA = rng.standard_normal((2, 4, 4))
    for exponent in (1, 2, 5):
        expected = mc.pushforward(lambda X, p=exponent: np.linalg.matrix_power(X, p), at, dA)
        assert_allclose(d_power(A=at, dA=dA, k=exponent), expected, rtol=1e-12)
    G = symbolic_gradient(Trace(A**k), A)
    assert k * (A.T) ** (k - 1) == G


@pytest.mark.parametrize(
    "exponent", [sympy.Symbol("p"), sympy.Symbol("p", real=True), sympy.Rational(1, 3)]
)
def test_power_that_is_not_known_to_be_whole_is_refused(exponent):
    A = sympy.MatrixSymbol("A", 4, 4)
    with pytest.raises((NoRuleError, ValueError), match="integer"):
        differential(A**exponent, A)


def test_what_has_no_second_derivative_is_refused_by_name():
    n = sympy.Symbol("n", integer=True, positive=True)
    A = sympy.MatrixSymbol("A", n, n)
    dA = sympy.MatrixSymbol("dA", n, n)
    second = symbolic_hessian(Trace(dA * expm(A)), A).operator
    with pytest.raises(NoRuleError, match="third derivative"):
        differential(second, A)
    with pytest.raises(NoRuleError, match="eigenvector"):
        symbolic_hessian(Eigenvalue(A, 0), A)
    with pytest.raises(NoRuleError, match="singular_vector"):
        symbolic_hessian(Norm(A, "spectral"), A)
