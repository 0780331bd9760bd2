"""The value of a tree at a point, with NumPy.

Matrices are two-dimensional arrays, vectors have one column. Traced arrays may stand for
variables: that is how the numeric engine differentiates an expression.
"""

from itertools import count

import numpy as np
import scipy.linalg

from .. import linalg
from ..errors import NoRuleError
from ..tracing import plain


def evaluate(node, env, memo=None):
    """Return the value of a tree.

    Parameters
    ----------
    node : Node
    env : dict
        Values of the leaves, and of the symbols in sizes.
    memo : dict, optional
        Values of nodes that are known already.
    """
    memo = {} if memo is None else memo
    found = memo.get(node)
    if found is None:
        found = env.get(node)
        if found is None:
            operation = OPERATIONS.get(node.op)
            if operation is None:
                raise NoRuleError(f"no value of {node.op}, met in `{node!r}`.")
            if node.op == "isum":
                found = _indexed_sum(node, env)
            else:
                found = operation(node, env, *(evaluate(a, env, memo) for a in node.args))
        memo[node] = found
    return found


def dimension(d, env):
    """Return a size as an int."""
    if isinstance(d, int):
        return d
    if d in env:
        return env[d]
    return int(d.xreplace({s: env[s] for s in d.free_symbols}))


def _shape(node, env):
    return tuple(dimension(d, env) for d in node.shape)


def _indexed_sum(node, env):
    body, index, low, high = node.args
    start, stop = (int(evaluate(b, env)) for b in (low, high))
    total = np.zeros(_shape(node, env))
    for i in range(start, stop + 1):
        total = total + evaluate(body, {**env, index: i})
    return total


def _symbol(node, env):
    symbol = node.data
    if symbol in env:
        return env[symbol]
    if symbol.is_number:
        return float(symbol)
    return dimension(symbol, env)


def _power(node, env, x, p):
    exponent = node.args[1]
    if exponent.op == "num" and exponent.data.denominator == 1:
        p = int(exponent.data)
        return 1 / np.power(x, -p) if p < 0 else np.power(x, p)
    return np.power(x, p)


def _function(node, env, x):
    if node.data.startswith("?"):
        return stand_in(node.data, x)
    return _FUNCTIONS[node.data](x)


def stand_in(name, x):
    """Return a value for an unknown function and its derivatives: a phase and scale per name."""
    base = name.rstrip("'")
    order = len(name) - len(base)
    scale = 0.7 + 0.05 * (sum(map(ord, base)) % 7)
    return scale**order * np.sin(scale * x + 0.3 + order * np.pi / 2)


def map_stand_in(name, u, rows):
    """Return (P, φ, Pu + φ) for an unknown function u -> sin(Pu + φ), the same for one name."""
    columns = u.shape[0]
    rng = np.random.default_rng([*map(ord, name), rows, columns])
    P, phase = rng.standard_normal((rows, columns)) / np.sqrt(columns), rng.uniform(0, 1, (rows, 1))
    return P, P @ u + phase


def _map_derivative(node, env, u):
    P, at = map_stand_in(node.data, u, dimension(node.shape[0], env))
    return np.cos(at) * P


def _map_hessian(node, env, u):
    P, at = map_stand_in(node.data, u, 1)
    return -np.sin(at) * (P.T @ P)


_FUNCTIONS = {
    "exp": np.exp, "log": np.log, "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "arctan": np.arctan, "arcsin": np.arcsin,
    "arccos": np.arccos, "abs": np.abs, "sign": np.sign, "arcsinh": np.arcsinh,
}  # fmt: skip


def _matrix_power(node, env, x, k):
    k = int(np.round(float(k)))
    return np.linalg.matrix_power(x, k)


def _commutation(node, env):
    m, n = (dimension(d, env) for d in node.data)
    order = np.arange(m * n).reshape((m, n), order="F").ravel()
    return np.eye(m * n)[order]


def _inverse(node, env, A):
    B = np.linalg.inv(A)
    if type(B) is np.ndarray and np.linalg.norm(A) * np.linalg.norm(B) > 1e10:
        return np.full(A.shape, np.nan)  # singular but for rounding: not a point to check at
    return B


def _duplication(node, env):
    return duplication_matrix(dimension(node.data[0], env))


def duplication_matrix(k):
    """Return D with D vech(A) = vec(A) for symmetric A of order k."""
    D = np.zeros((k * k, k * (k + 1) // 2))
    places = count()
    for j in range(k):
        for i in range(j, k):
            column = next(places)
            D[i + k * j, column] = D[j + k * i, column] = 1
    return D


def _diagonal_selector(node, env):
    return diagonal_selector(dimension(node.data[0], env))


def diagonal_selector(k):
    """Return S with S v = vec(diag(v))."""
    S = np.zeros((k * k, k))
    S[np.arange(k) * (k + 1), np.arange(k)] = 1
    return S


def _block_selector(node, env):
    i, *sizes = node.data
    sizes = [dimension(d, env) for d in sizes]
    start = sum(sizes[:i])
    return np.eye(sum(sizes))[:, start : start + sizes[i]]


def _unit(node, env):
    rows = dimension(node.shape[0], env)
    i = node.data if isinstance(node.data, int) else dimension(node.data, env)
    return np.eye(rows)[:, [i]]


def matrix_function(name, X):
    if hasattr(X, "tape"):
        return getattr(linalg, name)(X)  # the numeric engine's own, with its rule
    value = getattr(scipy.linalg, name)(X)
    if np.iscomplexobj(value):
        if np.abs(value.imag).max() > 1e-9 * (1 + np.abs(value.real).max()):
            return np.full(X.shape, np.nan)
        value = value.real
    return value


def frechet(name, A, E):
    """Return the derivative of a matrix function along E, from a matrix of twice the size."""
    k = len(A)
    double = np.block([[A, E], [np.zeros((k, k)), A]])
    return matrix_function(name, double)[:k, k:]


def frechet2(name, A, E, F):
    """Return the second derivative of a matrix function along E and F."""
    k = len(A)
    O = np.zeros((k, k))
    four = np.block([[A, E, F, O], [O, A, O, F], [O, O, A, E], [O, O, O, A]])
    return matrix_function(name, four)[:k, 3 * k :]


def frechet2_matrix(name, A, E):
    """Return the matrix of F -> frechet2(name, A, E, F)."""
    k = len(A)
    units = (F.reshape((k, k), order="F") for F in np.eye(k * k))
    return np.array([frechet2(name, A, E, F).ravel(order="F") for F in units]).T


def frechet_matrix(name, A):
    """Return the matrix of E -> frechet(name, A, E)."""
    k = len(A)
    columns = [
        frechet(name, A, E.reshape((k, k), order="F")).ravel(order="F") for E in np.eye(k * k)
    ]
    return np.array(columns).T


def eigenpair(A, i):
    """Return (lambda, u, v) of eigenvalue i in ascending order, uᵀv = 1."""
    if np.allclose(A, A.T, rtol=1e-13, atol=1e-13):
        values, V = np.linalg.eigh(A)
        return values[i], V[:, [i]], V[:, [i]]
    values, left, right = scipy.linalg.eig(A, left=True)
    if np.abs(values.imag).max() > 1e-12:
        nothing = np.full((len(A), 1), np.nan)
        return np.nan, nothing, nothing
    at = np.argsort(values.real)[i]
    u, v = left.real[:, [at]], right.real[:, [at]]
    return values.real[at], u / (u.T @ v), v


def _eigenvalue(node, env, A):
    if hasattr(A, "tape"):  # a traced array: the numeric engine's own functions
        i, at = node_index(node, env), plain(A)
        if np.allclose(at, at.T, rtol=1e-13, atol=1e-13):
            return np.linalg.eigvalsh(A)[i]
        order = np.argsort(np.linalg.eigvals(at).real)
        return np.real(np.linalg.eigvals(A)[order[i]])
    return eigenpair(A, node_index(node, env))[0]


def node_index(node, env):
    return node.data if isinstance(node.data, int) else dimension(node.data, env)


def singular_triple(A, i):
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    return s[i], U[:, [i]], Vt[[i]].T


def _singular_value(node, env, A):
    return np.linalg.svd(A, compute_uv=False)[node_index(node, env)]


def polar_factor(A):
    """Return U Vᵀ from the singular value decomposition, without the vectors of zeros.

    At lower rank these vectors are arbitrary. Without them the factor of Aᵀ is the transpose of
    that of A there too: Higham (2008), section 8.1, the canonical polar decomposition.
    """
    U, s, Vt = np.linalg.svd(A, full_matrices=False)
    kept = s > 1e-13 * s[0]
    return U[:, kept] @ Vt[kept]


def _norm(node, env, A):
    if node.data == "frobenius":
        return np.sqrt(np.sum(A * A))
    values = np.linalg.svd(A, compute_uv=False)
    return np.sum(values) if node.data == "nuclear" else values[0]


def _sum(node, env, *values):
    total = values[0]
    for v in values[1:]:
        total = total + v
    return total


def _product(node, env, *values):
    total = values[0]
    for v in values[1:]:
        total = total * v
    return total


def _matmul(node, env, *values):
    total = values[0]
    for v in values[1:]:
        total = total @ v
    return total


OPERATIONS = {
    "num": lambda x, env: float(x.data) if x.data.denominator != 1 else int(x.data),
    "sym": _symbol,
    "identity": lambda x, env: np.eye(dimension(x.shape[0], env)),
    "zeros": lambda x, env: np.zeros(_shape(x, env)),
    "ones": lambda x, env: np.ones(_shape(x, env)),
    "unit": _unit,
    "dense": lambda x, env: np.array(x.data.tolist(), dtype=float),
    "add": _sum,
    "mul": _product,
    "had": _product,
    "matmul": _matmul,
    "transpose": lambda x, env, A: A.T,
    "inverse": _inverse,
    "mpow": _matrix_power,
    "pow": _power,
    "fn": _function,
    "entry": lambda x, env, A: A[0, 0],
    "trace": lambda x, env, A: np.trace(A),
    "det": lambda x, env, A: np.linalg.det(A),
    "total": lambda x, env, A: np.sum(A),
    "norm": _norm,
    "diag": lambda x, env, v: v * np.eye(dimension(x.shape[0], env)),
    "diagonal": lambda x, env, A: np.reshape(np.diagonal(A), (-1, 1)),
    "kron": lambda x, env, A, B: np.kron(A, B),
    "vec": lambda x, env, A: np.reshape(A, (-1, 1), order="F"),
    "unvec": lambda x, env, v: np.reshape(v, _shape(x, env), order="F"),
    "commutation": _commutation,
    "duplication": _duplication,
    "diagonal_selector": _diagonal_selector,
    "block_selector": _block_selector,
    "isum": _indexed_sum,
    "map": lambda x, env, u: np.sin(map_stand_in(x.data, u, dimension(x.shape[0], env))[1]),
    "dmap": _map_derivative,
    "hmap": _map_hessian,
    "mfun": lambda x, env, A: matrix_function(x.data, A),
    "frechet": lambda x, env, A, E: frechet(x.data, A, E),
    "frechet_matrix": lambda x, env, A: frechet_matrix(x.data, A),
    "frechet2": lambda x, env, A, E, F: frechet2(x.data, A, E, F),
    "frechet2_matrix": lambda x, env, A, E: frechet2_matrix(x.data, A, E),
    "pinv": lambda x, env, A: np.linalg.pinv(A, rcond=1e-13),
    "polar": lambda x, env, A: polar_factor(A),
    "eigenvalue": _eigenvalue,
    "right_eigenvector": lambda x, env, A: eigenpair(A, node_index(x, env))[2],
    "left_eigenvector": lambda x, env, A: eigenpair(A, node_index(x, env))[1],
    "singular_value": _singular_value,
    "left_singular_vector": lambda x, env, A: singular_triple(A, node_index(x, env))[1],
    "right_singular_vector": lambda x, env, A: singular_triple(A, node_index(x, env))[2],
}
