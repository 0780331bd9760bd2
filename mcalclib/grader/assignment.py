"""An assignment, read from the instructor's notebook in nbgrader's format."""

import ast
import hashlib
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path

from .limits import GraderError
from .notebooks import Cell, Unreadable, read, same_text, to_python

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"


class AssignmentError(GraderError):
    """The instructor's notebook cannot be graded from; its message names the cell."""


@dataclass(frozen=True)
class Part:
    """One cell of the assignment.

    ``kind`` is ``given`` (code that is neither answer nor test), ``answer``, ``test``,
    ``manual`` (graded by hand) or ``text``. ``released`` is what students were given.
    """

    kind: str
    type: str
    source: str
    released: str
    grade_id: str = ""
    points: float = 0.0
    problem: str = ""
    names: frozenset[str] = frozenset()  # what the instructor's version defines
    used: frozenset[str] = frozenset()  # every name that it mentions
    imports: str = ""  # the instructor's own imports in an answer cell, run on our side
    hidden: tuple[tuple[int, int], ...] = ()  # first and last line of each hidden region
    draws: bool = False  # whether it draws numbers per student


@dataclass(frozen=True)
class Assignment:
    """Everything that grading needs to know about one notebook."""

    name: str
    parts: tuple[Part, ...]
    digest: str
    files: tuple[str, ...] = ()  # data files beside the notebook
    trusted: bool = True  # False where the tests are a student's own copy

    @property
    def draws(self) -> bool:
        """Whether every student gets numbers of their own."""
        return any(part.draws for part in self.parts)

    @property
    def folder(self) -> str:
        """Where the data files are, for cells that open them by name."""
        return str(Path(self.files[0]).parent) if self.files else "/"

    @property
    def graded(self) -> list[Part]:
        """The cells that carry points, in order."""
        return [part for part in self.parts if part.kind in ("test", "manual")]

    @property
    def max_score(self) -> float:
        """The sum of all points."""
        return math.fsum(part.points for part in self.graded)

    @property
    def problems(self) -> list[str]:
        """Names of the problems in order, each an answer with the tests that follow it."""
        return list(dict.fromkeys(part.problem for part in self.graded))

    @property
    def modules(self) -> list[str]:
        """Modules that the assignment's own cells import."""
        found = {}
        for part in self.parts:
            if part.type == "code" and part.kind != "test":
                for node in ast.walk(_tree(part)):
                    if isinstance(node, ast.Import):
                        found.update((alias.name, None) for alias in node.names)
                    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                        found[node.module] = None
        return list(found)

    @property
    def leading(self) -> list[str]:
        """The given cells before the first answer, which every student's run starts with."""
        sources = []
        for part in self.parts:
            if part.kind in ("answer", "test") or (part.kind == "manual" and part.type == "code"):
                break
            if part.draws:
                break
            if part.kind == "given":
                sources.append(part.source)
        return sources


def load(path) -> Assignment:
    """Return the assignment in a notebook, or in a folder that holds just one.

    Parameters
    ----------
    path : path
        ``exercises/source/03_rules`` or the notebook inside it.

    Raises
    ------
    AssignmentError
        If there is none, more than one, or one that cannot be graded from.
    """
    path = Path(path)
    if path.is_dir():
        notebooks = sorted(path.glob("*.ipynb"))
        if len(notebooks) != 1:
            names = ", ".join(p.name for p in notebooks) or "none"
            raise AssignmentError(
                f"{path}: one source notebook is expected here, found {names}; "
                "name the one to grade from, as in --source FOLDER/NOTEBOOK.ipynb."
            )
        path = notebooks[0]
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AssignmentError(f"{path}: cannot be read ({error.strerror}).") from None
    beside = sorted(
        p
        for p in path.parent.iterdir()
        if p.is_file() and p.suffix != ".ipynb" and not p.name.startswith(".")
    )
    return parse(data, path.stem, tuple(str(p.resolve()) for p in beside), str(path))


def parse(data: bytes, name: str, files=(), where: str = "", student: bool = False) -> Assignment:
    """Return the assignment in a notebook's bytes.

    Parameters
    ----------
    data : bytes
        The notebook.
    name : str
        What it is called.
    files : sequence of path
        Data files that submissions may read.
    where : str
        The path for error messages.
    student : bool
        Whether this is a student's version, whose answers need not be solutions.
    """
    where = where or name
    try:
        notebook = read(data)
    except Unreadable as error:
        raise AssignmentError(f"{where}: {error}.") from None
    if notebook.language not in ("python", "ipython", "python3"):
        raise AssignmentError(f"{where}: the notebook is in {notebook.language}, not Python.")
    parts, problem, after_test, seen = [], "", True, set()
    for number, cell in enumerate(notebook.cells, 1):
        at = f"{where}, cell {number}" + (f" ({cell.grade_id})" if cell.grade_id else "")
        part = _part(cell, at, student)
        if part.kind in ("answer", "test", "manual"):
            if part.grade_id in seen:
                raise AssignmentError(f"{at}: the grade id {part.grade_id!r} is used twice.")
            seen.add(part.grade_id)
        # A problem is an answer, or several, with the tests that follow.
        if part.kind == "answer":
            if after_test:
                problem = part.grade_id
            after_test = False
        elif part.kind == "test":
            problem = problem or part.grade_id
            after_test = True
        own = part.grade_id if part.kind == "manual" else problem
        if part.kind in ("answer", "test", "manual"):
            part = replace(part, problem=own)
        parts.append(part)
    result = Assignment(name, tuple(parts), "", tuple(str(f) for f in files))
    if not result.graded:
        raise AssignmentError(
            f"{where}: no cell carries points, so there is nothing to grade. In JupyterLab, "
            "nbgrader's Create Assignment marks cells as answers and tests."
        )
    answers = [p for p in parts if p.kind == "answer"]
    if not student and answers and all(map(_is_unsolved, answers)):
        raise AssignmentError(
            f"{where}: no answer holds a solution; this looks like the students' version. "
            "Grade from the source notebook, with ### BEGIN SOLUTION and ### END SOLUTION."
        )
    digest = hashlib.sha256(data)
    for file in result.files:
        digest.update(Path(file).name.encode() + b"\0" + Path(file).read_bytes())
    return replace(result, digest=digest.hexdigest(), trusted=not student)


def _is_unsolved(part):
    """Whether an answer cell of a source notebook holds what students are given."""
    stub = "\n".join(line.strip() for line in part.source.split("\n"))
    return same_text(part.source) == same_text(part.released) or CODE_STUB in stub


def _part(cell: Cell, at: str, student: bool) -> Part:
    about = cell.nbgrader
    grade, solution = about.get("grade") is True, about.get("solution") is True
    task = about.get("task") is True
    released, _ = _cut(cell.source, "SOLUTION", at, CODE_STUB if cell.type == "code" else TEXT_STUB)
    had_solution = released != cell.source
    released, hidden = _cut(released, "HIDDEN TESTS", at)
    released, _ = _cut(released, "MARK SCHEME", at)
    if had_solution and not solution:
        raise AssignmentError(f"{at}: a solution stands in a cell that is not marked as answer.")
    if hidden and not grade:
        raise AssignmentError(f"{at}: hidden tests stand in a cell that is not marked as test.")
    if not (grade or solution or task):
        kind = "given" if cell.type == "code" else "text"
        draws = kind == "given" and "BEGIN VARIANT" in cell.source
        source = to_python(cell.source) if kind == "given" else cell.source
        return Part(kind, cell.type, source, cell.source, cell.grade_id, draws=draws)
    if not cell.grade_id:
        raise AssignmentError(f"{at}: a graded or answer cell has no grade id.")
    points = _points(about, at) if grade or task else 0.0
    if task or (grade and solution):
        if solution and not had_solution:
            released = CODE_STUB if cell.type == "code" else TEXT_STUB
        kind = "manual"
    elif grade:
        if cell.type != "code":
            raise AssignmentError(f"{at}: a test must be a code cell, this one is {cell.type}.")
        kind = "test"
    else:
        kind = "answer" if cell.type == "code" else "text"
        if not had_solution and solution:
            released = CODE_STUB if cell.type == "code" else TEXT_STUB
    source = to_python(cell.source) if cell.type == "code" else cell.source
    part = Part(kind, cell.type, source, released, cell.grade_id, points)
    if cell.type != "code":
        return part
    # A student's own notebook may hold anything; running it will tell.
    tree = _tree(part, "" if student else at)
    names, imports = _defined(tree)
    used = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    _, hidden = _cut(source, "HIDDEN TESTS", at)
    return replace(part, names=names, used=used, imports=imports, hidden=hidden)


def _points(about, at):
    points = about.get("points")
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise AssignmentError(f"{at}: the cell is graded but says no points.")
    if not (math.isfinite(points) and points >= 0):
        raise AssignmentError(f"{at}: points must be a number from 0 up, got {points}.")
    return float(points)


def _cut(source, what, at, stub=None):
    """Return the text without its regions of one kind, and their first and last lines."""
    kept, regions, start = [], [], None
    for number, line in enumerate(source.split("\n"), 1):
        if f"BEGIN {what}" in line:
            if start is not None:
                raise AssignmentError(f"{at}: BEGIN {what} stands inside another one.")
            start = number
            if stub:
                indent = re.match(r"\s*", line)[0]
                kept += [indent + part for part in stub.split("\n")]
        elif f"END {what}" in line:
            if start is None:
                raise AssignmentError(f"{at}: END {what} stands without a BEGIN.")
            regions.append((start, number))
            start = None
        elif start is None:
            kept.append(line)
    if start is not None:
        raise AssignmentError(f"{at}: BEGIN {what} has no END.")
    return "\n".join(kept), tuple(regions)


def _tree(part, at=""):
    try:
        return ast.parse(part.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        error = error if isinstance(error, SyntaxError) else SyntaxError(str(error))
        if not at:
            return ast.Module([], [])
        raise AssignmentError(f"{at}: line {error.lineno} is no Python: {error.msg}.") from None


_OWN_SCOPE = ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def _defined(tree):
    """Return the names that a cell binds, and its import statements as text."""
    names, imports = set(), []

    def visit(node):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imports.append(ast.unparse(node))
        elif not isinstance(node, _OWN_SCOPE):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            for child in ast.iter_child_nodes(node):
                visit(child)

    visit(tree)
    return frozenset(names), "\n".join(imports)
