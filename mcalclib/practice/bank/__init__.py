"""The bank of exercises: one module for each chapter, found by looking."""

from importlib import import_module
from pkgutil import iter_modules

from ..exercise import ROOMS, Bank

BANK = Bank()
_modules = {module.name for module in iter_modules(__path__)}
for _room in ROOMS:  # in reading order
    _name = _room.replace("-", "_")
    if _name in _modules:
        BANK.add(import_module(f".{_name}", __name__).EXERCISES)
