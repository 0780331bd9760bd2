"""What students and instructors are told about an error or a test that failed.

All of it is text from values and tracebacks on our side. Nothing here calls what a student
defined: a name that stands for something on the far side of the fence is left out.
"""

# ruff: noqa: BLE001 - whatever a comparison does when it is tried again, it was only for a hint

import ast
import math
import re

import numpy as np

import mcalclib

from .frames import FrameError
from .session import FromStudent

_PLACE = re.compile(r" ?\(<cell [-\d]+>, line \d+\)$")  # as SyntaxError says it; we do, too
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")


def told(error) -> str:
    """Return an error in one line or a few: its kind, its message, where in the cell."""
    name, text = type(error).__name__, str(error)
    if isinstance(error, FromStudent):
        name, text = error.kind, error.message
    text = _PLACE.sub("", text.strip())
    line = f" (line {error.line} of the cell)" if getattr(error, "line", 0) > 0 else ""
    if isinstance(error, FrameError):
        name = "the fence"
    return f"{name}: {text}{line}" if text else f"{name}{line}"


def clean_text(text: str, limit: int) -> str:
    """Return student-visible text without memory addresses, terminal codes and excess."""
    text = _ADDRESS.sub("0x…", text)
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
    return text if len(text) <= limit else text[:limit] + "…"


def line_of(error, part):
    """Return the line of the test at which an error came out, as the test's own lines count."""
    return next((step.tb_lineno for step in _steps(error, part)), math.inf)


def _steps(error, part):
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == f"<test {part.grade_id}>":
            yield step
        step = step.tb_next


def statement(source, line):
    """Return the smallest statement of a test around a line, its first line if it is long."""
    best = None
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno):
            continue
        if best is None or node.end_lineno - node.lineno <= best.end_lineno - best.lineno:
            best = node
    if best is None:
        return ""
    text = ast.get_source_segment(source, best) or ""
    return text if text.count("\n") < 5 else text.split("\n")[0]


def returned(error, given) -> str:
    """Return what a submission's functions gave in a test, where that may be why it failed.

    Parameters
    ----------
    error : Exception
        What the test raised.
    given : dict
        Of each function that was called, the type of what it gave last.
    """
    nothing = [name for name, kind in given.items() if kind is type(None)]
    if nothing:
        return f"`{nothing[0]}` gave None: is a `return` missing?"
    if isinstance(error, FromStudent) or not isinstance(
        error, TypeError | ValueError | AttributeError
    ):
        return ""
    odd = [(name, kind) for name, kind in given.items() if kind in (list, tuple, dict, set, str)]
    return f"`{odd[0][0]}` gave a {odd[0][1].__name__}" if odd else ""


# -- what an assertion compared ------------------------------------------------------------

_CLOSE = {"allclose", "isclose", "array_equal"}
_NUMPY = _CLOSE | {
    "abs", "absolute", "all", "any", "diag", "dot", "eye", "isfinite", "max", "mean", "min", "ndim",
    "ones", "outer", "round", "shape", "size", "sort", "sqrt", "sum", "trace", "transpose", "zeros",
}  # fmt: skip
_CALLED = {np: _NUMPY, mcalclib: {"vec", "vech"}}
_BUILTINS = {"abs": abs, "len": len, "max": max, "min": min, "round": round, "sum": sum}
_ATTRIBUTES = {"T", "imag", "ndim", "real", "shape", "size"}
_PLAIN = (bool, int, float, complex, str, type(None), np.generic)
_OPERATIONS = (
    *(ast.BinOp, ast.UnaryOp, ast.Compare, ast.Tuple, ast.List, ast.Subscript, ast.Slice),
    *(ast.operator, ast.unaryop, ast.cmpop, ast.expr_context, ast.Constant),
)


class _Unknown(Exception):
    """An expression that is not evaluated a second time."""


def compared(error, part) -> str:
    """Return what an assertion without a message compared, an empty string if it stays unknown.

    Only what is surely plain data on our side is looked at: names bound to numbers, strings and
    arrays, and a few functions. A hidden line is never told.
    """
    steps = list(_steps(error, part))
    if not steps or steps[-1].tb_next is not None or str(error):
        return ""
    line, frame = steps[-1].tb_lineno, steps[-1].tb_frame
    if any(first <= line <= last for first, last in part.hidden):
        return ""
    for node in ast.walk(ast.parse(part.source)):
        if isinstance(node, ast.Assert) and node.lineno <= line <= node.end_lineno:
            try:
                return _compared(node.test, frame, part.source)
            except Exception:
                return ""
    return ""


def _compared(node, frame, source):
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        wrong = next(value for value in node.values if not _value(value, frame))
        return _compared(wrong, frame, source)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        pair = [node.left, node.comparators[0]]
    elif isinstance(node, ast.Call) and _name(node.func, frame) in _CLOSE:
        pair = node.args[:2]
    else:
        return ""
    values = [_value(part, frame) for part in pair]
    texts = [ast.get_source_segment(source, part) for part in pair]
    if isinstance(node, ast.Call):
        arrays = [np.asarray(value) for value in values]
        shapes = [array.shape for array in arrays]
        if shapes[0] != shapes[1]:
            return f"{texts[0]} has shape {shapes[0]}, {texts[1]} has shape {shapes[1]}"
        if arrays[0].size > 1:
            gap = np.abs(arrays[0] - arrays[1])
            at = np.unravel_index(np.argmax(np.where(np.isnan(gap), np.inf, gap)), gap.shape)
            place = ", ".join(str(int(i)) for i in at)
            there = " and ".join(_shown(array[at]) for array in arrays)
            return f"{' and '.join(texts)} differ most at [{place}]: {there}"
    told = [
        f"{text} is {_shown(value)}"
        for part, text, value in zip(pair, texts, values, strict=True)
        if not _is_literal(part)
    ]
    return " and ".join(told)


def _is_literal(node):
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def _shown(value):
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        if value.size > 9:
            return f"an array of shape {value.shape}"
        return np.array2string(value, precision=6, separator=", ").replace("\n", "")
    if isinstance(value, float | complex):
        return f"{value:.7g}"
    text = repr(value)
    return text if len(text) <= 100 else text[:99] + "…"


def _name(node, frame):
    """Return the name of a function that may be called again, None for any other."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return None
    return node.attr if node.attr in _CALLED.get(_found(node.value.id, frame), ()) else None


def _found(name, frame):
    for names in (frame.f_locals, frame.f_globals):
        if name in names:
            return names[name]
    raise _Unknown(name)


def _value(node, frame):
    """Return the value of an expression; raise where that might reach beyond plain data."""
    names = {}

    def check(part):
        if isinstance(part, ast.Name):
            names[part.id] = _found(part.id, frame)
            if not _is_plain(names[part.id]):
                raise _Unknown(part.id)
        elif isinstance(part, ast.Call):
            name = _name(part.func, frame)
            if name is not None:
                names[part.func.value.id] = _found(part.func.value.id, frame)
            elif isinstance(part.func, ast.Name) and part.func.id in _BUILTINS:
                if part.func.id in frame.f_globals or part.func.id in frame.f_locals:
                    raise _Unknown(part.func.id)
                names[part.func.id] = _BUILTINS[part.func.id]
            else:
                raise _Unknown("a call")
            for argument in (*part.args, *(keyword.value for keyword in part.keywords)):
                check(argument)
        elif isinstance(part, ast.Attribute) and part.attr in _ATTRIBUTES:
            check(part.value)
        elif isinstance(part, _OPERATIONS):
            for child in ast.iter_child_nodes(part):
                check(child)
        else:
            raise _Unknown(type(part).__name__)

    check(node)
    with np.errstate(all="ignore"):
        return eval(
            compile(ast.Expression(node), "<compared>", "eval"), {"__builtins__": {}}, names
        )


def _is_plain(value, depth=0):
    if type(value) is np.ndarray:
        return value.dtype != object
    if type(value) in (list, tuple):
        return depth < 4 and len(value) <= 1000 and all(_is_plain(v, depth + 1) for v in value)
    return isinstance(value, _PLAIN)
