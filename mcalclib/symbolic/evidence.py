"""What speaks for a rule: pushforward, pullback and differences at its sample points."""

from dataclasses import dataclass

import numpy as np

from ..errors import McalcError
from ..rules import ZERO


@dataclass(frozen=True)
class Evidence:
    """One number, Σ F_bar·dF at a sample point, computed in three ways.

    Attributes
    ----------
    forward, backward, differences : float
        By the pushforward, by the pullback, by differences of the value.
    agrees : bool
        Whether every entry of dF agrees with the differences, and both sums with each other.
    """

    forward: float
    backward: float
    differences: float
    agrees: bool


def evidence(rule):
    """Return the evidence at each of a rule's sample points.

    Parameters
    ----------
    rule : Rule

    Returns
    -------
    list of Evidence
        Empty if the rule refuses one of its points.

    Examples
    --------
    >>> from mcalclib.rules import RULES
    >>> all(found.agrees for found in evidence(RULES["matrix inverse"]))
    True
    """
    rng = np.random.default_rng(1)
    try:
        with np.errstate(all="ignore"):
            return [_of_case(rule, case, rng) for case in rule.samples(rng)]
    except McalcError:
        return []


def _of_case(rule, case, rng):
    primals, options = case.primals, case.options
    moving = [
        isinstance(p, float) or getattr(p, "dtype", None) in (float, complex) for p in primals
    ]
    tangents = [_direction(rng, p) if m else ZERO for p, m in zip(primals, moving, strict=True)]
    F = rule.value(*primals, **options)
    dF = _outputs(rule.pushforward(F, primals, tangents, **options))

    def at(t):
        moved = [p + t * d if m else p for p, d, m in zip(primals, tangents, moving, strict=True)]
        return _outputs(rule.value(*moved, **options))

    bars = [_direction(rng, out) for out in _outputs(F)]
    # the smaller step is for LAPACK's order of eigenvalues, which may change along a larger one
    tried = [_slopes(at, h) for h in (2e-3, 1e-4)]
    near = [slopes for slopes in tried if _near(dF, slopes)]
    back = rule.pullback(F, primals, bars[0] if len(bars) == 1 else tuple(bars), **options)
    backward = 0.0
    for bar, d in zip(back, tangents, strict=True):
        if d is not ZERO:
            bar = bar() if callable(bar) else bar
            backward += 0.0 if bar is None or bar is ZERO else np.real(np.sum(bar * d))
    forward = _paired(bars, dF)
    same = bool(np.isclose(forward, backward, rtol=1e-7, atol=1e-9))
    by_differences = _paired(bars, (near or tried)[0])
    return Evidence(forward, float(backward), by_differences, bool(near) and same)


def _paired(bars, dF):
    """Return Σ F_bar·dF over all outputs."""
    parts = (np.real(np.sum(b * (0.0 if d is ZERO else d))) for b, d in zip(bars, dF, strict=True))
    return float(sum(parts))


def _slopes(at, h):
    """Return the derivative of at(t) at 0, by extrapolated central differences."""
    wide, middle, narrow = (
        [(b - a) / (2 * s) for a, b in zip(at(-s), at(s), strict=True)] for s in (h, h / 2, h / 4)
    )
    return [(64 * c - 20 * b + a) / 45 for a, b, c in zip(wide, middle, narrow, strict=True)]


def _near(dF, slopes):
    return all(
        np.allclose(
            0.0 if d is ZERO else d, s, rtol=1e-6, atol=1e-7 * (1 + np.max(np.abs(s), initial=0))
        )
        for d, s in zip(dF, slopes, strict=True)
    )


def _direction(rng, like):
    shape = np.shape(like)
    real = rng.standard_normal(shape)
    return real + 1j * rng.standard_normal(shape) if np.iscomplexobj(like) else real


def _outputs(F):
    return tuple(F) if isinstance(F, tuple) else (F,)
