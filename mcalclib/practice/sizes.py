"""Shapes as answers: "mn by p q", "m*n × pq", a pair of texts or numbers."""

import re

from ..errors import ShapeError
from ..symbolic.tokens import plain
from .experiments import Finding

_SIZE = re.compile(r"\d+|[a-z](?:\s*(?:\^|\*\*)\s*\d+|[²³])?")


def read_shape(answer):
    """Return the pair of sizes that an answer means, each a sorted tuple of names and numbers.

    Examples
    --------
    >>> read_shape("mn by p^2")
    (('m', 'n'), ('p', 'p'))
    >>> read_shape(("m*n", 1))
    (('m', 'n'), ())
    """
    parts = answer
    if isinstance(answer, str):
        # as phones and LaTeX write it: a capital first, a full stop last, \times between
        text = re.sub(r"\\times|-by-", " by ", re.sub(r"[{}]|\.\s*$", "", plain(answer).lower()))
        parts = re.split(r"\s*(?:\bby\b|×|,|\bx\b)\s*", text)
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        raise ShapeError(f"a shape reads like `m by n`, got {answer!r}.")
    return tuple(_size(str(p)) for p in parts)


def _size(text):
    text = text.strip("() ")
    rest = re.sub(r"[\s*·]+", "", _SIZE.sub("", text))
    if rest or not text:
        raise ShapeError(f"the size {text!r} is not a product of letters and numbers such as m n.")
    factors, number = [], 1
    for part in _SIZE.findall(text):
        if part.isdigit():
            number *= int(part)
        else:
            power = re.search(r"\d+", part.translate({0xB2: "2", 0xB3: "3"}))
            factors += [part[0]] * (int(power[0]) if power else 1)
    return tuple(sorted(factors + ([str(number)] if number != 1 else [])))


def judge_shape(exercise, answer):
    """Return the finding on a shape."""
    came, right = read_shape(answer), read_shape(exercise.answer)
    if came == right:
        return Finding(True, "exact")
    if came == right[::-1]:
        return Finding(False, "layout")
    if sorted(came[0] + came[1]) == sorted(right[0] + right[1]):
        return Finding(False, "unstacked")
    if came[0] == right[0]:
        return Finding(False, "rows")
    return Finding(False, "columns" if came[1] == right[1] else "neither")
