"""Claims that are true, or have a counterexample."""

from collections.abc import Mapping

import numpy as np

from ..errors import DtypeError
from ..symbolic.tokens import plain
from .calls import as_numbers
from .experiments import Finding, alike
from .formulas import Formula, show
from .literals import read_assignments

TRUE = {"true", "yes", "always"}
FALSE = {"false", "no", "not always"}


def judge_claim(exercise, answer):
    """Return the finding on True, False, or matrices at which the claim fails.

    Parameters
    ----------
    exercise : Exercise
        Of the kind verdict.
    answer : bool, str or dict of str to array
    """
    if isinstance(answer, str):
        word = plain(answer).strip().rstrip(".").lower()
        answer = word in TRUE if word in TRUE | FALSE else read_assignments(answer)
    if isinstance(answer, bool | np.bool_):
        if answer:
            return (
                Finding(True, "claim-holds") if exercise.answer else Finding(False, "claim-false")
            )
        return Finding(False, "claim-true" if exercise.answer else "needs-counterexample")
    if not isinstance(answer, Mapping):
        raise DtypeError(f"expected True, False or matrices by name, got {type(answer).__name__}.")
    values = {name: as_numbers(x) for name, x in answer.items()}
    problem = _misfit(exercise, values)
    if problem is not None:
        return problem
    with np.errstate(all="ignore"):
        left, right = (formula(values) for formula in sides(exercise))
    if not (np.isfinite(left).all() and np.isfinite(right).all()):
        return Finding(False, "undefined-there")
    if exercise.answer or alike(left, right):  # of what is true they differ by rounding only
        return Finding(False, "no-counterexample", {"left": left, "right": right})
    return Finding(True, "refuted", {"left": left, "right": right})


def sides(exercise):
    """Return the two formulas of a claim."""
    return [Formula(side, exercise.symbols) for side in exercise.claim.split("=")]


def _misfit(exercise, values):
    """Return a finding if the matrices are not what the claim speaks of, else None."""
    missing = [name for name in exercise.shapes if name not in values]
    unknown = [name for name in values if name not in exercise.shapes]
    if missing or unknown:
        return Finding(False, "names", {"expected": list(exercise.shapes), "came": list(values)})
    sizes = {}
    for name, x in values.items():
        for size, count in zip(exercise.symbols[name], x.shape, strict=True):
            known = 1 if not size else int(size[0]) if size[0].isdigit() else None
            expected = sizes.setdefault(size, count) if known is None else known
            if count != expected:
                return Finding(
                    False, "shape-of",
                    {"name": name, "came": x.shape, "expected": show(exercise.symbols[name])},
                )  # fmt: skip
        if not _has(exercise.properties[name], x):
            return Finding(False, "property", {"name": name, "property": exercise.properties[name]})
    return None


def _has(property, x):
    match property:
        case "positive":
            return bool((x > 0).all())
        case "symmetric":
            return alike(x, x.T)
        case "positive definite":
            return alike(x, x.T) and bool((np.linalg.eigvalsh(x) > 0).all())
        case "invertible":
            return bool(np.linalg.matrix_rank(x) == len(x))
        case "orthogonal":
            return alike(x.T @ x, np.eye(len(x)))
    return True
