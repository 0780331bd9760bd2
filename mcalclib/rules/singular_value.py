"""The largest or the smallest singular value."""

import numpy as np

from .. import factorisations
from ..dispatch import overridable
from ..errors import NotDifferentiableError
from ..samples import full_rank, stack
from . import conditions
from .registry import Rule, case
from .stacks import per_matrix


@overridable
def singular_value(A, index):
    """Return the largest (index 0) or smallest (index -1) singular value of matrices."""
    conditions.real_only("np.linalg.norm", A)
    return factorisations.svd(A)[1][..., index]


@conditions.check
def simple(s, index):
    """Refuse a singular value that is repeated or 0."""
    name = "largest" if index == 0 else "smallest"
    stack = np.reshape(s, (-1, np.shape(s)[-1]))
    if not np.all(stack[:, index] > 4 * np.finfo(float).eps * stack[:, 0]):
        raise NotDifferentiableError(
            f"np.linalg.norm: the {name} singular value is 0, where it has a kink; the derivative "
            "needs it above 0."
        )
    others = np.delete(stack, index, axis=1)
    gaps = np.min(np.abs(others - stack[:, index][:, None]), axis=1, initial=np.inf)
    far = gaps > conditions.CLOSE * stack[:, 0]
    if not far.all():
        k = int(np.argmin(far))
        raise NotDifferentiableError(
            f"np.linalg.norm: the {name} singular value {stack[k, index]:.6g} is repeated (gap "
            f"{gaps[k]:.2g}), where it has a kink; the derivative needs it simple. The Frobenius "
            "norm is smooth there."
        )


def gradient(A, index):
    U, s, Vt = factorisations.svd(A)
    simple(s, index)
    at = slice(0, 1) if index == 0 else slice(-1, None)
    return U[..., :, at] @ Vt[..., at, :]


def pushforward(F, primals, tangents, index):
    (A,) = primals
    (dA,) = tangents
    return np.sum(gradient(A, index) * dA, axis=(-2, -1))


def pullback(F, primals, F_bar, index):
    (A,) = primals
    return (per_matrix(F_bar) * gradient(A, index),)


Rule(
    name="spectral norm",
    functions=(singular_value,),
    value=singular_value,
    pushforward=pushforward,
    pullback=pullback,
    samples=lambda rng: (
        case(full_rank(rng, 3, 3), index=0),
        case(full_rank(rng, 4, 2), index=0),
        case(full_rank(rng, 2, 4), index=-1),
        case(full_rank(rng, 1, 1), index=0),
        case(stack(full_rank, rng, 3, 2), index=-1),
    ),
    source="Watson (1992), Characterization of the subdifferential of some matrix norms",
    keeps="primals",
    condition="a largest singular value above the second",
    statement=r"d\|A\|_2 = u_1^T\, dA\, v_1",
)
