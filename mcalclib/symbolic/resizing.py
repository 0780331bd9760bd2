"""Large numeric sizes as symbols while the engine works, so that it costs the same for every size.

Letters that count stay apart on the way back.

A result is checked at random points; a Jacobian of 100 by 100 matrices would have 10⁸ entries
there. The laws that the engine uses do not depend on the sizes, so it is worked out, and
checked, for sizes with names.
"""

import sympy

from . import nodes as n

SMALL = 4  # sizes up to this are checked as they are
# operations that do arithmetic with sizes or count with them keep the sizes they have
_COUNTING = {"block_selector", "unit", "kron", "vec", "unvec", "commutation", "duplication",
             "diagonal_selector", "map", "dmap", "hmap"}  # fmt: skip
_SIZED = {"commutation", "duplication", "diagonal_selector"}


class Resizing:
    """Names for the large sizes of an expression, and the way back."""

    def __init__(self, *given):
        sizes, seen = set(), set()
        counting = any(_collect(x, sizes, seen) for x in given)
        large = sorted(d for d in sizes if d > SMALL)
        named = {} if counting else {d: sympy.Dummy(f"n{d}", integer=True, positive=True)
                                     for d in large}  # fmt: skip
        self.taken = frozenset().union(*map(_letters, given))
        self.forth = named
        self.back = {symbol: d for d, symbol in named.items()}

    def named(self, x):
        """Return the tree with names for its large sizes."""
        return _mapped(x, self.forth, {}) if self.forth else x

    def numbered(self, x):
        """Return the tree with its sizes again."""
        x = _mapped(x, self.back, {}) if self.back and x is not None else x
        return _apart(x, self.taken) if self.taken and x is not None else x


def _collect(x, sizes, seen):
    if x in seen:
        return False
    seen.add(x)
    sizes.update(d for d in x.shape if isinstance(d, int))
    counting = x.op in _COUNTING or _compares(x)
    for a in x.args:
        counting |= _collect(a, sizes, seen)
    return counting


def _compares(x):
    """Whether a derivative depends on which of two sizes is larger, as the polar factor's does."""
    return x.op == "norm" and x.data == "nuclear" and not n.is_square(x.args[0])


def _letters(x):
    """Return the names of the numbers in a tree, and of what counts eigenvalues, as the i of λ_i."""
    own = x.data.free_symbols if hasattr(x.data, "free_symbols") else ()
    found = frozenset(s.name for s in own).union(*map(_letters, x.args))
    return found - {x.args[1].data.name} if x.op == "isum" else found


def _apart(x, taken):
    """Give another letter to every sum that counts with one of these: it would seem to count them."""
    args = tuple(_apart(a, taken) for a in x.args)
    if x.op == "isum" and args[1].data.name in taken:
        body, index, *bounds = args
        other = n.letter(taken | {s.data.name for s in body.free if s.op == "sym"})
        args = (_replaced(body, index, other), other, *bounds)
    return _with(x, args)


def _replaced(x, index, other):
    return other if x is index else _with(x, tuple(_replaced(a, index, other) for a in x.args))


def _with(x, args):
    same = all(a is b for a, b in zip(args, x.args, strict=True))
    return x if same else n.make(x.op, args, x.data, x.shape)


def _mapped(x, table, memo):
    found = memo.get(x)
    if found is None:
        data = x.data
        if x.op in _SIZED:
            data = tuple(_size(d, table) for d in data)
        if x.op == "sym" and data in table:
            found = n.num(table[data])
        else:
            args = tuple(_mapped(a, table, memo) for a in x.args)
            found = n.make(x.op, args, data, tuple(_size(d, table) for d in x.shape))
        memo[x] = found
    return found


def _size(d, table):
    if d in table:
        return table[d]
    if isinstance(d, int):
        return d
    return n.size(d.xreplace({k: sympy.Integer(v) for k, v in table.items()
                              if isinstance(v, int)}))  # fmt: skip
