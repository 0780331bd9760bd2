"""Every rule against definitions that share no formula with it.

The rules are found by being there: a new file in mcalclib/rules/ is tested without a word here.
"""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from mcalclib.rules import RULES, ZERO
from mcalclib.tracing import Tape, Tracer, apply, plain, pull, push, reachable
from mcalclib.tracing import kept as kept_by

SEED = 3
CASES = [
    pytest.param(rule, index, id=f"{rule.name.replace(' ', '-')}-{index}")
    for rule in RULES.values()
    for index, _ in enumerate(rule.samples(np.random.default_rng(SEED)))
]
every_case = pytest.mark.parametrize(("rule", "index"), CASES)
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda r: r.name.replace(" ", "-"))


def drawn(rule, index):
    case = list(rule.samples(np.random.default_rng(SEED)))[index]
    return case.primals, case.options


def varies(primal):
    """Whether a primal is differentiated: an integer is a parameter, not a point."""
    return isinstance(primal, float) or getattr(primal, "dtype", None) in (
        np.float64,
        np.complex128,
    )


def tangents_of(rng, primals):
    def draw(p):
        real = rng.standard_normal(np.shape(p))
        return real + 1j * rng.standard_normal(np.shape(p)) if np.iscomplexobj(p) else real

    return [draw(p) if varies(p) else ZERO for p in primals]


def outputs(F):
    return F if isinstance(F, tuple) else (F,)


def central_difference(value, primals, tangents):
    """Return d value / dt at t = 0 by Richardson-extrapolated central differences: O(h^6)."""

    def at(t):
        moved = [p if d is ZERO else p + t * d for p, d in zip(primals, tangents, strict=True)]
        return outputs(value(*moved))

    def slope(h):
        return [(b - a) / (2 * h) for a, b in zip(at(-h), at(h), strict=True)]

    h = 2e-3
    wide, middle, narrow = slope(h), slope(h / 2), slope(h / 4)
    return [(64 * n - 20 * m + w) / 45 for w, m, n in zip(wide, middle, narrow, strict=True)]


def tangent_values(rule, F, primals, tangents, options):
    dF = outputs(rule.pushforward(F, primals, tangents, **options))
    return [
        np.broadcast_to(0.0 if d is ZERO else d, np.shape(out))
        for d, out in zip(dF, outputs(F), strict=True)
    ]


def pairing(a, b):
    return np.real(np.sum(np.asarray(a) * np.asarray(b)))


@every_case
def test_pushforward_is_the_directional_derivative(rule, index, rng):
    primals, options = drawn(rule, index)
    tangents = tangents_of(rng, primals)
    F = rule.value(*primals, **options)
    expected = central_difference(lambda *p: rule.value(*p, **options), primals, tangents)
    for dF, slope in zip(
        tangent_values(rule, F, primals, tangents, options), expected, strict=True
    ):
        # truncation h^6 ~ 1e-16, rounding eps/h ~ 1e-13, both times the size of the function
        assert_allclose(dF, slope, rtol=1e-8, atol=1e-9 * (1 + np.max(np.abs(slope), initial=0)))


@every_case
def test_pullback_is_the_adjoint_of_the_pushforward(rule, index, rng):
    primals, options = drawn(rule, index)
    tangents = tangents_of(rng, primals)
    F = rule.value(*primals, **options)
    F_bars = tangents_of(rng, [np.asarray(out) * 1.0 for out in outputs(F)])
    dF = tangent_values(rule, F, primals, tangents, options)
    left = sum(map(pairing, F_bars, dF))
    bars = rule.pullback(F, primals, F_bars[0] if len(F_bars) == 1 else tuple(F_bars), **options)
    right = 0.0
    for bar, dX in zip(bars, tangents, strict=True):
        if dX is not ZERO:
            bar = bar() if callable(bar) else bar
            # a cotangent of a broadcast primal has the value's shape: pair it with dX spread out
            right += 0.0 if bar is None else pairing(bar, dX)
    assert_allclose(left, right, rtol=1e-9, atol=1e-12)


@every_case
def test_rule_reads_only_what_it_says_it_keeps(rule, index, rng):
    primals, options = drawn(rule, index)
    tangents = tangents_of(rng, primals)
    F = rule.value(*primals, **options)
    kept_F = F if rule.keeps_value else None
    kept = kept_by(rule, list(primals))
    F_bars = tangents_of(rng, [np.asarray(out) * 1.0 for out in outputs(F)])
    F_bar = F_bars[0] if len(F_bars) == 1 else tuple(F_bars)
    everything = rule.pullback(F, primals, F_bar, **options)
    from_kept = rule.pullback(kept_F, kept, F_bar, **options)
    for whole, hollow, dX in zip(everything, from_kept, tangents, strict=True):
        if dX is not ZERO:
            whole, hollow = (b() if callable(b) else b for b in (whole, hollow))
            if whole is None:
                assert hollow is None
            else:
                assert_allclose(hollow, whole, rtol=1e-12)
    rule.pushforward(kept_F, kept, tangents, **options)


@every_case
def test_engine_differentiates_the_derivative(rule, index, rng):
    """The formulas are NumPy code that can be differentiated: forward over reverse, once more."""
    primals, options = drawn(rule, index)
    tangents = tangents_of(rng, primals)
    active = [i for i, d in enumerate(tangents) if d is not ZERO]
    if any(np.iscomplexobj(p) for p in primals):
        pytest.skip("the public functions take real points")
    F_bars = [
        rng.standard_normal(np.shape(out)) for out in outputs(rule.value(*primals, **options))
    ]

    def pulled_back(*moving):
        """Return the cotangents of the moving primals, by the engine."""
        filled = list(primals)
        tape = Tape()
        variables = [tape.variable(m) for m in moving]
        for i, v in zip(active, variables, strict=True):
            filled[i] = v
        results = outputs(apply(rule, filled, options))
        cotangents = {results[0].node: list(F_bars)}
        pull(reachable(tape, [results[0].node]), cotangents)
        return tuple(cotangents.get(v.node, [np.zeros(np.shape(plain(v)))])[0] for v in variables)

    moving = [np.asarray(primals[i], dtype=float) for i in active]
    directions = [np.asarray(tangents[i]) for i in active]
    tape = Tape()
    variables = [tape.variable(m) for m in moving]
    results = pulled_back(*variables)
    traced = [r for r in results if type(r) is Tracer]
    forward = {v.node: (d,) for v, d in zip(variables, directions, strict=True)}
    push(reachable(tape, [r.node for r in traced]), forward)
    expected = central_difference(lambda *m: pulled_back(*m), moving, directions)
    for result, slope in zip(results, expected, strict=True):
        second = forward[result.node][result.slot] if type(result) is Tracer else ZERO
        second = np.zeros(np.shape(slope)) if second is ZERO else second
        scale = 1 + np.max(np.abs(slope), initial=0)
        assert_allclose(second, slope, rtol=1e-7, atol=1e-8 * scale)


@every_rule
def test_rule_describes_itself(rule):
    assert rule.source
    assert not rule.name.endswith(".")
    assert rule.statement == "" or "d" in rule.statement
