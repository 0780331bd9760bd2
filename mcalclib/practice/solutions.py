"""Worked solutions: derivations by the symbolic engine, every line verified."""

from ..symbolic import derivation
from ..symbolic.parsing import parse_node
from ..symbolic.writing import write
from .bank import BANK
from .results import html_text


class Explanation(str):
    """A solution in words; shows itself without quotes, in a notebook as paragraphs."""

    def __repr__(self):
        return str(self)

    def _repr_html_(self):
        return f'<div class="mcalc-solution">{html_text(self)}</div>'


class Worked:
    """A derivation and what is to be said after it."""

    def __init__(self, derivation, remark):
        self.derivation, self.remark = derivation, remark

    def __repr__(self):
        return f"{self.derivation}\n\n{self.remark}"

    def _repr_markdown_(self):
        return f"{self.derivation._repr_latex_()}\n\n{self.remark!s}"


def solution(id):
    """Return the worked solution of an exercise.

    Parameters
    ----------
    id : str

    Returns
    -------
    Derivation, Worked or Explanation
        A derivation whose every line was checked, the same with a closing remark, or text where
        there is nothing to derive.

    Raises
    ------
    DomainError
        If there is no such exercise.

    Examples
    --------
    >>> solution("operators/matrix-times-vector")
    d(A x) = dA x   [matrix product]
    """
    return solution_of(BANK[id])


def solution_of(exercise):
    """Return the worked solution of an exercise: see `solution`."""
    if exercise.expression is None:
        return Explanation(exercise.solution)
    derived = derivation_of(exercise)
    return derived if exercise.solution is None else Worked(derived, Explanation(exercise.solution))


def derivation_of(exercise):
    """Return the derivation that an exercise's expression asks for."""
    node, symbols = parse_node(exercise.expression)
    form = "jacobian" if exercise.kind == "jacobian" else "differential"
    order = 2 if exercise.kind == "hessian" else 1
    return derivation(write(node), write(symbols[exercise.wrt]), form=form, order=order)
