"""The largest, and the smallest, entry, of all or along an axis: one formula for both."""

import numpy as np

from ..errors import NotDifferentiableError
from ..samples import matrix
from .registry import Rule, case


def enter(word, name, function, side):
    """Enter the rule of np.max or np.min."""

    def value(X, axis=None, out=None, keepdims=False):
        return function(X, axis=axis, keepdims=keepdims)

    def winner(F, X, axis, keepdims):
        """Return where the entry stands; two such entries are a kink."""
        if axis is not None and not keepdims:
            F = np.expand_dims(F, axis)
        chosen = X == F
        if np.any(np.sum(chosen, axis=axis) > 1):
            raise NotDifferentiableError(
                f"np.{function.__name__} has no derivative where two entries are {word} together, "
                "as here; move the point, or use a smooth function such as "
                "mcalclib.linalg.logsumexp."
            )
        return chosen

    def pushforward(F, primals, tangents, axis=None, out=None, keepdims=False):
        (X,) = primals
        (dX,) = tangents
        chosen = winner(F, X, axis, keepdims)
        return np.sum(np.where(chosen, dX, 0.0), axis=axis, keepdims=keepdims)

    def pullback(F, primals, F_bar, axis=None, out=None, keepdims=False):
        (X,) = primals
        chosen = winner(F, X, axis, keepdims)
        if axis is not None and not keepdims:
            F_bar = np.expand_dims(F_bar, axis)
        return (np.where(chosen, F_bar, 0.0),)

    Rule(
        name=f"{word} entry",
        functions=(function,),
        value=value,
        pushforward=pushforward,
        pullback=pullback,
        samples=lambda rng: (
            case(matrix(rng, 3, 2)),
            case(matrix(rng, 3, 2), axis=0),
            case(rng.standard_normal((2, 3, 4)), axis=(0, 2), keepdims=True),
        ),
        source=f"the derivative of the entry that is {word}",
        condition=f"one entry {side} all others",
        statement=rf"d{name}_i x_i = dx_k \text{{ where }} x_k \text{{ is {word}}}",
    )


enter("largest", r"\max", np.max, "above")
enter("smallest", r"\min", np.min, "below")
