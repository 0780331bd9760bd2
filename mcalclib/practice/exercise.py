"""What an exercise is: one entry of the bank, checked when it is loaded."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from inspect import signature

from ..errors import DomainError, McalcError
from .formulas import ONE, Formula, is_scalar, show
from .messages import MESSAGES

ROOMS = {
    "review": 1, "operators": 2, "rules": 3, "matrix-functions": 4, "adjoint": 5, "hessian": 6,
    "least-squares": 7, "perceptron": 8,
}  # fmt: skip
DERIVATIVES = {"action", "gradient", "jacobian", "hessian", "adjoint"}
COMPUTED = DERIVATIVES | {"value", "lines"}
KINDS = COMPUTED | {"shape", "order", "cost", "verdict", "choice"}
PROPERTIES = {"symmetric", "positive definite", "invertible", "orthogonal", "positive"}
FORMS = {"bilinear", "operator", "matrix"}


class BankError(McalcError, ValueError):
    """An entry of the bank that is not in order."""


@dataclass(frozen=True)
class Exercise:
    """One exercise. CONTRIBUTING.md shows an entry of every kind.

    Attributes
    ----------
    id : str
        ``room/slug``; the room is one of the chapters.
    kind : str
        One of `KINDS`.
    question : str
        Markdown with ``$math$``. In the kind value ``[[A]]`` stands for the numbers of A.
    title : str
        A few words.
    function : callable
        Plain NumPy code; its arguments are symbols of `shapes`. The right answer is computed
        from it.
    wrt : str
        What varies. Its tangent is ``d`` and the name; a Hessian's second one ends in 2.
    shapes : dict of str to str
        ``"n"`` a vector, ``"m, n"`` a matrix, ``""`` a number; a property may follow, as in
        ``"n, n symmetric"``.
    derived : dict of str to callable
        Symbols that are computed from others, such as an eigenvector; their shapes stand in
        `shapes`.
    of : str
        Of the kind value: what has the value, ``"value"`` for the function itself, or a kind of
        derivative.
    answer : str, bool or int
        The formula in the answer grammar; for kinds without one, see CONTRIBUTING.md.
    also : sequence of str
        Other right forms; of the kind lines, derivations with one formula a line.
    mistakes : dict of str to str
        Wrong answers and the code of the diagnosis each must get.
    hints : sequence of str
        From a nudge to nearly the solution.
    expression : str
        For the worked solution by `mc.derivation`; declarations may follow after semicolons.
    solution : str
        Markdown: what the derivation leaves to be said, or all where there is nothing to derive.
    at : dict of str to nested list
        The numbers that the text around the exercise uses.
    form : {"operator", "bilinear", "matrix"}
        Which form of the Hessian is asked for.
    choices : sequence of (str, str)
        What may be chosen, and what to say to whoever chooses it.
    claim : str
        Two formulas with ``=`` between them, of the kind verdict.
    digits : int
        What a right answer must agree to.
    """

    id: str
    kind: str
    question: str
    title: str = ""
    function: Callable | None = None
    wrt: str | None = None
    of: str = "value"
    shapes: Mapping[str, str] = field(default_factory=dict)
    derived: Mapping[str, Callable] = field(default_factory=dict)
    answer: str | bool | int | None = None
    also: Sequence[str] = ()
    mistakes: Mapping[str, str] = field(default_factory=dict)
    hints: Sequence[str] = ()
    expression: str | None = None
    solution: str | None = None
    at: Mapping[str, list] | None = None
    form: str = "operator"
    choices: Sequence[tuple[str, str]] = ()
    claim: str | None = None
    digits: int = 11

    def __post_init__(self):
        _validate(self)

    @property
    def stacks(self):
        """Whether the answer is a matrix that acts on a vec."""
        return self.asks == "jacobian" or self.asks == "hessian" and self.form == "matrix"

    @property
    def room(self):
        return self.id.split("/")[0]

    @property
    def asks(self):
        """What is computed: the function's value or one kind of derivative."""
        return self.of if self.kind == "value" else "action" if self.kind == "lines" else self.kind

    @cached_property
    def symbols(self):
        """Sizes of every symbol, as pairs; numbers are 1 by 1."""
        return {name: sizes_of(text)[0] for name, text in self.shapes.items()}

    @cached_property
    def properties(self):
        return {name: sizes_of(text)[1] for name, text in self.shapes.items()}

    @cached_property
    def dimensions(self):
        """How many axes the NumPy array of every symbol has."""
        return {name: sizes_of(text)[2] for name, text in self.shapes.items()}

    @property
    def parameters(self):
        """Names of the function's arguments, in order."""
        return list(signature(self.function).parameters)

    @cached_property
    def tangents(self):
        """Names of the tangents, with the name of what they are shaped like."""
        if self.asks == "action":
            return {f"d{self.wrt}": self.wrt}
        if self.asks == "hessian" and self.form != "matrix":
            both = {f"d{self.wrt}": self.wrt, f"d{self.wrt}2": self.wrt}
            return both if self.form == "bilinear" else {f"d{self.wrt}": self.wrt}
        return {}

    @property
    def linear_in(self):
        """The tangent in which the answer must be linear, None for kinds without one."""
        if self.asks == "adjoint":
            return "F_bar"
        return next(iter(self.tangents), None)

    @property
    def drawn(self):
        """Symbols that points are drawn for: all but the derived ones."""
        return [name for name in self.shapes if name not in self.derived]

    @cached_property
    def arguments(self):
        """Sizes of everything that an answer may use, tangents last."""
        named = dict(self.symbols)
        for tangent, name in self.tangents.items():
            named[tangent] = self.symbols[name]
        return named

    @property
    def signature(self):
        """The head of the function that answers."""
        return f"def answer({', '.join(self.arguments)})"

    @cached_property
    def ends(self):
        """How often the tangent stands in the last line of a derivation, None for other kinds."""
        return self.formula.count(self.linear_in) if self.kind == "lines" else None

    @cached_property
    def formula(self):
        """The answer as a Formula."""
        return Formula(self.answer, self.arguments)

    @cached_property
    def terms(self):
        """The answer multiplied out, and every other right form of several terms likewise."""
        others = [Formula(text, self.arguments, self.result) for text in self.also
                  if "\n" not in text]  # fmt: skip
        several = [terms for f in others if len(terms := f.terms()) > 1]
        return [self.formula.terms(), *several]

    @property
    def result(self):
        """The shape of the answer, as a pair of sizes."""
        return self.formula.shape


def sizes_of(text):
    """Return (pair of sizes, property, number of axes) of a declared shape.

    Examples
    --------
    >>> sizes_of("n, n symmetric")
    ((('n',), ('n',)), 'symmetric', 2)
    >>> sizes_of("n"), sizes_of("")
    (((('n',), ()), '', 1), (((), ()), '', 0))
    """
    words = text.strip()
    property = ""
    for known in sorted(PROPERTIES, key=len, reverse=True):
        if words.endswith(known):
            words, property = words[: -len(known)].strip(), known
            break
    parts = [p.strip() for p in words.split(",")] if words else []
    if len(parts) > 2 or not all(re.fullmatch(r"[a-z]|[1-9]\d*", p) for p in parts):
        raise BankError(
            f'the shape {text!r} is not understood; write "n", "m, n" or "", and after it one '
            f"of {', '.join(sorted(PROPERTIES))}."
        )
    sizes = [ONE if p == "1" else (p,) for p in parts]
    return (*sizes, *(ONE,) * (2 - len(sizes))), property, len(parts)


def _validate(e):
    def refuse(problem):
        raise BankError(f"exercise {e.id!r}: {problem}")

    if not re.fullmatch(r"[a-z-]+/[a-z0-9]+(-[a-z0-9]+)*", e.id) or e.room not in ROOMS:
        refuse(f"the id is room/slug with a room among {', '.join(ROOMS)}.")
    if e.kind not in KINDS:
        refuse(f"no kind is called {e.kind!r}; known: {', '.join(sorted(KINDS))}.")
    if not e.question.strip():
        refuse("the question is empty.")
    if not e.hints:
        refuse("hints are missing; give at least one step.")
    if e.form not in FORMS:
        refuse(f"form is one of {', '.join(sorted(FORMS))}, got {e.form!r}.")
    if e.expression is None and e.solution is None:
        refuse("give a solution: expression= for a derivation, solution= as text, or both.")
    if e.expression is not None and e.wrt is None:
        refuse("expression is derived with respect to wrt, which is missing.")
    for code in e.mistakes.values():
        if code not in MESSAGES:
            refuse(f"{code!r} is not the code of a diagnosis; messages.py has them all.")
    try:
        e.symbols  # noqa: B018 - reads every shape
        CHECKS.get(e.kind, _check_computed)(e, refuse)
    except BankError as problem:
        if str(problem).startswith("exercise "):
            raise
        refuse(str(problem))
    except McalcError as problem:
        refuse(f"the answer {e.answer!r}: {problem}")


def _check_computed(e, refuse):
    if e.function is None:
        refuse("function is missing: the right answer is computed from it.")
    if not isinstance(e.answer, str):
        refuse("answer is a formula in the answer grammar.")
    if e.of != "value" and (e.kind != "value" or e.of not in DERIVATIVES):
        refuse(
            f"of={e.of!r} belongs to the kind value, with one of {', '.join(sorted(DERIVATIVES))}."
        )
    if e.asks == "adjoint" and "F_bar" not in e.shapes:
        refuse("shapes must declare F_bar, which is shaped like the function's value.")
    unknown = [p for p in e.parameters if p not in e.shapes or p in e.derived]
    if unknown:
        refuse(f"the function has arguments {unknown} that shapes does not declare.")
    unknown = [name for name in e.derived if name not in e.shapes]
    if unknown:
        refuse(f"shapes does not declare the derived symbols {unknown}.")
    if e.asks != "value" and e.wrt not in e.parameters:
        refuse(f"wrt={e.wrt!r} is none of the function's arguments {e.parameters}.")
    for line in (e.answer, *(line for text in e.also for line in text.splitlines())):
        shape = Formula(line, e.arguments, e.result).shape
        if shape != e.result:
            refuse(f"{line!r} is {show(shape)}, the answer is {show(e.result)}.")
    if e.asks == "gradient" and e.result != e.symbols[e.wrt]:
        refuse(f"a gradient is shaped like {e.wrt}, {show(e.symbols[e.wrt])}; the answer is "
               f"{show(e.result)}.")  # fmt: skip
    if e.kind == "lines" and not e.also:
        refuse("also holds at least one derivation that is accepted, one formula a line.")
    if e.at is not None and set(e.at) != set(e.parameters):
        refuse(f"at has the numbers of {sorted(e.at)}, expected {sorted(e.parameters)}.")


def _check_shape(e, refuse):
    from .sizes import read_shape

    read_shape(e.answer)


def _check_order(e, refuse):
    if len([t for t in e.symbols if not is_scalar(e.symbols[t])]) < 3:
        refuse("an order of multiplication needs at least three factors.")
    Formula(e.answer, e.symbols)


def _check_cost(e, refuse):
    letters = {s: (ONE, ONE) for shape in e.symbols.values() for size in shape for s in size}
    Formula(e.answer, letters)


def _check_verdict(e, refuse):
    if not isinstance(e.answer, bool) or e.claim is None or e.claim.count("=") != 1:
        refuse("answer is True or False, and claim is two formulas with = between them.")
    left, right = (Formula(side, e.symbols) for side in e.claim.split("="))
    if left.shape != right.shape:
        refuse(f"the claim equates {show(left.shape)} and {show(right.shape)}.")


def _check_choice(e, refuse):
    if type(e.answer) is not int or not 1 <= e.answer <= len(e.choices):
        refuse("answer is the number of the right choice, from 1.")
    for number, (_, remark) in enumerate(e.choices, 1):
        if not remark:
            refuse(f"choice {number} has no remark for whoever chooses it.")


CHECKS = {
    "shape": _check_shape,
    "order": _check_order,
    "cost": _check_cost,
    "verdict": _check_verdict,
    "choice": _check_choice,
}


class Bank(dict):
    """Exercises by id; an unknown id is answered with the nearest ones."""

    def add(self, exercises):
        for e in exercises:
            if e.id in self:
                raise BankError(f"exercise {e.id!r} stands in the bank twice.")
            self[e.id] = e

    def __missing__(self, id):
        from difflib import get_close_matches

        near = get_close_matches(str(id), self, n=3, cutoff=0.4) or list(self)[:3]
        raise DomainError(f"no exercise is called {id!r}; near: {', '.join(near)}.")
