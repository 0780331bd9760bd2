"""Derivatives of plain NumPy functions at a point.

Throughout, a *point* is an array, or a nested list or dict of arrays, or a tuple: a tuple is
several arguments, ``f(*point)``. ``wrt`` picks among them, by position or by name; without it,
the derivative is taken with respect to all.
"""

from functools import cached_property, wraps
from inspect import signature

import numpy as np

from . import trees
from .errors import DomainError, DtypeError, McalcError, NotDifferentiableError, ShapeError
from .operators import LinearOperator, SecondDerivative
from .rules import ZERO
from .spaces import Space, SymmetricSpace, all_finite, real_array
from .tracing import Tape, Tracer, plain, pull, push, reachable, shape_of


class _Linearisation:
    """One run of f at a point, recorded: its value, and its derivative in both directions."""

    def __init__(self, f, point, wrt, where, lasting=False):
        arguments = point if isinstance(point, tuple) else (point,)
        self.chosen = _chosen(f, len(arguments), wrt, where)
        active = arguments[self.chosen[0]] if self.single else [arguments[i] for i in self.chosen]
        leaves, self.structure = trees.flatten(active if self.single else tuple(active))
        leaves = [_checked(leaf, f"{where}: the point", lasting) for leaf in leaves]
        self.in_shapes = [shape_of(leaf) for leaf in leaves]
        self.point = leaves[0] if leaves else None
        tape = Tape()
        variables = [tape.variable(leaf) for leaf in leaves]
        filled = trees.unflatten(self.structure, variables)
        arguments = list(arguments)
        for i, argument in zip(self.chosen, (filled,) if self.single else filled, strict=True):
            arguments[i] = argument
        self.value = _run(f, arguments)
        results, self.out_structure = trees.flatten(self.value)
        mine = [type(r) is Tracer and r.tape is tape for r in results]
        self.inputs = [v.node for v in variables]
        self.outputs = [(r.node, r.slot) if m else None for r, m in zip(results, mine, strict=True)]
        self.out_leaves = [r.value if m else r for r, m in zip(results, mine, strict=True)]
        for leaf in self.out_leaves:
            _check_result(plain(leaf), where, tape)
        self.value = trees.unflatten(self.out_structure, self.out_leaves)
        self.out_shapes = [shape_of(leaf) for leaf in self.out_leaves]
        self.tape = tape

    @cached_property
    def order(self):
        return reachable(self.tape, [o[0] for o in self.outputs if o is not None])

    @property
    def single(self):
        return isinstance(self.chosen, _One)

    def push(self, dX_leaves):
        tangents = {node: (dX,) for node, dX in zip(self.inputs, dX_leaves, strict=True)}
        with np.errstate(all="ignore"):
            push(self.order, tangents)
        results = [
            ZERO if output is None else tangents[output[0]][output[1]] for output in self.outputs
        ]
        return _finite(results, self.out_shapes)

    def pull(self, F_bar_leaves, release=False):
        cotangents = {}
        for output, F_bar in zip(self.outputs, F_bar_leaves, strict=True):
            if output is None:
                continue
            node, slot = output
            slots = cotangents.setdefault(node, [ZERO] * len(node.shapes))
            slots[slot] = slots[slot] + F_bar
        # a single walk backwards finds its way without asking what is reachable
        order = self.tape.nodes if release else self.order
        with np.errstate(all="ignore"):
            pull(order, cotangents, release)
        bars = [cotangents.get(node, (ZERO,))[0] for node in self.inputs]
        return _finite(bars, self.in_shapes)

    def in_leaves(self, tree, where):
        return _fitting(self.structure, self.in_shapes, tree, where)

    def out_leaves_of(self, tree, where):
        return _fitting(self.out_structure, self.out_shapes, tree, where)

    def in_tree(self, leaves):
        return trees.unflatten(self.structure, _own(leaves))

    def out_tree(self, leaves):
        return trees.unflatten(self.out_structure, _own(leaves))

    def scalar(self, where):
        """Check that f returned one number."""
        if self.out_structure is not trees.LEAF or self.out_shapes[0] != ():
            came = (
                f"an array of shape {self.out_shapes[0]}"
                if self.out_structure is trees.LEAF
                else f"{len(self.out_shapes)} arrays"
            )
            raise ShapeError(
                f"{where}: the function must return a scalar, it returned {came}; use "
                "jacobian or derivative, or return one entry, as in x @ A @ x with vectors x."
            )


class _One(tuple):
    """The choice of one argument, whose derivative is not wrapped in a tuple."""


def _chosen(f, count, wrt, where):
    if wrt is None:
        return _One((0,)) if count == 1 else tuple(range(count))
    positions = []
    for which in wrt if isinstance(wrt, tuple | list) else (wrt,):
        if isinstance(which, str):
            names = list(signature(f).parameters)
            if which not in names[:count]:
                raise ShapeError(f"{where}: wrt={which!r} is none of the arguments {names}.")
            which = names.index(which)
        if not 0 <= which < count:
            raise ShapeError(
                f"{where}: wrt={which} but the point is {count} argument(s); give several "
                "arguments as a tuple."
            )
        positions.append(which)
    return tuple(positions) if isinstance(wrt, tuple | list) else _One(positions)


def _checked(leaf, where, lasting):
    if type(leaf) is Tracer:
        return leaf
    array = real_array(leaf, where)
    # An operator must outlive what the caller does to the point. A single run need not, but it
    # keeps work on the array under the array's identity, so that must not be the caller's.
    return array.copy() if lasting else array.view()


def _check_result(value, where, tape):
    if isinstance(value, list | tuple) or getattr(value, "dtype", None) == object:
        raise DtypeError(f"{where}: the function returned {type(value).__name__}, not an array.")
    array = np.asarray(value)
    if array.dtype == np.float64 and all_finite(array):
        return
    if array.dtype.kind not in "fiub":
        raise DtypeError(
            f"{where}: the function returned entries of dtype {array.dtype}; a derivative needs "
            "real numbers. Of a complex result take np.real, np.imag or np.abs."
        )
    if np.isfinite(array).all():
        return
    for node in tape.nodes:
        if node.culprit():
            raise DomainError(
                f"{where}: {node.rule.name} returned NaN or infinity at this point"
                + (f"; it needs {node.rule.condition}." if node.rule.condition else ".")
            )
    raise DomainError(f"{where}: the function returned NaN or infinity at this point.")


def _run(f, arguments):
    try:
        with np.errstate(all="ignore"):  # NaN and infinity are looked for afterwards, and named
            return f(*arguments)
    except (TypeError, ValueError) as error:
        # NumPy hides our error behind its own when a tracer is assigned into a plain array
        if isinstance(error.__cause__, McalcError):
            raise error.__cause__ from None
        raise


def _finite(results, shapes):
    """Return the results with ZERO filled in, or raise where a slope was infinite."""
    filled = [np.zeros(s) if r is ZERO else r for r, s in zip(results, shapes, strict=True)]
    for result in filled:
        if not all_finite(plain(result)):
            raise NotDifferentiableError(
                "the derivative is infinite or undefined at this point: a slope such as that of "
                "np.sqrt at 0, or of a branch of np.where that is not taken. Move the point, or "
                "keep the branch that is not taken inside its domain with an inner np.where."
            )
    return filled


def _fitting(structure, shapes, tree, where):
    leaves = trees.flatten_like(structure, tree, where)
    checked = []
    for leaf, shape in zip(leaves, shapes, strict=True):
        if type(leaf) is not Tracer:
            leaf = real_array(leaf, where).view()  # what is returned may be this very array
        if shape_of(leaf) != shape:
            raise ShapeError(f"{where}: expected shape {shape}, got {shape_of(leaf)}.")
        checked.append(leaf)
    return checked


def _own(leaves):
    """Return the leaves, copied where a rule returned a view, or one array in two places.

    A caller may write to what it gets.
    """
    seen = set()
    owned = []
    for leaf in leaves:
        if isinstance(leaf, np.ndarray):
            if leaf.base is not None or not leaf.flags.writeable or id(leaf) in seen:
                leaf = leaf.copy()
            seen.add(id(leaf))
        owned.append(leaf)
    return owned


def derivative(f, X, *, wrt=None, inner=None, symmetric=False):
    """Return f'(X), the linear operator dX -> dF, of a NumPy function at a point.

    The function runs once. Applying the operator or its adjoint replays what it did.

    Parameters
    ----------
    f : callable
        Plain NumPy code, from one or several arrays to an array or a tuple or list of arrays.
    X : array, list, dict or tuple
        The point; a tuple is several arguments.
    wrt : int, str or tuple of them, optional
        Which arguments vary.
    inner : (d, d) array or callable, optional
        Inner product on the space of X, for the adjoint; the default is Frobenius.
    symmetric : bool
        Whether X varies among the symmetric matrices only. Then dX must be symmetric, the
        adjoint returns symmetric matrices, and the operator's matrix acts on vech(dX).

    Returns
    -------
    LinearOperator
        ``L(dX) -> dF``; ``L.adjoint(F_bar) -> X_bar``; ``L.matrix()``; ``L @ M``.

    Raises
    ------
    DomainError
        Where f is undefined: NaN or infinity in X, a singular matrix under inv.
    NotDifferentiableError
        Where f has a value but no derivative.
    NoRuleError
        If f uses a function without a rule.
    DtypeError, ShapeError
        If X is not real, or the arguments do not fit.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [0.0, 1.0]])
    >>> L = derivative(lambda A: A @ A, A)
    >>> dA = np.array([[0.0, 0.0], [1.0, 0.0]])
    >>> np.array_equal(L(dA), dA @ A + A @ dA)
    True
    >>> L
    LinearOperator f'(X): (2, 2) -> (2, 2)
    """
    run = _Linearisation(f, X, wrt, "derivative", lasting=True)
    return _operator(run, inner, "f'(X)", symmetric)


def _domain(run, inner, symmetric, where):
    if not symmetric:
        if inner is None:
            return Space(tuple(run.in_shapes), run.structure)
        return Space.like(trees.unflatten(run.structure, map(np.zeros, run.in_shapes)), inner)
    shape = run.in_shapes[0]
    if run.structure is not trees.LEAF or len(shape) != 2 or shape[0] != shape[1]:
        raise ShapeError(
            f"{where}: symmetric=True needs one square matrix to vary, got shapes {run.in_shapes}; "
            "pick it with wrt=."
        )
    if inner is not None:
        raise ShapeError(f"{where}: symmetric=True has the Frobenius inner product; leave inner.")
    space = SymmetricSpace.of_size(shape[0])
    space.leaves(run.point, f"{where}: the point")
    return space


def _operator(run, inner, name, symmetric=False):
    def apply(dX):
        return run.out_tree(run.push(run.in_leaves(dX, f"{name}(dX)")))

    def transpose(F_bar):
        return run.in_tree(run.pull(run.out_leaves_of(F_bar, f"{name}.adjoint(F_bar)")))

    domain = _domain(run, inner, symmetric, "derivative")
    codomain = Space(tuple(run.out_shapes), run.out_structure)
    return LinearOperator(apply, domain, codomain, adjoint=transpose, name=name)


def pushforward(f, X, *tangents, wrt=None):
    """Return dF = f'(X)[dX]; with k tangents the k-th derivative f⁽ᵏ⁾(X)[dX₁, ..., dX_k].

    Parameters
    ----------
    f, X, wrt
        As for `derivative`.
    *tangents : like X
        Directions; a tuple where X is a tuple.

    Returns
    -------
    like f(X)

    Examples
    --------
    >>> x, dx = np.array([1.0, 2.0]), np.array([1.0, 0.0])
    >>> pushforward(lambda x: x**3, x, dx)
    array([3., 0.])
    >>> pushforward(lambda x: x**3, x, dx, dx)
    array([6., 0.])
    """
    if not tangents:
        raise ShapeError("pushforward: give at least one tangent after the point.")
    *outer, dX = tangents
    if outer:

        @wraps(f)  # so that wrt= finds the names of the arguments
        def inner(*arguments):
            return pushforward(f, arguments, dX, wrt=wrt)

        point = X if isinstance(X, tuple) else (X,)
        return pushforward(inner, point, *outer, wrt=0 if len(point) == 1 and wrt is None else wrt)
    run = _Linearisation(f, X, wrt, "pushforward")
    return run.out_tree(run.push(run.in_leaves(dX, "pushforward: the tangent")))


def pullback(f, X, F_bar, *, wrt=None):
    """Return X_bar = f'(X)*[F_bar], the adjoint applied to a cotangent.

    Parameters
    ----------
    f, X, wrt
        As for `derivative`.
    F_bar : like f(X)

    Returns
    -------
    like X
        With ⟨F_bar, f'(X)[dX]⟩ = ⟨X_bar, dX⟩ for every dX.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> pullback(np.trace, A, 1.0)
    array([[1., 0.],
           [0., 1.]])
    """
    run = _Linearisation(f, X, wrt, "pullback")
    leaves = run.out_leaves_of(F_bar, "pullback: the cotangent")
    return run.in_tree(run.pull(leaves, release=True))


def value_and_gradient(f, X, *, wrt=None, inner=None, symmetric=False):
    """Return f(X) and its gradient from one run; see `gradient`.

    Examples
    --------
    >>> value, G = value_and_gradient(lambda x: x @ x, np.array([3.0, 4.0]))
    >>> float(value), G
    (25.0, array([6., 8.]))
    """
    run = _Linearisation(f, X, wrt, "gradient")
    run.scalar("gradient")
    G = run.in_tree(run.pull([np.float64(1.0)], release=True))
    if inner is not None or symmetric:
        G = _domain(run, inner, symmetric, "gradient").riesz(G)
    return run.value, G


def gradient(f, X, *, wrt=None, inner=None, symmetric=False):
    """Return the gradient of a scalar function: G shaped like X with df = ⟨G, dX⟩.

    Parameters
    ----------
    f, X, wrt
        As for `derivative`; f returns a scalar.
    inner : (d, d) array or callable, optional
        The inner product that the gradient belongs to; the default is Frobenius.
    symmetric : bool
        Whether X varies among the symmetric matrices only: the gradient is then symmetric, the
        projection (G + Gᵀ)/2.

    Returns
    -------
    like X
        A tuple of gradients when X is several arguments.

    Raises
    ------
    ShapeError
        If f does not return a scalar.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> x = np.array([1.0, 1.0])
    >>> np.array_equal(gradient(lambda x: x @ A @ x, x), (A + A.T) @ x)
    True
    >>> gradient(lambda x: x @ x, x, inner=np.diag([1.0, 4.0]))
    array([2. , 0.5])
    >>> S = np.array([[2.0, 1.0], [1.0, 3.0]])
    >>> gradient(lambda A: A[0, 1], S, symmetric=True)
    array([[0. , 0.5],
           [0.5, 0. ]])
    """
    return value_and_gradient(f, X, wrt=wrt, inner=inner, symmetric=symmetric)[1]


def jacobian(f, X, *, wrt=None, symmetric=False):
    """Return the matrix J of f'(X) in column-major vec form: ``J @ vec(dX) == vec(dF)``.

    Parameters
    ----------
    f, X, wrt
        As for `derivative`.
    symmetric : bool
        Whether X varies among the symmetric matrices only: then ``J @ vech(dX) == vec(dF)``.

    Returns
    -------
    (q, p) ndarray
        q and p the numbers of entries of f(X) and X. Several arrays are stacked one after
        another.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> I = np.eye(2)
    >>> np.array_equal(jacobian(lambda A: A @ A, A), np.kron(I, A) + np.kron(A.T, I))
    True
    """
    run = _Linearisation(f, X, wrt, "jacobian")
    return _operator(run, None, "f'(X)", symmetric).matrix()


def hessian(f, X, *, wrt=None, inner=None, symmetric=False):
    """Return f''(X), a symmetric bilinear map, and for scalar f the Hessian operator too.

    Nothing is formed until asked: `H.apply(dX)` is the pushforward of the gradient.

    Parameters
    ----------
    f, X, wrt, inner, symmetric
        As for `derivative`.

    Returns
    -------
    SecondDerivative
        ``H(dX, dY)``, ``H.apply(dX)``, ``H.operator``, ``H.matrix()``.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> H = hessian(lambda x: x @ A @ x, np.ones(2))
    >>> np.array_equal(H.matrix(), A + A.T)
    True
    """
    first = _Linearisation(f, X, wrt, "hessian")
    if first.out_structure is not trees.LEAF or first.out_shapes[0] != ():
        return SecondDerivative(lambda dX, dY: pushforward(f, X, dX, dY, wrt=wrt))
    arguments = X if isinstance(X, tuple) else (X,)
    where = wrt
    if wrt is None and len(arguments) == 1:
        where = 0

    @wraps(f)  # so that wrt= finds the names of the arguments
    def gradient_of_f(*arguments):
        return gradient(f, arguments, wrt=where)

    run = _Linearisation(gradient_of_f, arguments, where, "hessian", lasting=True)
    space = _domain(run, inner, symmetric, "hessian")

    def euclidean(dX):
        leaves = run.in_leaves(dX, "f''(X)[dX]")
        return run.in_tree(run.push(leaves))

    # H is symmetric under Frobenius, so its transpose is itself, before and after `riesz`
    operator = LinearOperator(
        lambda dX: space.riesz(euclidean(dX)),
        space,
        space,
        adjoint=lambda Y: euclidean(space.riesz(Y)),
        name="f''(X)",
    )
    return SecondDerivative(lambda dX, dY: space.inner(operator(dX), dY), operator)


def hessian_vector_product(f, X, dX, *, wrt=None):
    """Return H dX, the pushforward of the gradient along dX, without forming the Hessian.

    Examples
    --------
    >>> hessian_vector_product(lambda x: np.sum(x**3), np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    arguments = X if isinstance(X, tuple) else (X,)
    where = 0 if wrt is None and len(arguments) == 1 else wrt

    @wraps(f)  # so that wrt= finds the names of the arguments
    def gradient_of_f(*arguments):
        return gradient(f, arguments, wrt=where)

    return pushforward(gradient_of_f, arguments, dX, wrt=where)
