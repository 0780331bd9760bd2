"""A choice between two arrays, entry by entry."""

import numpy as np

from ..samples import matrix
from .registry import Rule, case

CHOICE = np.array([[True, False], [False, True], [True, True]])


def bind(condition, x, y):
    return (x, y), {"condition": condition}


def value(x, y, condition):
    return np.where(condition, x, y)


def pushforward(F, primals, tangents, condition):
    dX, dY = tangents
    return np.where(condition, dX, dY)


def pullback(F, primals, F_bar, condition):
    return lambda: np.where(condition, F_bar, 0.0), lambda: np.where(condition, 0.0, F_bar)


Rule(
    name="choice by a condition",
    functions=(np.where,),
    value=value,
    pushforward=pushforward,
    pullback=pullback,
    bind=bind,
    samples=lambda rng: (
        case(matrix(rng, 3, 2), matrix(rng, 3, 2), condition=CHOICE),
        case(matrix(rng, 3, 1), 1.5, condition=CHOICE),
    ),
    statement=r"dF_i = da_i \text{ where the condition holds},\ db_i \text{ elsewhere}",
    source="linear in both branches; the condition is constant near the point",
    arity=2,
    keeps="",
    condition="a condition that does not change near the point",
)
