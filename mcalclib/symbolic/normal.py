"""One normal form for expressions that are equal.

A *polynomial* is a sum of terms. A term is a number times a monomial of scalars times a word of
matrices. Words are kept reduced: transposes stand at the atoms, powers of one base are joined,
1 by 1 pieces are scalars, the trace of a word is the least of its rotations and reversals. So
tr(ABC), tr(CAB) and tr(CᵀBᵀAᵀ) are one atom, and expressions that are equal by these laws have
one normal form.
"""

from fractions import Fraction
from itertools import pairwise
from itertools import product as all_pairs

from . import nodes as n
from .nodes import depends

EXPANDED = 16  # terms that a power of a sum may have when it is multiplied out


class Poly:
    """A sum of terms: {(monomial, word): number}.

    A monomial is a sorted tuple of (scalar atom, exponent); a word is a tuple of
    (matrix atom, transposed, exponent), the empty word being the identity. Exponents are
    fractions or scalar nodes.
    """

    __slots__ = ("shape", "terms")

    def __init__(self, shape, terms):
        self.shape, self.terms = shape, terms

    def __add__(self, other):
        terms = dict(self.terms)
        for key, c in other.terms.items():
            total = terms.get(key, 0) + c
            if total:
                terms[key] = total
            else:
                del terms[key]
        return Poly(self.shape, terms)

    def scaled(self, c, mono=()):
        if not c:
            return Poly(self.shape, {})
        if not mono:
            return Poly(self.shape, {key: v * c for key, v in self.terms.items()})
        return combine(
            self.shape, ((v * c, join_monomials(m, mono), w) for (m, w), v in self.terms.items())
        )

    def single(self):
        """Return (number, monomial, word) if there is one term, else None."""
        if len(self.terms) != 1:
            return None
        ((mono, word), c), = self.terms.items()  # fmt: skip
        return c, mono, word

    def sorted(self):
        return sorted(self.terms.items(), key=lambda item: term_key(*item[0]))


def term_key(mono, word):
    """Order of terms: short words first, then by name; scalars likewise."""
    return (
        sum(_degree(e) for _, _, e in word) + len(word),
        [(a.key, t, _exponent_key(e)) for a, t, e in word],
        [(len(a.key), a.key, _exponent_key(e)) for a, e in mono],
    )


def _degree(e):
    return 0 if isinstance(e, n.Node) else max(int(e), 0)


def _exponent_key(e):
    return (1, e.key) if isinstance(e, n.Node) else (0, str(e))


def combine(shape, triples):
    """Return the sum of (number, monomial, word) triples."""
    terms = {}
    for c, mono, word in triples:
        total = terms.get((mono, word), 0) + c
        if total:
            terms[(mono, word)] = total
        else:
            terms.pop((mono, word), None)
    return Poly(shape, terms)


def constant(c):
    return Poly((), {((), ()): Fraction(c)} if c else {})


def scalar_atom(node, exponent=Fraction(1)):
    return Poly((), {(((node, exponent),), ()): Fraction(1)})


def matrix_atom(node, transposed=False, exponent=Fraction(1)):
    shape = node.shape[::-1] if transposed else node.shape
    return reduce(shape, Fraction(1), (), ((node, transposed, exponent),))


def eye(d):
    return Poly((d, d), {((), ()): Fraction(1)})


# exponents


def add_exponents(a, b):
    if not isinstance(a, n.Node) and not isinstance(b, n.Node):
        return a + b
    return exponent_of(normal(n.add(_as_node(a), _as_node(b))))


def exponent_of(poly):
    """Return a scalar polynomial as an exponent: a fraction where it is one."""
    from .rebuilding import rebuild

    node = rebuild(poly)
    return node.data if n.is_number(node) else node


def _as_node(e):
    return e if isinstance(e, n.Node) else n.num(e)


def is_natural(e):
    return not isinstance(e, n.Node) and e.denominator == 1 and e > 0


# monomials


def join_monomials(a, b):
    if not a or not b:
        return a or b
    joined = dict(a)
    for atom, e in b:
        joined[atom] = add_exponents(joined[atom], e) if atom in joined else e
    return tuple(sorted(((x, e) for x, e in joined.items() if e != 0), key=_monomial_key))


def _monomial_key(item):
    return item[0].key


# words


def factor_shape(factor):
    atom, transposed, _ = factor
    return atom.shape[::-1] if transposed else atom.shape


def transpose_factor(factor):
    """Return the transposed factor; composed atoms are transposed inside."""
    atom, transposed, e = factor
    if n.is_symmetric(atom):
        return factor
    if n.is_vector(atom):
        return atom, not transposed, e
    if atom.op in ("had", "fn", "pow", "kron", "paren", "mfun", "pinv", "polar", "isum"):
        inside = [a if a.op in ("num",) else transposed_node(a) for a in atom.args]
        if atom.op in ("fn", "mfun", "pinv", "polar", "paren"):
            return n.make(atom.op, tuple(inside), atom.data, atom.shape[::-1]), False, e
        if atom.op == "pow":
            return n.make("pow", (inside[0], atom.args[1]), None, atom.shape[::-1]), False, e
        if atom.op == "isum":
            args = (inside[0], *atom.args[1:])
            return n.make("isum", args, None, atom.shape[::-1]), False, e
        if atom.op == "had":
            inside.sort(key=lambda a: a.key)
        return n.make(atom.op, tuple(inside), None, atom.shape[::-1]), False, e
    if atom.op in ("frechet", "frechet2"):  # L(A; E)ᵀ = L(Aᵀ; Eᵀ)
        A, *directions = (transposed_node(a) for a in atom.args)
        directions.sort(key=lambda a: a.key)
        return n.make(atom.op, (A, *directions), atom.data, atom.shape), False, e
    if atom.op == "commutation":
        p, q = atom.data
        return n.commutation(q, p), False, e
    return atom, not transposed, e


def transposed_node(node):
    from .rebuilding import rebuild

    return rebuild(transposed(normal(node)))


def transpose_word(word):
    return tuple(transpose_factor(f) for f in reversed(word))


def transposed(poly):
    if not poly.shape:
        return poly
    return combine(
        poly.shape[::-1],
        (
            item
            for (mono, word), c in poly.terms.items()
            for item in _triples(reduce(poly.shape[::-1], c, mono, transpose_word(word)))
        ),
    )


def _triples(poly):
    return ((c, mono, word) for (mono, word), c in poly.terms.items())


def reduce(shape, c, mono, word):
    """Return the polynomial of one term, its word reduced and its 1 by 1 pieces taken out."""
    return _split(shape, *_joined(c, mono, word))


def _joined(c, mono, word):
    """Let neighbours meet until none has anything to say to the next."""
    out = []
    for i, factor in enumerate(word):
        while factor is not None:
            met = _meet(out[-1], factor) if out else None
            if met is None:
                out.append(factor)
                break
            out.pop()
            number, scalars, factors = met
            c, mono = c * number, join_monomials(mono, scalars)
            if c == 0:
                return 0, (), ()
            if len(factors) > 1:
                return _joined(c, mono, (*out, *factors, *word[i + 1 :]))
            factor = factors[0] if factors else None
    return c, mono, tuple(_cancelled(out))


def _meet(left, right):
    """Return (number, monomial, factors) of two neighbours, or None if they just stand there."""
    a, ta, ea = left
    b, tb, eb = right
    if a is b and ta == tb and n.is_square(a) and a.shape != (1, 1):
        if a.op == "diag":
            return _product_of_diagonals(left, right)
        e = add_exponents(ea, eb)
        return 1, (), [] if e == 0 else [(a, ta, e)]
    handler = _MEETINGS.get((a.op, b.op))
    return handler(left, right) if handler else None


def _single_factor(node):
    """Return what a node adds to a word: (number, monomial, factors)."""
    one = normal(node).single()
    if one is None:
        return None
    c, mono, word = one
    return c, mono, list(word)


def _product_of_diagonals(left, right):
    if left[2] != 1 or right[2] != 1:
        return None
    return _single_factor(n.diag(n.had(left[0].args[0], right[0].args[0])))


def _diagonal_times(left, right):
    """diag(a) b is a ∘ b for a column b; diag(a) 1 is a."""
    if left[2] != 1 or not n.is_one(factor_shape(right)[1]) or right[2] != 1:
        return None
    if right[0].op == "unit":
        return None
    return _single_factor(n.had(left[0].args[0], _bare(right)))


def _times_diagonal(left, right):
    if right[2] != 1 or not n.is_one(factor_shape(left)[0]) or left[2] != 1 or left[0].op == "unit":
        return None
    return _single_factor(n.transpose(n.had(right[0].args[0], _bare(transpose_factor(left)))))


def _bare(factor):
    atom, t, e = factor
    assert e == 1
    return n.transpose(atom) if t else atom


def _kron_times(left, right):
    if left[2] != 1 or right[2] != 1:
        return None
    (A, B), (C, D) = left[0].args, right[0].args
    if A.shape[1] != C.shape[0] or B.shape[1] != D.shape[0]:
        return None
    return _single_factor(n.kron(n.matmul(A, C), n.matmul(B, D)))


def _kron_vec(left, right):
    if right[1] or left[2] != 1:
        return None
    (A, B), (X,) = left[0].args, right[0].args
    if A.shape[1] != X.shape[1] or B.shape[1] != X.shape[0]:
        return None
    return _single_factor(n.vec(n.matmul(B, X, n.transpose(A))))


def _vec_kron(left, right):
    if not left[1] or right[2] != 1:
        return None
    met = _kron_vec(transpose_factor(right), transpose_factor(left))
    if met is None:
        return None
    c, mono, factors = met
    return c, mono, list(transpose_word(factors))


def _vec_vec(left, right):
    if not left[1] or right[1]:
        return None
    return _single_factor(n.trace(n.matmul(n.transpose(left[0].args[0]), right[0].args[0])))


def _commute_vec(left, right):
    if right[1] or left[2] != 1 or left[0].data != right[0].args[0].shape:
        return None
    return _single_factor(n.vec(n.transpose(right[0].args[0])))


def _commute_twice(left, right):
    if left[0].data == right[0].data[::-1]:
        return 1, (), []
    return None


def _select(left, right):
    (i, *sizes), (j, *others) = left[0].data, right[0].data
    if not left[1] or right[1] or sizes != others:
        return None
    return (1 if i == j else 0), (), []


def _units(left, right):
    i, j = left[0].data, right[0].data
    if not left[1] or right[1] or not (isinstance(i, int) and isinstance(j, int)):
        return None
    return (1 if i == j else 0), (), []


def _ones_ones(left, right):
    if left[1] and not right[1]:
        return _single_factor(n.sym(left[0].shape[0])) if not isinstance(
            left[0].shape[0], int) else (left[0].shape[0], (), [])  # fmt: skip
    return None


def _ones_unit(left, right):
    return (1, (), []) if left[1] and not right[1] else None


_MEETINGS = {
    ("diag", "diag"): _product_of_diagonals,
    ("kron", "kron"): _kron_times,
    ("kron", "vec"): _kron_vec,
    ("vec", "kron"): _vec_kron,
    ("vec", "vec"): _vec_vec,
    ("commutation", "vec"): _commute_vec,
    ("commutation", "commutation"): _commute_twice,
    ("block_selector", "block_selector"): _select,
    ("unit", "unit"): _units,
    ("ones", "ones"): _ones_ones,
    ("ones", "unit"): _ones_unit,
    ("unit", "ones"): _ones_unit,
    **{("diag", op): _diagonal_times for op in (
        "msym", "ones", "had", "fn", "pow", "vec", "diagonal", "right_eigenvector",
        "left_eigenvector")},
    **{(op, "diag"): _times_diagonal for op in (
        "msym", "ones", "had", "fn", "pow", "vec", "diagonal", "right_eigenvector",
        "left_eigenvector")},
}  # fmt: skip


def _cancelled(word):
    """Remove (UV)⁻¹ next to UV, and √A√A."""
    for i, (atom, _, e) in enumerate(word):
        if atom.op != "paren" or isinstance(e, n.Node) or e >= 0:
            continue
        one = normal(atom.args[0]).single()
        if one is None or one[0] != 1 or one[1]:
            continue
        inside = one[2]
        k = len(inside)
        for start in (i + 1, i - k):
            if start >= 0 and tuple(word[start : start + k]) == inside:
                end = start + k
                rest = [(atom, False, e + 1)] if e != -1 else []
                if start > i:
                    return _cancelled([*word[:i], *rest, *word[end:]])
                return _cancelled([*word[:start], *rest, *word[i + 1 :]])
    return word


def _split(shape, c, mono, word):
    """Take out the 1 by 1 pieces of a word as scalars."""
    if not word or not c:
        return Poly(shape, {(mono, word): c} if c else {})
    cuts = [i for i, f in enumerate(word) if n.is_one(factor_shape(f)[0])]
    if n.is_one(factor_shape(word[-1])[1]):
        cuts.append(len(word))
    if len(cuts) >= 2:
        for start, end in pairwise(cuts):
            number, scalars = trace_word(word[start:end])
            c, mono = c * number, join_monomials(mono, scalars)
        word = word[: cuts[0]] + word[cuts[-1] :]
        if len(word) > 1:
            return reduce(shape, c, mono, word)
    return Poly(shape, {(mono, word): c} if c else {})


def multiply(p, q):
    """Return the product of polynomials: of scalars, scalar times matrix, or of matrices."""
    if not p.shape or not q.shape:
        shape = p.shape or q.shape
        return combine(
            shape,
            (
                (a * b, join_monomials(m, k), v or w)
                for ((m, v), a), ((k, w), b) in all_pairs(p.terms.items(), q.terms.items())
            ),
        )
    shape = (p.shape[0], q.shape[1])
    return combine(
        shape,
        (
            item
            for ((m, v), a), ((k, w), b) in all_pairs(p.terms.items(), q.terms.items())
            for item in _triples(reduce(shape, a * b, join_monomials(m, k), v + w))
        ),
    )


def as_scalar(poly):
    """Return a 1 by 1 polynomial as a scalar one."""
    if not poly.shape:
        return poly
    parts = []
    for (mono, word), c in poly.terms.items():
        if word:
            number, scalars = trace_word(word)
            c, mono = c * number, join_monomials(mono, scalars)
        parts.append((c, mono, ()))
    return combine((), parts)


# traces


def trace_word(word):
    """Return (number, monomial) of the trace of a reduced word."""
    word = list(word)
    size = factor_shape(word[0])[0]
    while (
        len(word) > 1
        and word[0][0] is word[-1][0]
        and word[0][1] == word[-1][1]
        and (n.is_square(word[0][0]))
    ):
        e = add_exponents(word[-1][2], word[0][2])
        word = word[1:-1] if e == 0 else [*word[1:-1], (word[0][0], word[0][1], e)]
    if not word:
        return _size_factor(size)
    if len(word) == 1:
        special = _trace_of_atom(word[0])
        if special is not None:
            return special
    cuts = [i for i, f in enumerate(word) if n.is_one(factor_shape(f)[0])]
    if len(cuts) > 1:
        number, mono = 1, ()
        rotated = word[cuts[0] :] + word[: cuts[0]]
        bounds = [i - cuts[0] for i in cuts] + [len(word)]
        for start, end in pairwise(bounds):
            k, m = trace_word(rotated[start:end])
            number, mono = number * k, join_monomials(mono, m)
        return number, mono
    if cuts:
        start = word[cuts[0] :] + word[: cuts[0]]
        c, mono, rest = _joined(Fraction(1), (), tuple(start))
        if rest != tuple(start):
            if not rest or not c:
                return c, mono
            k, m = trace_word(rest)
            return c * k, join_monomials(mono, m)
        candidates = [tuple(start), transpose_word(start)]
    else:
        flipped = transpose_word(word)
        candidates = [tuple(w[i:] + w[:i]) for w in (tuple(word), flipped) for i in range(len(w))]
        seam = _meet(word[-1], word[0]) if len(word) > 1 else None
        if seam is not None:
            c, mono, factors = seam
            return _trace_of(c, mono, (*factors, *word[1:-1]))
    best = min(candidates, key=_word_key)
    return Fraction(1), ((trace_atom(best), Fraction(1)),)


def trace_atom(word):
    """Return the scalar atom that stands for the trace of a word."""
    atoms = tuple(a for a, _, _ in word)
    exponents = tuple(e for _, _, e in word if isinstance(e, n.Node))
    flags = tuple((t, e) for _, t, e in word)
    return n.make("tr", (*atoms, *exponents), flags)


def word_of(atom):
    """Return the word of a trace atom."""
    return tuple((a, t, e) for a, (t, e) in zip(atom.args, atom.data, strict=False))


def _size_factor(d):
    if isinstance(d, int):
        return Fraction(d), ()
    one = size_poly(d).single()
    return (one[0], one[1]) if one else (Fraction(1), ((n.sym(d), Fraction(1)),))


def _trace_of(c, mono, word):
    number, scalars = _traced(reduce(_word_shape(word), Fraction(1), (), tuple(word)))
    return c * number, join_monomials(mono, scalars)


def _word_shape(word):
    return (factor_shape(word[0])[0], factor_shape(word[-1])[1])


def _traced(poly):
    one = poly.single()
    if one is None:
        return 0, ()
    c, mono, word = one
    number, scalars = trace_word(word) if word else _size_factor(poly.shape[0])
    return c * number, join_monomials(mono, scalars)


def _word_key(word):
    """Fewest transposes first, then by name: xᵀAy before yᵀAᵀx, tr(AᵀB) before tr(BᵀA)."""
    names = [(a.op != "ones", a.key, not t, _exponent_key(e)) for a, t, e in word]
    return sum(t for _, t, _ in word), names


def _trace_of_atom(factor):
    atom, _, e = factor
    if e != 1:
        return None
    if atom.op == "kron" and n.is_square(atom.args[0]) and n.is_square(atom.args[1]):
        poly = multiply(*(trace_poly(normal(a)) for a in atom.args))
    elif atom.op == "diag":
        x = atom.args[0]
        poly = normal(n.entry(n.matmul(n.ones(1, x.shape[0]), x)))
    elif atom.op == "frechet":
        return _trace_of_frechet(atom)
    elif atom.op == "commutation" or atom.op == "isum" and n.is_square(atom):
        return None
    else:
        return None
    one = poly.single()
    return None if one is None else (one[0], one[1])


def _trace_of_frechet(atom):
    """tr L(A; E) = tr(f'(A) E) for exp, tr(A⁻¹E) for log, ½tr(A^(-1/2) E) for the root."""
    A, E = atom.args
    slope = {
        "expm": lambda: n.mfun("expm", A),
        "logm": lambda: n.inverse(A),
        "sqrtm": lambda: n.mul(n.num(Fraction(1, 2)), n.inverse(n.mfun("sqrtm", A))),
    }[atom.data]()
    one = normal(n.trace(n.matmul(slope, E))).single()
    return None if one is None else (one[0], one[1])


def trace_poly(poly):
    if not poly.shape or poly.shape == (1, 1):
        return as_scalar(poly)
    parts = []
    for (mono, word), c in poly.terms.items():
        if not word:
            d = size_poly(poly.shape[0])
            parts += [(c * k, join_monomials(mono, m), ()) for k, m, _ in _triples(d)]
            continue
        collapsed = _trace_of_sum(word)
        if collapsed is not None:
            parts += [(c * k, join_monomials(mono, m), ()) for k, m, _ in _triples(collapsed)]
            continue
        number, scalars = trace_word(word)
        parts.append((c * number, join_monomials(mono, scalars), ()))
    return combine((), parts)


def _trace_of_sum(word):
    """The trace of a sum over an index, when the trace does not depend on the index."""
    places = [i for i, f in enumerate(word) if f[0].op == "isum"]
    if len(places) != 1:
        return None
    atom, _, e = word[places[0]]
    body, index, low, high = atom.args
    if e != 1:
        return None
    rest = word[places[0] + 1 :] + word[: places[0]]
    shape = (atom.shape[1], atom.shape[0])
    outside = reduce(shape, Fraction(1), (), rest) if rest else eye(atom.shape[0])
    traced = trace_poly(multiply(normal(body), outside))
    if any(depends(a, {index}) for (m, _), _ in traced.terms.items() for a, _ in m):
        return None
    return multiply(normal(n.add(high, n.mul(n.MINUS_ONE, low), n.ONE)), traced)


def size_poly(d):
    """Return a size as a scalar."""
    return constant(d) if isinstance(d, int) else normal(_size_node(d))


def _size_node(d):
    from .reading import read

    return read(d)


# the normal form of each operation


def normal(node):
    """Return the normal form of a tree."""
    poly = node.memo.get("normal")
    if poly is None:
        from .forms import FORMS, opaque

        poly = FORMS.get(node.op, opaque)(node)
        if poly.shape == (1, 1):
            poly = Poly((1, 1), {(m, ()): c for (m, _), c in as_scalar(poly).terms.items()})
        node.memo["normal"] = poly
    return poly
