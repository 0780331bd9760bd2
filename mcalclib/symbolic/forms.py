"""The normal form of every operation."""

from fractions import Fraction

from ..errors import DomainError
from . import nodes as n
from .normal import (
    EXPANDED,
    Poly,
    add_exponents,
    as_scalar,
    constant,
    exponent_of,
    eye,
    factor_shape,
    is_natural,
    matrix_atom,
    multiply,
    normal,
    reduce,
    scalar_atom,
    trace_poly,
    transposed,
)
from .rebuilding import rebuild, rebuild_word

HALF = Fraction(1, 2)


def canonical(node):
    """Return the tree that stands for all trees equal to this one by the laws of `normal`."""
    return rebuild(normal(node))


def opaque(node):
    """An operation without laws: its arguments in normal form."""
    args = tuple(canonical(a) for a in node.args)
    atom = n.make(node.op, args, node.data, node.shape)
    return matrix_atom(atom) if node.shape else scalar_atom(atom)


def _sum(node):
    total = Poly(node.shape, {})
    for a in node.args:
        total = total + normal(a)
    return total


def _product(node):
    result = normal(node.args[0])
    for a in node.args[1:]:
        result = multiply(result, normal(a))
    return result


def _transpose(node):
    return transposed(normal(node.args[0]))


def _ones(node):
    rows, columns = node.shape
    if columns == 1:
        return matrix_atom(node)
    if rows == 1:
        return matrix_atom(n.ones(columns, 1), True)
    word = ((n.ones(rows, 1), False, Fraction(1)), (n.ones(columns, 1), True, Fraction(1)))
    return Poly(node.shape, {((), word): Fraction(1)})


def _inverse(node):
    return matrix_power(normal(node.args[0]), Fraction(-1))


def _mpow(node):
    x, k = node.args
    return matrix_power(normal(x), exponent_of(normal(k)))


def matrix_power(poly, e):
    """Return a power of a square polynomial, distributed over its factors where that is right."""
    if not poly.terms:
        return _power_of_zero(poly, e, "the zero matrix")
    one = poly.single()
    if one is not None:
        c, mono, word = one
        if not word:
            return _scaled_power(c, mono, e, eye(poly.shape[0]))
        if len(word) == 1:
            atom, t, own = word[0]
            exponent = _times(own, e)
            if exponent is not None:
                return _scaled_power(c, mono, e, matrix_atom(atom, t, exponent))
        whole = e == -1 and all(factor_shape(f)[0] == factor_shape(f)[1] for f in word)
        if whole:
            word = tuple((a, t, _times(own, e)) for a, t, own in reversed(word))
            return _scaled_power(c, mono, e, reduce(poly.shape, Fraction(1), (), word))
        if not isinstance(e, n.Node) and (c != 1 or mono) and e.denominator == 1:
            bare = Poly(poly.shape, {((), word): Fraction(1)})
            return _scaled_power(c, mono, e, matrix_power(bare, e))
    if is_natural(e) and len(poly.terms) ** int(e) <= EXPANDED:
        return _repeated(poly, int(e))
    if not isinstance(e, n.Node) and e < 0 and one is None:
        c, poly = _leading(poly)
        paren = n.make("paren", (rebuild(poly),), None, poly.shape)
        return matrix_atom(paren, False, e).scaled(Fraction(c) ** int(e))
    return matrix_atom(n.make("paren", (rebuild(poly),), None, poly.shape), False, e)


def _power_of_zero(poly, e, what):
    if not is_natural(e) and not isinstance(e, n.Node) and e <= 0:
        raise DomainError(f"{what} has no power {e}.")
    return poly


def _scaled_power(c, mono, e, poly):
    if isinstance(e, n.Node):
        if c == 1 and not mono:
            return poly
        scalar = scalar_power(Poly((), {(mono, ()): c}), e)
        return multiply(scalar, poly)
    return multiply(scalar_power(Poly((), {(mono, ()): c}), e), poly)


def _times(a, b):
    """Return the product of exponents, None where the law (x^a)^b = x^(ab) may fail."""
    if isinstance(a, n.Node) or isinstance(b, n.Node):
        if not isinstance(a, n.Node) and a == 1:
            return b
        if not isinstance(b, n.Node) and b.denominator == 1:
            return exponent_of(normal(n.mul(n.num(b), a)))
        return None
    return a * b if a == 1 or Fraction(b).denominator == 1 else None


def _repeated(poly, k):
    result = poly
    for _ in range(k - 1):
        result = multiply(result, poly)
    return result


def _leading(poly):
    """Take out the number that makes the first term's coefficient positive and all whole."""
    from math import gcd, lcm

    values = [Fraction(c) for _, c in poly.sorted()]
    content = Fraction(gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values)))
    if values[-1] < 0:  # so that the longest term is positive: Xw - y, not y - Xw
        content = -content
    return content, poly.scaled(1 / content)


def _power(node):
    x, p = node.args
    e = exponent_of(normal(p))
    base = normal(x)
    return entrywise_power(base, e) if x.shape else scalar_power(base, e)


def scalar_power(poly, e):
    """Return a power of a scalar polynomial."""
    if not poly.terms and e != 0:
        return _power_of_zero(poly, e, "the number 0")
    one = poly.single()
    if not isinstance(e, n.Node) and e == 1:
        return poly
    if not isinstance(e, n.Node) and e == 0:
        return constant(1)
    if one is not None:
        c, mono, _ = one
        whole = not isinstance(e, n.Node) and e.denominator == 1
        if whole:
            result = constant(Fraction(c) ** int(e))
            for atom, own in mono:
                result = multiply(result, _atom_power(atom, _times(own, e)))
            return result
        if c > 0:
            if not mono:
                return _number_power(c, e)
            if len(mono) == 1 and mono[0][1] == 1:
                atom = mono[0][0]
                return multiply(_number_power(c, e), _atom_power(atom, e))
    if is_natural(e) and len(poly.terms) ** int(e) <= EXPANDED:
        return _repeated(poly, int(e))
    if one is None and not isinstance(e, n.Node):
        root = _root_of_sum(poly)
        if root is not None:
            return scalar_atom(n.norm(_leading_node(root)), 2 * e)
    if one is None and not isinstance(e, n.Node) and e.denominator == 1:
        c, poly = _leading(poly)
        return _atom_power(n.make("paren", (rebuild(poly),)), e).scaled(Fraction(c) ** int(e))
    return _atom_power(n.make("paren", (rebuild(poly),)), e)


def _number_power(c, e):
    c = Fraction(c)
    if c == 1:
        return constant(1)
    if not isinstance(e, n.Node):
        if e.denominator == 1:
            return constant(c ** int(e))
        if e.denominator == 2:
            from math import isqrt

            roots = isqrt(c.numerator), isqrt(c.denominator)
            if (roots[0] ** 2, roots[1] ** 2) == (c.numerator, c.denominator):
                return constant(Fraction(*roots) ** int(2 * e))
    return scalar_atom(n.num(c), e)


def _atom_power(atom, e):
    """Return atom**e; the square of a norm is a trace, the root of tr(AᵀA) a norm."""
    if isinstance(e, n.Node):
        return scalar_atom(atom, e)
    if e == 0:
        return constant(1)
    if atom.op == "norm" and atom.data == "frobenius" and e.denominator == 1 and e % 2 == 0:
        square = square_of_norm(atom.args[0])
        if e > 0:
            return scalar_power(square, e / 2)
    if atom.op == "paren" and is_natural(e):
        inside = normal(atom.args[0])
        if len(inside.terms) ** int(e) <= EXPANDED:
            return _repeated(inside, int(e))
    if atom.op == "num":
        return _number_power(atom.data, e)
    return scalar_atom(atom, e)


def square_of_norm(x):
    if x.shape[1] == 1:
        return normal(n.entry(n.matmul(n.transpose(x), x)))
    if x.shape[0] == 1:
        return normal(n.entry(n.matmul(x, n.transpose(x))))
    return normal(n.trace(n.matmul(n.transpose(x), x)))


def root_of_trace(atom):
    """Return V with tr = tr(VᵀV), where the word is VᵀV as it stands."""
    from .normal import transpose_word, word_of

    word = word_of(atom)
    if any(isinstance(e, n.Node) for _, _, e in word):
        return None
    if len(word) == 1 and word[0][2] == 2 and n.is_symmetric(word[0][0]):
        return word[0][0]
    if len(word) % 2:
        return None
    rotations = (
        range(len(word)) if len(word) > 2 or not n.is_one(factor_shape(word[0])[0]) else (0, 1)
    )
    best = None
    for i in rotations:
        turned = word[i:] + word[:i]
        half = turned[len(word) // 2 :]
        if turned[: len(word) // 2] == transpose_word(half):
            V = rebuild_word(half)
            if V.shape[0] == 1:
                V = n.transpose(V)
            if best is None or (V.shape[1] != 1, V.key) < (best.shape[1] != 1, best.key):
                best = V
    return best


def _root_of_sum(poly):
    """Return V with poly = tr(VᵀV), so that a sum of squares and cross terms is a norm again."""
    squares = []
    for (mono, _), c in poly.terms.items():
        if len(mono) == 1 and mono[0][1] == 1 and mono[0][0].op == "tr" and c > 0:
            V, root = root_of_trace(mono[0][0]), _number_power(c, HALF).single()
            if V is not None and not root[1]:
                squares.append(n.mul(n.num(root[0]), V))
    squares.sort(key=lambda V: (-len(V.key), V.key))
    if not 2 <= len(squares) <= 4 or len(poly.terms) != len(squares) * (len(squares) + 1) // 2:
        return None
    first, *others = squares
    if any(V.shape != first.shape for V in others):
        return None
    total = first
    for V in others:
        cross = normal(n.trace(n.matmul(n.transpose(first), V))).single()
        if cross is None or (cross[1], ()) not in poly.terms:
            return None
        sign = 1 if poly.terms[cross[1], ()] * cross[0] > 0 else -1
        total = n.add(total, n.mul(n.num(sign), V))
    same = square_of_norm(total).terms == poly.terms
    return canonical(total) if same else None


def _leading_node(V):
    return rebuild(_leading(normal(V))[1])


def _norm(node):
    (x,) = node.args
    if node.data != "frobenius":
        return opaque(node)
    poly = normal(x)
    if not poly.terms:
        return constant(0)
    one = poly.single()
    if one is not None:
        c, mono, _word = one
        square = trace_poly(multiply(transposed(poly), poly))
        # as the root of its square, so that all ways to write a norm meet
        if not mono:
            bare = scalar_power(square.scaled(1 / (c * c)), HALF)
            return bare.scaled(abs(c))
        return scalar_power(square, HALF)
    c, poly = _leading(poly)
    V = rebuild(poly)
    if x.shape[0] == 1 and x.shape[1] != 1:
        V = canonical(n.transpose(V))
    return scalar_atom(n.norm(V)).scaled(abs(c))


def _trace(node):
    return trace_poly(normal(node.args[0]))


def _entry(node):
    return as_scalar(normal(node.args[0]))


def _total(node):
    (x,) = node.args
    return normal(n.entry(n.matmul(n.ones(1, x.shape[0]), x, n.ones(x.shape[1], 1))))


def _det(node):
    (x,) = node.args
    poly = normal(x)
    if not poly.terms:
        return constant(0)
    one = poly.single()
    if one is None:
        c, poly = _leading(poly)
        either = (rebuild(poly), rebuild(transposed(poly)))
        atom = scalar_atom(n.make("det", (min(either, key=lambda a: (len(a.key), a.key)),)))
        return multiply(_number_to_size(c, (), x.shape[0]), atom)
    c, mono, word = one
    scale = _number_to_size(c, mono, x.shape[0])
    if all(factor_shape(f)[0] == factor_shape(f)[1] for f in word):
        for atom, _, e in word:
            scale = multiply(scale, _det_of_atom(atom, e))
        return scale
    return multiply(scale, scalar_atom(n.make("det", (rebuild_word(word),))))


def _number_to_size(c, mono, size):
    if c == 1 and not mono:
        return constant(1)
    exponent = Fraction(size) if isinstance(size, int) else exponent_of(_size(size))
    return scalar_power(Poly((), {(mono, ()): c}), exponent)


def _size(d):
    from .normal import size_poly

    return size_poly(d)


def _det_of_atom(atom, e):
    if atom.op == "kron" and all(map(n.is_square, atom.args)):
        A, B = atom.args
        sizes = [_size(x.shape[0]) for x in (B, A)]
        result = constant(1)
        for x, d in zip((A, B), sizes, strict=True):
            k = exponent_of(d)
            result = multiply(result, scalar_power(normal(n.det(x)), _product_exponent(k, e)))
        return result
    if atom.op == "mfun" and atom.data == "expm" and e == 1:
        return normal(n.fn("exp", n.trace(atom.args[0])))
    if atom.op == "paren":
        inside = normal(n.det(atom.args[0]))
        return scalar_power(inside, e)
    return scalar_atom(n.make("det", (atom,)), e)


def _product_exponent(a, b):
    nodes = [x if isinstance(x, n.Node) else n.num(x) for x in (a, b)]
    return exponent_of(normal(n.mul(*nodes)))


def _by_terms(node, build):
    """A linear operation: apply it to every term, with the scalars outside."""
    (x,) = node.args
    total = Poly(node.shape, {})
    for (mono, word), c in normal(x).terms.items():
        bare = rebuild_word(word, x.shape)
        total = total + build(bare, word).scaled(c, mono)
    return total


def _diag(node):
    def build(x, word):
        if x.op == "ones":
            return eye(x.shape[0])
        if x.op == "diagonal" and x.args[0].op == "diag":
            return normal(x.args[0])
        return matrix_atom(n.diag(x))

    return _by_terms(node, build)


def _diagonal(node):
    def build(x, word):
        if not word:
            return normal(n.ones(x.shape[0], 1))
        if len(word) == 1 and word[0][2] == 1:
            atom = word[0][0]
            if atom.op == "diag":
                return normal(atom.args[0])
            if atom.op == "had":
                return normal(n.had(*(n.diagonal(a) for a in atom.args)))
            if atom.op == "kron" and all(map(n.is_square, atom.args)):
                return normal(n.kron(*(n.diagonal(a) for a in atom.args)))
        cuts = [i for i, f in enumerate(word) if i and n.is_one(factor_shape(f)[0])]
        if cuts:
            left = rebuild_word(word[: cuts[0]])
            right = n.transpose(rebuild_word(word[cuts[0] :]))
            return normal(n.had(left, right))
        for i, place in ((0, word[1:]), (-1, word[:-1])):
            if word[i][0].op == "diag" and word[i][2] == 1 and place:
                rest = n.diagonal(rebuild_word(place))
                return normal(n.had(word[i][0].args[0], rest))
        for i, f in enumerate(word):
            if f[0].op == "diag" and f[2] == 1 and 0 < i < len(word) - 1:
                left = rebuild_word(word[:i])
                right = n.transpose(rebuild_word(word[i + 1 :]))
                return normal(n.matmul(n.had(left, right), f[0].args[0]))
        from .normal import transpose_word

        best = min((x, rebuild_word(transpose_word(word))), key=lambda a: (len(a.key), a.key))
        return matrix_atom(n.diagonal(best))

    return _by_terms(node, build)


def _vec(node):
    def build(x, word):
        cuts = [i for i, f in enumerate(word) if i and n.is_one(factor_shape(f)[0])]
        if cuts:
            left = rebuild_word(word[: cuts[0]])
            right = n.transpose(rebuild_word(word[cuts[0] :]))
            return normal(n.kron(right, left))
        if len(word) == 1 and word[0][0].op == "unvec" and word[0][2] == 1 and not word[0][1]:
            return normal(word[0][0].args[0])
        return matrix_atom(n.vec(x))

    return _by_terms(node, build)


def _unvec(node):
    def build(x, word):
        if len(word) == 1 and word[0][0].op == "vec" and word[0][2] == 1 and not word[0][1]:
            inside = word[0][0].args[0]
            if inside.shape == node.shape:
                return normal(inside)
        return matrix_atom(n.unvec(x, *node.shape))

    return _by_terms(node, build)


def _kron(node):
    left, right = (normal(a) for a in node.args)
    total = Poly(node.shape, {})
    for (m, v), a in left.terms.items():
        for (k, w), b in right.terms.items():
            A, B = rebuild_word(v, left.shape), rebuild_word(w, right.shape)
            total = total + _kron_of_words(A, B, node.shape).scaled(a * b, m).scaled(1, k)
    return total


def _kron_of_words(A, B, shape):
    if A.shape == (1, 1):
        return normal(B)
    if B.shape == (1, 1):
        return normal(A)
    if A.shape[1] == 1 and B.shape[0] == 1:
        return normal(n.matmul(A, B))
    if A.shape[0] == 1 and B.shape[1] == 1:
        return normal(n.matmul(B, A))
    if A.op == B.op == "identity":
        return eye(shape[0])
    if A.op == B.op == "ones":
        return normal(n.ones(*shape))
    return matrix_atom(n.make("kron", (A, B), None, shape))


def _had(node):
    sums = [a for a in node.args if len(normal(a).terms) > 1]
    same = {}
    for a in sums:
        same.setdefault(canonical(a), []).append(a)
    args = [a for a in node.args if a not in sums]
    # a sum times itself stays a power, so that (Xw - y)³ is not multiplied out
    args += [n.power(x, n.num(len(group))) for x, group in same.items()]
    total = None
    for a in args:
        poly = normal(a)
        total = poly if total is None else _had_of_polys(total, poly)
    return total


def _had_of_polys(p, q):
    total = Poly(p.shape, {})
    for (m, v), a in p.terms.items():
        for (k, w), b in q.terms.items():
            total = total + _had_of_words(v, w, p.shape).scaled(a * b, m).scaled(1, k)
    return total


def _had_of_words(v, w, shape):
    vector = any(map(n.is_one, shape))
    for own, other in ((v, w), (w, v)):
        if not own:  # the identity
            return normal(n.diag(n.diagonal(rebuild_word(other, shape))))
        if len(own) == 1 and own[0][0].op == "diag" and own[0][2] == 1:
            x = own[0][0].args[0]
            return normal(n.diag(n.had(x, n.diagonal(rebuild_word(other, shape)))))
    if not vector:
        for own, other in ((v, w), (w, v)):
            cuts = [i for i, f in enumerate(own) if i and n.is_one(factor_shape(f)[0])]
            if cuts:
                left = rebuild_word(own[: cuts[0]])
                right = n.transpose(rebuild_word(own[cuts[0] :]))
                middle = rebuild_word(other, shape)
                return normal(n.matmul(n.diag(left), middle, n.diag(right)))
    powers = {}
    for word in (v, w):
        for node, e in _pieces(rebuild_word(word, shape)):
            powers[node] = add_exponents(powers[node], e) if node in powers else e
    pieces = [
        node
        if e == 1
        else n.make("pow", (node, e if isinstance(e, n.Node) else n.num(e)), None, shape)
        for node, e in powers.items()
        if e != 0 and node.op != "ones"
    ]
    if not pieces:
        return normal(n.ones(*shape))
    if len(pieces) == 1:
        (x,) = pieces
        if x.op != "pow":
            return normal(x)
        base, e = x.args
        return _entry_power_atom(base, e.data if n.is_number(e) else e, shape)
    if n.is_one(shape[0]):  # a row is the transpose of a column
        flipped = [canonical(n.transpose(p)) for p in pieces]
        flipped.sort(key=lambda a: a.key)
        return matrix_atom(n.make("had", tuple(flipped), None, shape[::-1]), True)
    pieces.sort(key=lambda a: a.key)
    return matrix_atom(n.make("had", tuple(pieces), None, shape))


def _pieces(node):
    """Return the entrywise factors of a matrix with their exponents."""
    if node.op == "had":
        return [pair for a in node.args for pair in _pieces(a)]
    if node.op == "transpose" and node.args[0].op == "had":
        return [pair for a in node.args[0].args for pair in _pieces(n.transpose(a))]
    if node.op == "transpose" and node.args[0].op == "pow":
        return [(n.transpose(a), e) for a, e in _pieces(node.args[0])]
    if node.op == "pow":
        e = node.args[1]
        return [(node.args[0], e.data if n.is_number(e) else e)]
    return [(node, Fraction(1))]


def entrywise_power(poly, e):
    if not poly.terms:
        return _power_of_zero(poly, e, "an entry 0")
    shape = poly.shape
    one = poly.single()
    if not isinstance(e, n.Node) and e == 1:
        return poly
    if one is not None:
        c, mono, word = one
        whole = not isinstance(e, n.Node) and e.denominator == 1
        if whole or (c == 1 and not mono):
            scale = scalar_power(Poly((), {(mono, ()): c}), e)
            x = rebuild_word(word, shape)
            if x.op == "ones":
                return multiply(scale, normal(x))
            if is_natural(e) and (x.op == "diag" or x.op == "identity"):
                inside = n.diagonal(x)
                return multiply(scale, normal(n.diag(n.power(inside, n.num(e)))))
            if x.op in ("had", "pow") and whole:
                result = None
                for node, own in _pieces(x):
                    raised = _entry_power_atom(node, _times(own, e), shape)
                    result = raised if result is None else _had_of_polys(result, raised)
                return multiply(scale, result)
            return multiply(scale, _entry_power_atom(x, e, shape))
    return _entry_power_atom(rebuild(poly), e, shape)


def _entry_power_atom(x, e, shape):
    if not isinstance(e, n.Node) and e == 1:
        return normal(x)
    exponent = e if isinstance(e, n.Node) else n.num(e)
    if shape[0] == 1 and shape[1] != 1:
        column = canonical(n.transpose(x))
        return matrix_atom(n.make("pow", (column, exponent), None, shape[::-1]), True)
    return matrix_atom(n.make("pow", (x, exponent), None, shape))


def _fn(node):
    (x,) = node.args
    x = canonical(x)
    if node.data == "log" and x.op == "fn" and x.data == "exp":
        return normal(x.args[0])
    if node.data == "log" and not x.shape:
        root = _odd_root(x)
        if root is not None:
            atom, k = root
            return scalar_atom(n.make("fn", (atom,), "log")).scaled(k)
    if x.op in ("ones", "zeros") and x.shape:
        value = n.ONE if x.op == "ones" else n.ZERO
        return normal(n.mul(n.fn(node.data, value), n.ones(*x.shape)))
    if not x.shape:
        known = {("exp", 0): 1, ("log", 1): 0, ("sin", 0): 0, ("cos", 0): 1, ("tanh", 0): 0}
        if n.is_number(x) and (node.data, x.data) in known:
            return constant(known[node.data, x.data])
        return scalar_atom(n.make("fn", (x,), node.data))
    if x.shape[0] == 1:
        column = canonical(n.transpose(x))
        return matrix_atom(n.make("fn", (column,), node.data, x.shape[::-1]), True)
    return matrix_atom(n.make("fn", (x,), node.data, x.shape))


def _odd_root(x):
    """Return (a, k) for x = aᵏ with k odd: log x has a value only where a > 0."""
    one = normal(x).single()
    if one is None or one[0] != 1 or len(one[1]) != 1:
        return None
    ((atom, k),) = one[1]
    if isinstance(k, n.Node) or k == 1 or k.denominator != 1 or k % 2 == 0:
        return None
    return rebuild(scalar_atom(atom)), k


def _linear_last(node):
    """An operation linear in its last argument: frechet."""
    *first, E = node.args
    first = [canonical(a) for a in first]
    total = Poly(node.shape, {})
    for (mono, word), c in normal(E).terms.items():
        atom = n.make(node.op, (*first, rebuild_word(word, E.shape)), node.data, node.shape)
        total = total + matrix_atom(atom).scaled(c, mono)
    return total


def _bilinear_last(node):
    """An operation linear and symmetric in its last two arguments: frechet2."""
    A, E, F = node.args
    A = canonical(A)
    total = Poly(node.shape, {})
    for (m, v), a in normal(E).terms.items():
        for (k, w), b in normal(F).terms.items():
            pair = sorted((rebuild_word(v, E.shape), rebuild_word(w, F.shape)), key=lambda x: x.key)
            atom = n.make(node.op, (A, *pair), node.data, node.shape)
            total = total + matrix_atom(atom).scaled(a * b, m).scaled(1, k)
    return total


def _isum(node):
    body, index, low, high = node.args
    total = Poly(node.shape, {})
    for (mono, word), c in normal(body).terms.items():
        inside = [(a, e) for a, e in mono if n.depends(a, {index})]
        outside = tuple((a, e) for a, e in mono if not n.depends(a, {index}))
        x = rebuild(Poly(body.shape, {(tuple(inside), word): Fraction(1)}))
        atom = n.make("isum", (x, index, canonical(low), canonical(high)), None, node.shape)
        total = total + matrix_atom(atom).scaled(c, outside)
    return total


FORMS = {
    "num": lambda x: constant(x.data),
    "sym": scalar_atom,
    "tr": scalar_atom,
    "msym": matrix_atom,
    "identity": lambda x: eye(x.shape[0]),
    "zeros": lambda x: Poly(x.shape, {}),
    "ones": _ones,
    "unit": matrix_atom,
    "dense": matrix_atom,
    "commutation": matrix_atom,
    "duplication": matrix_atom,
    "diagonal_selector": matrix_atom,
    "block_selector": matrix_atom,
    "add": _sum,
    "mul": _product,
    "matmul": _product,
    "transpose": _transpose,
    "inverse": _inverse,
    "mpow": _mpow,
    "pow": _power,
    "paren": lambda x: normal(x.args[0]),
    "norm": _norm,
    "trace": _trace,
    "entry": _entry,
    "total": _total,
    "det": _det,
    "diag": _diag,
    "diagonal": _diagonal,
    "vec": _vec,
    "unvec": _unvec,
    "kron": _kron,
    "had": _had,
    "fn": _fn,
    "frechet": _linear_last,
    "frechet2": _bilinear_last,
    "isum": _isum,
}
