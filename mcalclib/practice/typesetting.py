"""A formula as it was read, in LaTeX; numbers and matrices as text and LaTeX."""

import numpy as np

LEVEL = {"+": 1, "-": 1, "neg": 1, "*": 2, ".*": 2, "⊗": 2, "./": 2, "^": 4, ".^": 4, "'": 4}
_NAMES = {
    "tr": r"\operatorname{tr}", "trace": r"\operatorname{tr}", "Tr": r"\operatorname{tr}",
    "det": r"\det", "log": r"\log", "ln": r"\log", "exp": r"\exp", "sin": r"\sin", "cos": r"\cos",
    "tan": r"\tan", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh",
}  # fmt: skip
_GREEK = {
    "alpha", "beta", "gamma", "delta", "theta", "kappa", "lambda", "mu", "rho", "sigma", "tau",
    "phi", "psi", "omega", "eta", "Sigma", "Lambda", "Omega", "Phi", "Psi", "pi", "xi", "Theta",
    "epsilon",
}  # fmt: skip


def latex_of(tree, above=0):
    """Return a tree of syntax in LaTeX, with brackets where its place needs them."""
    text, level = _latex(tree)
    return rf"\left({text}\right)" if level < above else text


def _latex(tree):
    op, args = tree.op, tree.args
    if op == "number":
        x = tree.data
        if x == int(x):
            return (str(int(x)), 5) if x >= 0 else (str(int(x)), 1)
        return (f"{float(x):g}", 5)
    if op == "name":
        return _name(tree.data), 5
    if op == "call":
        return _call(tree), 5
    if op == "/":
        return rf"\frac{{{latex_of(args[0])}}}{{{latex_of(args[1])}}}", 3
    level = LEVEL[op]
    if op in ("*", ".*", "./", "⊗") and _leads_with_minus(args[0]):
        # what is read as (-A) B is shown as -A B, which says the same with fewer brackets
        return f"{latex_of(args[0])}{_between(tree)}{latex_of(args[1], 2.5)}", 1
    match op:
        case "+":
            return f"{latex_of(args[0], 1)} + {latex_of(args[1], 1)}", 1
        case "-":
            return f"{latex_of(args[0], 1)} - {latex_of(args[1], 2)}", 1
        case "neg":
            return f"-{latex_of(args[0], 2)}", 1
        case "*" | ".*" | "./":
            return f"{latex_of(args[0], 2)}{_between(tree)}{latex_of(args[1], 2.5)}", level
        case "⊗":
            return rf"{latex_of(args[0], 2.5)} \otimes {latex_of(args[1], 2.5)}", level
        case "'":
            inner = args[0]
            if inner.op == "^":  # A^{-T}, since a second superscript is an error in LaTeX
                base, exponent = inner.args
                if exponent.op == "number" and exponent.data == -1:
                    return rf"{latex_of(base, 5)}^{{-\mathsf T}}", 4
                return rf"\left({latex_of(inner)}\right)^{{\mathsf T}}", 4
            return rf"{latex_of(inner, 5)}^{{\mathsf T}}", 4
        case "^":
            return f"{latex_of(args[0], 5)}^{{{latex_of(args[1])}}}", 4
        case ".^":
            return rf"{latex_of(args[0], 5)}^{{\circ {latex_of(args[1])}}}", 4
    raise AssertionError(op)


def _between(tree):
    if tree.op == "*":
        return r" \cdot " if tree.args[1].op == "number" else r"\, "
    return {".*": r" \circ ", "./": r" \oslash ", "⊗": r" \otimes "}[tree.op]


def _leads_with_minus(tree):
    if tree.op in ("*", ".*", "./"):
        return _leads_with_minus(tree.args[0])
    return tree.op == "neg"


def _name(name):
    if name.startswith("d") and len(name) > 1 and name not in _GREEK:
        rest = name[1:]
        return rf"d{_name(rest)}" if rest[0].isalpha() else name
    head, _, tail = name.partition("_")
    if head in _GREEK:
        shown = "\\" + head
    elif head[:1].isalpha() and head[1:].isdigit():
        shown = f"{head[0]}_{{{head[1:]}}}"
    else:
        shown = head if len(head) == 1 else rf"\mathrm{{{head}}}"
    if tail == "bar":
        return rf"\bar{{{shown}}}"
    return f"{shown}_{{{tail}}}" if tail else shown


def _call(tree):
    name = tree.data
    args = [latex_of(a) for a in tree.args]
    match name:
        case "norm":
            return rf"\left\lVert {args[0]} \right\rVert"
        case "inv":
            return rf"{latex_of(tree.args[0], 5)}^{{-1}}"
        case "pinv":
            return rf"{latex_of(tree.args[0], 5)}^{{+}}"
        case "transpose":
            return rf"{latex_of(tree.args[0], 5)}^{{\mathsf T}}"
        case "kron":
            return rf"{latex_of(tree.args[0], 2.5)} \otimes {latex_of(tree.args[1], 2.5)}"
        case "hadamard":
            return rf"{latex_of(tree.args[0], 2.5)} \circ {latex_of(tree.args[1], 2.5)}"
        case "dot" | "inner":
            return rf"\langle {args[0]}, {args[1]} \rangle"
        case "eye" | "identity" | "I":
            return f"I_{{{args[0]}}}"
        case "lambda" | "eigenvalue":
            return rf"\lambda_{{{args[1]}}}\left({args[0]}\right)"
        case "sigma":
            return rf"\sigma_{{{args[1]}}}\left({args[0]}\right)"
    head = _NAMES.get(name, rf"\operatorname{{{name}}}")
    return rf"{head}\left({', '.join(args)}\right)"


def number(x):
    """Return a number as text: six digits, no zeros at the end, no negative zero."""
    x = float(x)
    return f"{x + 0.0:.6g}" if abs(x) >= 1e-12 or np.isnan(x) else "0"


def matrix_text(x):
    """Return a matrix as one line: a number, ``[1, 2]`` for a column, ``[[1, 2], [3, 4]]``."""
    x = np.asarray(x, dtype=float)
    if x.shape == (1, 1):
        return number(x.item())
    if x.shape[1] == 1:
        return f"[{', '.join(map(number, x.ravel()))}]"
    return f"[{', '.join('[' + ', '.join(map(number, row)) + ']' for row in x)}]"


def matrix_latex(x):
    """Return a matrix in LaTeX."""
    x = np.asarray(x, dtype=float)
    if x.shape == (1, 1):
        return number(x.item())
    rows = r" \\ ".join(" & ".join(map(number, row)) for row in x)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def text_of(tree, above=0):
    """Return a tree of syntax as text in the answer grammar, read back as the same tree."""
    text, level = _text(tree)
    return f"({text})" if level < above else text


def _text(tree):
    op, args = tree.op, tree.args
    match op:
        case "number":
            return str(tree.data), 1 if tree.data < 0 else 5 if tree.data == int(tree.data) else 2
        case "name":
            return tree.data, 5
        case "call":
            return f"{tree.data}({', '.join(map(text_of, args))})", 5
        case "neg":
            return f"-{text_of(args[0], 3)}", 1
        case "'":
            return f"{text_of(args[0], 4)}'", 4
        case "^" | ".^":
            return f"{text_of(args[0], 4)}{op}{text_of(args[1], 5)}", 4
    level = 1 if op in "+-" else 2
    between = " " if op == "*" else f" {op} "
    return f"{text_of(args[0], level)}{between}{text_of(args[1], level + 1)}", level
