"""Compositions of three functions, drawn at random, against complex steps and autograd."""

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.errors import NotDifferentiableError

N = 3
I = np.eye(N)
B = np.random.default_rng(7).standard_normal((N, N))
v = np.array([0.5, -1.0, 2.0])

# Functions of a 3 by 3 matrix that are analytic, and bounded enough to be composed.
ANALYTIC = {
    "square": lambda xp, A: A @ A / 3,
    "cube": lambda xp, A: A @ A @ A / 9,
    "transpose": lambda xp, A: A.T @ B,
    "inverse": lambda xp, A: xp.linalg.inv(A + 9 * I),
    "solve": lambda xp, A: xp.linalg.solve(A + 9 * I, B),
    "right solve": lambda xp, A: xp.linalg.solve(8 * I - B, A),
    "determinant": lambda xp, A: xp.linalg.det(A + 4 * I) * A / 64,
    "trace": lambda xp, A: xp.trace(A @ B) * A,
    "exponential": lambda xp, A: xp.exp(A / 2),
    "sine": lambda xp, A: xp.sin(A) + xp.cos(A.T),
    "hyperbolic": lambda xp, A: xp.tanh(A / 2) * xp.cosh(A / 4),
    "Hadamard": lambda xp, A: A * A.T + B * A,
    "quotient": lambda xp, A: A / (9 + xp.sum(A) ** 2),
    "power": lambda xp, A: (A * A / 9 + 1) ** 1.5,
    "logarithm": lambda xp, A: xp.log(A * A + 9),
    "outer": lambda xp, A: xp.outer(A @ v, v @ A),
    "diagonal": lambda xp, A: xp.diag(xp.diag(A)) + A[::-1, :],
    "Kronecker": lambda xp, A: xp.kron(A, v[:, None])[::3, :] + xp.sum(A, axis=0),
    "stacked": lambda xp, A: xp.concatenate([A[:1], 2 * A[1:] @ B], axis=0),
    "contraction": lambda xp, A: xp.einsum("ij,kj->ik", A, B) + xp.mean(A),
    "product": lambda xp, A: A * xp.prod(A[0] / 3 + 1),
}
# Functions with an absolute value, an order or a norm in them: real only.
REAL = {
    "absolute": lambda xp, A: xp.abs(A) * A,
    "maximum": lambda xp, A: xp.maximum(A, A.T - 0.1 + 0.2 * B),
    "norm": lambda xp, A: A / (1 + xp.linalg.norm(A)),
    "variance": lambda xp, A: A - xp.var(A),
    "choice": lambda xp, A: xp.where(A > 0.05, A, 0.3 * A),
}


def composed(pool, names, xp):
    def f(A):
        for name in names:
            A = pool[name](xp, A)
        return xp.sum(A * B)

    return f


points = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed))


@settings(max_examples=300, deadline=None)
@given(names=st.lists(st.sampled_from(sorted(ANALYTIC)), min_size=3, max_size=3), rng=points)
def test_pushforward_agrees_with_the_complex_step(names, rng):
    A, E = rng.standard_normal((2, N, N))
    f = composed(ANALYTIC, names, np)
    # Im f(A + ihE)/h has no cancellation, so h may be tiny and the error is rounding alone
    exact = np.imag(f(A + 1e-30j * E)) / 1e-30
    slope = mc.pushforward(f, A, E)
    scale = np.sum(np.abs(mc.gradient(f, A) * E))  # what the terms of the slope may cancel
    assert_allclose(slope, exact, rtol=1e-9, atol=1e-9 * scale)


@pytest.mark.filterwarnings("ignore:Output seems independent")  # autograd, of a linear function
@settings(max_examples=150, deadline=None)
@given(names=st.lists(st.sampled_from(sorted(ANALYTIC | REAL)), min_size=3, max_size=3), rng=points)
def test_gradient_and_hessian_agree_with_autograd(names, rng):
    A, E = rng.standard_normal((2, N, N))
    ours = composed(ANALYTIC | REAL, names, np)
    theirs = composed(ANALYTIC | REAL, names, anp)
    G = autograd.grad(theirs)(A)
    try:
        gradient = mc.gradient(ours, A)
    except NotDifferentiableError as refusal:  # two maxima in a row meet on the diagonal
        assert "np.maximum" in str(refusal)
        assume(False)
    assert_allclose(gradient, G, rtol=1e-9, atol=1e-10 * np.max(np.abs(G)))
    H = autograd.hessian_vector_product(theirs)(A, E)
    atol = 1e-9 * (np.max(np.abs(H)) + np.max(np.abs(G)))
    assert_allclose(mc.hessian_vector_product(ours, A, E), H, rtol=1e-8, atol=atol)
