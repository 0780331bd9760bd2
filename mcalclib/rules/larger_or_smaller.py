"""The larger, and the smaller, of two entries: one formula for both."""

import numpy as np

from ..errors import NotDifferentiableError
from ..samples import matrix
from .registry import Rule, case


def enter(word, name, function, also, wins):
    """Enter the rule of np.maximum or np.minimum; ``wins`` compares the first with the second."""

    def first_wins(A, B):
        if np.any(A == B):
            raise NotDifferentiableError(
                f"np.{function.__name__} has no derivative where both arguments are equal, and "
                "two entries are equal here; move the point, or use a smooth function such as "
                "np.logaddexp."
            )
        return wins(A, B)

    def pushforward(F, primals, tangents):
        dA, dB = tangents
        return np.where(first_wins(*primals), dA, dB)

    def pullback(F, primals, F_bar):
        first = first_wins(*primals)
        return lambda: np.where(first, F_bar, 0.0), lambda: np.where(first, 0.0, F_bar)

    sign = ">" if wins is np.greater else "<"
    Rule(
        name=f"{word} of two entries",
        functions=(function, also),
        value=function,
        pushforward=pushforward,
        pullback=pullback,
        samples=lambda rng: (
            case(matrix(rng, 3, 2), matrix(rng, 3, 2)),
            case(matrix(rng, 3, 2), 0.0),
            case(matrix(rng, 3, 1), rng.standard_normal(2)),
        ),
        source=f"the derivative of the argument that is {word}",
        arity=2,
        keeps="primals",
        condition="entries that differ",
        statement=rf"d{name}(a, b) = da \text{{ if }} a {sign} b,\ db \text{{ otherwise}}",
    )


enter("larger", r"\max", np.maximum, np.fmax, np.greater)
enter("smaller", r"\min", np.minimum, np.fmin, np.less)
