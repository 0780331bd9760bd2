"""The independent witness: evidence for and against a derivative, from values of f alone.

Nothing here knows a derivative rule, so an error in a rule cannot hide here as well.
"""

from .differences import central_difference, complex_step
from .evidence import verify_derivative
from .gaps import adjoint_gap, linearity_gap
from .remainder import frechet_slope, taylor_slope

__all__ = [
    "adjoint_gap",
    "central_difference",
    "complex_step",
    "frechet_slope",
    "linearity_gap",
    "taylor_slope",
    "verify_derivative",
]
