"""Principal logarithm of a matrix."""

from ..linalg.matrix_functions import derivative_by_block, logarithm_derivative, logm
from ..samples import diagonalisable, positive_definite, stack
from .matrix_function import matrix_function

matrix_function(
    "matrix logarithm",
    logm,
    logarithm_derivative,
    by_block=lambda A, E: derivative_by_block(logm, A, E),
    points=lambda rng: (
        diagonalisable(rng, 3),
        positive_definite(rng, 3),
        diagonalisable(rng, 1),
        stack(diagonalisable, rng, 2),
    ),
    source="Higham (2008), chapters 3 and 11; Al-Mohy, Higham and Relton (2013), "
    "Computing the Fréchet derivative of the matrix logarithm",
    condition="no eigenvalue negative or 0",
    statement=r"d\log A = \int_0^1 (s(A - I) + I)^{-1}\, dA\, (s(A - I) + I)^{-1}\, ds",
)
