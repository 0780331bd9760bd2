"""Hints, step by step."""

from collections import Counter
from html import escape

from ..errors import DomainError
from .bank import BANK
from .results import html_text

_given = Counter()


class Hint:
    """One or several steps of help; shows itself richly, in a terminal as text."""

    def __init__(self, steps, first, of):
        self.steps, self.first, self.of = list(steps), first, of

    def _numbered(self):
        return [(f"Hint {k} of {self.of}", s) for k, s in enumerate(self.steps, self.first)]

    def __repr__(self):
        return "\n".join(f"{head}: {text}" for head, text in self._numbered())

    def _repr_html_(self):
        parts = (
            f"<p><strong>{escape(head)}</strong></p>{html_text(t)}" for head, t in self._numbered()
        )
        return f'<div class="mcalc-hint">{"".join(parts)}</div>'


def hint(id, step=None):
    """Return the next hint for an exercise; after the last one, the last one again.

    Parameters
    ----------
    id : str
    step : int or "all", optional
        A certain step, from 1, or all of them.

    Raises
    ------
    DomainError
        If there is no such exercise or step.

    Examples
    --------
    >>> hint("operators/matrix-times-vector", 1)
    Hint 1 of 2: Is $A \\mapsto A x$ linear in $A$?
    """
    hints = BANK[id].hints
    count = len(hints)
    if step == "all":
        return Hint(hints, 1, count)
    if step is None:
        _given[id] = min(_given[id] + 1, count)
        step = _given[id]
    if not isinstance(step, int) or not 1 <= step <= count:
        raise DomainError(f"hint: {id!r} has the steps 1 to {count}, got {step!r}.")
    return Hint([hints[step - 1]], step, count)
