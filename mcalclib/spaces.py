"""The spaces that operators map between: arrays of fixed shapes with an inner product."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from . import trees
from .errors import DomainError, DtypeError, ShapeError
from .linalg.inner import InnerProduct

Shape = tuple[int, ...]


def real_array(value, where):
    """Return value as a float64 array, or raise saying why it is none.

    Raises
    ------
    DtypeError
        For integers, booleans, objects, strings and complex numbers: an integer point is
        usually a slip, and a derivative with integer entries would be cut off silently.
    DomainError
        For NaN or infinity.
    """
    array = np.asarray(value)
    if array.dtype != np.float64:
        if array.dtype.kind == "f":
            return real_array(array.astype(np.float64), where)
        raise DtypeError(
            f"{where}: expected an array of float64, got dtype {array.dtype}; "
            "convert it, for example with np.asarray(x, dtype=float)."
        )
    if not all_finite(array):
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise DomainError(
            f"{where}: entry {place} is {array[place]}; every entry must be finite."
            if array.ndim
            else f"{where}: expected a finite number, got {array}."
        )
    return array


def all_finite(array) -> bool:
    """Whether every entry is finite; one pass of BLAS, several times faster than np.isfinite."""
    flat = array.ravel(order="K")
    # NaN and infinity survive in a sum of squares; it may also overflow, hence the second look
    return math.isfinite(flat.dot(flat)) or bool(np.isfinite(array).all())


@dataclass(frozen=True, eq=False)
class Space:
    """All arrays of one shape, or all trees of arrays of given shapes, with an inner product.

    Parameters
    ----------
    shapes : tuple of shapes
        One for each array of the tree.
    structure : object
        The nesting, from `trees.flatten`.
    product : InnerProduct or None
        Only for a single array; None is the Frobenius inner product, summed over the arrays.

    Examples
    --------
    >>> Space.of_shape((2, 3)).dimension
    6
    >>> Space.like({"W": np.zeros((2, 3)), "b": np.zeros(2)}).dimension
    8
    """

    shapes: tuple[Shape, ...]
    structure: Any = trees.LEAF
    product: InnerProduct | None = None

    @classmethod
    def of_shape(cls, shape, inner=None):
        """Return the space of arrays of this shape; a Space comes back as it is."""
        if isinstance(shape, Space):
            return shape
        shape = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
        if min(shape, default=1) < 1:
            raise ShapeError(f"space: every size must be at least 1, got shape {shape}.")
        return cls((shape,), product=None if inner is None else InnerProduct(shape, inner))

    @classmethod
    def like(cls, tree, inner=None):
        """Return the space that the array or tree of arrays lies in."""
        leaves, structure = trees.flatten(tree)
        shapes = tuple(np.shape(leaf) for leaf in leaves)
        if inner is None:
            return cls(shapes, structure)
        if structure is not trees.LEAF:
            raise ShapeError("inner product: a weight is possible for one array only, not a tree.")
        return cls.of_shape(shapes[0], inner)

    @cached_property
    def dimension(self) -> int:
        """The number of entries."""
        return sum(int(np.prod(shape)) for shape in self.shapes)

    @property
    def is_array(self) -> bool:
        """Whether an element is one array rather than a tree."""
        return self.structure is trees.LEAF

    def leaves(self, element, where):
        """Return the arrays of an element, each checked against its shape."""
        arrays = [
            real_array(leaf, where) for leaf in trees.flatten_like(self.structure, element, where)
        ]
        for array, shape in zip(arrays, self.shapes, strict=True):
            if array.shape != shape:
                raise ShapeError(f"{where}: expected shape {shape}, got {array.shape}.")
        return arrays

    def element(self, leaves):
        """Return the element made of these arrays."""
        return trees.unflatten(self.structure, list(leaves))

    def to_vector(self, element, where="vec") -> np.ndarray:
        """Return vec of an element: its arrays in column-major order, one after another."""
        return np.concatenate([a.ravel(order="F") for a in self.leaves(element, where)])

    def from_vector(self, v):
        """Return the element whose vec is v."""
        leaves, start = [], 0
        for shape in self.shapes:
            size = int(np.prod(shape))
            leaves.append(np.reshape(v[start : start + size], shape, order="F"))
            start += size
        return self.element(leaves)

    def functional(self, element) -> np.ndarray:
        """Return the row that pairs with coordinates: Frobenius product with the element."""
        return self.to_vector(element)

    def inner(self, a, b) -> float:
        """Return the inner product of two elements."""
        a, b = self.leaves(a, "inner product"), self.leaves(b, "inner product")
        if self.product is not None:
            return float(self.product(a[0], b[0]))
        return float(sum(np.vdot(x, y) for x, y in zip(a, b, strict=True)))

    def lower(self, element):
        """Return the element that the Frobenius product needs in place of this one."""
        return element if self.product is None else self.product.lower(element)

    def riesz(self, element):
        """Return the element that represents a Frobenius product in this space's own."""
        return element if self.product is None else self.product.riesz(element)

    @cached_property
    def weight_root(self) -> np.ndarray | None:
        """The upper Cholesky factor R of the weight W = RᵀR, or None for Frobenius."""
        if self.product is None or self.product.weight is None:
            return None
        return np.linalg.cholesky(self.product.weight).T

    def matches(self, other) -> bool:
        """Whether both hold arrays of the same shapes with the same inner product."""
        if isinstance(other, SymmetricSpace) and not isinstance(self, SymmetricSpace):
            return False
        if self.shapes != other.shapes:
            return False
        mine = None if self.product is None else self.product.weight
        theirs = None if other.product is None else other.product.weight
        return mine is theirs or (
            mine is not None and theirs is not None and np.array_equal(mine, theirs)
        )

    def __repr__(self):
        text = ", ".join(str(shape) for shape in self.shapes)
        return text if self.is_array else f"[{text}]"

    def latex(self) -> str:
        """Return the space in LaTeX, a product of spaces of matrices."""
        return r" \times ".join(
            r"\mathbb{R}" + ("^{" + r" \times ".join(map(str, s)) + "}" if s else "")
            for s in self.shapes
        )


class SymmetricSpace(Space):
    """All symmetric n by n matrices, with the Frobenius inner product and vech coordinates.

    vech stacks the columns of the lower triangle, diagonal included.

    Examples
    --------
    >>> space = SymmetricSpace.of_size(2)
    >>> space.from_vector(np.array([1.0, 2.0, 3.0]))
    array([[1., 2.],
           [2., 3.]])
    """

    @classmethod
    def of_size(cls, n: int):
        return cls(((n, n),))

    @property
    def _places(self):
        column, row = np.triu_indices(self.shapes[0][0])
        return row, column

    @property
    def dimension(self) -> int:
        n = self.shapes[0][0]
        return n * (n + 1) // 2

    def leaves(self, element, where):
        (matrix,) = super().leaves(element, where)
        if not np.allclose(matrix, matrix.T, rtol=1e-12, atol=1e-12 * np.abs(matrix).max()):
            raise DomainError(
                f"{where}: expected a symmetric matrix, as the space is that of symmetric "
                "matrices; symmetrise it with (A + A.T) / 2."
            )
        return [matrix]

    def to_vector(self, element, where="vech") -> np.ndarray:
        (matrix,) = self.leaves(element, where)
        return matrix[self._places]

    def from_vector(self, v):
        matrix = np.zeros(self.shapes[0])
        row, column = self._places
        matrix[row, column] = matrix[column, row] = v
        return matrix

    def functional(self, element) -> np.ndarray:
        row, column = self._places
        both = np.where(row == column, 0.0, element[column, row])
        return element[row, column] + both

    def riesz(self, element):
        return (element + element.T) / 2

    @property
    def weight_root(self):
        row, column = self._places
        return np.diag(np.where(row == column, 1.0, np.sqrt(2.0)))

    def matches(self, other) -> bool:
        return isinstance(other, SymmetricSpace) and super().matches(other)

    def latex(self) -> str:
        return rf"\mathbb{{S}}^{{{self.shapes[0][0]}}}"

    def __repr__(self):
        return f"symmetric {self.shapes[0]}"
