"""Numbers and matrices as text: ``3/4``, ``[1, 2; 3, 4]``, ``A = [1 0; 0 2]; x = [1; 2]``."""

import re
from fractions import Fraction

import numpy as np

from ..symbolic.tokens import ParseError, plain

_ENTRY = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:/[0-9]+)?$")
_TURNED = r"(?:\s*(?:'|ᵀ|\.T|\^\s*T|\^\s*\{\s*T\s*\}))?"
_BRACKETS = rf"\[(?:[^\[\]]|\[[^\[\]]*\])*\]{_TURNED}"
_ASSIGNED = re.compile(rf"\s*([A-Za-z]\w*)\s*=\s*({_BRACKETS}|[^;,\[\]]+?)\s*(?:[;,]|\.?\s*$)")


def is_matrix(text):
    """Whether a text is a matrix in brackets rather than a formula."""
    return plain(text).lstrip().startswith("[")


def read_matrix(text, place=0, whole=None):
    """Return the matrix that a text means; a semicolon ends a row, or rows are lists as in NumPy.

    Raises
    ------
    ParseError
        With the place of what is no number, or of a row that is too long or too short.

    Examples
    --------
    >>> read_matrix("[1, 2; 3/2, -4]")
    array([[ 1. ,  2. ],
           [ 1.5, -4. ]])
    """
    whole = text if whole is None else whole
    text = plain(text)
    turned = re.search(rf"(?<=\]){_TURNED}\s*\.?\s*$", text)
    if turned is not None and turned[0].strip(" ."):
        return read_matrix(text[: turned.start()], place, whole).T
    inside = re.sub(r"(?<=[\]0-9])\s*\.$", "", text.strip())  # a keyboard's full stop
    if inside.startswith("["):
        if not inside.endswith("]") or inside.count("[") > inside.count("]"):
            raise ParseError(whole, place + len(text), "the matrix does not close: ']' is missing.")
        start = text.index("[") + 1
        inside = _rows(inside[1:-1])
    else:
        start = len(text) - len(text.lstrip())
    rows, at = [], place + start
    for row in inside.split(";"):
        entries = [(m[0], at + m.start()) for m in re.finditer(r"[^\s,]+", row)]
        if not entries:
            raise ParseError(whole, at, "a row of the matrix is empty.")
        rows.append([_number(entry, where, whole) for entry, where in entries])
        if len(rows[-1]) != len(rows[0]):
            raise ParseError(
                whole, at, f"this row has {len(rows[-1])} entries, the first has {len(rows[0])}."
            )
        at += len(row) + 1
    return np.array(rows)


def _rows(inside):
    """Return [1, 2], [3, 4] as 1, 2; 3, 4, with every number in its place."""
    if not re.match(r"\s*\[", inside) or not re.search(r"\]\s*$", inside):
        return inside
    inside = re.sub(r"\]\s*[,;]?\s*\[", lambda m: ";".ljust(len(m[0])), inside)
    return re.sub(r"^(\s*)\[(.*)\](\s*)$", r"\1 \2 \3", inside, flags=re.DOTALL)


def _number(text, place, whole):
    if not _ENTRY.match(text):
        raise ParseError(whole, place, f"{text!r} is not a number; write 2, -0.5 or 3/4.")
    try:
        return float(Fraction(text))
    except ZeroDivisionError:
        raise ParseError(whole, place, f"{text!r} divides by zero.") from None


def read_assignments(text):
    """Return matrices by name from a text such as ``A = [1 2; 0 1]; x = [1; 0]``."""
    found, at, typed = {}, 0, plain(text)
    while at < len(text) and typed[at:].strip():
        match = _ASSIGNED.match(typed, at)
        if match is None:
            raise ParseError(
                text, at, "a counterexample reads like `A = [1, 2; 3, 4]; x = [1; 0]`."
            )
        found[match[1]] = read_matrix(match[2], match.start(2), text)
        at = match.end()
    return found
