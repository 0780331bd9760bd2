"""Expressions that are equal, written differently, give one answer; short ones stay short."""

import pytest
import sympy
from sympy import (
    Determinant,
    DiagMatrix,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    OneMatrix,
    Trace,
    log,
)

from mcalclib.symbolic import CommutationMatrix, Norm, SymmetricMatrix, Vec, differential
from mcalclib.symbolic.checking import agree
from mcalclib.symbolic.evaluation import evaluate
from mcalclib.symbolic.forms import canonical
from mcalclib.symbolic.points import points
from mcalclib.symbolic.printing import text
from mcalclib.symbolic.reading import read
from tests.symbolic.symbols import form, same, symbols

e = symbols()
A, B, C, D, X, Z, x, y, n = e.A, e.B, e.C, e.D, e.X, e.Z, e.x, e.y, e.n
S = SymmetricMatrix("S", n)

EQUAL = [
    (Trace(A * Z * B), Trace(Z * B * A)),
    (Trace(A * Z * B), Trace(B.T * Z.T * A.T)),
    (x.T * A * x, Trace(A * x * x.T)),
    (x.T * A * x, x.T * A.T * x),
    (log(Determinant(Z)), -log(Determinant(Inverse(Z)))),
    (Norm(x) ** 2, x.T * x),
    (sympy.sqrt(Trace(Z.T * Z)), Norm(Z)),
    (Norm(A * x - y) ** 2, Trace((A * x - y) * (A * x - y).T)),
    (Norm(A * x - y), Norm(y - A * x)),
    (Inverse(A * Z), Inverse(Z) * Inverse(A)),
    (Z * Z * Z, Z**3),
    (HadamardProduct(x, y), DiagMatrix(x) * y),
    (HadamardProduct(A, OneMatrix(n, n)), A),
    (HadamardProduct(A, x * y.T), DiagMatrix(x) * A * DiagMatrix(y)),
    (KroneckerProduct(A, B) * Vec(Z), Vec(B * Z * A.T)),
    (KroneckerProduct(A, B) * KroneckerProduct(C, D), KroneckerProduct(A * C, B * D)),
    (KroneckerProduct(A, B).T, KroneckerProduct(A.T, B.T)),
    (CommutationMatrix(e.m, n) * Vec(X), Vec(X.T)),
    (Vec(A).T * Vec(B), Trace(A.T * B)),
    (Determinant(A * Z), Determinant(Z) * Determinant(A)),
    (Determinant(Z.T), Determinant(Z)),
    (Determinant(2 * Z), 2**n * Determinant(Z)),
    (Determinant(Z) * Determinant(Inverse(Z)), sympy.Integer(1)),
    (Trace(Z) ** 2, Trace(Z) * Trace(Z.T)),
    (Trace(Identity(n)), n),
    (Inverse(2 * A), Inverse(A) / 2),
    (Inverse(A).T, Inverse(A.T)),
    (Inverse(Z + A) * (Z + A) * Z, Z),
    (Inverse(X.T * X) * X.T * X, Identity(n)),
    ((A + Z) ** 2, A**2 + A * Z + Z * A + Z**2),
    (A**e.k * A, A ** (e.k + 1)),
    (S.T * A.T * S, (S * A * S).T),
    (Trace(KroneckerProduct(A, B)), Trace(A) * Trace(B)),
    (OneMatrix(1, n) * DiagMatrix(x), x.T),
]


@pytest.mark.parametrize(("left", "right"), EQUAL, ids=[f"{a} = {b}" for a, b in EQUAL])
def test_equal_expressions_have_one_normal_form(left, right):
    assert same(left, right)


DIFFERENT = [
    (A * B, B * A),
    (A, A.T),
    (Trace(A * B), Trace(A * B.T)),
    (Trace(A * B * C), Trace(A * C * B)),
    (KroneckerProduct(A, B), KroneckerProduct(B, A)),
    (Determinant(A + B), Determinant(A) + Determinant(B)),
    (sympy.sqrt(Trace(A) ** 2), Trace(A)),
    (HadamardProduct(A, B), A * B),
    (Inverse(A + B), Inverse(A) + Inverse(B)),
    (Vec(A), Vec(A.T)),
    (A**e.k, A ** (e.k + 1)),
]


@pytest.mark.parametrize(("left", "right"), DIFFERENT, ids=[f"{a} ≠ {b}" for a, b in DIFFERENT])
def test_different_expressions_have_different_normal_forms(left, right):
    assert not same(left, right)


def test_equal_inputs_give_equal_answers():
    assert differential(Trace(A * Z * B), Z) == differential(Trace(B.T * Z.T * A.T), Z)
    assert differential(Z * Z, Z) == differential(Z**2, Z)


@pytest.mark.parametrize(
    ("long", "short"),
    [
        (2 * X.T * X * e.w - 2 * X.T * e.f, "2 Xᵀ (X w - f)"),
        (A * x + A.T * x, "(A + Aᵀ) x"),
        (A * B * x + A * B * y, "A B (x + y)"),
        (x * x.T * A - y * x.T * A, "(x - y) xᵀ A"),
        (Trace(A) * B + Trace(A) * C, "tr(A) (B + C)"),
        (Inverse(A + B) * A * x + Inverse(A + B) * B * x, "x"),
        (3 * A - 5 * A, "-2 A"),
    ],
)
def test_sums_are_written_as_a_reader_would(long, short):
    assert text(form(long)) == short


s = Trace(x.T * A * x)
r = 1 + s**2  # stays a bracket under powers that are not whole
PARTS = [
    sympy.cos(s) * (1 - s**2 / r) + sympy.sin(s) / sympy.sqrt(r),
    1 / r + r**e.t,
    1 / r - s**2 / r + r ** (2 * e.t),
]


@pytest.mark.parametrize("scalar", PARTS)
def test_one_denominator_keeps_the_value_of_roots_and_symbolic_powers(scalar):
    whole = read(scalar * A * x + scalar * B * x)
    short = canonical(whole)
    at = list(points([whole, short], [], 3))
    assert len(at) == 3
    for point in at:
        assert agree(evaluate(short, point.env), evaluate(whole, point.env), 1e-10)
