"""The derivative rules: one file each, found by being here."""

from importlib import import_module
from pkgutil import iter_modules

from .registry import HANDLERS, LOCALLY_CONSTANT, RULES, ZERO, Rule

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["HANDLERS", "LOCALLY_CONSTANT", "RULES", "ZERO", "Rule"]
