"""Reading the derivative off a differential: df = tr(Gᵀ dX) and d vec F = J d vec X.

A differential in normal form is linear in dX: each term has dX once, between a left and a right
word, perhaps inside operations that are linear themselves. Here those are turned around (their
adjoints, for the gradient) or written as matrices (for the Jacobian).
"""

from ..errors import NoRuleError
from . import nodes as n
from .differentials import options_of, rule_of
from .normal import normal, word_of
from .rebuilding import rebuild_monomial, rebuild_word


def gradient(df, dX):
    """Return G with df = tr(Gᵀ dX), or df = G dx for a scalar x, as a tree not yet tidied.

    Parameters
    ----------
    df : Node
        A scalar, linear in dX.
    dX : Node
        A leaf.
    """
    parts = []
    for (mono, _), c in normal(df).terms.items():
        scalar, atom = _split_monomial(c, mono, dX)
        if atom is dX:
            parts.append(scalar)
        else:
            parts.append(n.mul(scalar, _pull_trace(word_of(atom), dX)))
    return n.add(*parts) if parts else n.zeros(dX.shape)


def jacobian(dF, dX):
    """Return J with vec(dF) = J vec(dX), as a tree not yet tidied."""
    poly = normal(dF)
    columns = n.size_product(*dX.shape) if dX.shape else 1
    rows = n.size_product(*poly.shape) if poly.shape else 1
    parts = []
    for (mono, word), c in poly.terms.items():
        scalar, atom = _split_monomial(c, mono, dX)
        value = rebuild_word(word, poly.shape) if poly.shape else n.identity(1)
        if atom is None:
            parts.append(n.mul(scalar, _jacobian_of_word(word, dX)))
        elif atom is dX:
            parts.append(n.mul(scalar, n.vec(value)))
        else:
            G = _pull_trace(word_of(atom), dX)
            parts.append(n.mul(scalar, n.matmul(n.vec(value), n.transpose(n.vec(G)))))
    return n.add(*parts) if parts else n.zeros((rows, columns))


def _split_monomial(c, mono, dX):
    """Return the scalars without dX, and the one atom with it."""
    moving = [(a, e) for a, e in mono if n.depends(a, {dX})]
    resting = tuple((a, e) for a, e in mono if not n.depends(a, {dX}))
    if len(moving) > 1 or any(e != 1 or a is not dX and a.op != "tr" for a, e in moving):
        raise NoRuleError(f"`{rebuild_monomial(c, mono)!r}` is not linear in {dX!r}.")
    return rebuild_monomial(c, resting), moving[0][0] if moving else None


def _place(word, dX):
    places = [i for i, (a, _, _) in enumerate(word) if n.depends(a, {dX})]
    if len(places) != 1 or word[places[0]][2] != 1:
        raise NoRuleError(f"`{rebuild_word(word)!r}` is not linear in {dX!r}.")
    return places[0]


def _pull_trace(word, dX):
    """tr(L f R) = ⟨(RL)ᵀ, f⟩."""
    i = _place(word, dX)
    around = word[i + 1 :] + word[:i]
    atom, transposed, _ = word[i]
    shape = atom.shape if transposed else atom.shape[::-1]
    C = n.transpose(rebuild_word(around, shape)) if around else n.identity(atom.shape[0])
    return _pull(atom, n.transpose(C) if transposed else C, dX)


def _pull_node(x, C, dX):
    """Return the cotangent of dX in x, where C is that of x."""
    if x is dX:
        return C
    parts = []
    for (mono, word), c in normal(x).terms.items():
        i = _place(word, dX)
        atom, transposed, _ = word[i]
        inner = C
        if word[:i]:
            inner = n.matmul(n.transpose(rebuild_word(word[:i])), inner)
        if word[i + 1 :]:
            inner = n.matmul(inner, n.transpose(rebuild_word(word[i + 1 :])))
        inner = n.transpose(inner) if transposed else inner
        parts.append(n.mul(rebuild_monomial(c, mono), _pull(atom, inner, dX)))
    return n.add(*parts)


def _pull(atom, C, dX):
    """Return the cotangent of dX in one atom, by the adjoint of the atom's operation."""
    if atom is dX:
        return C
    match atom.op:
        case "had":
            moving, others = _moving(atom, dX)
            return _pull_node(moving, _by_rule(atom, (moving, n.had(*others)), C), dX)
        case "diag" | "diagonal" | "vec" | "unvec":
            (x,) = atom.args
            return _pull_node(x, _by_rule(atom, (x,), C), dX)
        case "kron":
            (x,) = (a for a in atom.args if n.depends(a, {dX}))
            J = _kron_jacobian(atom, x)
            return _pull_node(x, n.unvec(n.matmul(n.transpose(J), n.vec(C)), *x.shape), dX)
        case "frechet":
            A, E = atom.args
            inner = n.make("frechet", (n.transpose(A), C), atom.data, atom.shape)
            return _pull_node(E, inner, dX)
        case "frechet2":
            A, other, E = _moving_last(atom, dX)
            args = (n.transpose(A), n.transpose(other), C)
            return _pull_node(E, n.make("frechet2", args, atom.data, atom.shape), dX)
        case "isum":
            body, *bounds = atom.args
            inner = _pull_node(body, C, dX)
            return n.make("isum", (inner, *bounds), None, inner.shape)
    raise NoRuleError(f"`{atom!r}` is not linear in {dX!r}, or its adjoint is not known.")


def _moving_last(atom, dX):
    """Return (A, other direction, the direction with dX) of a second Fréchet derivative."""
    A, E, F = atom.args
    if n.depends(E, {dX}):
        E, F = F, E
    if n.depends(A, {dX}) or n.depends(E, {dX}):
        raise NoRuleError(f"`{atom!r}` is not linear in {dX!r}.")
    return A, E, F


def _by_rule(atom, primals, C):
    """Return the cotangent of the first operand, by the pullback of the atom's rule."""
    bars = rule_of(atom).pullback(atom, primals, C, **options_of(atom))
    return bars[0]() if callable(bars[0]) else bars[0]


def _moving(atom, dX):
    moving = [a for a in atom.args if n.depends(a, {dX})]
    if len(moving) != 1:
        raise NoRuleError(f"`{atom!r}` is not linear in {dX!r}.")
    others = list(atom.args)
    others.remove(moving[0])
    return moving[0], others


def _jacobian_of_word(word, dX):
    """vec(L f R) = (Rᵀ ⊗ L) vec(f)."""
    i = _place(word, dX)
    atom, transposed, _ = word[i]
    J = _jacobian_of_atom(atom, dX)
    shape = atom.shape
    if transposed:
        J = n.matmul(n.commutation(*shape), J)
        shape = shape[::-1]
    left = rebuild_word(word[:i], (shape[0],))
    right = rebuild_word(word[i + 1 :], (shape[1],))
    return n.matmul(n.kron(n.transpose(right), left), J)


def _jacobian_of_node(x, dX):
    if x is dX:
        return n.identity(n.size_product(*x.shape))
    return n.add(
        *(
            n.mul(rebuild_monomial(c, mono), _jacobian_of_word(word, dX))
            for (mono, word), c in normal(x).terms.items()
        )
    )


def _jacobian_of_atom(atom, dX):
    if atom is dX:
        return n.identity(n.size_product(*atom.shape))
    match atom.op:
        case "had":
            moving, others = _moving(atom, dX)
            return n.matmul(n.diag(n.vec(n.had(*others))), _jacobian_of_node(moving, dX))
        case "diag":
            S = _selector(atom.shape[0])
            return n.matmul(S, _jacobian_of_node(atom.args[0], dX))
        case "diagonal":
            S = _selector(atom.shape[0])
            return n.matmul(n.transpose(S), _jacobian_of_node(atom.args[0], dX))
        case "vec" | "unvec":
            return _jacobian_of_node(atom.args[0], dX)
        case "kron":
            (x,) = (a for a in atom.args if n.depends(a, {dX}))
            return n.matmul(_kron_jacobian(atom, x), _jacobian_of_node(x, dX))
        case "frechet":
            A, E = atom.args
            d = n.size_product(*A.shape)
            M = n.make("frechet_matrix", (A,), atom.data, (d, d))
            return n.matmul(M, _jacobian_of_node(E, dX))
        case "frechet2":
            A, other, E = _moving_last(atom, dX)
            d = n.size_product(*A.shape)
            M = n.make("frechet2_matrix", (A, other), atom.data, (d, d))
            return n.matmul(M, _jacobian_of_node(E, dX))
        case "isum":
            body, *bounds = atom.args
            inner = _jacobian_of_node(body, dX)
            return n.make("isum", (inner, *bounds), None, inner.shape)
    raise NoRuleError(f"`{atom!r}` is not linear in {dX!r}, or has no known matrix.")


def _selector(k):
    return n.linear_atom("diagonal_selector", data=(k,), shape=(n.size_product(k, k), k))


def _kron_jacobian(atom, x):
    """vec(A ⊗ B) = (I ⊗ K ⊗ I)(vec A ⊗ vec B): Magnus and Neudecker (2019), theorem 3.10."""
    A, B = atom.args
    (rows_a, columns_a), (rows_b, columns_b) = A.shape, B.shape
    shuffle = n.kron(n.identity(columns_a), n.commutation(columns_b, rows_a), n.identity(rows_b))
    if x is A:
        spread = n.kron(n.identity(n.size_product(*A.shape)), n.vec(B))
    else:
        spread = n.kron(n.vec(A), n.identity(n.size_product(*B.shape)))
    return n.matmul(shuffle, spread)
