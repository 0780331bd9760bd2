"""From a normal form back to a tree that reads like a textbook.

The sum is not left multiplied out: what its terms share on the left, on the right, or as a
scalar is taken out, so that XᵀXw - Xᵀy comes out as Xᵀ(Xw - y). The result depends on the normal
form only, so equal expressions come out equal.
"""

from fractions import Fraction
from math import gcd, lcm

from . import nodes as n

SCALAR_ORDER = {"num": 0, "sym": 1, "pow": 2, "norm": 3, "det": 4}


def rebuild(poly, keep=frozenset()):
    """Return the tree of a polynomial.

    Parameters
    ----------
    poly : Poly
    keep : set of leaves
        Differentials such as dX: nothing is taken out of a sum if they would stay in the sum.
    """
    poly = _together(poly)
    terms = [(c, mono, word) for (mono, word), c in poly.sorted()]
    if not terms:
        return n.zeros(poly.shape)
    if poly.shape == (1, 1):
        return one_by_one(_tidy(terms, (), keep))
    return _tidy(terms, poly.shape, keep)


def _together(poly):
    """Bring scalars to one denominator where that makes the sum shorter: 1 - e/(1+e) = 1/(1+e)."""
    if len(poly.terms) < 2:
        return poly
    below = {a for mono, _ in poly.terms for a, e in mono
             if a.op == "paren" and not isinstance(e, n.Node) and e < 0}  # fmt: skip
    if not below:
        return poly
    from .normal import Poly, multiply, normal, scalar_atom

    words = {}
    for (mono, word), c in poly.terms.items():
        words.setdefault(word, {})[mono, ()] = c
    changed = {}
    for word, scalars in words.items():
        scalar = Poly((), scalars)
        for atom in sorted(below, key=lambda a: a.key):
            powers = [dict(m).get(atom, 0) for m, _ in scalar.terms]
            if any(isinstance(e, n.Node) for e in powers):
                continue
            k = -min(powers, default=0)
            if k > 0 and k.denominator == 1 and len(scalar.terms) > 1:
                above = multiply(scalar, scalar_atom(atom, k))
                above = _multiplied_out(above, atom, normal(atom.args[0]))
                if len(above.terms) < len(scalar.terms):
                    scalar = multiply(above, scalar_atom(atom, -k))
        for (mono, _), c in scalar.terms.items():
            changed[mono, word] = c
    return Poly(poly.shape, changed)


def _multiplied_out(poly, atom, inside):
    """Replace whole positive powers of a bracket by what is inside it; roots of it stay."""
    from .normal import Poly, is_natural, multiply

    total = Poly((), {})
    for (mono, _), c in poly.terms.items():
        e = dict(mono).get(atom, 0)
        if not is_natural(e):
            total = total + Poly((), {(mono, ()): c})
            continue
        rest = Poly((), {(tuple((a, k) for a, k in mono if a is not atom), ()): c})
        for _ in range(int(e)):
            rest = multiply(rest, inside)
        total = total + rest
    return total


def one_by_one(scalar):
    """Return a scalar as a 1 by 1 matrix, xᵀAx as the product it is."""
    if scalar.op == "entry":
        return scalar.args[0]
    if scalar.op == "add":
        return n.add(*map(one_by_one, scalar.args))
    if scalar.op == "mul":
        for i, factor in enumerate(scalar.args):
            inside = one_by_one(factor)
            if inside.op not in ("identity", "mul"):
                return n.mul(*scalar.args[:i], *scalar.args[i + 1 :], inside)
    return n.mul(scalar, n.identity(1))


def rebuild_word(word, shape=None):
    """Return the tree of a word; the empty word needs the shape of the identity it is."""
    if not word:
        return n.identity(shape[0])
    factors, rest = [], list(word)
    while rest:
        if len(rest) > 1 and _is_ones(rest[0], False) and _is_ones(rest[1], True):
            factors.append(n.ones(rest[0][0].shape[0], rest[1][0].shape[0]))
            rest = rest[2:]
        else:
            factors.append(_factor(*rest.pop(0)))
    return n.matmul(*factors)


def _is_ones(factor, transposed):
    return factor[0].op == "ones" and factor[1] == transposed


def _factor(atom, transposed, e):
    x = atom.args[0] if atom.op == "paren" else atom
    if atom.op == "paren" and not isinstance(e, n.Node) and e < 0 and not transposed:
        from .forms import canonical

        other = canonical(n.transpose(x))
        if _transposes(other) < _transposes(x):
            x, transposed = other, True
            if e != -1:
                return n.mpow(n.transpose(n.inverse(x)), n.num(-e))
    if isinstance(e, n.Node):
        return n.mpow(n.transpose(x) if transposed else x, e)
    if e == -1:
        return n.transpose(n.inverse(x)) if transposed else n.inverse(x)
    x = n.transpose(x) if transposed else x
    return x if e == 1 else n.mpow(x, n.num(e))


def _transposes(x):
    return (x.op == "transpose") + sum(map(_transposes, x.args))


def rebuild_monomial(c, mono):
    """Return number times scalars, in reading order."""
    factors = sorted(mono, key=lambda item: (SCALAR_ORDER.get(item[0].op, 9), item[0].key))
    nodes = [_scalar(atom, e) for atom, e in factors]
    return n.mul(n.num(c), *nodes)


def _scalar(atom, e):
    if atom.op == "tr":
        if not isinstance(e, n.Node) and e.denominator == 2:
            from .forms import root_of_trace

            V = root_of_trace(atom)
            if V is not None:
                return n.power(n.norm(V), n.num(2 * e))
        x = trace_of_word(atom)
    elif atom.op == "paren":
        x = atom.args[0]
    else:
        x = atom
    return n.power(x, e if isinstance(e, n.Node) else n.num(e))


def trace_of_word(atom):
    """Return the tree of a trace atom: xᵀAx rather than tr(Axxᵀ)."""
    from .normal import word_of

    word = word_of(atom)
    x = rebuild_word(word)
    return n.entry(x) if x.shape == (1, 1) else n.trace(x)


def _term(c, mono, word, shape):
    scalar = rebuild_monomial(c, mono)
    return n.mul(scalar, rebuild_word(word, shape)) if shape else scalar


def _tidy(terms, shape, keep):
    if len(terms) == 1:
        return _term(*terms[0], shape)
    c, shared = _common_scalar(terms)
    if c != 1 or shared:
        inside = _tidy([(k / c, _without(mono, shared), w) for k, mono, w in terms], shape, keep)
        return n.mul(rebuild_monomial(c, shared), inside)
    if shape:
        group = _best_group(terms, keep)
        if group is not None:
            return _with_group(terms, *group, shape, keep)
    else:
        group = _scalar_group(terms)
        if group is not None:
            rest = [t for t in terms if t not in group]
            return n.add(_tidy(group, shape, keep), _tidy(rest, shape, keep))
    return n.add(*(_term(*t, shape) for t in _readable(terms)))


def _readable(terms):
    """Put a positive term first where there is one."""
    first = next((i for i, t in enumerate(terms) if t[0] > 0), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def _common_scalar(terms):
    values = [Fraction(c) for c, _, _ in terms]
    content = Fraction(gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values)))
    if all(v < 0 for v in values):
        content = -content
    shared = dict(terms[0][1])
    for _, mono, _ in terms[1:]:
        own = dict(mono)
        shared = {a: _common_exponent(e, own.get(a)) for a, e in shared.items()}
        shared = {a: e for a, e in shared.items() if e is not None}
    return content, tuple(sorted(shared.items(), key=lambda item: item[0].key))


def _common_exponent(a, b):
    if a == b:
        return a
    if b is None or isinstance(a, n.Node) or isinstance(b, n.Node) or a * b < 0:
        return None
    return min(a, b) if a > 0 else max(a, b)


def _without(mono, shared):
    taken = dict(shared)
    left = ((a, e - taken[a] if a in taken and e != taken[a] else e) for a, e in mono
            if taken.get(a) != e)  # fmt: skip
    return tuple(left)


def _scalar_group(terms):
    """Return two or more, but not all, terms that share a scalar other than a plain symbol."""
    counts = {}
    for _, mono, _ in terms:
        for a, e in mono:
            counts[a, e] = counts.get((a, e), 0) + 1
    shared = [item for item, k in counts.items() if 1 < k < len(terms) and item[0].op != "num"]
    if not shared:
        return None
    best = max(shared, key=lambda item: (counts[item], len(item[0].key), item[0].key))
    return [t for t in terms if best in t[1]]


def _touches(factors, keep):
    return any(not a.free.isdisjoint(keep) for a, _, _ in factors)


def _best_group(terms, keep):
    """Return (terms, prefix, suffix) with the longest shared part, or None."""
    groups = {}
    for term in terms:
        word = term[2]
        if word:
            ends = (("first", word[0]), ("last", word[-1])) if len(word) > 1 else ()
            # blocks stay apart, so that they are seen to be blocks
            ends = [end for end in ends if end[1][0].op != "block_selector"]
            for key in (("whole", word), *ends):
                groups.setdefault(key, []).append(term)
    best, best_score = None, None
    for (kind, _), members in groups.items():
        if len(members) < 2:
            continue
        words = [w for _, _, w in members]
        if kind == "whole":
            prefix, suffix = words[0], ()
        else:
            prefix, suffix = _shared_ends(words, kind == "first")
            inside = [w[len(prefix) : len(w) - len(suffix)] for w in words]
            if any(not w for w in inside) or any(_touches(w, keep) for w in inside):
                continue
        score = (len(members), kind == "whole", len(prefix) + len(suffix), kind == "last")
        if best is None or score > best_score:
            best, best_score = (members, prefix, suffix), score
    return best


def _shared_ends(words, from_left):
    shortest = min(map(len, words))
    prefix = suffix = 0
    sides = ("left", "right") if from_left else ("right", "left")
    for side in sides:
        while prefix + suffix < shortest - 1:
            i = prefix if side == "left" else -1 - suffix
            if len({w[i] for w in words}) != 1:
                break
            if side == "left":
                prefix += 1
            else:
                suffix += 1
    return words[0][:prefix], words[0][len(words[0]) - suffix :]


def _with_group(terms, members, prefix, suffix, shape, keep):
    from .normal import Poly, factor_shape

    rest = [t for t in terms if t not in members]
    if prefix and not suffix and prefix == members[0][2]:
        scalar = _tidy([(c, mono, ()) for c, mono, _ in members], (), keep)
        grouped = n.mul(scalar, rebuild_word(prefix, shape))
    else:
        rows = factor_shape(prefix[-1])[1] if prefix else shape[0]
        columns = factor_shape(suffix[0])[0] if suffix else shape[1]
        inner = [(c, mono, w[len(prefix) : len(w) - len(suffix)]) for c, mono, w in members]
        sign = -1 if all(c < 0 for c, _, _ in inner) else 1
        positive = {(m, w): sign * c for c, m, w in inner}
        inside = rebuild(Poly((rows, columns), positive), keep)
        left, right, rest = _others_around(inner, prefix, suffix, rest)
        if len(left) + len(right) > 2:
            if sign < 0:  # -(A + B)(x - y) as (A + B)(y - x)
                left = [(-c, m, w) for c, m, w in left] if prefix else left
                right = [(-c, m, w) for c, m, w in right] if suffix else right
            sign = 1
            outer = [_tidy(left, (shape[0], rows), keep)] if prefix else []
            after = [_tidy(right, (columns, shape[1]), keep)] if suffix else []
            grouped = n.matmul(*outer, inside, *after)
        else:
            remaining = _cancel(prefix, inside, suffix)
            if remaining is None:
                outer = [rebuild_word(prefix)] if prefix else []
                after = [rebuild_word(suffix)] if suffix else []
                grouped = n.matmul(*outer, inside, *after)
            else:
                grouped = rebuild_word(remaining, shape)
        if sign < 0:
            grouped = n.mul(n.MINUS_ONE, grouped)
    if not rest:
        return grouped
    others = _tidy(rest, shape, keep)
    if terms.index(rest[0]) < terms.index(members[0]):
        return n.add(others, grouped)
    return n.add(grouped, others)


def _others_around(inner, prefix, suffix, rest):
    """Find the same sum again with something else beside it: (A + B)C - (A + B)D.

    Returns what stands left and right of the sum, as terms, and the terms that are left.
    """
    left, right = [(Fraction(1), (), prefix)], [(Fraction(1), (), suffix)]
    if prefix and suffix:
        return left, right, rest
    table = {(mono, word): c for c, mono, word in rest}
    c0, mono0, w0 = inner[0]
    for c, mono, word in rest:
        if (mono, word) not in table or mono != mono0 or len(word) <= len(w0):
            continue
        if suffix and word[: len(w0)] == w0:
            beside = word[len(w0) :]
            keys = [(m, w + beside) for _, m, w in inner]
        elif prefix and word[-len(w0) :] == w0:
            beside = word[: -len(w0)]
            keys = [(m, beside + w) for _, m, w in inner]
        else:
            continue
        ratio = Fraction(c) / c0
        if all(table.get(key) == ratio * k for key, (k, _, _) in zip(keys, inner, strict=True)):
            (right if suffix else left).append((ratio, (), beside))
            for key in keys:
                del table[key]
    return left, right, [t for t in rest if (t[1], t[2]) in table]


def _cancel(prefix, inside, suffix):
    """Return what is left of (A + B)⁻¹(A + B) when they cancel, else None."""
    before, after = prefix[-1:], suffix[:1]
    if (
        before
        and before[0][0].op == "paren"
        and before[0][2] == -1
        and (before[0][0].args[0] is inside)
    ):
        return (*prefix[:-1], *suffix)
    if (
        after
        and after[0][0].op == "paren"
        and after[0][2] == -1
        and (after[0][0].args[0] is inside)
    ):
        return (*prefix, *suffix[1:])
    return None
