"""Wrong answers made from right ones: the slips that readers make, as changes of a formula."""

from ..symbolic.grammar import Tree
from .formulas import Formula, is_scalar
from .typesetting import text_of

KINDS = (
    "dropped term", "transposed factor", "swapped factors", "lost constant", "lost sign",
    "symmetric assumed", "row-wise vec", "finite difference",
)  # fmt: skip


def mutations(exercise):
    """Return (kind, formula as text) pairs; some may be right after all, or have no shape.

    Parameters
    ----------
    exercise : Exercise
        Of a kind whose answer is a formula.
    """
    found = []
    for text in dict.fromkeys([exercise.answer, *_one_line(exercise.also)]):
        tree = Formula(text, exercise.arguments, exercise.result).tree
        for kind, change in CHANGES:
            found += [(kind, text_of(t)) for t in _everywhere(tree, change)]
        found += [("symmetric assumed", text_of(t)) for t in _all_transposes(tree)]
        found += [("lost sign", f"-({text})"), ("lost constant", f"2 ({text})"),
                  ("lost constant", f"1/2 ({text})")]  # fmt: skip
        if exercise.asks == "jacobian":
            found += [("row-wise vec", text_of(t)) for t in _all_swapped_kron(tree)]
    found += _finite_differences(exercise)
    return list(dict.fromkeys(found))


def _one_line(texts):
    return [t for t in texts if "\n" not in t]


def _everywhere(tree, change):
    """Yield the tree with one piece changed, for every piece and every way to change it."""
    for new in change(tree):
        yield new
    for k, argument in enumerate(tree.args):
        if change is _transposed and tree.op == "'":
            continue  # the transpose of what is transposed is the whole again
        if tree.op == "call" and tree.data in ("eye", "I", "ones", "zeros", "K"):
            continue
        for new in _everywhere(argument, change):
            args = [*tree.args]
            args[k] = new
            yield _with(tree, args)


def _with(tree, args):
    return Tree(tree.op, args, tree.data, tree.place)


def _node(op, *args, data=None):
    return Tree(op, list(args), data)


def _dropped(tree):
    if tree.op == "+":
        yield tree.args[0]
        yield tree.args[1]
    elif tree.op == "-":
        yield tree.args[0]
        yield _node("neg", tree.args[1])


def _is_matrix(tree):
    return hasattr(tree, "shape") and not is_scalar(tree.shape)


def _transposed(tree):
    if tree.op == "'":
        yield tree.args[0]
    elif tree.op in ("name", "^", "call") and _is_matrix(tree) and tree.data not in _SYMMETRIC:
        yield _node("'", tree)


_SYMMETRIC = {"eye", "identity", "I", "ones", "zeros", "diag"}


def _factors(tree):
    if tree.op == "*":
        return _factors(tree.args[0]) + _factors(tree.args[1])
    return [tree]


def _product(factors):
    tree = factors[0]
    for f in factors[1:]:
        tree = _node("*", tree, f)
    return tree


def _swapped(tree):
    if tree.op in ("*", "⊗"):
        factors = _factors(tree) if tree.op == "*" else list(tree.args)
        for k in range(len(factors) - 1):
            a, b = factors[k : k + 2]
            if _is_matrix(a) and _is_matrix(b):
                new = [*factors]
                new[k : k + 2] = [b, a]
                yield _product(new) if tree.op == "*" else _node("⊗", *new)
    elif tree.op == "call" and tree.data == "kron":
        yield _with(tree, tree.args[::-1])


def _constant_lost(tree):
    if tree.op == "*":
        for mine, other in (tree.args, tree.args[::-1]):
            if mine.op == "number":
                yield other
    elif tree.op == "/" and tree.args[1].op == "number":
        yield tree.args[0]


def _sign_lost(tree):
    if tree.op == "neg":
        yield tree.args[0]
    elif tree.op == "-":
        yield _node("+", *tree.args)
    elif tree.op == "+":
        yield _node("-", *tree.args)


def _all_transposes(tree):
    """The formula of someone who takes one matrix for symmetric: all its transposes vanish."""
    names = {t.args[0].data for t in _walk(tree) if t.op == "'" and t.args[0].op == "name"
             and t.args[0].shape[0] == t.args[0].shape[1] and _is_matrix(t)}  # fmt: skip
    for name in sorted(names):
        yield _without_transposes(tree, name)


def _walk(tree):
    yield tree
    for a in tree.args:
        yield from _walk(a)


def _without_transposes(tree, name):
    if tree.op == "'" and tree.args[0].op == "name" and tree.args[0].data == name:
        return tree.args[0]
    return _with(tree, [_without_transposes(a, name) for a in tree.args])


def _all_swapped_kron(tree):
    def swap(t):
        args = [swap(a) for a in t.args]
        kron = t.op == "⊗" or t.op == "call" and t.data == "kron"
        return _with(t, args[::-1] if kron else args)

    if any(t.op == "⊗" or t.data == "kron" for t in _walk(tree)):
        yield swap(tree)


CHANGES = (
    ("dropped term", _dropped),
    ("transposed factor", _transposed),
    ("swapped factors", _swapped),
    ("lost constant", _constant_lost),
    ("lost sign", _sign_lost),
)


def _finite_differences(exercise):
    """f(X + dX) - f(X), and the quotient with a small step, where f is a formula of the grammar."""
    if exercise.asks != "action" or exercise.expression is None:
        return []
    text = exercise.expression.split(";")[0]
    try:
        f = Formula(text, exercise.symbols)
    except ValueError:
        return []
    dX = f"d{exercise.wrt}"
    moved = text_of(_moved(f.tree, exercise.wrt, _node("name", data=dX)))
    step = _node("/", _node("name", data=dX), _node("number", data=1000000))
    near = text_of(_moved(f.tree, exercise.wrt, step))
    return [
        ("finite difference", f"{moved} - ({text})"),
        ("finite difference", f"1000000 ({near} - ({text}))"),
    ]


def _moved(tree, name, by):
    if tree.op == "name" and tree.data == name:
        return _node("+", tree, by)
    return _with(tree, [_moved(a, name, by) for a in tree.args])
