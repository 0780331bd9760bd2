"""Functions that are said in terms of others: the same value, and the right derivative."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import mcalclib as mc
from mcalclib.rules.registry import EXPANSIONS
from mcalclib.trees import flatten, unflatten

SEED = 3
every_case = pytest.mark.parametrize(
    ("expansion", "index"),
    [
        pytest.param(e, i, id=f"{e.function.__module__}.{e.function.__name__}-{i}")
        for e in EXPANSIONS
        for i, _ in enumerate(e.samples(np.random.default_rng(SEED)))
    ],
)


def drawn(expansion, index):
    """Return the function of its floating-point arguments alone, and a point."""
    case = list(expansion.samples(np.random.default_rng(SEED)))[index]
    leaves, structure = flatten(list(case.primals))
    moving = [i for i, leaf in enumerate(leaves) if getattr(leaf, "dtype", None) == np.float64]

    def function(*values):
        filled = list(leaves)
        for i, value in zip(moving, values, strict=True):
            filled[i] = value
        result = expansion.function(*unflatten(structure, filled), **case.options)
        return tuple(result) if isinstance(result, list) else result

    return function, tuple(np.asarray(leaves[i]) for i in moving)


@every_case
def test_value_is_numpys_own(expansion, index):
    function, point = drawn(expansion, index)
    inside = mc.derivative(function, point)
    expected = function(*point)
    shapes = tuple(np.shape(e) for e in expected) if isinstance(expected, tuple) else (
        np.shape(expected)
    )  # fmt: skip
    assert inside.out_shape == shapes
    seen = []
    mc.derivative(lambda *p: seen.append(function(*p)) or seen[0], point)
    for ours, numpys in zip(flatten(seen[0])[0], flatten(expected)[0], strict=True):
        # two algorithms for one function: some roundings of its largest entry apart
        atol = 1e-12 * np.max(np.abs(numpys), initial=0)
        assert_allclose(getattr(ours, "value", ours), numpys, rtol=1e-13, atol=atol)


@every_case
def test_pushforward_is_the_directional_derivative(expansion, index, rng):
    function, point = drawn(expansion, index)
    directions = tuple(rng.standard_normal(p.shape) for p in point)
    dF = mc.pushforward(function, point, directions if len(point) > 1 else directions[0])
    h = 1e-6

    def at(t):
        return flatten(function(*[p + t * d for p, d in zip(point, directions, strict=True)]))[0]

    for ours, before, after in zip(flatten(dF)[0], at(-h), at(h), strict=True):
        assert_allclose(ours, (after - before) / (2 * h), rtol=1e-7, atol=1e-8)


@every_case
def test_pullback_is_the_adjoint(expansion, index, rng):
    function, point = drawn(expansion, index)
    L = mc.derivative(function, point)
    dX, Y = (
        space.from_vector(rng.standard_normal(space.dimension)) for space in (L.domain, L.codomain)
    )
    assert_allclose(L.codomain.inner(L(dX), Y), L.domain.inner(dX, L.adjoint(Y)), rtol=1e-10)
