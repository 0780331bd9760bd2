"""The symbolic engine: differentials of sympy expressions, line by line, each line checked."""

from .cards import Card, anchors, rule_card, rule_cards, step_cards
from .checking import UnverifiedError
from .derivations import derivation
from .derivatives import differential, symbolic_gradient, symbolic_hessian, symbolic_jacobian
from .functions import (
    CommutationMatrix,
    Eigenvalue,
    Entry,
    FrechetDerivative,
    Map,
    Norm,
    PseudoInverse,
    SingularValue,
    SymmetricMatrix,
    Unvec,
    Vec,
    expm,
    logm,
    sqrtm,
)
from .generating import to_numpy
from .grammar import ParseError
from .lines import Derivation, Line
from .parsing import parse
from .results import Hessian, Result, to_latex
from .steps import Step

__all__ = [
    "Card",
    "CommutationMatrix",
    "Derivation",
    "Eigenvalue",
    "Entry",
    "FrechetDerivative",
    "Hessian",
    "Line",
    "Map",
    "Norm",
    "ParseError",
    "PseudoInverse",
    "Result",
    "SingularValue",
    "Step",
    "SymmetricMatrix",
    "Unvec",
    "UnverifiedError",
    "Vec",
    "anchors",
    "derivation",
    "differential",
    "expm",
    "logm",
    "parse",
    "rule_card",
    "rule_cards",
    "sqrtm",
    "step_cards",
    "symbolic_gradient",
    "symbolic_hessian",
    "symbolic_jacobian",
    "to_latex",
    "to_numpy",
]
