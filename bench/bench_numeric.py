"""Gradients of plain NumPy code beside the closed form written by hand, JAX and autograd.

Every entry first checks that all of them agree, then times them in turns.
"""

import tracemalloc
from functools import partial

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np
import scipy.linalg
import scipy.sparse
import scipy.sparse.linalg

import mcalclib as mc

from .tables import medians, seconds, show

jax.config.update("jax_enable_x64", True)
REPETITIONS = 21


def compare(title, bound, contenders, repetitions=REPETITIONS):
    """Print the medians of the contenders and their ratio to the first, written by hand."""
    reference = [np.asarray(part) for part in jax.tree.leaves(contenders["by hand"]())]
    for name, call in contenders.items():
        parts = [np.asarray(part) for part in jax.tree.leaves(call())]
        scale = max(np.max(np.abs(part)) for part in reference)
        gap = max(np.max(np.abs(a - b)) for a, b in zip(parts, reference, strict=True))
        assert gap < 1e-9 * scale, f"{title}: {name} is off by {gap:.1e}"
    found = medians({n: partial(seconds, call) for n, call in contenders.items()}, repetitions)
    hand = found["by hand"]
    show(
        f"{title} (bound for mcalclib: {bound} times by hand)",
        ["", "ms", "ratio"],
        [[name, 1000 * t, t / hand] for name, t in found.items()],
    )


def ready(tree):
    """Wait until JAX has finished, since it returns before."""
    return jax.block_until_ready(tree)


def trace_and_log_determinant(n, bound):
    """Gradient of tr(A⁻¹B) + log det A, whose closed form is -(A⁻¹BA⁻¹)ᵀ + A⁻ᵀ."""
    rng = np.random.default_rng(3)
    A, B = rng.standard_normal((n, n)) + n * np.eye(n), rng.standard_normal((n, n))

    def by_hand():
        inverse = np.linalg.inv(A).T
        return inverse - inverse @ B.T @ inverse

    def f(xp, A):
        return xp.trace(xp.linalg.inv(A) @ B) + xp.linalg.slogdet(A)[1]

    compiled = jax.jit(jax.grad(partial(f, jnp)))
    compare(
        f"gradient of tr(A⁻¹B) + log det A, n = {n}",
        bound,
        {
            "by hand": by_hand,
            "mcalclib": lambda: mc.gradient(partial(f, np), A),
            "JAX, compiled": lambda: ready(compiled(A)),
            "autograd": lambda: autograd.grad(partial(f, anp))(A),
        },
    )


class Perceptron:
    """Three layers 784-128-64-10 with tanh, softmax and cross-entropy, on a batch of 64."""

    sizes = (784, 128, 64, 10)

    def __init__(self):
        rng = np.random.default_rng(3)
        shapes = list(zip(self.sizes, self.sizes[1:], strict=False))
        self.weights = [rng.standard_normal(s) / np.sqrt(s[0]) for s in shapes]
        self.biases = [rng.standard_normal(n) for n in self.sizes[1:]]
        self.X = rng.standard_normal((64, 784))
        self.Y = np.eye(10)[rng.integers(0, 10, 64)]

    def loss(self, xp, weights, biases):
        h = self.X
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            h = xp.tanh(h @ W + b)
        z = h @ weights[-1] + biases[-1]
        normaliser = xp.log(xp.sum(xp.exp(z), axis=1))
        return (xp.sum(normaliser) - xp.sum(self.Y * z)) / len(self.X)

    def by_hand(self):
        (W1, W2, W3), (b1, b2, b3) = self.weights, self.biases
        h1 = np.tanh(self.X @ W1 + b1)
        h2 = np.tanh(h1 @ W2 + b2)
        z = h2 @ W3 + b3
        e = np.exp(z)
        total = np.sum(e, axis=1)
        value = (np.sum(np.log(total)) - np.sum(self.Y * z)) / len(z)
        d3 = (e / total[:, None] - self.Y) / len(z)
        d2 = (d3 @ W3.T) * (1 - h2 * h2)
        d1 = (d2 @ W2.T) * (1 - h1 * h1)
        weights = [self.X.T @ d1, h1.T @ d2, h2.T @ d3]
        return value, (weights, [d1.sum(axis=0), d2.sum(axis=0), d3.sum(axis=0)])

    def ours(self):
        return mc.value_and_gradient(partial(self.loss, np), (self.weights, self.biases))


def perceptron():
    """All gradients of the perceptron, and the memory they need at their peak."""
    net = Perceptron()
    compiled = jax.jit(jax.value_and_grad(partial(net.loss, jnp), argnums=(0, 1)))
    by_autograd = autograd.grad(
        lambda p: net.loss(anp, p[:3], p[3:])  # autograd differentiates by one argument
    )
    compare(
        "perceptron 784-128-64-10, batch 64: value and all gradients",
        1.2,
        {
            "by hand": net.by_hand,
            "mcalclib": net.ours,
            "JAX, compiled": lambda: ready(compiled(net.weights, net.biases)),
        },
        101,
    )
    hand = seconds_of(net.by_hand)
    slower = seconds_of(lambda: by_autograd([*net.weights, *net.biases]))
    print(f"  autograd (gradient alone): {slower / hand:.3g} times by hand")
    peaks = {name: peak_memory(call) for name, call in (("hand", net.by_hand), ("ours", net.ours))}
    show(
        "perceptron: memory at the peak (bound: 1.5 times by hand)",
        ["", "kB", "ratio"],
        [
            ["by hand", peaks["hand"] / 1e3, 1.0],
            ["mcalclib", peaks["ours"] / 1e3, peaks["ours"] / peaks["hand"]],
        ],
    )


def seconds_of(call):
    """Return the median time of one call."""
    return medians({"": partial(seconds, call)}, REPETITIONS)[""]


def peak_memory(call):
    """Return the most bytes that Python and NumPy held during one call."""
    call()
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def hessian_vector_product(n=300, bound=3.0):
    """The Hessian of log det A along dA beside one gradient of log det A."""
    rng = np.random.default_rng(3)
    A, dA = rng.standard_normal((n, n)) + n * np.eye(n), rng.standard_normal((n, n))

    def f(A):
        return np.linalg.slogdet(A)[1]

    inverse = np.linalg.inv(A)
    exact = -(inverse @ dA @ inverse).T
    assert np.allclose(mc.hessian_vector_product(f, A, dA), exact, rtol=1e-9)
    found = medians(
        {
            "gradient": partial(seconds, lambda: mc.gradient(f, A)),
            "Hessian-vector product": partial(seconds, lambda: mc.hessian_vector_product(f, A, dA)),
        },
        REPETITIONS,
    )
    show(
        f"log det A, n = {n} (bound: {bound} times one gradient)",
        ["", "ms", "ratio"],
        [[name, 1000 * t, t / found["gradient"]] for name, t in found.items()],
    )


class Chain:
    """Springs in a row with stiffnesses exp(M p), fixed at both ends: A(p) x = b is tridiagonal.

    g(p) = c·x is a weighted sum of the displacements.
    """

    def __init__(self, parameters, n=200):
        rng = np.random.default_rng(3)
        self.n = n
        self.M = rng.standard_normal((n + 1, parameters)) / np.sqrt(parameters)
        self.p = 0.3 * rng.standard_normal(parameters)
        self.b, self.c = np.ones(n), rng.standard_normal(n)
        # stretch of spring i is x[i] - x[i-1]: A = E.T @ diag(k) @ E
        self.E = np.eye(n + 1, n) - np.eye(n + 1, n, -1)

    def bands(self, k):
        """Return A in the form that scipy.linalg.solveh_banded reads."""
        ab = np.zeros((2, self.n))
        ab[1] = k[:-1] + k[1:]
        ab[0, 1:] = -k[1:-1]
        return ab

    def by_hand(self):
        k = np.exp(self.M @ self.p)
        factor = scipy.linalg.cholesky_banded(self.bands(k), check_finite=False)
        x = scipy.linalg.cho_solve_banded((factor, False), self.b, check_finite=False)
        v = scipy.linalg.cho_solve_banded((factor, False), self.c, check_finite=False)
        k_bar = -self.stretch(v) * self.stretch(x)
        return self.c @ x, (k * k_bar) @ self.M

    @staticmethod
    def stretch(x):
        return np.diff(x, prepend=0.0, append=0.0)

    def ours(self, p):
        k = np.exp(self.M @ p)
        lower = np.stack([k[:-1] + k[1:], -k[1:]])  # the last entry lies outside A
        return self.c @ mc.linalg.solveh_banded(lower, self.b, lower=True)

    def sparse_by_hand(self):
        """The same with SciPy's sparse factorisation, which needs no band."""
        k = np.exp(self.M @ self.p)
        diagonals = [k[:-1] + k[1:], -k[1:-1], -k[1:-1]]
        A = scipy.sparse.diags_array(diagonals, offsets=[0, 1, -1], format="csc")
        factor = scipy.sparse.linalg.splu(A)
        x, v = factor.solve(self.b), factor.solve(self.c, "T")
        return self.c @ x, (-k * self.stretch(v) * self.stretch(x)) @ self.M

    def sparse_ours(self, p):
        k = np.exp(self.M @ p)
        entries = np.concatenate([k[:-1] + k[1:], -k[1:-1], -k[1:-1]])
        i = np.arange(self.n)
        places = np.concatenate([i, i[:-1], i[1:]]), np.concatenate([i, i[1:], i[:-1]])
        A = mc.linalg.sparse_matrix(entries, places, (self.n, self.n))
        return self.c @ mc.linalg.spsolve(A, self.b)

    def forward(self):
        """One pushforward per parameter, with the factorisation shared."""
        L = mc.derivative(self.ours, self.p)
        return np.array([L(e) for e in np.eye(len(self.p))])

    def batched_forward(self):
        """All tangents as columns of one right-hand side."""
        k = np.exp(self.M @ self.p)
        factor = scipy.linalg.cholesky_banded(self.bands(k), check_finite=False)
        x = scipy.linalg.cho_solve_banded((factor, False), self.b, check_finite=False)
        forces = (k * self.stretch(x))[:, None] * self.M
        right = -(forces[:-1] - forces[1:])
        return self.c @ scipy.linalg.cho_solve_banded((factor, False), right, check_finite=False)

    def differences(self):
        """One solve per parameter, and a truncation error."""
        h = 1e-7
        steps = h * np.eye(len(self.p))
        return np.array(
            [(self.plain(self.p + s) - self.plain(self.p - s)) / (2 * h) for s in steps]
        )

    def plain(self, p):
        return self.c @ scipy.linalg.solveh_banded(self.bands(np.exp(self.M @ p)), self.b)


def adjoint_method():
    """g(p) = c·A(p)⁻¹b with tridiagonal A of size 200: the adjoint, and what it is compared to."""
    chain = Chain(1000)
    compare(
        "gradient of c·A(p)⁻¹b, tridiagonal n = 200, 1000 parameters, sparse factorisation",
        1.2,
        {
            "by hand": chain.sparse_by_hand,
            "mcalclib": lambda: mc.value_and_gradient(chain.sparse_ours, chain.p),
        },
        101,
    )
    compare(
        "the same, banded factorisation",
        1.2,
        {"by hand": chain.by_hand, "mcalclib": lambda: mc.value_and_gradient(chain.ours, chain.p)},
        101,
    )
    rows = []
    for parameters in (10, 100, 1000):
        chain = Chain(parameters)
        exact = chain.by_hand()[1]
        ways = {
            "adjoint": lambda chain=chain: mc.gradient(chain.ours, chain.p),
            "forward": chain.forward,
            "batched forward": chain.batched_forward,
            "differences": chain.differences,
        }
        for name, way in ways.items():
            gap = np.max(np.abs(way() - exact)) / np.max(np.abs(exact))
            assert gap < 1e-3, f"{name} is off by {gap:.1e}"  # differences lose the most
        found = medians({n: partial(seconds, w) for n, w in ways.items()}, 5)
        rows.append([str(parameters), *(1000 * t for t in found.values())])
    show("the same gradient in other ways, ms", ["parameters", *ways], rows)


def main():
    trace_and_log_determinant(100, 2.0)
    trace_and_log_determinant(500, 1.3)
    perceptron()
    adjoint_method()
    hessian_vector_product()


if __name__ == "__main__":
    main()
