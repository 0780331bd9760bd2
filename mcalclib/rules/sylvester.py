"""Solution of the Sylvester equation AX + XB = Q."""

from ..linalg.matrix_functions import solve_sylvester, sylvester
from ..samples import diagonalisable, matrix, positive_definite
from .registry import Rule, case, expands


def turned(A, transposed):
    return A.mT if transposed else A


def pushforward(F, primals, tangents, transposed=False):
    A, B, _ = primals
    dA, dB, dQ = tangents
    right = dQ - turned(dA, transposed) @ F - F @ turned(dB, transposed)
    return sylvester(A, B, right, transposed)


def pullback(F, primals, F_bar, transposed=False):
    A, B, _ = primals
    G = sylvester(A, B, F_bar, not transposed)
    return (
        lambda: turned(-G @ F.mT, transposed),
        lambda: turned(-F.mT @ G, transposed),
        lambda: G,
    )


Rule(
    name="Sylvester equation",
    functions=(sylvester,),
    value=sylvester,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(diagonalisable(rng, 3), positive_definite(rng, 2), matrix(rng, 3, 2)),
        case(diagonalisable(rng, 2), positive_definite(rng, 3), matrix(rng, 2, 3), transposed=True),
        case(diagonalisable(rng, 1), diagonalisable(rng, 1), matrix(rng, 1, 1)),
    ),
    source="differentiate AX + XB = Q; Higham (2008), appendix B",
    arity=3,
    condition="A and -B without a common eigenvalue",
    statement=r"A\, dX + dX\, B = dQ - dA\, X - X\, dB",
)

expands(
    solve_sylvester,
    samples=lambda rng: (
        case(diagonalisable(rng, 3), positive_definite(rng, 2), matrix(rng, 3, 2)),
    ),
)(sylvester)
