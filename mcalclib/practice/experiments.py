"""Experiments on an answer's values: what is right, and if it is not, why.

Everything here works on numbers: the points with what is right there, and what the answer gave.
The page runs the same experiments in the same order, in _static/lazy/experiments.js; a test in
Chromium compares them. A diagnosis holds at every point of its family and not at the generic
points, so that luck cannot show a wrong one.
"""

from dataclasses import dataclass, field

import numpy as np

CLOSE = 1e-7  # for experiments: far above rounding, far below a coincidence
EXACT = 1e-6  # of a value that was typed
ROUNDED = 1e-2
NUMERIC = 3e-4  # a difference quotient is at least this good


@dataclass
class Finding:
    """What came out: whether the answer is right, the code of the diagnosis, what it is about."""

    ok: bool
    code: str = ""
    data: dict = field(default_factory=dict)
    example: int | None = None  # index of the smallest point at which the answer differs


def gap(a, b):
    """Return the largest difference relative to the larger of both, NaN where one is not finite."""
    if a.shape != b.shape:
        return np.inf
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return np.nan
    size = max(np.max(np.abs(a), initial=0), np.max(np.abs(b), initial=0), 1e-3)
    return float(np.max(np.abs(a - b), initial=0) / size)


def alike(a, b, tolerance=CLOSE):
    return gap(a, b) <= tolerance


def judge(exercise, points, came, generic="generic"):
    """Return the finding on an answer.

    Parameters
    ----------
    exercise : Exercise
    points : list of Point
    came : list of 2-D array
        What the answer gave at each point.
    generic : str
        The family that decides: that of the text for an answer that belongs to one point.
    """
    tried = Trial(exercise, points, came, generic)
    finding = tried.finding()
    if not finding.ok:
        finding.example = tried.example()
    return finding


class Trial:
    """One answer's values beside the right ones, by family."""

    def __init__(self, exercise, points, came, generic="generic"):
        self.exercise, self.points, self.came = exercise, points, came
        self.generic = self.family(generic)

    def family(self, name, which=None):
        return [
            i for i, p in enumerate(self.points)
            if p.family == name and (which is None or p.which == which)
        ]  # fmt: skip

    def groups(self, name):
        return list(dict.fromkeys(p.which for p in self.points if p.family == name))

    def holds(self, indices, expected):
        """Whether the answer is what is expected at each of these points, and there are some."""
        wanted = [(self.came[i], expected(self.points[i])) for i in indices]
        return bool(wanted) and all(b is not None and alike(a, b) for a, b in wanted)

    def right_on(self, indices):
        return self.holds(indices, lambda p: p.right)

    def error(self, i):
        right = self.points[i].right
        return np.linalg.norm(self.came[i] - right) / max(np.linalg.norm(right), 1e-300)

    def finding(self):
        gaps = [gap(self.came[i], self.points[i].right) for i in self.generic]
        tolerance = 10.0**-self.exercise.digits
        if all(g <= tolerance for g in gaps):
            return self._right(gaps)
        for experiment in EXPERIMENTS:
            found = experiment(self)
            if found is not None:
                return Finding(False, *found)
        return Finding(False, "different")

    def _right(self, gaps):
        """Right at generic points; a size or a special point may still tell another story."""
        for i, point in enumerate(self.points):
            if point.family == "tiny":  # there rounding shows that is harmless elsewhere
                continue
            if np.isfinite(self.came[i]).all() and not alike(self.came[i], point.right):
                other_sizes = point.family in ("small", "text", "fixed")
                return Finding(False, "sizes" if other_sizes else "different")
        worst = max(gaps)
        digits = 12 if worst < 1e-12 else int(-np.log10(worst))
        return Finding(True, "correct", {"digits": digits})

    def example(self):
        """Return the index of the first small point at which the answer differs."""
        for i in [*self.family("small"), *self.generic]:
            if np.isfinite(self.came[i]).all() and not alike(self.came[i], self.points[i].right):
                return i
        return self.generic[0]


def shape(trial):
    """Another shape: transposed, the derivative without its tangent, or something else."""
    p, came = trial.points[trial.generic[0]], trial.came[trial.generic[0]]
    if came.shape == p.right.shape:
        return None
    if trial.holds(trial.generic, lambda p: p.right.T):
        return "layout", {}
    if trial.holds(trial.generic, _rows_transposed):
        return "rowwise-layout", {}
    if _lacks_tangent(trial):
        return "missing-tangent", {"tangent": trial.exercise.linear_in}
    return "shape", {"came": came.shape, "expected": p.right.shape}


def _lacks_tangent(trial):
    """Whether the answer, applied to the tangent, is right: a gradient or a Jacobian matrix."""
    name = trial.exercise.linear_in
    if name is None:
        return False
    for i in trial.generic:
        p, J = trial.points[i], trial.came[i]
        d = p.values[name]
        if p.right.size == 1 and J.size == d.size:
            # a square one may be the gradient or its transpose
            shaped = [G for G in (J, J.T) if G.shape == d.shape]
            if not any(alike(np.array([[np.sum(G * d)]]), p.right) for G in shaped):
                return False
            continue
        if J.shape == (p.right.size, d.size):
            applied = (J @ d.reshape((-1, 1), order="F")).reshape(p.right.shape, order="F")
        else:
            return False
        if not alike(applied, p.right):
            return False
    return True


def _lacks_factor(trial):
    """Whether the answer, times the tangent entry by entry, is right."""
    pairs = [(trial.points[i], trial.came[i]) for i in trial.generic]
    tangents = [p.values[trial.exercise.linear_in] for p, _ in pairs]
    return all(
        d.shape == came.shape and alike(came * d, p.right)
        for (p, came), d in zip(pairs, tangents, strict=True)
    )


def undefined(trial):
    if any(not np.isfinite(trial.came[i]).all() for i in trial.generic):
        return "nan", {}
    return None


def numeric(trial):
    gaps = [gap(trial.came[i], trial.points[i].right) for i in trial.generic]
    if max(gaps) < NUMERIC:
        return "numeric", {"digits": int(-np.log10(max(gaps)))}
    return None


def hard_coded(trial):
    """Right at the numbers of the text, and at other numbers still what is right there."""
    text, fixed = trial.family("text"), trial.family("fixed")
    if trial.generic == text or not trial.right_on(text):
        return None
    if not trial.holds(fixed, lambda p: trial.points[p.of[0]].right):
        return None
    return None if trial.right_on(fixed) else ("hard-coded", {})


def zero(trial):
    return ("zero", {}) if trial.holds(trial.generic, lambda p: 0 * p.right) else None


def difference(trial):
    return ("difference", {}) if trial.holds(trial.generic, lambda p: p.difference) else None


def value(trial):
    if trial.exercise.asks == "value":
        return None
    return ("value", {}) if trial.holds(trial.generic, lambda p: p.value) else None


def linear(trial):
    """L(2 dX) = 2 L(dX) and L(dX + dY) = L(dX) + L(dY)."""
    doubled, summed = trial.family("doubled"), trial.family("sum")
    if not doubled:
        return None
    base = [trial.points[i].of[0] for i in doubled]
    tangent = {"tangent": trial.exercise.linear_in}
    twice = [(trial.came[i], trial.came[b]) for i, b in zip(doubled, base, strict=True)]
    if all(alike(a, b) for a, b in twice):
        return ("missing-tangent" if _lacks_factor(trial) else "constant"), tangent
    additive = all(
        alike(trial.came[i], trial.came[b] + trial.came[o])
        for i, b, o in zip(summed, base, trial.family("other"), strict=True)
    )
    if additive and all(alike(a, 2 * b) for a, b in twice):
        return None
    tiny = trial.family("tiny")
    # with the tangent the relative error must vanish: that of rounding stays what it is
    first_order = all(
        trial.error(i) <= 1e-2 * min(1.0, trial.error(b)) for i, b in zip(tiny, base, strict=True)
    )
    return ("higher-order" if first_order else "not-linear"), tangent


def factor(trial):
    """The same constant times the right value, at every point and size."""
    p = trial.points[trial.generic[0]]
    square = np.vdot(p.right, p.right)
    c = np.vdot(p.right, trial.came[trial.generic[0]]) / square if square else 0.0
    if c == 0 or not trial.holds(trial.generic, lambda p: c * p.right):
        return None
    small = [i for i in trial.family("small") if np.isfinite(trial.came[i]).all()]
    if small and not trial.holds(small, lambda p: c * p.right):
        return None
    return ("sign", {}) if abs(c + 1) < CLOSE else ("factor", {"factor": float(c)})


def layout(trial):
    if not trial.holds(trial.generic, lambda p: p.right.T):
        return None
    by_rows = trial.holds(trial.generic, lambda p: p.permuted)
    return ("layout-or-rowwise" if by_rows else "layout"), {}


def rowwise(trial):
    if trial.holds(trial.generic, lambda p: p.permuted):
        return "rowwise", {}
    if trial.holds(trial.generic, _rows_transposed):
        return "rowwise-layout", {}
    return None


def _rows_transposed(p):
    return None if p.permuted is None else p.permuted.T


def coefficients(trial, parts):
    """Return the constants c with answer = sum of c times part, None if there are none.

    Parameters
    ----------
    trial : Trial
    parts : list of list of 2-D array
        For every generic point, matrices shaped like the right value.
    """
    if len(parts[0]) < 2:
        return None
    if any(s.shape != trial.points[trial.generic[0]].right.shape for s in parts[0]):
        return None
    columns = np.array(
        [np.concatenate([p[k].ravel() for p in parts]) for k in range(len(parts[0]))]
    )
    came = np.concatenate([trial.came[i].ravel() for i in trial.generic])
    if columns.shape[1] <= columns.shape[0]:
        return None  # as many equations as unknowns fit anything
    c, _, rank, _ = np.linalg.lstsq(columns.T, came, rcond=1e-9)
    if rank < len(c) or not alike((c @ columns)[None], came[None]):
        return None
    return c


def _of_summands(trial):
    points = [trial.points[i] for i in trial.generic]
    return coefficients(trial, [p.summands for p in points])


def _of_any_form(trial):
    """Yield the constants for the summands of each right form that the answer is made of."""
    points = [trial.points[i] for i in trial.generic]
    forms = [[p.summands for p in points]]
    forms += [[p.other_summands[k] for p in points] for k in range(len(points[0].other_summands))]
    for parts in forms:
        c = coefficients(trial, parts)
        if c is not None:
            yield c


def _near(c, values):
    return all(min(abs(x - v) for v in values) < 1e-6 for x in c)


def term(trial):
    """Some summands only, or some with the wrong sign."""
    for c in _of_any_form(trial):
        if _near(c, (0, 1)):
            return "term", {"terms": int(sum(abs(x) < 0.5 for x in c))}
        if _near(c, (-1, 1)):
            return "sign-of-term", {}
    return None


def factor_of_term(trial):
    """One summand has a wrong constant."""
    for c in _of_any_form(trial):
        off = [x for x in c if abs(x - 1) > 1e-6]
        if len(off) == 1:
            return "factor-of-term", {"factor": float(off[0])}
    return None


def repeated(trial):
    """One summand several times in the place of others."""
    c = _of_summands(trial)
    if c is None or not _near(c, range(len(c) + 1)) or abs(sum(c) - len(c)) > 1e-6:
        return None
    return "repeated", {}


def rowwise_term(trial):
    """Some summands as they are where vec goes row by row, the others right."""
    points = [trial.points[i] for i in trial.generic]
    count = len(points[0].summands)
    if not points[0].permuted_summands:
        return None
    c = coefficients(trial, [p.summands + p.permuted_summands for p in points])
    if c is None or not _near(c, (0, 1)) or not _near(c[:count] + c[count:], (1,)):
        return None
    return "rowwise-term", {}


def symmetric(trial):
    for which in trial.groups("symmetric"):
        if trial.right_on(trial.family("symmetric", which)):
            return "symmetric", {"which": which}
    return None


def swapped(trial):
    for which in trial.groups("equal"):
        if trial.right_on(trial.family("equal", which)):
            return "swapped", {"which": which}
    return None


def commuting(trial):
    for which in trial.groups("commuting"):
        if trial.right_on(trial.family("commuting", which)):
            return "commuting", {"which": which}
    return None


EXPERIMENTS = (
    hard_coded, shape, undefined, numeric, zero, difference, value, linear, factor, layout, rowwise,
    rowwise_term, term, symmetric, swapped, commuting, repeated, factor_of_term,
)  # fmt: skip


def judge_value(exercise, point, came):
    """Return the finding on one value: at one point, what luck allows is not diagnosed.

    Of the experiments only those are made whose outcome differs from each other's here, and from
    what is right.
    """
    right = point.right
    if came.shape != right.shape:
        if alike(came, right.T):
            return Finding(False, "layout")
        return Finding(False, "shape", {"came": came.shape, "expected": right.shape})
    g = gap(came, right)
    if g <= EXACT:
        return Finding(True, "exact")
    if g < ROUNDED:
        return Finding(False, "rounded", {"digits": int(-np.log10(g))})
    stories = {
        ("sign", None): -right,
        ("factor", 2.0): 2 * right,
        ("factor", 0.5): right / 2,
        ("layout", None): right.T,
        ("value", None): point.value if exercise.asks != "value" else None,
        ("difference", None): point.difference,
    }
    told = [s for s, x in stories.items() if x is not None and alike(came, x)]
    if len(told) != 1:
        return Finding(False, "different")
    code, factor = told[0]
    return Finding(False, code, {} if factor is None else {"factor": factor})
