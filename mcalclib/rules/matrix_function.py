"""The form of the rules of matrix functions: f of a matrix, not of its entries."""

from .registry import Rule, case, expands


def matrix_function(name, function, derivative, by_block, points, **description):
    """Enter the rule of a matrix function with f(Aᵀ) = f(A)ᵀ.

    Parameters
    ----------
    name : str
    function : callable
        ``function(A)``
    derivative : callable
        ``derivative(A, E)``: the derivative at A along E. Its adjoint is that at Aᵀ.
    by_block : callable
        The same for traced arrays, by functions that have rules.
    points : callable
        ``points(rng)``: matrices at which the rule is tried, the first three of them for the
        derivative's own derivative.
    **description
        The remaining fields of `Rule`.
    """

    def pushforward(F, primals, tangents):
        return derivative(*primals, *tangents)

    def pullback(F, primals, F_bar):
        (A,) = primals
        return (derivative(A.mT, F_bar),)

    expands(
        derivative,
        samples=lambda rng: [case(A, rng.standard_normal(A.shape)) for A in points(rng)[:3]],
    )(by_block)
    return Rule(
        name=name,
        functions=(function,),
        value=function,
        pushforward=pushforward,
        pullback=pullback,
        samples=lambda rng: map(case, points(rng)),
        keeps="primals",
        **description,
    )
