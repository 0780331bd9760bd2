"""The student's version of an assignment, and the proof that the assignment can be solved."""

import ast
import copy
import csv
import hashlib
import json
import re
from pathlib import Path

from .assignment import Assignment, load
from .fence import FenceError, probe
from .lane import Lane
from .limits import GraderError, Limits
from .names import plain
from .publishing import write_whole
from .texts import decode
from .variants import drawn

TRIED = 20  # students with whose numbers the solution is tried before anything is given out


class ReleaseError(GraderError):
    """The assignment must not be given out as it is."""


def student_version(data: bytes, assignment: Assignment) -> str:
    """Return the text of the notebook that students get.

    Solutions become nbgrader's stub, hidden tests and marking schemes go, outputs are
    cleared, cells are locked and get nbgrader's checksums: the same notebook as
    ``nbgrader generate_assignment`` makes.

    Parameters
    ----------
    data : bytes
        The source notebook.
    assignment : Assignment
        What was read from it.
    """
    notebook = copy.deepcopy(json.loads(data.decode("utf-8-sig")))
    if notebook.get("nbformat", 0) < 4:
        raise ReleaseError(f"{assignment.name}: save the source as nbformat 4 first.")
    notebook.get("metadata", {}).pop("celltoolbar", None)
    for cell, part in zip(notebook["cells"], assignment.parts, strict=True):
        cell["source"] = part.released.splitlines(keepends=True)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            for name in ("collapsed", "scrolled", "execution"):
                cell["metadata"].pop(name, None)
        about = cell["metadata"].get("nbgrader")
        if not about:
            continue
        if about.get("solution"):
            cell["metadata"]["deletable"] = False
        elif about.get("grade") or about.get("locked"):
            cell["metadata"]["deletable"] = cell["metadata"]["editable"] = False
        if about.get("grade") or about.get("solution") or about.get("locked"):
            about["cell_type"] = cell["cell_type"]
            about["checksum"] = checksum(cell["cell_type"], part.released, about)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def checksum(kind: str, source: str, about: dict) -> str:
    """Return nbgrader's checksum of a cell."""
    grade, solution = bool(about.get("grade")), bool(about.get("solution"))
    locked = not solution and (grade or bool(about.get("locked")))
    text = [source, kind, str(grade), str(solution), str(locked), about["grade_id"]]
    if grade:
        text.append(str(float(about["points"])))
    return hashlib.md5("".join(text).encode(), usedforsecurity=False).hexdigest()


def release(
    source, out=None, limits: Limits | None = None, seed: int = 0, secret: bytes = b""
) -> Path:
    """Write the student's version, with the data files beside it, and return its path.

    First the assignment grades itself: its own solution must get every point, and the
    student's version, handed in as it is, none.

    Parameters
    ----------
    source : path
        The source notebook or its folder.
    out : path, optional
        The folder to write to; by default ``release`` in place of ``source`` in the path.
    limits : Limits, optional
    seed : int
    secret : bytes
        For numbers that are drawn; this version holds one draw for everybody.

    Raises
    ------
    ReleaseError
        If a check fails its own solution or passes an empty answer.
    """
    assignment, path, data = _source(source)
    text = student_version(data, drawn(assignment, secret, ""))
    prove(assignment, data, text.encode(), limits or Limits(), seed, secret, [""])
    if out is None:
        parts = list(path.resolve().parts)
        if "source" not in parts:
            raise ReleaseError(f"{path}: not below a folder named source; say where with --out.")
        last = len(parts) - 1 - parts[::-1].index("source")
        target = Path(*parts[:last], "release", *parts[last + 1 :])
    else:
        target = Path(out) / path.name
    return _written(target, text, path, assignment.files)


def release_to(source, out, students, secret: bytes, limits: Limits | None = None, seed=0) -> int:
    """Write a notebook for each student and return how many.

    They lie as nbgrader expects them to be handed in: ``<student>/<assignment>/<notebook>``.

    Parameters
    ----------
    source, limits, seed
        As for `release`.
    out : path
    students : list of str
    secret : bytes

    Raises
    ------
    ReleaseError
        As `release`; the solution is tried with the numbers of the first twenty students.
    """
    assignment, path, data = _source(source)
    if assignment.draws and not secret:
        raise ReleaseError(f"{assignment.name} draws numbers per student: give --secret FILE.")
    texts = [student_version(data, drawn(assignment, secret, student)) for student in students]
    empty = texts[0].encode() if texts else b""
    prove(assignment, data, empty, limits or Limits(), seed, secret, students[:TRIED])
    for student, text in zip(students, texts, strict=True):
        target = Path(out) / student / assignment.name / path.name
        _written(target, text, path, assignment.files)
    return len(texts)


def read_students(path) -> list[str]:
    """Return the names in a file with one per line, or in the column student of a table.

    Tables may have commas, semicolons or tabs.

    Raises
    ------
    ReleaseError
        If there are none, two that are alike, or a table has no such column.
    """
    path = Path(path)
    try:
        text, _ = decode(path.read_bytes(), path)
    except OSError as error:
        raise ReleaseError(f"--students: {path}: cannot be read ({error.strerror}).") from None
    known: dict[str, str] = {}
    names = [name for name in _names(text, path) if name]
    for name in names:
        if name in (".", "..") or "/" in name or "\0" in name:
            raise ReleaseError(f"--students: {path}: {name!r} cannot name a folder.")
        if known.get(plain(name)) == name:
            raise ReleaseError(
                f"--students: {path}: {name!r} stands there twice. If they are two students, write "
                f"the platform's id behind each name, as in '{name}_101'."
            )
        if plain(name) in known:
            raise ReleaseError(
                f"--students: {path}: {name!r} and {known[plain(name)]!r} would get the same "
                "numbers; write them so that they differ in more than punctuation."
            )
        known[plain(name)] = name
    if not names:
        raise ReleaseError(f"--students: {path}: there are no names in it.")
    return names


def _names(text, path):
    lines = text.splitlines()
    for delimiter in ",;\t":
        heads = next(csv.reader(lines[:1], delimiter=delimiter), [])
        heads = [head.strip().casefold() for head in heads]
        if "student" in heads:
            column = heads.index("student")
            rows = csv.reader(lines[1:], delimiter=delimiter)
            return [row[column].strip() for row in rows if len(row) > column]
    for number, line in enumerate(lines, 1):
        # One comma stands in "Lovelace, Ada"; more, or an address, in a table.
        many = line.count(",") > 1 and not re.fullmatch(r'\s*"[^"]*"\s*', line)
        if many or re.search(r"[;\t]|,.*@", line):
            raise ReleaseError(
                f"--students: {path}, line {number}: {line!r} is a row of a table and no name; call "
                "the column of names 'student' in the first line."
            )
    return [line.strip().strip('"').strip() for line in lines]


def _source(source):
    assignment = load(source)
    path = Path(source)
    if path.is_dir():
        path = path / f"{assignment.name}.ipynb"
    return assignment, path, path.read_bytes()


def _written(target, text, path, files):
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReleaseError(f"{target.parent}: cannot be made ({error.strerror}).") from None
    if target.exists() and target.samefile(path):
        raise ReleaseError(f"{target}: this would overwrite the source; use another --out.")
    # Cells that read data must find it where the student works, too.
    for file in files:
        write_whole(target.parent / Path(file).name, Path(file).read_bytes())
    write_whole(target, text)
    return target


def prove(
    assignment: Assignment, solution: bytes, empty: bytes, limits: Limits, seed: int,
    secret: bytes = b"", students=("",),
):  # fmt: skip
    """Grade the own solution and an empty submission; raise unless all and nothing is scored."""
    try:
        kind = probe(limits)
    except FenceError:
        kind = "trusted"  # both are the instructor's own
    with Lane(assignment, kind, limits, seed, secret=secret) as lane:
        tried = students if assignment.draws else students[:1]
        solved = {student: lane.grade(student, solution) for student in tried}
        unsolved = lane.grade(students[0], empty)
    wrong = []
    for student, record in solved.items():
        numbers = f" and the numbers of {student!r}" if student else ""
        for check in record["checks"]:
            if check["status"] not in ("passed", "manual"):
                why = f"fails with the own solution{numbers}: {check['detail']}"
                wrong.append(
                    f"{check['grade_id']}: {why}{_why_missing(assignment, check['detail'])}"
                )
        # No test looks at an answer that is marked by hand, such as a picture.
        for name, answer in record["answers"].items():
            if answer["error"]:
                wrong.append(f"{name}: the own solution stops{numbers}: {answer['error']}")
    for check in unsolved["checks"]:
        if check["points"] > 0:
            wrong.append(f"{check['grade_id']}: gives {check['points']:g} points for nothing")
    if wrong:
        raise ReleaseError(f"{assignment.name}: not released, because\n  " + "\n  ".join(wrong))


def _why_missing(assignment, message):
    """Return which given cell should have defined the name that a test missed."""
    missing = re.search(r"name '(\w+)' is not defined", message)
    for number, part in enumerate(assignment.parts, 1):
        if not missing or part.kind != "given":
            continue
        names, modules = set(), set()
        for node in ast.walk(_tree_of(part)):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
                modules |= {alias.name.split(".")[0] for alias in node.names}
                modules |= {str(getattr(node, "module", ""))}
        if missing[1] in names:
            beside = {Path(file).name for file in assignment.files}
            own = sorted(f"{module}.py" for module in modules if f"{module}.py" in beside)
            hint = f"; {own[0]} can be read there and not imported: put its code into a cell"
            return (
                f"\n    {missing[1]!r} is given in cell {number}, which does not run to its end "
                f"where submissions are graded{hint if own else ''}"
            )
    return ""


def _tree_of(part):
    try:
        return ast.parse(part.source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])
