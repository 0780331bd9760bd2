"""Rule cards: what the reference page says of each rule, read off the rule itself."""

import inspect
import textwrap
from dataclasses import dataclass

import numpy as np

from ..errors import McalcError
from ..rules import RULES
from .card_formulas import examples, formulas, worked_line
from .checking import agree
from .derivations import derivation
from .differentials import ChainRule
from .evaluation import evaluate
from .evidence import evidence
from .lines import slug
from .parsing import parse_node
from .points import points
from .steps import STEPS
from .writing import write


@dataclass(frozen=True)
class Card:
    """What a reader is told of one rule, or of one step of algebra.

    Attributes
    ----------
    name, anchor : str
        What a reader calls it; where it stands on the page, as derivation lines link to it.
    kind : {"rule", "step"}
    statement : str
        The differential in LaTeX.
    pushforward, pullback : str
        Their formulas in LaTeX, from running the rule on symbols; "" where it serves numbers
        only.
    code : str
        The lines of the rule itself.
    condition, source, node : str
    functions : tuple of str
        The NumPy functions that the rule differentiates.
    example : Derivation or None
        A worked line.
    verified : bool
        Whether, just now, the pushforward agreed with differences and the pullback with the
        pushforward at the rule's sample points; of a step, whether both its sides agreed.
    evidence : tuple of Evidence
        At each sample point of a rule.
    also : tuple of str
        Other names by which lines of derivations call it.
    """

    name: str
    anchor: str
    kind: str
    statement: str
    pushforward: str
    pullback: str
    code: str
    condition: str
    source: str
    node: str
    functions: tuple
    example: object
    verified: bool
    evidence: tuple = ()
    also: tuple = ()

    def words(self):
        """Return what a search should find the card by."""
        names = [self.name, *self.also, self.node, *self.functions]
        return " ".join([*filter(None, names), self.condition, self.source])


def rule_card(rule):
    """Return the card of a rule.

    Parameters
    ----------
    rule : Rule or str
        A rule of `mcalclib.rules`, or its name.

    Returns
    -------
    Card

    Raises
    ------
    KeyError
        If there is no rule of that name.

    Examples
    --------
    >>> card = rule_card("matrix inverse")
    >>> card.statement
    'd(X^{-1}) = -X^{-1}\\\\, dX\\\\, X^{-1}'
    >>> card.pushforward
    '-X^{-1}\\\\, dX\\\\, X^{-1}'
    >>> card.verified
    True
    """
    rule = RULES[rule] if isinstance(rule, str) else rule
    node = examples().get(rule.name)
    pushforward, pullback = formulas(node) if node is not None else ("", "")
    found = evidence(rule)
    return Card(
        name=rule.name,
        anchor=slug(rule.name),
        kind="rule",
        statement=rule.statement,
        pushforward=pushforward,
        pullback=pullback,
        code=_code(rule),
        condition=rule.condition,
        source=rule.source,
        node=rule.node,
        functions=tuple(_function_name(f) for f in rule.functions),
        example=worked_line(node) if node is not None else None,
        verified=bool(found) and all(one.agrees for one in found),
        evidence=tuple(found),
        also=tuple(name for name, card in _other_names().items() if card == rule.name),
    )


def rule_cards():
    """Return the cards of all rules, by name."""
    return [rule_card(RULES[name]) for name in sorted(RULES)]


def step_cards():
    """Return the cards of the chain rule and of the steps that are algebra.

    Examples
    --------
    >>> [card.name for card in step_cards()][:2]
    ['chain rule', 'trace is cyclic, and a scalar is its own transpose']
    """
    chain = {"text": "f(g(x)); f: function; g: function", "wrt": "x"}
    return [_step_card(ChainRule, chain)] + [_step_card(s, s.example) for s in STEPS.values()]


def _step_card(step, example):
    worked = _worked(**example)
    return Card(
        name=step.name,
        anchor=slug(step.name),
        kind="step",
        statement=step.statement,
        pushforward="",
        pullback="",
        code="",
        condition=getattr(step, "condition", ""),
        source=step.source,
        node="",
        functions=(),
        example=worked,
        verified=worked is not None
        and any(step.name in line.name for line in worked)
        and all(is_equal(*sides) for sides in getattr(step, "equal", ())),
    )


def _worked(text, wrt, **options):
    """Return a derivation, None if a line of it is not right."""
    node, symbols = parse_node(text)
    try:
        return derivation(write(node), write(symbols[wrt]), **options)
    except McalcError:
        return None


def is_equal(left, right):
    """Whether two texts of the answer grammar have the same value at random points."""
    sides = [parse_node(text)[0] for text in (left, right)]
    at = list(points(sides, [], 3))
    return len(at) == 3 and all(agree(*(evaluate(x, p.env) for x in sides), 1e-9) for p in at)


def anchors():
    """Return, by every name that a line of a derivation may bear, the anchor of its card.

    Examples
    --------
    >>> anchors()["product rule"], anchors()["collect terms"]
    ('rule-hadamard-product', 'rule-collect-terms')
    """
    found = {name: slug(name) for name in (*RULES, *STEPS, ChainRule.name)}
    return found | {name: slug(card) for name, card in _other_names().items()}


def _other_names():
    """Return the names that scalars give to rules of entries, and the rules' own."""
    short = {name.replace(" of entries", ""): name for name in RULES if " of entries" in name}
    return {k: v for k, v in short.items() if k not in RULES} | {"product rule": "Hadamard product"}


def _code(rule):
    """Return the lines of the rule's pushforward and pullback."""
    texts = []
    given = [f for whole in (rule.pushforward, rule.pullback) for f in _given(whole)]
    for function in given:
        try:
            texts.append(textwrap.dedent(inspect.getsource(function)).rstrip())
        except (OSError, TypeError):
            continue
    return "\n\n\n".join(dict.fromkeys(texts))


def _given(function):
    """Return the functions that a rule gave to a form shared by many rules, or the function."""
    inside = [c.cell_contents for c in function.__closure__ or ()]
    return [f for f in inside if inspect.isfunction(f)] or [function]


def _function_name(function):
    module = (getattr(function, "__module__", "") or "").replace("numpy", "np")
    name = getattr(function, "__name__", str(function))
    if isinstance(function, np.ufunc):
        module = "np"
    return f"{module}.{name}" if module.startswith("np") else name
