"""Linear operators between spaces of arrays: what a derivative is."""

from functools import cached_property

import numpy as np

from . import trees
from .errors import DomainError, ShapeError
from .spaces import Space


class LinearOperator:
    """A linear map L from arrays of one shape to arrays of another.

    Parameters
    ----------
    apply : callable
        ``apply(dX) -> dF``, linear in dX. It is trusted; `verify.linearity_gap` tests it.
    in_shape, out_shape : tuple of int or Space
        Shapes of dX and dF.
    adjoint : callable or None
        ``adjoint(F_bar) -> X_bar``, the adjoint under the Frobenius inner products; None
        computes it from the matrix.
    name : str
        Shown by repr, for example ``"f'(X)"``; `latex` likewise in formulas.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [0.0, 1.0]])
    >>> L = LinearOperator(lambda dX: A @ dX, (2, 2), (2, 2), adjoint=lambda Y: A.T @ Y)
    >>> L
    LinearOperator L: (2, 2) -> (2, 2)
    >>> np.array_equal(L.matrix(), np.kron(np.eye(2), A))
    True
    >>> dX, Y = np.eye(2), np.ones((2, 2))
    >>> bool(np.isclose(np.vdot(L(dX), Y), np.vdot(dX, L.adjoint(Y))))
    True
    """

    __array_ufunc__ = None  # so that a NumPy number times an operator asks the operator

    def __init__(self, apply, in_shape, out_shape, adjoint=None, name="L", latex=None):
        self.domain = Space.of_shape(in_shape)
        self.codomain = Space.of_shape(out_shape)
        self._apply = apply
        self._transpose = adjoint
        self.name = name
        self.latex = latex or name

    @classmethod
    def from_matrix(cls, J, in_shape, out_shape, name="L"):
        """Return the operator with ``vec(L(dX)) == J @ vec(dX)``.

        Raises
        ------
        ShapeError
            If J does not have one column per entry of dX and one row per entry of dF.

        Examples
        --------
        >>> transpose = LinearOperator.from_matrix(np.eye(4)[[0, 2, 1, 3]], (2, 2), (2, 2))
        >>> transpose(np.array([[1.0, 2.0], [3.0, 4.0]]))
        array([[1., 3.],
               [2., 4.]])
        """
        domain, codomain = Space.of_shape(in_shape), Space.of_shape(out_shape)
        J = np.asarray(J, dtype=float)
        if J.shape != (codomain.dimension, domain.dimension):
            raise ShapeError(
                f"from_matrix: an operator {domain} -> {codomain} has a matrix of shape "
                f"({codomain.dimension}, {domain.dimension}), got {J.shape}."
            )
        return cls(
            lambda dX: codomain.from_vector(J @ domain.to_vector(dX)),
            domain,
            codomain,
            adjoint=lambda Y: domain.from_vector(J.T @ codomain.to_vector(Y)),
            name=name,
        )

    @classmethod
    def identity(cls, shape):
        """Return the identity on arrays of this shape.

        Examples
        --------
        >>> LinearOperator.identity((2,))(np.array([1.0, 2.0]))
        array([1., 2.])
        """
        return cls(lambda dX: dX, shape, shape, adjoint=lambda Y: Y, name="I")

    @property
    def in_shape(self):
        """Shape of dX; a tuple of shapes when L acts on several arrays."""
        return self.domain.shapes[0] if self.domain.is_array else self.domain.shapes

    @property
    def out_shape(self):
        """Shape of dF; a tuple of shapes when L returns several arrays."""
        return self.codomain.shapes[0] if self.codomain.is_array else self.codomain.shapes

    def __call__(self, *tangents):
        """Return L(dX).

        Parameters
        ----------
        *tangents : arrays
            dX of shape `in_shape`; one array for each argument when L acts on several.

        Raises
        ------
        ShapeError, DtypeError, DomainError
            If dX does not lie in the domain.
        """
        dX = tangents[0] if len(tangents) == 1 else tangents
        leaves = self.domain.leaves(dX, f"{self.name}(dX)")
        return self._apply(self.domain.element(leaves))

    def _apply_transpose(self, Y):
        """Return the adjoint under the Frobenius inner products, applied to Y."""
        if self._transpose is not None:
            return self._transpose(Y)
        return self.domain.from_vector(self.matrix().T @ self.codomain.to_vector(Y))

    @cached_property
    def adjoint(self) -> "LinearOperator":
        """The operator L* with ⟨L dX, Y⟩ = ⟨dX, L* Y⟩ under the inner products of both spaces.

        Examples
        --------
        >>> L = LinearOperator(lambda x: 2 * x, (2,), (2,))
        >>> weighted = L.with_inner(domain=np.diag([1.0, 4.0]))
        >>> weighted.adjoint(np.array([1.0, 1.0]))
        array([2. , 0.5])
        """

        def apply(Y):
            return self.domain.riesz(self._apply_transpose(self.codomain.lower(Y)))

        def transpose(dX):
            return self.codomain.lower(self._apply(self.domain.riesz(dX)))

        star = LinearOperator(
            apply,
            self.codomain,
            self.domain,
            adjoint=transpose,
            name=f"{self.name}*",
            latex=f"{self.latex}^{{*}}",
        )
        star.__dict__["adjoint"] = self  # the adjoint of the adjoint is L itself
        return star

    def with_inner(self, domain=None, codomain=None) -> "LinearOperator":
        """Return the same map between the spaces with other inner products.

        Parameters
        ----------
        domain, codomain : (d, d) array, callable or None
            Weight of the inner product (see `InnerProduct`); None is Frobenius.
        """
        return LinearOperator(
            self._apply,
            Space.of_shape(self.in_shape, domain) if self.domain.is_array else self.domain,
            Space.of_shape(self.out_shape, codomain) if self.codomain.is_array else self.codomain,
            adjoint=self._transpose,
            name=self.name,
            latex=self.latex,
        )

    def matrix(self) -> np.ndarray:
        """Return the matrix of L in column-major vec form: L applied to every basis element.

        Returns
        -------
        (q, p) ndarray
            ``matrix() @ vec(dX) == vec(L(dX))``, p and q the numbers of entries of dX and dF.
            Where dX is a symmetric matrix by declaration, vech takes the place of vec.
        """
        p, q = self.domain.dimension, self.codomain.dimension
        if q < p and self._transpose is not None:
            # fewer rows than columns: one application of the transpose gives a whole row
            rows = np.empty((q, p))
            for i in range(q):
                e = np.zeros(q)
                e[i] = 1.0
                Y = self.codomain.from_vector(e)
                rows[i] = self.domain.functional(self._transpose(Y))
            return rows
        columns = np.empty((q, p), order="F")
        for j in range(p):
            e = np.zeros(p)
            e[j] = 1.0
            columns[:, j] = self.codomain.to_vector(self._apply(self.domain.from_vector(e)))
        return columns

    def norm(self, kind="operator") -> float:
        """Return the largest ‖L dX‖ over all dX with ‖dX‖ = 1, in the norms of both spaces.

        Parameters
        ----------
        kind : {"operator", "frobenius"}
            The second gives the root of the sum of squared singular values.

        Examples
        --------
        >>> round(LinearOperator(lambda x: 3 * x, (2,), (2,)).norm(), 12)
        3.0
        """
        J = self.matrix()
        if self.codomain.weight_root is not None:
            J = self.codomain.weight_root @ J
        if self.domain.weight_root is not None:
            J = np.linalg.solve(self.domain.weight_root.T, J.T).T
        if kind == "operator":
            return float(np.linalg.norm(J, 2))
        if kind == "frobenius":
            return float(np.linalg.norm(J))
        raise DomainError(f'norm: kind must be "operator" or "frobenius", got {kind!r}.')

    def __matmul__(self, other):
        """Return the composition: ``(L @ M)(dX) == L(M(dX))``."""
        if not isinstance(other, LinearOperator):
            return NotImplemented
        if not self.domain.matches(other.codomain):
            raise ShapeError(
                f"{self.name} @ {other.name}: {other.name} returns {other.codomain}, but "
                f"{self.name} acts on {self.domain}"
                + (
                    " with another inner product."
                    if self.domain.shapes == other.codomain.shapes
                    else "."
                )
            )
        return LinearOperator(
            lambda dX: self._apply(other._apply(dX)),
            other.domain,
            self.codomain,
            adjoint=lambda Y: other._apply_transpose(self._apply_transpose(Y)),
            name=f"{self.name} @ {other.name}",
            latex=rf"{self.latex} \circ {other.latex}",
        )

    def __add__(self, other):
        """Return the sum: ``(L + M)(dX) == L(dX) + M(dX)``."""
        if not isinstance(other, LinearOperator):
            return NotImplemented
        if not (self.domain.matches(other.domain) and self.codomain.matches(other.codomain)):
            raise ShapeError(
                f"{self.name} + {other.name}: both must map between the same spaces, got "
                f"{self.domain} -> {self.codomain} and {other.domain} -> {other.codomain}."
            )

        return LinearOperator(
            lambda dX: _entrywise(np.add, self._apply(dX), other._apply(dX)),
            self.domain,
            self.codomain,
            adjoint=lambda Y: _entrywise(
                np.add, self._apply_transpose(Y), other._apply_transpose(Y)
            ),
            name=f"({self.name} + {other.name})",
            latex=f"({self.latex} + {other.latex})",
        )

    def __mul__(self, scalar):
        """Return the multiple: ``(c * L)(dX) == c * L(dX)``."""
        if not np.isscalar(scalar) or isinstance(scalar, str | bytes | complex):
            return NotImplemented

        def scaled(tree):
            return _entrywise(lambda x: scalar * x, tree)

        return LinearOperator(
            lambda dX: scaled(self._apply(dX)),
            self.domain,
            self.codomain,
            adjoint=lambda Y: scaled(self._apply_transpose(Y)),
            name=f"{scalar} * {self.name}",
            latex=rf"{scalar} \cdot {self.latex}",
        )

    __rmul__ = __mul__

    def __neg__(self):
        return -1 * self

    def __sub__(self, other):
        return self + -1 * other if isinstance(other, LinearOperator) else NotImplemented

    def __repr__(self):
        return f"LinearOperator {self.name}: {self.domain} -> {self.codomain}"

    def _repr_latex_(self):
        return rf"${self.latex} \colon {self.domain.latex()} \to {self.codomain.latex()}$"


def _entrywise(function, *elements):
    """Return a function of the arrays at each place of nested elements of one structure."""
    taken = [trees.flatten(element) for element in elements]
    leaves = [function(*arrays) for arrays in zip(*(t[0] for t in taken), strict=True)]
    return trees.unflatten(taken[0][1], leaves)


class SecondDerivative:
    """The second derivative f''(X), a symmetric bilinear map; for scalar f also an operator.

    Parameters
    ----------
    form : callable
        ``form(dX, dY) -> d²F``, bilinear and symmetric.
    operator : LinearOperator or None
        The Hessian operator H with ``form(dX, dY) == ⟨H dX, dY⟩``; None when f is not scalar.

    Examples
    --------
    >>> H = LinearOperator(lambda x: 2 * x, (2,), (2,), adjoint=lambda x: 2 * x, name="H")
    >>> D2 = SecondDerivative(lambda x, y: 2 * x @ y, H)
    >>> float(D2(np.array([1.0, 0.0]), np.array([3.0, 1.0])))
    6.0
    >>> D2.matrix()
    array([[2., 0.],
           [0., 2.]])
    """

    def __init__(self, form, operator=None, name="f''(X)"):
        self._form = form
        self._operator = operator
        self.name = name

    def __call__(self, dX, dY):
        """Return f''(X)[dX, dY]."""
        return self._form(dX, dY)

    @property
    def operator(self) -> LinearOperator:
        """The Hessian operator dX -> f''(X)[dX, ·], as an element of the space of X."""
        if self._operator is None:
            raise ShapeError(
                f"{self.name}: the Hessian operator exists for a scalar function only; "
                "call it with two tangents for the bilinear map."
            )
        return self._operator

    def apply(self, dX):
        """Return H dX, with ⟨H dX, dY⟩ = f''(X)[dX, dY] for every dY."""
        return self.operator(dX)

    def matrix(self) -> np.ndarray:
        """Return the symmetric matrix of f''(X): ``vec(dX) @ matrix() @ vec(dY)`` is its value.

        Under the Frobenius inner product this is also the matrix of the Hessian operator; under
        another one the operator's matrix is ``operator.matrix()``. Where X is symmetric by
        declaration, vech takes the place of vec.
        """
        operator = self.operator
        space = operator.domain
        rows = []
        for e in np.eye(space.dimension):
            rows.append(space.functional(space.lower(operator(space.from_vector(e)))))
        return np.array(rows)

    def __repr__(self):
        if self._operator is None:
            return f"SecondDerivative {self.name}"
        return f"SecondDerivative {self.name} on {self._operator.domain}"
