"""Worked solutions: derivations by the symbolic engine, every line verified."""

from ..symbolic import derivation
from ..symbolic.parsing import parse_node
from ..symbolic.writing import write
from .bank import BANK


def solution(id):
    """Return the worked solution of an exercise.

    Parameters
    ----------
    id : str

    Returns
    -------
    Derivation or str
        A derivation whose every line was checked, or text where there is nothing to derive.
    """
    exercise = BANK[id]
    if exercise.expression is None:
        return exercise.solution
    node, symbols = parse_node(exercise.expression)
    form = "jacobian" if exercise.kind == "jacobian" else "differential"
    order = 2 if exercise.kind == "hessian" else 1
    return derivation(write(node), write(symbols[exercise.wrt]), form=form, order=order)
