"""Power of entries, in base and exponent."""

from numbers import Real

import numpy as np

from ..errors import DomainError
from ..samples import away_from_zero, positive
from .registry import ZERO, Rule, case


def value(X, p):
    fractional = np.ndim(p) > 0 or p != np.round(p)
    if fractional and not np.iscomplexobj(X) and np.any(X < 0):
        raise DomainError(
            "power: a negative base has no real power with an exponent that is not an "
            f"integer, got base {float(np.min(X)):.4g}."
        )
    return np.power(X, p)


def slope(X, p):
    if isinstance(p, Real) and p != 0:
        return p * np.power(X, p - 1)
    # x**0 is 1 everywhere, and 0 * 0**(-1) must not be nan
    return np.where(p == 0, 0.0, p * np.power(X, np.where(p == 0, 1.0, p - 1.0)))


def log_term(F, X):
    # 0**p is 0 for every p > 0, so it does not move with p
    return F * np.log(np.where(X == 0, 1.0, X))


def pushforward(F, primals, tangents):
    X, p = primals
    dX, dp = tangents
    if dp is ZERO:  # the base may then be negative, where it has no logarithm
        return slope(X, p) * dX
    return slope(X, p) * dX + log_term(F, X) * dp


def pullback(F, primals, F_bar):
    X, p = primals
    return lambda: slope(X, p) * F_bar, lambda: log_term(F, X) * F_bar


Rule(
    name="power of entries",
    functions=(np.power, np.float_power),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(away_from_zero(rng, 3, 2), 3),
        case(positive(rng, 3, 2), 2.5),
        case(positive(rng, 3, 2), positive(rng, 2)),
        case(away_from_zero(rng, 3), -2),
        case(2.0, away_from_zero(rng, 2, 2)),
    ),
    source="the power and exponential rules of one variable",
    arity=2,
    condition="a base above 0, unless the exponent is an integer",
    node="HadamardPower",
    statement=r"d(x^p) = p x^{p-1} dx + x^p \log x\, dp",
)
