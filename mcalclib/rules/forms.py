"""Two forms that many rules share: functions of each entry, and linear functions."""

from .registry import Rule


def elementwise(name, function, slope, *, value=None, **description):
    """Enter the rule of a function applied to every entry.

    Parameters
    ----------
    name : str
    function : ufunc
    slope : callable
        ``slope(F, x)``: the ordinary derivative at x, where F is the value.
    value : callable, optional
        How the value is computed, if not by the function itself.
    **description
        The remaining fields of `Rule`.
    """

    def pushforward(F, primals, tangents):
        (dX,) = tangents
        return slope(F, *primals) * dX

    def pullback(F, primals, F_bar):
        return (slope(F, *primals) * F_bar,)

    return Rule(
        name=name,
        functions=(function,),
        value=value or function,
        pushforward=pushforward,
        pullback=pullback,
        **description,
    )


def linear(name, functions, value, pullback, **description):
    """Enter the rule of a function that is linear in its one primal.

    The pushforward is the function itself; ``pullback(X, F_bar, **options)`` is its transpose,
    where only shape and dtype of X are known.
    """

    def pushforward(F, primals, tangents, **options):
        (dX,) = tangents
        return value(dX, **options)

    return Rule(
        name=name,
        functions=functions,
        value=value,
        pushforward=pushforward,
        pullback=lambda F, primals, F_bar, **options: (pullback(*primals, F_bar, **options),),
        keeps="shapes",
        **description,
    )
