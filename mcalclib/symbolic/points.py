"""Random points at which an expression has a value."""

from dataclasses import dataclass
from itertools import count as count_from

import numpy as np

from ..errors import DomainError, McalcError
from .evaluation import dimension, evaluate

KINDS = ("normal", "separated", "positive", "small")
INDEXED = {"unit", "eigenvalue", "left_eigenvector", "right_eigenvector", "singular_value",
           "left_singular_vector", "right_singular_vector"}  # fmt: skip
SIZES = ((3, 2, 4, 5), (2, 3, 4, 5), (4, 3, 2, 2), (3, 4, 2, 2), (3, 3, 3, 3))


@dataclass
class Point:
    """Values of the leaves of some expressions, and of the sizes in them."""

    env: dict
    rng: np.random.Generator
    kind: str

    def with_values(self, leaves, kind=None):
        """Return a point that also has random values for these leaves."""
        env = dict(self.env)
        for leaf in leaves:
            if leaf not in env:
                env[leaf] = draw(self.rng, leaf, env, kind or self.kind)
        return Point(env, self.rng, self.kind)


def _each(nodes):
    """Yield the nodes and all that they are made of, each once."""
    seen, stack = set(), list(nodes)
    while stack:
        x = stack.pop()
        if x not in seen:
            seen.add(x)
            stack.extend(x.args)
            yield x


def symbols_of(nodes):
    """Return the sympy symbols in the sizes of trees."""
    found = set()
    for x in _each(nodes):
        if x.op == "sym":  # a number such as t is no size, and need not be whole
            found |= {x.data} if x.data.is_integer else set()
            continue
        data = x.data if isinstance(x.data, tuple) else (x.data,)
        for d in (*x.shape, *data):
            if hasattr(d, "free_symbols"):
                found |= d.free_symbols
    return sorted(found, key=str)


def exponents_of(nodes):
    """Return the symbols that stand as exponents of matrices."""
    found = set()
    for x in _each(nodes):
        if x.op == "mpow":
            found |= {leaf.data for leaf in x.args[1].free if leaf.op == "sym"}
    return found


def indices_of(nodes):
    """Return the symbols by which entries, eigenvalues or singular values are counted."""
    found = set()
    for x in _each(nodes):
        if x.op in INDEXED and hasattr(x.data, "free_symbols"):
            found |= x.data.free_symbols
    return sorted(found, key=str)


def draw(rng, leaf, env, kind):
    """Return a random value of a leaf."""
    if leaf.op == "sym":
        if leaf.data in env:
            return env[leaf.data]
        if leaf.data.is_number:
            return float(leaf.data)
        return rng.standard_normal() if kind == "normal" else rng.uniform(0.5, 1.5)
    shape = tuple(dimension(d, env) for d in leaf.shape)
    if kind == "normal":
        X = rng.standard_normal(shape)
    elif kind == "positive":
        X = rng.uniform(0.5, 1.5, shape)
    elif kind == "small":
        X = rng.uniform(-0.4, 0.4, shape)
    elif 1 in shape or shape[0] != shape[1]:
        X = rng.uniform(0.5, 1.5, shape)
    else:
        X = np.diag(1.0 + np.arange(shape[0])) + 0.15 * rng.standard_normal(shape)
    return X + X.T if leaf.data[1] else X


def points(nodes, leaves, count=20, seed=0):
    """Yield points at which every one of the trees is finite.

    Parameters
    ----------
    nodes : list of Node
    leaves : iterable of Node
        Further leaves that need values.
    count : int
        At most how many points: callers take as many as they need.

    Raises
    ------
    DomainError
        If none was found.
    """
    rng = np.random.default_rng(seed)
    sizes = symbols_of([*nodes, *leaves])
    powers, indices = exponents_of(nodes), indices_of(nodes)
    free = sorted(frozenset(leaves).union(*(x.free for x in nodes)), key=lambda leaf: leaf.key)
    found, attempts = 0, count_from(0)
    for choice in SIZES:
        for kind in KINDS:
            env = {s: choice[i % 4] for i, s in enumerate(sizes)}
            # 1 shows where a formula for Aᵏ⁻² needs k to be larger
            attempt = next(attempts)
            env |= {s: (3, 1, 4, 2)[attempt % 4] for s in powers}
            env |= {s: 1 + (attempt + i) % 2 for i, s in enumerate(indices)}
            for leaf in free:
                env[leaf] = draw(rng, leaf, env, kind)
            if _finite(nodes, env):
                found += 1
                yield Point(env, rng, kind)
                if found == count:
                    return
    if not found:
        raise DomainError(
            "no point was found at which "
            + " and ".join(f"`{x!r}`" for x in nodes)
            + " has a real value; the result cannot be checked."
        )


def _finite(nodes, env):
    try:
        with np.errstate(all="ignore"):
            return all(np.isfinite(evaluate(x, env)).all() for x in nodes)
    except (McalcError, np.linalg.LinAlgError, ValueError, IndexError):
        return False
