"""What students and instructors are told about an error or a test that failed.

All of it is text from values and tracebacks on our side. Nothing here calls what a student
defined: a name that stands for something on the far side of the fence is left out.
"""

# ruff: noqa: BLE001 - whatever a comparison does when it is tried again, it was only for a hint

import ast
import math
import re
from collections import ChainMap, Counter

import numpy as np

import mcalclib

from .frames import FrameError
from .session import FromStudent, number_of

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
        `Session.given`.
    """
    for name, value in given.values():
        if value is None:
            return f"`{name}` gave None: is a `return` missing?"
    if isinstance(error, FromStudent) or not isinstance(error, _ABOUT_VALUES):
        return ""
    for name, value in given.values():
        if type(value) in (list, tuple, dict, set, str):
            return f"`{name}` gave a {type(value).__name__}"
    return ""


_ABOUT_VALUES = (TypeError, ValueError, AttributeError)

# -- what an assertion compared ------------------------------------------------------------

_CLOSE = {"allclose", "isclose", "array_equal"}
_NUMPY = _CLOSE | {
    "abs", "absolute", "all", "any", "argmax", "argmin", "array", "asarray", "column_stack",
    "concatenate", "cos", "diag", "dot", "exp", "eye", "hstack", "inner", "isfinite", "kron", "log",
    "max", "mean", "min", "ndim", "ones", "outer", "prod", "ravel", "reshape", "round", "shape",
    "sin", "size", "sort", "sqrt", "stack", "sum", "tanh", "trace", "transpose", "vstack", "zeros",
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


def compared(error, part, given) -> str:
    """Return what an assertion without a message compared, an empty string if it stays unknown.

    Only what is surely plain data on our side is looked at: names bound to numbers, strings and
    arrays, a few functions, and what a submission's function gave if the assertion calls it once.
    A hidden line is never told.

    Parameters
    ----------
    error : AssertionError
    part : Part
        The test.
    given : dict
        `Session.given`.
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
                scope = ChainMap({}, frame.f_locals, frame.f_globals)
                return _compared(_Given(node.test, given, scope).test, scope, part.source)
            except Exception:
                return ""
    return ""


class _Given(ast.NodeTransformer):
    """Puts names of what was given in the place of calls that must not be made again.

    The failed assertion ran last, so the only call in it of a function is that function's last.
    """

    def __init__(self, test, given, scope):
        self.given, self.scope = given, scope
        self.calls = Counter(map(self._number, ast.walk(test)))
        self.test = self.visit(test)

    def _number(self, node):
        """Return the number of the submission's object that is called here, None for no such."""
        is_named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        return number_of(self.scope.get(node.func.id)) if is_named else None

    def visit_Call(self, node):
        number = self._number(node)
        if number not in self.given or self.calls[number] != 1:
            return self.generic_visit(node)
        result = f"{node.func.id}()"  # no test can have a name like this
        self.scope[result] = self.given[number][1]
        return ast.copy_location(ast.Name(result, ast.Load()), node)


def _compared(node, scope, source):
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
        wrong = next(value for value in node.values if not _value(value, scope))
        return _compared(wrong, scope, source)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        pair = [node.left, node.comparators[0]]
    elif isinstance(node, ast.Call) and _name(node.func, scope) in _CLOSE:
        pair = node.args[:2]
    else:
        return ""
    values = [_value(part, scope) for part in pair]
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


def _name(node, scope):
    """Return the name of a function that may be called again, None for any other."""
    if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)):
        return None
    return node.attr if node.attr in _CALLED.get(scope.get(node.value.id), ()) else None


def _value(node, scope):
    """Return the value of an expression; raise where that might reach beyond plain data."""
    names = {}

    def check(part):
        if isinstance(part, ast.Name):
            names[part.id] = scope[part.id]
            if not _is_plain(names[part.id]):
                raise _Unknown(part.id)
        elif isinstance(part, ast.Call):
            name = _name(part.func, scope)
            if name is not None:
                names[part.func.value.id] = scope[part.func.value.id]
            elif isinstance(part.func, ast.Name) and part.func.id in _BUILTINS:
                if part.func.id in scope:
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
