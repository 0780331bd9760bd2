"""The definition of the derivative as an experiment: how fast does the remainder fall?"""

from dataclasses import dataclass

import numpy as np

from ..errors import DomainError, ShapeError
from .points import EPS, Candidate, Function, domain_of
from .report import Shown, slope_text, verdict

# A fitted slope is off by a few hundredths where the range is short; a remainder that is not
# o(t^k) has slope k or less. A quarter above k tells the two apart and still accepts
# functions whose derivative is only Hölder continuous, such as |x|^(3/2).
MARGIN = 0.25

# The remainder is fitted only where it stands this far above the rounding error of f, so that
# rounding bends the slope by at most a few per cent.
CLEAR = 50.0


@dataclass(frozen=True, repr=False)
class SlopeEvidence(Shown):
    """Remainders against step lengths and the slope of their line on log-log axes.

    Attributes
    ----------
    title : str
    steps, remainders : (k,) arrays
        NaN where the step left the domain of f.
    floor : (k,) array
        Rounding error of the remainder.
    fitted : (k,) array of bool
        The steps that the slope was fitted to.
    slope : float
        Infinite where no remainder rose above rounding, NaN where none could be computed.
    order : int
        The remainder must be o(t^order).
    """

    title: str
    steps: np.ndarray
    remainders: np.ndarray
    floor: np.ndarray
    fitted: np.ndarray
    slope: float
    order: int

    @property
    def ok(self):
        """True where the remainder falls faster than t^order."""
        return bool(self.slope > self.order + MARGIN)

    @property
    def rows(self):
        expected = f"{self.order + 1}, more than {self.order}"
        return [("slope of the remainder", slope_text(self.slope), expected, verdict(self.ok))]

    def plot(self, ax=None):
        """Return a figure and axes with the remainders, the fitted part and reference slopes."""
        from ..plots import error_against_step

        return error_against_step(
            self.steps,
            self.remainders,
            slopes=(self.order, self.order + 1),
            fitted=self.fitted,
            ylabel="remainder",
            ax=ax,
        )


def taylor_slope(f, df, X, dX, hessian=None, steps=None):
    """Return the slope with which ‖f(X + t dX) - f(X) - t df(dX)‖ falls with t.

    Slope 2 is what a right derivative of a smooth f shows. Slope 1 says that df(dX) is not
    the directional derivative, whatever else it may be. With `hessian` the term of second
    order, t²/2 hessian(dX), is subtracted too and the slope is 3.

    The slope is fitted to the last decades of t before rounding takes over.

    Parameters
    ----------
    f : callable
        f(X), or f(*X) where X is a tuple.
    df : callable, LinearOperator or array
        The claimed derivative: dX to dF; or the Jacobian, or for scalar f the gradient.
    X, dX : float arrays of one shape, or lists, tuples or dicts of such arrays
    hessian : callable, optional
        dX to f''(X)[dX, dX], shaped like f(X).
    steps : (k,) array, optional
        The values of t, falling; default: three per decade over twelve decades.

    Returns
    -------
    SlopeEvidence
        With `.slope`, `.ok`, `.steps`, `.remainders` and `.plot()`.

    Raises
    ------
    ShapeError
        If X, dX and df(dX) do not fit f.
    DtypeError, DomainError
        As `central_difference`.

    References
    ----------
    Farrell, Ham, Funke and Rognes (2013), section 6.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [0.0, 3.0]])
    >>> x, dx = np.array([1.0, -1.0]), np.array([0.5, 1.0])
    >>> f = lambda x: (x @ A @ x) ** 2
    >>> taylor_slope(f, lambda dx: 2 * (x @ A @ x) * (x @ (A + A.T) @ dx), x, dx)
    remainder ‖f(X + t dX) - f(X) - t df(dX)‖ against t
      test                    measured  expected        holds
      slope of the remainder  2.0       2, more than 1  yes
    >>> taylor_slope(f, lambda dx: 2 * (x @ A @ x) * (2 * x @ A @ dx), x, dx).ok
    False
    """
    where = "taylor_slope"
    function = Function(f, X, where, domain_of(df, X))
    v = function.direction(dX)
    candidate = Candidate(df, function)
    second = None
    if hessian is not None:
        second = Candidate(hessian, function, "hessian")(v)
    return along_ray(function, candidate, v, second=second, steps=_checked_steps(steps))


def _checked_steps(steps):
    if steps is None:
        return None
    steps = np.asarray(steps, dtype=float)
    if steps.ndim != 1 or steps.size < 4:
        raise ShapeError(f"taylor_slope: steps must be at least 4 numbers, got {steps.shape}.")
    if not (steps > 0).all() or not (np.diff(steps) < 0).all():
        raise DomainError("taylor_slope: steps must be positive and falling, such as 2.0**-k.")
    return steps


def along_ray(function, candidate, v, second=None, steps=None):
    """Return the remainders along X + t v as evidence."""
    if steps is None:
        largest = np.floor(np.log10(0.1 * function.scale / np.linalg.norm(v)))
        steps = 10.0 ** (largest - np.arange(37) / 3)
    dF = candidate(v)
    bend = 0.0 if second is None else second
    remainders = [
        np.linalg.norm(
            function.near(function.x + t * v) - function.value - t * dF - t**2 / 2 * bend
        )
        for t in steps
    ]
    remainders = np.array(remainders)
    floor = 2 * function.noise(v) + EPS * steps * np.linalg.norm(dF)
    fitted = _range_before_rounding(remainders, floor)
    tail = "" if second is None else " - t²/2 d²f(dX, dX)"
    return SlopeEvidence(
        title=f"remainder ‖f(X + t dX) - f(X) - t df(dX){tail}‖ against t",
        steps=steps,
        remainders=remainders,
        floor=floor,
        fitted=fitted,
        slope=_fitted_slope(steps, remainders, fitted),
        order=1 if second is None else 2,
    )


def _range_before_rounding(remainders, floor, length=8):
    """Mark the smallest steps, at most `length`, whose remainder stands clear of rounding."""
    clear = np.nan_to_num(remainders) > CLEAR * floor
    fitted = np.zeros(len(clear), dtype=bool)
    started = misses = 0
    for k, good in enumerate(clear):
        started += good
        misses = 0 if good else misses + 1
        if started and misses == 2:  # a single dip is a sign change of the remainder
            break
        fitted[k] = good
    chosen = np.flatnonzero(fitted)[-length:]
    fitted[:] = False
    if len(chosen) >= 3:
        fitted[chosen] = True
    return fitted


def _fitted_slope(steps, remainders, fitted):
    if np.isnan(remainders).all():
        return np.nan
    if not fitted.any():
        return np.inf
    return float(np.polyfit(np.log(steps[fitted]), np.log(remainders[fitted]), 1)[0])


def frechet_slope(f, df, X, rng=None, tries=48):
    """Return the slope with which the largest remainder over all directions falls.

    `taylor_slope` walks along one ray. A function may have the right remainder on every ray
    and still not be differentiable, because the rays get there one later than the other:
    x³y / (x⁴ + y²) at 0. So here the direction h with the largest remainder is searched for
    at each of seven lengths ρ, among the axes, random directions and ever finer changes of
    the best ones; the search can follow a curve into the point. For a Fréchet derivative the
    slope is above 1, and 2 for smooth f.

    A search finds evidence, never a proof: a set of directions too thin to hit stays unseen.

    Parameters
    ----------
    f, df, X
        As `taylor_slope`.
    rng : numpy.random.Generator, optional
        Default: a generator with a fixed seed.
    tries : int
        Changes of direction tried at each length.

    Returns
    -------
    SlopeEvidence

    Raises
    ------
    ShapeError, DtypeError, DomainError
        As `taylor_slope`.

    References
    ----------
    Clarke (2013), section 1.4, on Gateaux and Fréchet derivatives.

    Examples
    --------
    >>> def f(x):
    ...     return 0.0 if not x.any() else x[0] ** 3 * x[1] / (x[0] ** 4 + x[1] ** 2)
    >>> origin, zero = np.zeros(2), lambda dx: 0.0
    >>> taylor_slope(f, zero, origin, np.array([1.0, 2.0])).ok      # on a ray: fine
    True
    >>> frechet_slope(f, zero, origin)                              # on curves: not
    largest remainder over directions h with ‖h‖ = ρ, against ρ
      test                    measured  expected        holds
      slope of the remainder  1.0       2, more than 1  no
    """
    where = "frechet_slope"
    function = Function(f, X, where, domain_of(df, X))
    rng = np.random.default_rng(0) if rng is None else rng
    return over_directions(function, Candidate(df, function), rng, tries)


def over_directions(function, candidate, rng, tries, largest=np.inf):
    """Return the largest remainder found at each length as evidence.

    The lengths run over three decades down from 1e-2 times the size of X, or from `largest`.
    """
    n = len(function.x)
    radii = min(1e-2 * function.scale, largest) * 10.0 ** -(np.arange(7) / 2)
    noise = function.noise(rng.standard_normal(n))

    def scored(directions, radius):
        pairs = []
        for u in directions:
            h = radius * u
            r = np.linalg.norm(function.near(function.x + h) - function.value - candidate(h))
            # Outside the domain of f nothing is shown, so such a direction is never the worst.
            pairs.append((-1.0 if np.isnan(r) else float(r), u))
        return sorted(pairs, key=lambda pair: -pair[0])[:4]

    axes = np.zeros((min(n, 8), n))
    axes[np.arange(len(axes)), rng.permutation(n)[:8]] = 1.0
    found, best = [], []
    for k, radius in enumerate(radii):
        fresh = _units(rng.standard_normal((8, n)))
        best = scored([*axes, *-axes, *fresh, *(u for _, u in best)], radius)
        for _ in range(tries if k else 3 * tries):
            _, u = best[rng.integers(len(best))]
            # Changes of every size from 1 to a hundredth of the radius: a curve such as
            # y = x² lies that close to its tangent.
            size = 10.0 ** rng.uniform(np.log10(radius / function.scale) - 2, 0)
            (trial,) = _units(u + size * rng.standard_normal((1, n)))
            (better,) = scored([trial], radius)
            if better[0] > best[-1][0]:
                best = sorted(
                    [*best[:-1], better], key=lambda pair: -np.nan_to_num(pair[0], nan=-1.0)
                )
        found.append(best)
    # What was found last is the best known; try it at the greater lengths too.
    everything = [u for best in found for _, u in best]
    remainders = np.array([scored(everything, radius)[0][0] for radius in radii])
    remainders[remainders < 0] = np.nan
    floor = np.full(len(radii), 2 * noise)
    fitted = _range_before_rounding(remainders, floor)
    return SlopeEvidence(
        title="largest remainder over directions h with ‖h‖ = ρ, against ρ",
        steps=radii,
        remainders=remainders,
        floor=floor,
        fitted=fitted,
        slope=_fitted_slope(radii, remainders, fitted),
        order=1,
    )


def reach(evidence):
    """Return the largest step up to which the remainder keeps its fitted slope.

    Infinite where there was no slope to fit.
    """
    if not evidence.fitted.any():
        return np.inf
    last = int(np.flatnonzero(evidence.fitted)[0])
    with np.errstate(divide="ignore"):
        steps, remainders = np.log(evidence.steps), np.log(evidence.remainders)
    while last > 0:
        local = (remainders[last - 1] - remainders[last]) / (steps[last - 1] - steps[last])
        if not abs(local - evidence.slope) < MARGIN:
            break
        last -= 1
    return float(evidence.steps[last])


def _units(rows):
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
