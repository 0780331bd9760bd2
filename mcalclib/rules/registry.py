"""What a derivative rule is, and where every rule is found.

A rule is one file of this room. It holds the function's value, its pushforward and its
pullback, and says at which points it holds and where it is published. The numeric engine, the
symbolic engine, the book's rule cards and the generic tests all read it from `RULES`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """Arguments of a function: a point at which a rule is tried."""

    primals: tuple
    options: dict = field(default_factory=dict)


def case(*primals, **options) -> Case:
    """Return a case: differentiable arguments, then fixed options such as ``axis=0``."""
    return Case(primals, options)


@dataclass(frozen=True, eq=False)
class Rule:
    """The derivative of one function.

    Parameters
    ----------
    name : str
        What a reader calls the function: "matrix inverse".
    functions : iterable of callables
        The NumPy functions that the rule differentiates. Their leading ``arity`` arguments are
        the primals; all others are options.
    value : callable
        ``value(*primals, **options) -> F``. Several results come as a tuple.
    pushforward : callable
        ``pushforward(F, primals, tangents, **options) -> dF``, linear in the tangents. The
        tangent of a constant is `ZERO`, which every product absorbs.
    pullback : callable
        ``pullback(F, primals, F_bar, **options)``: one entry for each primal, under the pairing
        Σ F_bar·dF (no conjugate, so holomorphic rules need none). An entry may be a function
        without arguments: it is called only where that primal is not a constant. Broadcasting is
        undone by the engine.
    samples : callable
        ``samples(rng)`` gives the cases at which the generic tests try the rule, the plainest
        first.
    source : str
        Where the formula is published or derived.
    arity : int
        Number of leading arguments that are differentiated; -1 for a function whose first
        argument is a sequence of arrays.
    keeps : str
        What the pullback and pushforward read: words of "F", "primals" and "shapes", the last
        for a rule that reads only the shapes and dtypes of its primals. The rest is freed, and
        is None when the formulas are called.
    bind : callable or None
        ``bind(*args, **kwargs) -> (primals, options)`` for a call that ``arity`` does not
        describe.
    condition : str
        The hypotheses under which the rule holds, for the reader: "A invertible".
    node : str
        Name of the sympy class that the rule differentiates, if there is one.
    statement : str
        The differential in LaTeX, for the rule card.
    """

    name: str
    functions: Iterable[Callable]
    value: Callable
    pushforward: Callable
    pullback: Callable
    samples: Callable[[np.random.Generator], Iterable[Case]]
    source: str
    arity: int = 1
    keeps: str = "F primals"
    bind: Callable | None = None
    condition: str = ""
    node: str = ""
    statement: str = ""
    parameters: tuple[str, ...] = field(init=False)
    keeps_value: bool = field(init=False)
    keeps_primals: bool = field(init=False)
    keeps_shapes: bool = field(init=False)

    def __post_init__(self):
        unknown = set(self.keeps.split()) - {"F", "primals", "shapes"}
        assert not unknown, f"{self.name}: keeps names {unknown}"
        names = () if isinstance(self.value, np.ufunc) else tuple(signature(self.value).parameters)
        object.__setattr__(self, "parameters", names)
        object.__setattr__(self, "keeps_value", "F" in self.keeps.split())
        object.__setattr__(self, "keeps_primals", "primals" in self.keeps.split())
        object.__setattr__(self, "keeps_shapes", "shapes" in self.keeps.split())
        assert self.name not in RULES, f"two rules are named {self.name}"
        RULES[self.name] = self
        for function in self.functions:
            _enter(function, self)


RULES: dict[str, Rule] = {}
HANDLERS: dict[Callable, Any] = {}  # function -> Rule, or the function that replaces it
LOCALLY_CONSTANT: set[Callable] = set()  # functions whose result does not move with the point


def _enter(function, handler):
    assert function not in HANDLERS, f"two rules for {function}"
    HANDLERS[function] = handler


@dataclass(frozen=True, eq=False)
class Expansion:
    """A function that is differentiated by saying the same in functions that have rules."""

    function: Callable
    replacement: Callable
    samples: Callable[[np.random.Generator], Iterable[Case]]


EXPANSIONS: list[Expansion] = []


def expands(*functions, samples):
    """Enter a function that says the same in terms of functions that have rules.

    Its arguments arrive as they were given to the NumPy function, traced arrays among them.
    The generic tests compare both at the cases that ``samples(rng)`` gives.
    """

    def enter(replacement):
        for function in functions:
            _enter(function, replacement)
            EXPANSIONS.append(Expansion(function, replacement, samples))
        return replacement

    return enter


def locally_constant(*functions):
    """Enter functions that are constant near almost every point: comparisons, shapes, argmax."""
    LOCALLY_CONSTANT.update(functions)


class Zero:
    """The tangent of a constant: products with it are zero, sums with it are the other term."""

    __slots__ = ()
    __array_priority__ = 1e6

    def __repr__(self):
        return "ZERO"

    def _absorb(self, *_, **__):
        return self

    __mul__ = __rmul__ = __matmul__ = __rmatmul__ = __truediv__ = __neg__ = __getitem__ = _absorb

    def __add__(self, other):
        return other

    __radd__ = __add__

    def __sub__(self, other):
        return -other

    def __rsub__(self, other):
        return other

    @property
    def T(self):
        return self

    mT = T

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if ufunc in (np.add, np.subtract):
            left, right = inputs
            if right is self:
                return left
            return right if ufunc is np.add else -right
        if ufunc in _LINEAR_UFUNCS:
            return self
        return NotImplemented

    def __array_function__(self, function, types, args, kwargs):
        if function in _ONE_OF_SEVERAL and any(_is_other(a, self) for a in args):
            plain = [0.0 if a is self else a for a in args]
            return function(*plain, **kwargs)
        return self


def _is_other(argument, zero):
    return argument is not zero and getattr(argument, "dtype", bool) != bool


# functions of several tangents that are not zero when only one of them is
_ONE_OF_SEVERAL = {np.where}
_LINEAR_UFUNCS = {np.multiply, np.matmul, np.negative, np.divide, np.conjugate}

ZERO = Zero()
