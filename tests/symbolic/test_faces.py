"""What the symbolic engine says in place of a rule's factorisation, against the rule itself."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import scipy.linalg
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
    derivation,
    differential,
    expm,
    logm,
    sqrtm,
    symbolic_gradient,
    symbolic_hessian,
    to_numpy,
)
from mcalclib.symbolic.functions import PolarFactor


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


def with_eigenvalues(rng, *values):
    """Return a matrix that is not symmetric, with the given eigenvalues."""
    P = rng.standard_normal((len(values), len(values)))
    return P @ np.diag(values) @ np.linalg.inv(P)


def with_singular_values(rng, *values):
    Q, _ = np.linalg.qr(rng.standard_normal((5, len(values))))
    R, _ = np.linalg.qr(rng.standard_normal((len(values), len(values))))
    return Q @ np.diag(values) @ R


# name: (expression of X, the same in NumPy, a point); in the last ones another value is repeated
SECOND = {
    "eigenvalue": (
        lambda X: Eigenvalue(X, 0),
        lambda X: np.sort(np.linalg.eigvals(X).real)[0],
        lambda rng: with_eigenvalues(rng, 1.0, 3.0, 4.5),
    ),
    "singular value": (
        lambda X: SingularValue(X, 1),
        lambda X: np.linalg.svd(X, compute_uv=False)[1],
        lambda rng: with_singular_values(rng, 5.0, 3.0, 1.0),
    ),
    "spectral norm": (
        lambda X: Norm(X, "spectral"),
        lambda X: np.linalg.norm(X, 2),
        lambda rng: with_singular_values(rng, 5.0, 3.0, 1.0),
    ),
    "nuclear norm": (
        lambda X: Norm(X, "nuclear"),
        lambda X: np.linalg.norm(X, "nuc"),
        lambda rng: with_singular_values(rng, 5.0, 3.0, 1.0),
    ),
    "nuclear norm of a wide matrix": (
        lambda X: Norm(X, "nuclear"),
        lambda X: np.linalg.norm(X, "nuc"),
        lambda rng: with_singular_values(rng, 5.0, 3.0, 1.0).T,
    ),
    "eigenvalue beside a repeated one": (
        lambda X: Eigenvalue(X, 0),
        lambda X: np.sort(np.linalg.eigvals(X).real)[0],
        lambda rng: with_eigenvalues(rng, 1.0, 4.0, 4.0),
    ),
    "spectral norm beside a repeated value": (
        lambda X: Norm(X, "spectral"),
        lambda X: np.linalg.norm(X, 2),
        lambda rng: with_singular_values(rng, 5.0, 2.0, 2.0),
    ),
}


@pytest.mark.parametrize("name", SECOND)
def test_second_derivative_is_the_second_difference(name, rng):
    symbolic, numeric, at = SECOND[name]
    at = at(rng)
    X = sympy.MatrixSymbol("X", *at.shape)
    H = symbolic_hessian(symbolic(X), X)
    dX, dX2 = rng.standard_normal((2, *at.shape))

    def second(E, h=1e-3):
        return (numeric(at + h * E) - 2 * numeric(at) + numeric(at - h * E)) / h**2

    # polarised, as differences along one direction give the quadratic form
    expected = (second(dX + dX2) - second(dX - dX2)) / 4
    bilinear = to_numpy(H, "bilinear")(X=at, dX=dX, dX2=dX2)
    assert_allclose(bilinear, expected, rtol=1e-3, atol=1e-4)
    operator = to_numpy(H, "operator")(X=at, dX=dX)
    assert_allclose(np.sum(operator * dX2), bilinear, rtol=1e-8)
    matrix = to_numpy(H)(X=at)
    assert_allclose(dX2.ravel("F") @ matrix @ dX.ravel("F"), bilinear, rtol=1e-8)


def general(letter="X"):
    """Return a matrix symbol of m by n: nobody says which is larger."""
    m, n = sympy.symbols("m n", integer=True, positive=True)
    return sympy.MatrixSymbol(letter, m, n)


SHAPES = [(5, 3), (3, 5), (4, 4), (5, 1), (1, 5), (1, 1)]


def of_full_rank(rng, shape):
    return samples.full_rank(rng, *shape)


@pytest.mark.parametrize("repeated", [False, True])
@pytest.mark.parametrize("shape", SHAPES)
def test_one_derivative_of_the_polar_factor_serves_every_shape(rng, shape, repeated):
    X = general()
    dQ = to_numpy(differential(PolarFactor(X), X))
    at = of_full_rank(rng, shape)
    if repeated:  # of singular values that are all 2 the factor is smooth too
        at = 2 * scipy.linalg.polar(at)[0]
    dX, h = rng.standard_normal(shape), 1e-4
    wide, narrow = (
        (scipy.linalg.polar(at + t * dX)[0] - scipy.linalg.polar(at - t * dX)[0]) / (2 * t)
        for t in (h, h / 2)
    )
    # extrapolated, so the error is that of rounding: eps / h
    expected = (4 * narrow - wide) / 3
    assert_allclose(dQ(X=at, dX=dX), expected, rtol=1e-7, atol=1e-9)


@pytest.fixture(scope="module")
def second_of_the_nuclear_norm():
    X = general()
    return symbolic_hessian(Norm(X, "nuclear"), X)


@pytest.mark.parametrize("shape", SHAPES)
def test_one_second_derivative_of_the_nuclear_norm_serves_every_shape(
    rng, shape, second_of_the_nuclear_norm
):
    H = second_of_the_nuclear_norm
    at, dX, dX2 = of_full_rank(rng, shape), *rng.standard_normal((2, *shape))

    def gradient(t):
        # Watson (1992): UVᵀ, here from SciPy's polar decomposition
        return scipy.linalg.polar(at + t * dX)[0]

    h = 1e-4
    expected = np.sum((gradient(h) - gradient(-h)) * dX2) / (2 * h)
    found = to_numpy(H, "bilinear")(X=at, dX=dX, dX2=dX2)
    assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    assert_allclose(np.sum(to_numpy(H, "operator")(X=at, dX=dX) * dX2), found, rtol=1e-9, atol=1e-9)
    matrix = to_numpy(H)(X=at)
    assert_allclose(dX2.ravel("F") @ matrix @ dX.ravel("F"), found, rtol=1e-9, atol=1e-9)


def test_second_derivative_of_the_nuclear_norm_is_autograds(rng, second_of_the_nuclear_norm):
    H = to_numpy(second_of_the_nuclear_norm)

    def nuclear(X):  # by the eigenvalues of the smaller square
        small = anp.dot(X, X.T) if X.shape[0] < X.shape[1] else anp.dot(X.T, X)
        return anp.sum(anp.sqrt(anp.linalg.eigh(small)[0]))

    for shape in ((4, 2), (2, 4), (3, 3)):
        at = of_full_rank(rng, shape)
        flat = autograd.hessian(lambda x, s=shape: nuclear(anp.reshape(x, s[::-1]).T))
        assert_allclose(H(X=at), flat(at.ravel("F")), rtol=1e-8, atol=1e-9)


def test_nuclear_norm_along_matrices_of_one_rank_has_the_hessian_of_the_length(rng):
    m, n = sympy.symbols("m n", integer=True, positive=True)
    a, x = sympy.MatrixSymbol("a", m, 1), sympy.MatrixSymbol("x", n, 1)
    H = to_numpy(symbolic_hessian(Norm(a * x.T, "nuclear"), x))
    at, beside = rng.standard_normal(4), rng.standard_normal(3)
    # ‖axᵀ‖_* = ‖a‖ ‖x‖, although axᵀ is far from full rank
    length = np.linalg.norm(at)
    expected = np.linalg.norm(beside) * (np.eye(4) - np.outer(at, at) / length**2) / length
    assert_allclose(H(a=beside, x=at), expected, rtol=1e-8, atol=1e-9)


def test_polar_factor_at_lower_rank_keeps_the_vectors_that_are_there(rng):
    u, v = (x / np.linalg.norm(x) for x in (rng.standard_normal(4), rng.standard_normal(3)))
    X = general()
    G = to_numpy(symbolic_gradient(Norm(X, "nuclear"), X))
    assert_allclose(G(X=3 * np.outer(u, v)), np.outer(u, v), atol=1e-14)


def test_second_derivation_of_the_nuclear_norm_names_its_rules():
    X = general()
    steps = derivation(Norm(X, "nuclear"), X, order=2)
    names = ", ".join(line.name for line in steps)
    assert "polar factor" in names
    assert r"L_{\mathrm{sqrt}}" in steps.latex or r"L_{\operatorname{sqrt}}" in steps.latex


def test_spectral_norm_of_a_rank_one_matrix_has_the_hessian_of_a_square(rng):
    x = sympy.MatrixSymbol("x", 4, 1)
    H = to_numpy(symbolic_hessian(Norm(x * x.T, "spectral"), x))
    # ‖xxᵀ‖₂ = xᵀx, although the other singular values are all 0
    assert_allclose(H(x=rng.standard_normal(4)), 2 * np.eye(4), atol=1e-9)


def test_second_derivation_of_an_eigenvalue_names_its_rules():
    n = sympy.Symbol("n", integer=True, positive=True)
    A = sympy.MatrixSymbol("A", n, n)
    steps = derivation(Eigenvalue(A, 0), A, order=2)
    names = [line.name for line in steps]
    assert names == ["matrix product, transpose", "eigenvalues and eigenvectors", "collect terms"]
