"""f and a claimed derivative as maps of vectors, with shapes and kinds checked on the way.

Every experiment of `verify` is written for maps of vectors. A tuple of arrays means several
arguments, f(*X); an array, or a list or dict of arrays, means one argument, f(X).
"""

import numpy as np

from ..errors import DomainError, DtypeError, ShapeError
from ..spaces import Space
from ..trees import flatten, flatten_like, unflatten

EPS = np.finfo(float).eps


class Function:
    """f as a map of vectors near the point X.

    Attributes
    ----------
    x : (n,) array
        vec of the point.
    value : (m,) array
        vec of f at the point; complex where f returns complex numbers.
    inputs, outputs : Space
    scale : float
        Length against which a step is small: the norm of X, and at least 1.
    """

    def __init__(self, f, X, where, inputs=None):
        if not callable(f):
            raise DtypeError(
                f"{where}: f must be a function of X, got {type(f).__name__}; "
                "pass the function, not its value."
            )
        self.f, self.where = f, where
        self.several = isinstance(X, tuple)
        self.inputs = Space.like(X) if inputs is None else inputs
        self.x = self.inputs.to_vector(X, f"{where}: X")
        self.scale = max(1.0, float(np.linalg.norm(self.x)))
        F = self._raw(self.x)
        self.outputs = Space.like(F)
        self.value = self.flat_value(F, "f(X)")
        if not np.isfinite(self.value).all():
            raise DomainError(
                f"{where}: f(X) must be finite, got {np.asarray(F)}; "
                "choose X inside the domain of f."
            )

    def _raw(self, x):
        X = element(self.inputs, x)
        return self.f(*X) if self.several else self.f(X)

    def flat_value(self, F, name):
        """Return vec of a value of f, or of a derivative of f, which has the shape of f(X)."""
        leaves = flatten_like(self.outputs.structure, F, f"{self.where}: {name}")
        parts = []
        for leaf, shape in zip(leaves, self.outputs.shapes, strict=True):
            array = np.asarray(leaf)
            if array.dtype.kind not in "biufc":
                raise DtypeError(
                    f"{self.where}: {name} must hold numbers, got dtype {array.dtype}; "
                    "return a NumPy array or a float."
                )
            if array.shape != shape:
                raise ShapeError(
                    f"{self.where}: {name} must have shape {shape} like f(X), got {array.shape}."
                )
            parts.append(array.ravel(order="F"))
        flat = np.concatenate(parts)
        return flat if flat.dtype.kind == "c" else flat.astype(float)

    def __call__(self, x):
        return self.flat_value(self._raw(x), "f near X")

    def near(self, x):
        """Return f at x, or NaN where x has left the domain of f."""
        try:
            with np.errstate(all="ignore"):
                value = self(x)
        except (ArithmeticError, DomainError, np.linalg.LinAlgError):
            return np.full_like(self.value, np.nan)
        return value if np.isfinite(value).all() else np.full_like(self.value, np.nan)

    def direction(self, dX, name="dX"):
        """Return vec of a direction, which must be shaped like X and not zero."""
        v = self.inputs.to_vector(dX, f"{self.where}: {name}")
        if not v.any():
            raise DomainError(
                f"{self.where}: {name} must not be zero, got zeros of shape {self.inputs}; "
                "any other direction shows something."
            )
        return v

    def noise(self, direction):
        """Return the norm of the rounding error in f near X.

        Third differences over nearly equal points remove the smooth part of f and keep the
        rounding error, whose size is then read off (Moré and Wild, 2011). The least that is
        reported is the rounding of f(X) itself and of the argument X + t dX.
        """
        length = float(np.linalg.norm(direction))
        # Not a round number: its multiples would be exact sums for some X, and hide rounding.
        step = 1.618e-10 * self.scale / length
        samples = np.array([self.near(self.x + k * step * direction) for k in range(7)])
        least = EPS * float(np.linalg.norm(self.value))
        if np.isnan(samples).any():
            return least
        rate = float(np.linalg.norm(samples[-1] - samples[0])) / (6 * step)
        least += EPS * rate * float(np.linalg.norm(self.x)) / length
        third = np.diff(samples, 3, axis=0)
        # A third difference of independent errors has 1 + 9 + 9 + 1 = 20 times their variance.
        measured = np.sqrt((np.abs(third) ** 2).sum(axis=1).mean() / 20)
        return max(least, float(measured))


def element(space, v):
    """Return the element with these coordinates, with scalars as numbers instead of 0-d arrays."""
    leaves, structure = flatten(space.from_vector(v))
    return unflatten(structure, [leaf[()] for leaf in leaves])


def domain_of(df, X):
    """Return the space that X varies in: symmetric matrices where df is an operator on them."""
    own = getattr(df, "domain", None)
    special = isinstance(own, Space) and type(own) is not Space
    return own if special else Space.like(X)


class Candidate:
    """The claimed derivative as a map of vectors: vec dX to vec dF.

    `df` is a function of dX (of several tangents where X is a tuple), a LinearOperator, or an
    array: the Jacobian of shape (f(X).size, X.size), or for scalar f the gradient, shaped
    like X.
    """

    def __init__(self, df, function, name="df"):
        self.df, self.function, self.name = df, function, name
        self.array = None
        if not callable(df):
            self.array = np.asarray(df)
            if self.array.dtype.kind not in "biuf":
                raise DtypeError(
                    f"{function.where}: {name} must be a function of dX, a LinearOperator or an "
                    f"array of numbers, got {type(df).__name__} of dtype {self.array.dtype}."
                )

    def __call__(self, v):
        if self.array is not None:
            return self._matrix() @ v
        dX = element(self.function.inputs, v)
        dF = self.df(*dX) if self.function.several else self.df(dX)
        return self.function.flat_value(dF, f"{self.name}(dX)")

    def _matrix(self):
        m, n = self.function.outputs.dimension, self.function.inputs.dimension
        if self.array.shape == (m, n):
            return self.array
        if m == 1 and self.function.inputs.shapes == (self.array.shape,):
            return self.array.ravel(order="F")[np.newaxis, :]
        hint = " It has the shape of the transpose." if self.array.shape == (n, m) else ""
        raise ShapeError(
            f"{self.function.where}: as an array, {self.name} must be the Jacobian of shape "
            f"({m}, {n}), rows for vec f(X) and columns for vec X, got {self.array.shape}.{hint}"
        )
