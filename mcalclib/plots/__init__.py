"""Figures that carry an idea: every function draws one and keeps the numbers it shows.

Each returns (fig, ax), which unpacks and shows no text of its own; `fig.numbers` is a dict of
what can be read off the picture, so that a chapter can assert it.
"""

from .curves import directional_derivative, regression, tangent_line
from .fields import gradients, surface
from .matrices import heat_map, linear_map
from .network import network
from .slopes import error_against_step, gaps_by_trial, increment_against_derivative
from .style import COLORS, use_style

__all__ = [
    "COLORS",
    "directional_derivative",
    "error_against_step",
    "gaps_by_trial",
    "gradients",
    "heat_map",
    "increment_against_derivative",
    "linear_map",
    "network",
    "regression",
    "surface",
    "tangent_line",
    "use_style",
]
