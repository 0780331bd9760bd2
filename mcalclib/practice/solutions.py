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


def solution(id):
    """Return the worked solution of an exercise.

    Parameters
    ----------
    id : str

    Returns
    -------
    Derivation or Explanation
        A derivation whose every line was checked, or text where there is nothing to derive.

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
    node, symbols = parse_node(exercise.expression)
    form = "jacobian" if exercise.kind == "jacobian" else "differential"
    order = 2 if exercise.kind == "hessian" else 1
    return derivation(write(node), write(symbols[exercise.wrt]), form=form, order=order)
