"""The bank of exercises: one module for each chapter, found by looking."""

from importlib import import_module
from pkgutil import iter_modules

from ...errors import DomainError
from ..exercise import ROOMS, Bank

BANK = Bank()
_modules = {module.name for module in iter_modules(__path__)}
for _room in ROOMS:  # in reading order
    _name = _room.replace("-", "_")
    if _name in _modules:
        BANK.add(import_module(f".{_name}", __name__).EXERCISES)


def exercises(room=None):
    """Return the ids of all exercises, or of one room, in reading order.

    Parameters
    ----------
    room : str, optional
        Such as ``"operators"``.

    Raises
    ------
    DomainError
        If there is no such room.

    Examples
    --------
    >>> "operators/quadratic-form" in exercises("operators")
    True
    """
    if room is not None and room not in ROOMS:
        raise DomainError(f"exercises: no room is called {room!r}; known: {', '.join(ROOMS)}.")
    return [e.id for e in BANK.values() if room in (None, e.room)]
