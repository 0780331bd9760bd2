"""Recording what a plain NumPy function does at a point.

A `Tracer` stands in for an array while the function runs. It answers NumPy's own protocols
(``__array_ufunc__`` and ``__array_function__``), computes the value at once, and notes the rule
that was used on a `Tape`. A pushforward walks the tape forwards, a pullback backwards. Rules are
NumPy code themselves, so tracers of one tape may hold tracers of another: second derivatives
need nothing more.
"""

import sys
from difflib import get_close_matches
from itertools import count
from operator import getitem

import numpy as np

from . import sharing
from .errors import DomainError, DtypeError, McalcError, NoRuleError, ShapeError
from .rules import HANDLERS, LOCALLY_CONSTANT, ZERO, Rule

_levels = count()
_NO_OPTIONS: dict = {}
_REAL, _COMPLEX = (True,), (False,)
_FLOAT64 = np.dtype(np.float64)
_MATMUL = HANDLERS[np.matmul]


class Tape:
    """The operations of one run of a function, in the order they happened."""

    __slots__ = ("level", "nodes")

    def __init__(self):
        self.level = next(_levels)
        self.nodes = []

    def variable(self, value):
        """Return a tracer of a point with respect to which will be differentiated."""
        node = Node()
        node.shapes, node.real = (value.shape,), _REAL
        return Tracer(value, self, node, 0)


def shape_of(value):
    """Return a value's shape without asking NumPy, which would ask a tracer again."""
    try:
        return value.shape
    except AttributeError:
        return np.shape(value)


def is_complex(value):
    """Whether a value has complex entries."""
    dtype = getattr(value, "dtype", None)
    return isinstance(value, complex) if dtype is None else dtype.kind == "c"


class Node:
    """One operation: its rule, where its primals came from, and what its rule asked to keep."""

    __slots__ = ("F", "options", "parents", "primals", "real", "rule", "shapes")

    def describe(self, F):
        outputs = F if isinstance(F, tuple) else (F,)
        self.shapes = tuple(map(shape_of, outputs))
        self.real = tuple(not is_complex(out) for out in outputs)

    def culprit(self):
        """Whether this operation made NaN or infinity, as far as what was kept can tell."""
        F = self.F
        if F is None:
            if not self.rule.keeps_primals:
                return False
            with np.errstate(all="ignore"):
                F = self.rule.value(*map(plain, self.primals), **self.options)
        outputs = F if isinstance(F, tuple) else (F,)
        return not all(np.isfinite(plain(out)).all() for out in outputs)


class Hollow:
    """What is left of an array whose entries no rule needs: shape and dtype."""

    __slots__ = ("dtype", "shape")

    def __init__(self, array):
        try:
            self.shape = array.shape
            self.dtype = array.dtype
        except AttributeError:
            self.shape = np.shape(array)
            self.dtype = np.result_type(array)

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return int(np.prod(self.shape))


def kept(rule, values):
    """Return what a rule's formulas will be given in place of its primals."""
    if rule.keeps_primals:
        return values
    if rule.keeps_shapes:
        return [Hollow(v) for v in values]
    return (None,) * len(values)


def apply(rule, primals, options):
    """Return the value of a rule at primals, noting it on the innermost tape among them."""
    tape = None
    for p in primals:
        if type(p) is Tracer and (tape is None or p.tape.level > tape.level):
            tape = p.tape
    if tape is None:
        return _evaluate(rule, primals, options)
    values, parents, nested = [], [], False
    for p in primals:
        if type(p) is not Tracer:
            values.append(np.asarray(p) if isinstance(p, list | tuple) else p)
            parents.append(None)
            continue
        if p.tape is tape:
            value = p.value if p._value is None else p._value
            parents.append((p.node, p.slot))
        else:
            value = p
            parents.append(None)
        if type(value) is Tracer:
            nested = True
        values.append(value)
    sharing.trusted = (values, parents)
    F = apply(rule, values, options) if nested else _evaluate(rule, values, options)
    node = Node()
    node.rule = rule
    node.options = options
    node.parents = parents
    node.primals = values if rule.keeps_primals else kept(rule, values)
    node.F = F if rule.keeps_value else None
    tape.nodes.append(node)
    if not isinstance(F, tuple):
        try:
            node.shapes = (F.shape,)
            node.real = _COMPLEX if F.dtype.kind == "c" else _REAL
        except AttributeError:  # a Python number
            node.describe(F)
        return Tracer(F, tape, node, 0)
    node.describe(F)
    outputs = [Tracer(out, tape, node, slot) for slot, out in enumerate(F)]
    return type(F)(*outputs) if hasattr(F, "_fields") else tuple(outputs)


def _evaluate(rule, primals, options):
    try:
        return rule.value(*primals, **options) if options else rule.value(*primals)
    except McalcError:
        raise
    except np.linalg.LinAlgError as error:
        raise DomainError(
            f"{rule.name} of {_shapes(primals)}: {error}; "
            f"the derivative needs {rule.condition or 'a point of its domain'}."
        ) from None
    except ValueError as error:
        raise ShapeError(f"{rule.name} of {_shapes(primals)}: {error}") from None


def _shapes(primals):
    return ", ".join(f"shape {shape_of(p)}" if len(shape_of(p)) else "a scalar" for p in primals)


def call(function, args, kwargs):
    """Return a NumPy function's value where some argument is traced."""
    handler = HANDLERS.get(function)
    if type(handler) is Rule:
        if not kwargs and len(args) == handler.arity:
            return apply(handler, args, _NO_OPTIONS)
        primals, options = bind(handler, function, args, kwargs)
        return apply(handler, primals, options)
    if handler is not None:
        return handler(*args, **kwargs)
    if function in LOCALLY_CONSTANT:
        return function(*[plain(a) for a in args], **{k: plain(v) for k, v in kwargs.items()})
    raise NoRuleError(_no_rule(function))


def bind(rule, function, args, kwargs):
    """Return a call's primals and options, the way the rule names them."""
    if rule.bind is not None:
        primals, options = rule.bind(*args, **kwargs)
    elif rule.arity < 0:
        primals, options = tuple(args[0]), _options(rule.parameters[1:], args[1:], kwargs)
    else:
        arity = rule.arity
        primals = list(args[:arity])
        names = rule.parameters[len(primals) : arity]
        kwargs = dict(kwargs)
        primals += [kwargs.pop(name) for name in names if name in kwargs]
        if len(primals) < arity:
            raise ShapeError(
                f"{name_of(function)}: expected {arity} arrays first, got {len(primals)}."
            )
        options = _options(rule.parameters[arity:], args[arity:], kwargs)
    for name, option in options.items():
        if option is np._NoValue:
            continue
        if type(option) is Tracer or name in ("out", "where", "dtype") and option is not None:
            raise NoRuleError(
                f"{name_of(function)}: its argument `{name}` cannot be used inside a "
                "differentiated function; leave it out."
            )
    return primals, {k: v for k, v in options.items() if v is not np._NoValue}


def _options(names, args, kwargs):
    return dict(zip(names, args, strict=False)) | kwargs


def plain(value):
    """Return the plain array behind a traced one, in nested lists and tuples too."""
    while type(value) is Tracer:
        value = value.value
    if isinstance(value, list | tuple):
        return type(value)(plain(v) for v in value)
    return value


def name_of(function):
    """Return a function's name as a reader would write it: ``np.linalg.inv``."""
    module = getattr(function, "__module__", None) or "numpy"
    name = getattr(function, "__name__", str(function))
    return f"{module}.{name}".replace("numpy.", "np.", 1)


def _no_rule(function):
    name = name_of(function)
    known = sorted({name_of(f) for f in HANDLERS})
    tails = {k.rsplit(".", 1)[-1]: k for k in known}
    near = [tails[t] for t in get_close_matches(name.rsplit(".", 1)[-1], tails, 4, 0.4)]
    hint = f"the nearest with a rule: {', '.join(near)}. " if near else ""
    return f"no derivative rule for {name}; {hint}Add one as a file in mcalclib/rules/."


def _scipy_caller():
    """Return the name of the SciPy function that asks for a plain array, if one does."""
    frame, found = sys._getframe(2), None
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("scipy."):
            found = frame.f_code.co_name
        elif found and not module.startswith(("scipy", "numpy")):
            return found
        frame = frame.f_back
    return found


class Tracer:
    """An array inside a differentiated function.

    It has a NumPy array's methods and operators. It cannot be written to, and it cannot be
    turned into a plain array or number, since the derivative would be lost there.
    """

    __slots__ = ("_factors", "_value", "memo", "node", "slot", "tape")
    __array_priority__ = 1000
    __hash__ = object.__hash__

    def __init__(self, value, tape, node, slot):
        self._value = value
        self._factors = None
        self.tape = tape
        self.node = node
        self.slot = slot
        self.memo = None

    # -- NumPy's protocols ---------------------------------------------------------------

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        if method != "__call__":
            raise NoRuleError(
                f"no derivative rule for np.{ufunc.__name__}.{method}; use np.sum, np.prod, "
                "np.cumsum or np.multiply with broadcasting."
            )
        if kwargs.get("out") is not None:
            raise NoRuleError(
                f"np.{ufunc.__name__} writes into an existing array (`+=`, `out=`), where the "
                "derivative would be lost; make a new one: A = A + B."
            )
        return call(ufunc, inputs, kwargs)

    def __array_function__(self, function, types, args, kwargs):
        return call(function, args, kwargs)

    def __array__(self, dtype=None, copy=None):
        caller = _scipy_caller()
        if caller is not None:
            raise NoRuleError(
                f"scipy's {caller} cannot be differentiated: SciPy turns its arguments into plain "
                f"arrays. Use mcalclib.linalg.{caller} if there is one; mcalclib.linalg offers "
                f"{', '.join(_replacements())}."
            )
        raise NoRuleError(
            "a traced array was about to become a plain one, where the derivative would be lost. "
            "Build arrays with np.stack, np.concatenate, np.block or np.diag instead of np.array "
            "or assignment into np.zeros."
        )

    # -- what an array knows of itself ---------------------------------------------------

    @property
    def value(self):
        if self._value is None:
            self._value = apply(_MATMUL, self.node.primals, _NO_OPTIONS)
            self._factors = None
        return self._value

    @property
    def factors(self):
        """The two factors of a matrix product that has not been multiplied out yet."""
        return self._factors

    @property
    def shape(self):
        return self.node.shapes[self.slot]

    @property
    def ndim(self):
        return len(self.shape)

    @property
    def size(self):
        return int(np.prod(self.shape))

    @property
    def dtype(self):
        return np.dtype(float if self.node.real[self.slot] else complex)

    def __len__(self):
        if not self.shape:
            raise TypeError("len() of a scalar")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __repr__(self):
        return f"<traced array of shape {self.shape}>"

    def __bool__(self):
        return bool(plain(self))

    def _to_number(self, kind):
        caller = sys._getframe(2).f_code.co_name
        raise NoRuleError(
            f"{kind}() of a traced value (in {caller}): the derivative would be lost. Use NumPy's "
            "functions (np.exp, not math.exp), and np.stack or np.block instead of assignment "
            "into an array."
        )

    def __float__(self):
        self._to_number("float")

    def __int__(self):
        self._to_number("int")

    def __complex__(self):
        self._to_number("complex")

    def __index__(self):
        raise NoRuleError("a traced value was used as an index; an index must be an integer.")

    def __setitem__(self, index, value):
        raise NoRuleError(
            "assignment into an array inside a differentiated function; build a new one with "
            "np.where, np.stack, np.concatenate or np.block."
        )

    # -- methods, by the functions of the same name --------------------------------------

    @property
    def T(self):
        return call(np.transpose, (self,), {})

    @property
    def mT(self):
        if len(self.shape) < 2:
            raise ShapeError(f".mT needs a matrix or a stack of them, got shape {self.shape}.")
        return call(np.swapaxes, (self, -1, -2), {})

    @property
    def real(self):
        return self if self.node.real[self.slot] else call(np.real, (self,), {})

    @property
    def imag(self):
        return call(np.imag, (self,), {})

    @property
    def flat(self):
        return iter(call(np.ravel, (self,), {}))

    def conj(self):
        return call(np.conjugate, (self,), {})

    conjugate = conj

    def copy(self, order="K"):
        return self

    def astype(self, dtype, **kwargs):
        if np.dtype(dtype) == self.dtype:
            return self
        raise DtypeError(f"astype({dtype}) inside a differentiated function; keep to float64.")

    def reshape(self, *shape, order="C"):
        shape = shape[0] if len(shape) == 1 else shape
        return call(np.reshape, (self, shape), {"order": order})

    def transpose(self, *axes):
        axes = axes[0] if len(axes) == 1 else (axes or None)
        return call(np.transpose, (self, axes), {})

    def ravel(self, order="C"):
        return call(np.ravel, (self,), {"order": order})

    flatten = ravel

    def dot(self, other):
        return call(np.dot, (self, other), {})

    def __getitem__(self, index):
        if type(index) is Tracer or (
            type(index) is tuple and any(type(part) is Tracer for part in index)
        ):
            raise NoRuleError("a traced value was used as an index; an index must be an integer.")
        return apply(HANDLERS[getitem], (self,), {"index": index})

    # -- operators -----------------------------------------------------------------------

    def __matmul__(self, other):
        if other is ZERO or getattr(other, "__array_ufunc__", _matmul) is None:
            return NotImplemented  # the other operand knows better, as for NumPy's arrays
        return _matmul(self, other)

    def __rmatmul__(self, other):
        return _matmul(other, self)

    def __iadd__(self, other):
        return _in_place(self, self + other)

    def __isub__(self, other):
        return _in_place(self, self - other)

    def __imul__(self, other):
        return _in_place(self, self * other)

    def __itruediv__(self, other):
        return _in_place(self, self / other)

    def __imatmul__(self, other):
        return _in_place(self, self @ other)

    def __ipow__(self, other):
        return _in_place(self, self**other)


def _in_place(target, result):
    """Return the result of ``x += y``, allowed for scalars, which no other name can share."""
    if target.shape:
        raise NoRuleError(
            "`+=` (or another in-place operator) on an array inside a differentiated function; "
            "write A = A + B, which makes a new array."
        )
    return result


def _matmul(A, B):
    """Return A @ B; a product of two matrices is multiplied out only when its value is asked for.

    So the trace of a product costs one pass over the entries instead of a matrix product.
    """
    rule = _MATMUL
    shape_a, shape_b = shape_of(A), shape_of(B)
    if len(shape_a) != 2 or len(shape_b) != 2 or shape_a[1] != shape_b[0]:
        return apply(rule, (A, B), _NO_OPTIONS)
    tape = A.tape if type(A) is Tracer else B.tape
    if type(B) is Tracer and B.tape.level > tape.level:
        tape = B.tape
    values, parents = [], []
    for p in (A, B):
        mine = type(p) is Tracer and p.tape is tape
        values.append(p.value if mine else p)
        parents.append((p.node, p.slot) if mine else None)
    node = Node()
    node.rule, node.options, node.parents = rule, _NO_OPTIONS, parents
    node.primals, node.F = values, None
    node.shapes = [(shape_a[0], shape_b[1])]
    node.real = [not (is_complex(A) or is_complex(B))]
    tape.nodes.append(node)
    product = Tracer(None, tape, node, 0)
    product._factors = (A, B)
    return product


def _replacements():
    from . import linalg

    return sorted(getattr(linalg, "DIFFERENTIABLE", ()))


def _install():
    """Give Tracer the operators and methods that are NumPy functions of the same meaning."""
    binary = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
        "pow": np.power, "floordiv": np.floor_divide, "mod": np.remainder,
    }  # fmt: skip

    def forward(ufunc):
        rule = HANDLERS.get(ufunc)
        if rule is None:
            return lambda self, other: call(ufunc, (self, other), _NO_OPTIONS)
        return lambda self, other: (
            NotImplemented if other is ZERO else apply(rule, (self, other), _NO_OPTIONS)
        )

    def backward(ufunc):
        rule = HANDLERS.get(ufunc)
        if rule is None:
            return lambda self, other: call(ufunc, (other, self), _NO_OPTIONS)
        return lambda self, other: apply(rule, (other, self), _NO_OPTIONS)

    for name, ufunc in binary.items():
        setattr(Tracer, f"__{name}__", forward(ufunc))
        setattr(Tracer, f"__r{name}__", backward(ufunc))
    comparisons = {
        "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
        "eq": np.equal, "ne": np.not_equal,
    }  # fmt: skip
    for name, ufunc in comparisons.items():
        setattr(Tracer, f"__{name}__", forward(ufunc))
    Tracer.__neg__ = lambda self: call(np.negative, (self,), _NO_OPTIONS)
    Tracer.__pos__ = lambda self: self
    Tracer.__abs__ = lambda self: call(np.absolute, (self,), _NO_OPTIONS)

    def method(function):
        return lambda self, *args, **kwargs: call(function, (self, *args), kwargs)

    for name in (
        "sum", "mean", "var", "std", "prod", "cumsum", "max", "min", "trace", "diagonal",
        "swapaxes", "squeeze", "repeat", "take", "clip", "argmax", "argmin", "argsort", "round",
        "any", "all", "nonzero", "ptp",
    ):  # fmt: skip
        if hasattr(np, name):
            setattr(Tracer, name, method(getattr(np, name)))


_install()


# -- walking a tape ----------------------------------------------------------------------


def reachable(tape, outputs):
    """Return the nodes of a tape that the output nodes depend on, in order."""
    wanted = set(outputs)
    order = []
    for node in reversed(tape.nodes):
        if node in wanted:
            order.append(node)
            for parent in node.parents:
                if parent is not None:
                    wanted.add(parent[0])
    order.reverse()
    return order


def push(order, tangents):
    """Walk forwards.

    Parameters
    ----------
    order : list of Node
        From `reachable`.
    tangents : dict
        ``{node: (tangent,)}`` of the variables; filled with those of all nodes.
    """
    for node in order:
        incoming = [
            ZERO if parent is None else tangents.get(parent[0], _NOTHING)[parent[1]]
            for parent in node.parents
        ]
        if all(t is ZERO for t in incoming):
            tangents[node] = (ZERO,) * len(node.shapes)
            continue
        sharing.trusted = (node.primals, node.parents)
        dF = node.rule.pushforward(node.F, node.primals, incoming, **node.options)
        outputs = dF if isinstance(dF, tuple) else (dF,)
        tangents[node] = tuple(
            out if out is ZERO or shape_of(out) == shape else _spread(out, shape)
            for out, shape in zip(outputs, node.shapes, strict=True)
        )


class _Nothing:
    def __getitem__(self, slot):
        return ZERO


_NOTHING = _Nothing()


def pull(order, cotangents, release=False):
    """Walk backwards.

    Parameters
    ----------
    order : list of Node
        From `reachable`.
    cotangents : dict
        ``{node: [cotangent of each output]}`` of the outputs. On return it holds those of the
        variables that were reached.
    release : bool
        Whether each node's kept values may be dropped once it has been passed.
    """
    summed = set()  # where a sum was made here, so that adding to it in place harms nobody
    for node in reversed(order):
        incoming = cotangents.pop(node, None)
        if incoming is None:
            continue
        F_bar = incoming[0] if len(incoming) == 1 else tuple(incoming)
        sharing.trusted = (node.primals, node.parents)
        bars = node.rule.pullback(node.F, node.primals, F_bar, **node.options)
        for parent, bar in zip(node.parents, bars, strict=True):
            if parent is None:
                continue
            if type(bar) is _FUNCTION:
                bar = bar()
            if bar is None or bar is ZERO:
                continue
            source, slot = parent
            shape = source.shapes[slot]
            try:
                fits = bar.shape == shape and bar.dtype is _FLOAT64
            except AttributeError:  # a Python number
                fits = False
            if not fits:
                bar = bar if shape_of(bar) == shape else _gather(bar, shape)
                bar = bar.real if source.real[slot] and is_complex(bar) else bar
            slots = cotangents.get(source)
            if slots is None:
                slots = cotangents[source] = [ZERO] * len(source.shapes)
            present = slots[slot]
            if present is ZERO:
                slots[slot] = bar
            elif (source, slot) in summed and type(bar) is np.ndarray:
                np.add(present, bar, out=present)
            else:
                total = slots[slot] = present + bar
                if type(total) is np.ndarray and total.dtype == np.float64:
                    summed.add((source, slot))
        if release:
            node.primals = node.F = None


_FUNCTION = type(lambda: None)


def _gather(bar, shape):
    """Return a cotangent summed over the axes along which its primal was broadcast."""
    ndim = len(shape_of(bar))
    if ndim < len(shape) or any(
        n not in (1, m) for n, m in zip(shape[::-1], shape_of(bar)[::-1], strict=False)
    ):
        return np.broadcast_to(bar, shape)
    extra = tuple(range(ndim - len(shape)))
    if extra:
        bar = np.add.reduce(bar, extra) if type(bar) is np.ndarray else np.sum(bar, axis=extra)
    stretched = tuple(
        i for i, (n, m) in enumerate(zip(shape, shape_of(bar), strict=True)) if n == 1 != m
    )
    if stretched:
        bar = np.sum(bar, axis=stretched, keepdims=True)
    return bar if shape_of(bar) == shape else np.broadcast_to(bar, shape)


def _spread(tangent, shape):
    """Return a tangent stretched to the shape its value was broadcast to."""
    return np.broadcast_to(tangent, shape)
