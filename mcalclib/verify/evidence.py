"""All evidence about one claimed derivative, in one table."""

from dataclasses import dataclass, field

import numpy as np

from ..errors import DomainError, NotDifferentiableError
from .differences import analytic_derivative, best_difference
from .gaps import TOLERANCE, adjoint_gap, measured_linearity, relative
from .points import Candidate, Function, domain_of, element
from .remainder import MARGIN, SlopeEvidence, along_ray, over_directions, reach
from .report import Shown, order, slope_text, verdict

# A central difference at its best step is right to about ε^(2/3), some 4e-11, times the
# curvature of f; 1e-6 leaves four digits for that.
DIFFERENCE_TOLERANCE = 1e-6

# A witness that doubts the second digit of its own number confirms nothing.
MOST_DOUBT = 1e-2

# The complex step is right to rounding. A formula is too; a numerical difference is not.
COMPLEX_TOLERANCE = 1e-9


@dataclass(frozen=True, repr=False)
class DerivativeEvidence(Shown):
    """What the experiments say about df as the derivative of f at X.

    Attributes
    ----------
    title : str
    rows : tuple of (test, measured, expected, holds)
        As shown.
    measured : dict of str to float
        The numbers behind the rows, by the name of the test.
    verdicts : dict of str to bool or None
        None where a test does not apply.
    slopes : tuple of SlopeEvidence
        One for each random direction, then the one over the worst directions.
    notes : tuple of str
    """

    title: str
    rows: tuple
    measured: dict
    verdicts: dict
    slopes: tuple = ()
    notes: tuple = field(default=())

    @property
    def ok(self):
        """True where no test speaks against the derivative."""
        return all(holds is not False for holds in self.verdicts.values())

    def plot(self, ax=None):
        """Return a figure and axes: remainder against step for the worst-fitting direction."""
        if not self.slopes:
            raise DomainError(
                "plot: there is no remainder to draw, df(dX) could not be computed; "
                "the table says why."
            )
        return min(self.slopes, key=lambda evidence: evidence.slope).plot(ax=ax)


class _Table:
    """Collects rows, the numbers behind them and verdicts."""

    def __init__(self):
        self.rows, self.measured, self.verdicts, self.notes = [], {}, {}, []

    def add(self, test, number, measured, expected, holds):
        self.rows.append((test, measured, expected, verdict(holds)))
        self.measured[test] = number
        self.verdicts[test] = holds

    def bound(self, test, gap, tolerance):
        self.add(test, gap, order(gap), f"< {tolerance:.0e}", bool(gap <= tolerance))

    def evidence(self, function, slopes=()):
        holds = all(v is not False for v in self.verdicts.values())
        return DerivativeEvidence(
            title=f"derivative at X of shape {function.inputs}: "
            + ("every test agrees" if holds else "refuted"),
            rows=tuple(self.rows),
            measured=self.measured,
            verdicts=self.verdicts,
            slopes=tuple(slopes),
            notes=tuple(self.notes),
        )


def verify_derivative(f, df, X, rng=None, directions=3, search=48):
    """Return evidence for or against df as the Fréchet derivative of f at X.

    The experiments use nothing but values of f, in random directions dX:

    - *shape*: df(dX) is shaped like f(X)
    - *linear in dX*: df(aU + bV) = a df(U) + b df(V)
    - *central difference*: (f(X + h dX) - f(X - h dX)) / 2h
    - *complex step*: Im f(X + ih dX) / h, where f is analytic
    - *remainder on rays*: the slope of ‖f(X + t dX) - f(X) - t df(dX)‖ against t
    - *remainder, worst direction*: the same for the worst direction found at each length, so
      that a function which is differentiable along rays only is found out
    - *adjoint*: ⟨df(U), Y⟩ = ⟨U, df*(Y)⟩, where df has an adjoint

    A wrong derivative raises nothing; it shows as refuted. Where df is an operator on symmetric
    matrices, X varies among the symmetric ones only.

    Parameters
    ----------
    f : callable
        f(X), or f(*X) where X is a tuple.
    df : callable, LinearOperator or array
        The claim: a function of dX (of several tangents where X is a tuple), an operator, the
        Jacobian with J @ vec(dX) == vec(dF), or for scalar f the gradient, shaped like X.
    X : float array, or list, tuple or dict of float arrays
    rng : numpy.random.Generator, optional
        Default: a generator with a fixed seed.
    directions : int
        Number of random directions, at least 1.
    search : int
        Effort of the search for the worst direction; 0 leaves it out (it evaluates f and df
        about 7 times `search` plus 200 times).

    Returns
    -------
    DerivativeEvidence
        With `.ok`, `.measured`, `.verdicts` and `.plot()`; shows as a table.

    Raises
    ------
    ShapeError, DtypeError, DomainError
        If X does not hold finite real numbers, f is not finite at X, or f and df are not what
        they must be; never because df is wrong.

    References
    ----------
    Dennis and Schnabel (1996), section 5.4; Farrell, Ham, Funke and Rognes (2013), section 6.

    Examples
    --------
    >>> A = np.array([[2.0, 1.0], [0.5, 3.0]])
    >>> F = np.linalg.inv(A)
    >>> verify_derivative(np.linalg.inv, lambda dA: -F @ dA @ F, A)
    derivative at X of shape (2, 2): every test agrees
      test                        measured  expected        holds
      shape of df(dX)             (2, 2)    (2, 2)          yes
      linear in dX                < 1e-12   < 1e-10         yes
      central difference          < 1e-06   < 1e-06         yes
      complex step                < 1e-12   < 1e-09         yes
      remainder on rays           2.0       2, more than 1  yes
      remainder, worst direction  2.0       2, more than 1  yes
    >>> verify_derivative(np.linalg.inv, lambda dA: -F @ F @ dA, A).ok
    False
    """
    function = Function(f, X, "verify_derivative", domain_of(df, X))
    if directions < 1:
        raise DomainError(f"verify_derivative: directions must be at least 1, got {directions}.")
    candidate = Candidate(df, function)
    rng = np.random.default_rng(0) if rng is None else rng
    vectors = [rng.standard_normal(len(function.x)) for _ in range(directions)]
    table = _Table()
    if not _add_shape(table, function, candidate, vectors[0]):
        return table.evidence(function)

    # What rounding in f itself does to a derivative: relevant at ill-conditioned points.
    size = max(np.linalg.norm(function.value), np.linalg.norm(candidate(vectors[0])))
    blur = 1e3 * function.noise(vectors[0]) / size if size else 0.0
    n = len(function.x)
    linear = measured_linearity(candidate, n, rng, 4, _decade(TOLERANCE, blur))
    table.bound("linear in dX", linear.gap, linear.tolerance)
    _add_differences(table, function, candidate, vectors)
    _add_complex_step(table, function, candidate, vectors, _decade(COMPLEX_TOLERANCE, blur))
    slopes = [along_ray(function, candidate, v) for v in vectors]
    _add_slope(table, "remainder on rays", min(slopes, key=lambda s: s.slope))
    if search:
        # Where a ray has left the region in which the remainder is small, so has the worst
        # direction, and sooner.
        largest = min(
            reach(s) * np.linalg.norm(v) / 3 for s, v in zip(slopes, vectors, strict=True)
        )
        slopes.append(over_directions(function, candidate, rng, search, largest))
        _add_slope(table, "remainder, worst direction", slopes[-1])
    if hasattr(df, "adjoint") and hasattr(df, "domain"):
        gap = adjoint_gap(df, rng=rng)
        table.bound("adjoint", gap.gap, gap.tolerance)
    _add_notes(table, function)
    return table.evidence(function, slopes)


def _add_shape(table, function, candidate, v):
    """Add the row on shapes; return whether df(dX) could be computed at all."""
    expected = str(function.outputs)
    try:
        candidate(v)
    except Exception as error:  # noqa: BLE001 - a wrong derivative may fail in any way
        table.add("shape of df(dX)", np.nan, "none", expected, False)
        table.notes.append(f"df(dX) raised {type(error).__name__}: {error}")
        return False
    table.add("shape of df(dX)", np.nan, expected, expected, True)
    return True


def _add_differences(table, function, candidate, vectors):
    name = "central difference"
    gaps, allowed = [], DIFFERENCE_TOLERANCE
    for v in vectors:
        dF = candidate(v)
        witness, doubt = best_difference(function, v)
        size = max(np.linalg.norm(witness), np.linalg.norm(dF))
        # Near a singularity the witness is less sure, and says by how much. Where it is not
        # sure of two digits it can still refute, but not confirm.
        if 10 * doubt <= MOST_DOUBT * size:
            allowed = max(allowed, 10 * doubt / size if size else 0.0)
        elif np.linalg.norm(dF - witness) <= 10 * doubt:
            continue
        gaps.append(relative(dF, witness))
    if gaps:
        table.bound(name, max(gaps), _decade(DIFFERENCE_TOLERANCE, allowed))
    else:
        table.add(name, np.nan, "lost in rounding", "–", None)


def _decade(least, wanted, most=MOST_DOUBT):
    """Return the power of ten above what is wanted, between the least and the most allowed."""
    if wanted <= least:
        return least
    return float(min(10.0 ** np.ceil(np.log10(wanted)), most))


def _add_complex_step(table, function, candidate, vectors, tolerance):
    name = "complex step"
    try:
        exact = [analytic_derivative(function, v) for v in vectors]
    except NotDifferentiableError:
        table.add(name, np.nan, "not analytic", "–", None)
        return
    gap = max(relative(candidate(v), w) for v, w in zip(vectors, exact, strict=True))
    table.bound(name, gap, tolerance)


def _add_slope(table, name, evidence: SlopeEvidence):
    expected = f"{evidence.order + 1}, more than {evidence.order}"
    holds = evidence.slope > evidence.order + MARGIN
    table.add(name, evidence.slope, slope_text(evidence.slope), expected, bool(holds))


def _add_notes(table, function):
    X = element(function.inputs, function.x)
    if not isinstance(X, np.ndarray) or X.shape in ((1, 1), ()) or X.shape != X.T.shape:
        return
    if X.ndim == 2 and function.inputs.dimension == X.size and np.array_equal(X, X.T):
        table.notes.append(
            "X is symmetric: a formula that needs X = Xᵀ passes here; try another X as well."
        )
