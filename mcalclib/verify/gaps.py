"""Is it linear, is the adjoint the adjoint: gaps that vanish up to rounding."""

from dataclasses import dataclass

import numpy as np

from ..errors import DtypeError, ShapeError
from ..spaces import Space
from .points import element
from .report import Shown, order, verdict

# Both sides of each identity are sums of a few hundred products here, wrong by a few hundred
# units of 1e-16 relative to their terms; 1e-10 leaves room for sizes of 1000 and condition
# numbers of 1000, and is far below the 1e-8 at which a finite difference gives itself away.
TOLERANCE = 1e-10


@dataclass(frozen=True, repr=False)
class GapEvidence(Shown):
    """Relative gaps in identities that must hold exactly.

    Attributes
    ----------
    title : str
    gaps : dict of str to float
        The largest relative gap of each identity over all trials.
    tolerance : float
    trials : (k,) array
        The largest relative gap of each trial.
    """

    title: str
    gaps: dict
    tolerance: float
    trials: np.ndarray

    @property
    def gap(self):
        """The largest relative gap."""
        return max(self.gaps.values())

    @property
    def ok(self):
        """True where every gap is rounding only."""
        return bool(self.gap <= self.tolerance)

    @property
    def rows(self):
        return [
            (name, order(gap), f"< {self.tolerance:.0e}", verdict(gap <= self.tolerance))
            for name, gap in self.gaps.items()
        ]

    def plot(self, ax=None):
        """Return a figure and axes with the gap of every trial beside the tolerance."""
        from ..plots import gaps_by_trial

        return gaps_by_trial(self.trials, self.tolerance, ax=ax)


def linearity_gap(L, in_shape=None, rng=None, trials=5, tolerance=TOLERANCE):
    """Return how far L(aU + bV) is from aL(U) + bL(V), at random a, b, U, V.

    Parameters
    ----------
    L : LinearOperator or callable
        Linear, or so it claims.
    in_shape : tuple of int, or list or tuple of shapes, optional
        Shape of the argument; a tuple of shapes for L(U1, U2), a list for L([U1, U2]). Needed
        unless L has its own.
    rng : numpy.random.Generator, optional
        Default: a generator with a fixed seed.
    trials : int
    tolerance : float
        Largest relative gap that counts as rounding.

    Returns
    -------
    GapEvidence
        With `.gap`, `.gaps["additive"]`, `.gaps["homogeneous"]` and `.ok`.

    Raises
    ------
    ShapeError
        If no shape of the argument is known.

    Examples
    --------
    >>> linearity_gap(lambda dA: dA.T, (2, 3))
    linearity of L over 5 random pairs of arguments
      test         measured  expected  holds
      additive     < 1e-12   < 1e-10   yes
      homogeneous  < 1e-12   < 1e-10   yes

    A finite difference is not its own linear part:

    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> linearity_gap(lambda dA: (A + dA) @ (A + dA) - A @ A, (2, 2)).ok
    False
    """
    space, call = _domain(L, in_shape, "linearity_gap")
    return measured_linearity(call, space.dimension, _default(rng), trials, tolerance)


def measured_linearity(call, n, rng, trials, tolerance):
    """Return the evidence for a map of vectors."""
    gaps = []
    for k in range(trials):
        u, v = rng.standard_normal((2, n))
        # Factors of either sign and of sizes 0.01 to 100: a map that is nearly linear for
        # small arguments shows itself at the large ones.
        c = rng.choice([-1.0, 1.0]) * 10.0 ** (2 - 4 * k / max(1, trials - 1))
        Lu, Lv = call(u), call(v)
        gaps.append((relative(call(u + v), Lu, Lv, sum_of=True), relative(call(c * u), c * Lu)))
    gaps = np.array(gaps)
    additive, homogeneous = (float(g) for g in gaps.max(axis=0))
    return GapEvidence(
        title=f"linearity of L over {trials} random pairs of arguments",
        gaps={"additive": additive, "homogeneous": homogeneous},
        tolerance=tolerance,
        trials=gaps.max(axis=1),
    )


def relative(whole, *parts, sum_of=False):
    """Return the distance of two vectors relative to the largest one that takes part."""
    right = sum(parts) if sum_of else parts[0]
    size = max(np.linalg.norm(part) for part in (whole, *parts))
    if size == 0:
        return 0.0
    gap = float(np.linalg.norm(whole - right) / size)
    return np.inf if np.isnan(gap) else gap


def adjoint_gap(
    L, adjoint=None, in_shape=None, out_shape=None, rng=None, trials=5, tolerance=TOLERANCE
):
    """Return how far ⟨L(U), Y⟩ is from ⟨U, L*(Y)⟩, at random U and Y.

    The gap is relative to ‖L(U)‖‖Y‖ + ‖U‖‖L*(Y)‖. A LinearOperator brings the inner products
    of its two spaces; a plain function is tested under ⟨A, B⟩ = tr(AᵀB).

    Parameters
    ----------
    L : LinearOperator or callable
    adjoint : LinearOperator or callable, optional
        Default: the operator's own adjoint.
    in_shape, out_shape : tuple of int, or list or tuple of shapes, optional
        Shapes of U and Y. Needed unless L has its own.
    rng, trials, tolerance
        As `linearity_gap`.

    Returns
    -------
    GapEvidence
        With `.gap` and `.ok`.

    Raises
    ------
    ShapeError
        If no shapes are known.
    DtypeError
        If there is no adjoint to test.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> adjoint_gap(lambda x: A @ x, lambda y: A.T @ y, (2,), (2,)).ok
    True
    >>> adjoint_gap(lambda x: A @ x, lambda y: A @ y, (2,), (2,)).ok    # a dropped transpose
    False
    """
    where = "adjoint_gap"
    star = getattr(L, "adjoint", None) if adjoint is None else adjoint
    if not callable(star):
        raise DtypeError(
            f"{where}: adjoint must be a function of Y, got {type(star).__name__}; "
            "pass it as the second argument."
        )
    domain, call = _domain(L, in_shape, where)
    codomain = _space(L, "codomain", out_shape, "out_shape", where)
    rng = _default(rng)
    gaps = []
    for _ in range(trials):
        u, y = rng.standard_normal(domain.dimension), rng.standard_normal(codomain.dimension)
        U, Y = element(domain, u), element(codomain, y)
        LU, LsY = call.tree(U), star(*Y) if isinstance(Y, tuple) else star(Y)
        left, right = codomain.inner(LU, Y), domain.inner(U, LsY)
        size = np.sqrt(codomain.inner(LU, LU) * codomain.inner(Y, Y))
        size += np.sqrt(domain.inner(U, U) * domain.inner(LsY, LsY))
        gaps.append(abs(left - right) / size if size else 0.0)
    return GapEvidence(
        title=f"adjoint: ⟨L(U), Y⟩ against ⟨U, L*(Y)⟩ over {trials} random pairs",
        gaps={"relative gap": float(max(gaps))},
        tolerance=tolerance,
        trials=np.array(gaps),
    )


class _Map:
    """L as a map of trees and of vectors."""

    def __init__(self, L, space):
        self.L, self.space = L, space

    def tree(self, U):
        return self.L(*U) if isinstance(U, tuple) else self.L(U)

    def __call__(self, u):
        value = self.tree(element(self.space, u))
        return Space.like(value).to_vector(value, "L(dX)")


def _domain(L, in_shape, where):
    if not callable(L):
        raise DtypeError(f"{where}: L must be a function, got {type(L).__name__}.")
    space = _space(L, "domain", in_shape, "in_shape", where)
    return space, _Map(L, space)


def _space(L, side, shape, name, where):
    own = getattr(L, side, None)
    if shape is None and isinstance(own, Space):
        return own
    if shape is None:
        raise ShapeError(
            f"{where}: {name} must be given for a plain function, got None; "
            f"for example {name}=(3, 2)."
        )
    if isinstance(shape, list | tuple) and any(isinstance(part, list | tuple) for part in shape):
        return Space.like(type(shape)(np.zeros(part) for part in shape))
    return Space.of_shape(shape)


def _default(rng):
    return np.random.default_rng(0) if rng is None else rng
