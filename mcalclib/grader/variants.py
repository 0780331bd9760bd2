"""Numbers drawn per student: the same draw when the notebook is given out and when it is graded.

A given cell of the source notebook may hold a region

    ### BEGIN VARIANT
    A = rng.integers(-3, 4, (2, 2))
    ### END VARIANT

in which ``rng`` is seeded by the course's secret, the assignment, the student and the problem.
Students get the numbers that came out as plain assignments; ``{{A}}`` in text cells is filled in as
well.
"""

# ruff: noqa: BLE001 - whatever the instructor's region raises is told with its cell

import ast
import hashlib
import hmac
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from .assignment import Assignment, AssignmentError
from .limits import GraderError
from .names import plain

_BEGIN, _END = "BEGIN VARIANT", "END VARIANT"
_FILLED = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def read_secret(path) -> bytes:
    """Return the course's secret from a file."""
    try:
        secret = Path(path).read_bytes().strip()
    except OSError as error:
        raise GraderError(f"--secret: {path}: cannot be read ({error.strerror}).") from None
    if len(secret) < 16:
        raise GraderError(
            f"--secret: {path}: a secret needs at least 16 characters; make one with "
            "python -c 'import secrets; print(secrets.token_urlsafe(32))'."
        )
    return secret


def drawn(assignment: Assignment, secret: bytes, student: str) -> Assignment:
    """Return an assignment with this student's numbers in place of every variant region.

    Parameters
    ----------
    assignment : Assignment
    secret : bytes
        Nobody who does not have it can tell another student's numbers.
    student : str
        Spelling, accents and order of punctuation do not matter.

    Raises
    ------
    AssignmentError
        If a region is not closed, fails, or draws what cannot be written down.
    """
    if not assignment.draws:
        return assignment
    values: dict[str, object] = {}
    parts = []
    problems, before = _problems(assignment), Counter[str]()
    for number, part in enumerate(assignment.parts):
        if part.draws:
            where = f"{assignment.name}, cell {number + 1}"
            problem = problems[number]
            seed = _seed(secret, assignment.name, student, problem, before[problem])
            before[problem] += 1
            source = _filled_in(part.source, seed, where, values)
            part = replace(part, source=source, released=source)
        elif part.kind == "text" and values:
            text = _FILLED.sub(lambda found: _shown(found, values), part.source)
            part = replace(part, source=text, released=text)
        parts.append(part)
    return replace(assignment, parts=tuple(parts))


def drawn_for(assignment: Assignment, secret: bytes, names: list[str], data: bytes) -> str:
    """Return under which of a student's names a notebook's numbers were drawn; if none, the first.

    Parameters
    ----------
    assignment : Assignment
    secret : bytes
    names : list of str
        With and without the platform's id.
    data : bytes
        The notebook, in which the numbers stand. It is searched and not taken apart: that is work
        for a lane.
    """
    for name in dict.fromkeys(names):
        parts = [part for part in drawn(assignment, secret, name).parts if part.draws]
        lines = {line.strip() for part in parts for line in part.released.split("\n")}
        if all(json.dumps(line)[1:-1].encode() in data for line in lines):
            return name
    return names[0]


def _problems(assignment):
    """Return, for each cell, the problem that it stands before or in.

    Not the cell's number: a cell that is added later, to mend something, must change nobody's
    numbers.
    """
    found, problem = [], ""
    for part in reversed(assignment.parts):
        problem = part.problem or problem
        found.append(problem)
    return found[::-1]


def _seed(secret, assignment, student, problem, number):
    about = json.dumps([assignment, plain(student), problem, number]).encode()
    return int.from_bytes(hmac.new(secret, about, hashlib.sha256).digest())


def _filled_in(source, seed, where, values):
    """Return a cell's text with its regions replaced by what they drew."""
    kept, region = [], None
    space: dict[str, object] = {"np": np, "rng": np.random.default_rng(seed), **values}
    for line in source.split("\n"):
        if _BEGIN in line:
            if region is not None:
                raise AssignmentError(f"{where}: {_BEGIN} stands inside another one.")
            region = []
        elif _END in line:
            if region is None:
                raise AssignmentError(f"{where}: {_END} stands without a BEGIN.")
            kept += _run("\n".join(region), space, where, values)
            region = None
        elif region is None:
            kept.append(line)
        else:
            region.append(line)
    if region is not None:
        raise AssignmentError(f"{where}: {_BEGIN} has no END.")
    return "\n".join(kept)


def _run(code, space, where, values):
    try:
        tree = ast.parse(code)
        exec(compile(tree, "<variant>", "exec"), space)  # noqa: S102 - the instructor's own
    except Exception as error:
        raise AssignmentError(f"{where}: the variant region fails: {error!r}.") from None
    names = dict.fromkeys(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    for name in names:
        if not name.startswith("_") and name in space:
            values[name] = space[name]
            yield f"{name} = {_literal(space[name], name, where)}"


def _literal(value, name, where):
    """Return Python code that gives a value back exactly."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return f"np.array({value.tolist()!r})"
    if isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, list | tuple):
        inner = [_literal(item, name, where) for item in value]
        return f"[{', '.join(inner)}]" if isinstance(value, list) else f"({', '.join(inner)},)"
    raise AssignmentError(
        f"{where}: {name} is a {type(value).__name__}; a variant draws numbers, texts, lists and "
        "arrays. Names that begin with _ are not given out."
    )


def _shown(found, values):
    """Return a value for a text cell: numbers as they are, arrays as LaTeX matrices."""
    if found[1] not in values:
        return found[0]
    value = values[found[1]]
    if isinstance(value, np.ndarray) and value.ndim in (1, 2):
        rows = value.tolist() if value.ndim == 2 else [[x] for x in value.tolist()]
        body = r" \\ ".join(" & ".join(f"{x:g}" for x in row) for row in rows)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"
    return str(value)
