"""Matrix exponential."""

from ..linalg.matrix_functions import derivative_by_block, expm, exponential_derivative
from ..samples import matrix, stack
from .matrix_function import matrix_function

matrix_function(
    "matrix exponential",
    expm,
    exponential_derivative,
    by_block=lambda A, E: derivative_by_block(expm, A, E),
    points=lambda rng: (
        matrix(rng, 3, 3),
        matrix(rng, 1, 1),
        stack(matrix, rng, 2, 2),
        5 * matrix(rng, 3, 3),
        matrix(rng, 2, 2) + 1j * matrix(rng, 2, 2),
    ),
    source="Al-Mohy and Higham (2009), Computing the Fréchet derivative of the matrix "
    "exponential; Higham (2008), chapter 3",
    statement=r"d e^A = \int_0^1 e^{sA}\, dA\, e^{(1-s)A}\, ds",
)
