"""Numbers and matrices as text: ``3/4``, ``[1, 2; 3, 4]``, ``A = [1 0; 0 2]; x = [1; 2]``."""

import re
from fractions import Fraction

import numpy as np

from ..symbolic.grammar import ParseError

_ENTRY = re.compile(r"[+-]?\d+(\.\d+)?(/\d+)?$")
_ASSIGNED = re.compile(r"\s*([A-Za-z]\w*)\s*=\s*(\[[^\]]*\]|[^;,\[\]]+?)\s*(?:[;,]|$)")


def is_matrix(text):
    """Whether a text is a matrix in brackets rather than a formula."""
    return text.lstrip().startswith("[")


def read_matrix(text, place=0, whole=None):
    """Return the matrix that a text means; a semicolon ends a row.

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
    inside = text.strip()
    if inside.startswith("["):
        if not inside.endswith("]"):
            raise ParseError(whole, place + len(text), "the matrix does not close: ']' is missing.")
        start = text.index("[") + 1
        inside = inside[1:-1]
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


def _number(text, place, whole):
    if not _ENTRY.match(text):
        raise ParseError(whole, place, f"{text!r} is not a number; write 2, -0.5 or 3/4.")
    try:
        return float(Fraction(text))
    except ZeroDivisionError:
        raise ParseError(whole, place, f"{text!r} divides by zero.") from None


def read_assignments(text):
    """Return matrices by name from a text such as ``A = [1 2; 0 1]; x = [1; 0]``."""
    found, at = {}, 0
    while at < len(text) and text[at:].strip():
        match = _ASSIGNED.match(text, at)
        if match is None:
            raise ParseError(
                text, at, "a counterexample reads like `A = [1, 2; 3, 4]; x = [1; 0]`."
            )
        found[match[1]] = read_matrix(match[2], match.start(2), text)
        at = match.end()
    return found
