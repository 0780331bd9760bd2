"""Random well-shaped expressions to depth 4: every answer against the numeric engine."""

import numpy as np
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sympy import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerProduct,
    Trace,
)

import mcalclib as mc
from mcalclib.errors import DomainError, NoRuleError
from mcalclib.symbolic import (
    Norm,
    differential,
    symbolic_gradient,
    symbolic_hessian,
    symbolic_jacobian,
)
from mcalclib.symbolic.checking import UnverifiedError, agree
from mcalclib.symbolic.evaluation import evaluate
from mcalclib.symbolic.forms import canonical
from mcalclib.symbolic.reading import read

m, n = sympy.symbols("m n", integer=True, positive=True)
SIZES = {m: 2, n: 3}
X = sympy.MatrixSymbol("X", m, n)
MATRICES = {
    (a, b): [sympy.MatrixSymbol(f"{letter}{i}", a, b) for i in (1, 2)]
    for letter, (a, b) in zip("ABCD", [(m, m), (m, n), (n, m), (n, n)], strict=True)
} | {(a, 1): [sympy.MatrixSymbol(f"{c}1", a, 1)] for c, a in (("u", m), ("v", n))}
MATRICES[m, n].append(X)
DIMENSIONS = [m, n]


@st.composite
def matrices(draw, rows, columns, depth):
    """Draw a matrix expression of the given shape."""
    leaves = MATRICES.get((rows, columns), [])
    choices = ["leaf"] if leaves else []
    if depth > 0 or not leaves:
        choices += ["product", "transpose"] if (columns, rows) in MATRICES else ["product"]
    if depth > 0:
        choices += ["sum", "scaled", "hadamard", "sine", "power"]
        if rows == columns:
            choices += ["inverse", "diagonal", "identity", "square"]
    kind = draw(st.sampled_from(choices))

    def smaller(a, b):
        return draw(matrices(a, b, depth - 1))

    match kind:
        case "leaf":
            return draw(st.sampled_from(leaves))
        case "product":
            inner = draw(st.sampled_from(DIMENSIONS))
            return smaller(rows, inner) * smaller(inner, columns)
        case "transpose":
            return smaller(columns, rows).T
        case "sum":
            return smaller(rows, columns) + draw(st.sampled_from([1, -1, 2])) * smaller(
                rows, columns
            )
        case "scaled":
            return draw(scalars(depth - 1)) * smaller(rows, columns)
        case "hadamard":
            return HadamardProduct(smaller(rows, columns), smaller(rows, columns))
        case "sine":
            return smaller(rows, columns).applyfunc(sympy.sin)
        case "power":
            return HadamardPower(smaller(rows, columns), draw(st.sampled_from([2, 3])))
        case "inverse":
            return Inverse(smaller(rows, rows) + 5 * Identity(rows))
        case "diagonal":
            return DiagMatrix(smaller(rows, 1))
        case "identity":
            return Identity(rows)
        case "square":
            return smaller(rows, rows) ** 2
    raise AssertionError(kind)


@st.composite
def scalars(draw, depth):
    """Draw a scalar expression."""
    kinds = ["trace", "form"]
    if depth > 0:
        kinds += ["norm", "exp", "product", "sum", "det", "quotient", "kron"]
    a = draw(st.sampled_from(DIMENSIONS))
    match draw(st.sampled_from(kinds)):
        case "trace":
            return Trace(draw(matrices(a, a, depth - 1)))
        case "form":
            left, right = draw(matrices(a, 1, depth - 1)), draw(matrices(a, 1, depth - 1))
            return Trace(right * left.T)
        case "norm":
            return Norm(draw(matrices(a, draw(st.sampled_from([1, m, n])), depth - 1)))
        case "exp":
            return sympy.sin(draw(scalars(depth - 1)))
        case "product":
            return draw(scalars(depth - 1)) * draw(scalars(depth - 1))
        case "sum":
            return draw(scalars(depth - 1)) + draw(scalars(depth - 1))
        case "det":
            return sympy.Determinant(draw(matrices(a, a, depth - 1)))
        case "quotient":
            return draw(scalars(depth - 1)) / (2 + sympy.sin(draw(scalars(depth - 1))))
        case "kron":
            return Trace(KroneckerProduct(draw(matrices(a, a, depth - 1)), MATRICES[m, m][0]))


def environment(rng):
    env = dict(SIZES)
    for leaves in MATRICES.values():
        for leaf in leaves:
            shape = [1 if d == 1 else SIZES[d] for d in leaf.shape]
            env[read(leaf)] = 0.6 * rng.standard_normal(shape)
    return env


PATIENT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    derandomize=True,
)


def numeric_gradient(f, env):
    leaf = read(X)

    def value(at):
        return evaluate(f, {**env, leaf: at})

    with np.errstate(all="ignore"):
        return mc.gradient(value, env[leaf])


def value_at(node, env):
    """Return a value; where an inverse does not exist there is nothing to compare."""
    try:
        with np.errstate(all="ignore"):
            return evaluate(node, env)
    except np.linalg.LinAlgError:
        assume(False)


def answered(operation, expr):
    """Return an answer; a refusal for lack of a checkable point is no wrong answer."""
    try:
        return operation(expr, X)
    except UnverifiedError as refused:
        assert "could not be differentiated numerically" in str(refused)
    except DomainError:
        pass
    assume(False)


@PATIENT
@given(expr=scalars(4), seed=st.integers(0, 9))
def test_gradient_is_the_numeric_gradient(expr, seed):
    env = environment(np.random.default_rng(seed))
    G = answered(symbolic_gradient, expr)
    try:
        expected = numeric_gradient(read(expr), env)
    except (DomainError, np.linalg.LinAlgError):
        assume(False)
    found = value_at(G.node, env)
    assume(np.isfinite(expected).all() and np.isfinite(found).all())
    assume(np.abs(expected).max(initial=0) < 1e6)
    assert agree(found, expected, 1e-6)


@PATIENT
@given(data=st.data(), seed=st.integers(0, 9))
def test_differential_and_jacobian_are_the_numeric_ones(data, seed):
    rows, columns = (data.draw(st.sampled_from(DIMENSIONS)) for _ in range(2))
    expr = data.draw(matrices(rows, columns, 3))
    env = environment(np.random.default_rng(seed))
    dF = read(answered(differential, expr))
    J = answered(symbolic_jacobian, expr).node
    leaf, dX = read(X), read(sympy.MatrixSymbol("dX", m, n))
    env[dX] = np.random.default_rng(seed + 100).standard_normal((2, 3))
    node = read(expr)
    try:
        expected = mc.pushforward(lambda at: evaluate(node, {**env, leaf: at}), env[leaf], env[dX])
    except (DomainError, np.linalg.LinAlgError):
        assume(False)
    found = value_at(dF, env)
    assume(np.isfinite(expected).all() and np.isfinite(found).all())
    assert agree(found, expected, 1e-6)
    flat = value_at(J, env) @ env[dX].ravel(order="F")
    assert agree(flat, expected.ravel(order="F"), 1e-6)


@PATIENT
@given(expr=scalars(2), seed=st.integers(0, 9))
def test_hessian_is_the_numeric_hessian(expr, seed):
    env = environment(np.random.default_rng(seed))
    leaf, dX = read(X), read(sympy.MatrixSymbol("dX", m, n))
    H = answered(symbolic_hessian, expr)
    env[dX] = np.random.default_rng(seed + 100).standard_normal((2, 3))
    node = read(expr)
    try:
        expected = mc.hessian(lambda at: evaluate(node, {**env, leaf: at}), env[leaf]).apply(
            env[dX]
        )
    except (DomainError, np.linalg.LinAlgError):
        assume(False)
    operator, matrix = value_at(read(H.operator), env), value_at(read(H.matrix), env)
    assume(np.isfinite(expected).all() and np.isfinite(operator).all())
    assume(np.abs(expected).max(initial=0) < 1e6)
    assert agree(operator, expected, 1e-6)
    assert agree(matrix @ env[dX].ravel(order="F"), expected.ravel(order="F"), 1e-6)


@PATIENT
@given(expr=scalars(3))
def test_normal_form_keeps_the_value_and_is_a_fixed_point(expr):
    env = environment(np.random.default_rng(1))
    node = read(expr)
    form = canonical(node)
    with np.errstate(all="ignore"):
        before, after = value_at(node, env), value_at(form, env)
    assume(np.isfinite(before) and np.isfinite(after) and abs(before) < 1e6)
    assert before == pytest.approx(after, rel=1e-7, abs=1e-9)
    assert canonical(form) is form


def test_a_refusal_names_the_node():
    with pytest.raises(NoRuleError, match="gamma"):
        differential(sympy.gamma(Trace(X * X.T)), X)
