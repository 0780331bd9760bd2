"""Sums of products of entries, by Einstein's convention."""

import numpy as np

from ..errors import NoRuleError
from ..samples import matrix
from .registry import ZERO, Rule, case


def bind(*args, optimize=False, **kwargs):
    if not isinstance(args[0], str):
        raise NoRuleError(
            "np.einsum inside a differentiated function: give the subscripts as one string, "
            'as in np.einsum("ij,jk->ik", A, B).'
        )
    return args[1:], {"subscripts": args[0], "optimize": optimize, **kwargs}


def value(*operands, subscripts, optimize=False):
    return np.einsum(subscripts, *operands, optimize=optimize)


def pushforward(F, primals, tangents, subscripts, optimize=False):
    total = ZERO
    for k, dX in enumerate(tangents):
        if dX is not ZERO:
            operands = [*primals[:k], dX, *primals[k + 1 :]]
            total = total + np.einsum(subscripts, *operands, optimize=optimize)
    return total


def pullback(F, primals, F_bar, subscripts, optimize=False):
    terms, result = explicit(subscripts, [np.ndim(p) for p in primals])

    def of_operand(k):
        return lambda: _transpose(k, terms, result, primals, F_bar, optimize)

    return tuple(of_operand(k) for k in range(len(primals)))


def explicit(subscripts, ndims):
    """Return the letters of each operand and of the result, with every ellipsis spelled out."""
    inputs, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = inputs.split(",")
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if c not in subscripts]
    widest = max(
        (n - len(t.replace("...", "")) for t, n in zip(terms, ndims, strict=True) if "..." in t),
        default=0,
    )
    dots = "".join(spare[:widest])
    filled = []
    for term, ndim in zip(terms, ndims, strict=True):
        width = ndim - len(term.replace("...", ""))
        filled.append(term.replace("...", dots[len(dots) - width :] if width else ""))
    if arrow:
        return filled, result.replace("...", dots)
    letters = "".join(filled)
    alone = sorted(c for c in set(letters) - set(dots) if letters.count(c) == 1)
    return filled, dots + "".join(alone)


def _transpose(k, terms, result, primals, F_bar, optimize):
    mine, shape = terms[k], np.shape(primals[k])
    operands = [(result, F_bar)]
    operands += [(t, p) for i, (t, p) in enumerate(zip(terms, primals, strict=True)) if i != k]
    spare = iter(c for c in "abcdefghijklmnopqrstuvwxyz" if c not in "".join([*terms, result]))
    elsewhere = set("".join(letters for letters, _ in operands))
    target = ""
    for letter, n in zip(mine, shape, strict=True):
        if letter in target:  # a repeated letter reads a diagonal; the identity puts it back
            other = next(spare)
            operands.append((letter + other, np.eye(n)))
            target += other
            continue
        if letter not in elsewhere:  # a letter summed over this operand alone
            operands.append((letter, np.ones(n)))
        target += letter
    letters = ",".join(letters for letters, _ in operands)
    arrays = [array for _, array in operands]
    return np.einsum(f"{letters}->{target}", *arrays, optimize=optimize)


Rule(
    name="Einstein sum",
    functions=(np.einsum,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    bind=bind,
    samples=lambda rng: (
        case(matrix(rng, 3, 4), matrix(rng, 4, 2), subscripts="ij,jk->ik"),
        case(matrix(rng, 3, 3), subscripts="ii"),
        case(matrix(rng, 3, 3), matrix(rng, 3, 2), subscripts="ii,ij->ij"),
        case(matrix(rng, 3, 2), rng.standard_normal(2), subscripts="ij,j"),
        case(matrix(rng, 3, 4), rng.standard_normal(2), subscripts="ij,k->k"),
        case(rng.standard_normal((2, 3, 4)), matrix(rng, 4, 5), subscripts="...ij,jk->...ik"),
        case(rng.standard_normal((2, 3, 3)), subscripts="bii->b"),
        case(
            matrix(rng, 2, 3), matrix(rng, 3, 4), matrix(rng, 4, 2), subscripts="ij,jk,kl",
            optimize=True,
        ),
    ),
    statement=r"d\Bigl(\sum_k a_{ik} b_{kj}\Bigr) = \sum_k (da_{ik}\, b_{kj} + a_{ik}\, db_{kj})",
    source="multilinear in the operands",
    arity=-1,
    keeps="primals",
)  # fmt: skip
