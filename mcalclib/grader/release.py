"""The student's version of an assignment, and the proof that the assignment can be solved."""

import copy
import hashlib
import json
from pathlib import Path

from .assignment import Assignment, load
from .fence import FenceError, probe
from .lane import Lane
from .limits import GraderError, Limits
from .publishing import write_whole


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


def release(source, out=None, limits: Limits | None = None, seed: int = 0) -> Path:
    """Write the student's version and return its path.

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

    Raises
    ------
    ReleaseError
        If a check fails its own solution or passes an empty answer.
    """
    assignment = load(source)
    path = Path(source)
    if path.is_dir():
        path = path / f"{assignment.name}.ipynb"
    data = path.read_bytes()
    text = student_version(data, assignment)
    prove(assignment, data, text.encode(), limits or Limits(), seed)
    if out is None:
        parts = list(path.resolve().parts)
        if "source" not in parts:
            raise ReleaseError(f"{path}: not below a folder named source; say where with --out.")
        last = len(parts) - 1 - parts[::-1].index("source")
        target = Path(*parts[:last], "release", *parts[last + 1 :])
    else:
        target = Path(out) / path.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReleaseError(f"{target.parent}: cannot be made ({error.strerror}).") from None
    if target.exists() and target.samefile(path):
        raise ReleaseError(f"{target}: this would overwrite the source; use another --out.")
    write_whole(target, text)
    return target


def prove(assignment: Assignment, solution: bytes, empty: bytes, limits: Limits, seed: int):
    """Grade the own solution and an empty submission; raise unless all and nothing is scored."""
    try:
        kind = probe(limits)
    except FenceError:
        kind = "trusted"  # both are the instructor's own
    with Lane(assignment, kind, limits, seed) as lane:
        solved = lane.grade("solution", solution)
        unsolved = lane.grade("empty", empty)
    wrong = []
    for check in solved["checks"]:
        if check["status"] not in ("passed", "manual"):
            wrong.append(f"{check['grade_id']}: fails with the own solution: {check['detail']}")
    for check in unsolved["checks"]:
        if check["points"] > 0:
            wrong.append(f"{check['grade_id']}: gives {check['points']:g} points for nothing")
    if wrong:
        raise ReleaseError(f"{assignment.name}: not released, because\n  " + "\n  ".join(wrong))
