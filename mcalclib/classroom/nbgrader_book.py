"""Our marks in nbgrader's gradebook, through nbgrader's own interface."""

import contextlib
import os
import sys
import warnings
from importlib import import_module
from pathlib import Path

from ..grader.assignment import Assignment
from ..grader.limits import GraderError


def fill_nbgrader(url: str, assignment: Assignment, records: list[dict], lost=None) -> int:
    """Write marks into nbgrader's gradebook and return how many submissions it then holds.

    What is there already is changed, never removed. `nbgrader export` then shows our marks.

    Parameters
    ----------
    url : str
        The database, such as ``sqlite:///gradebook.db``; a path means SQLite's.
    assignment : Assignment
    records : list of dict
    lost : dict, optional
        Points that a late policy takes away, by student; nbgrader's late penalty.

    Raises
    ------
    GraderError
        If nbgrader is not installed.
    """
    try:  # by name: whoever exports to nbgrader has it, nobody else needs it
        Gradebook = import_module("nbgrader.api").Gradebook
    except ImportError:
        raise GraderError("nbgrader is not installed here: pip install nbgrader.") from None
    if "://" not in url:
        url = f"sqlite:///{url}"
    try:
        return _filled(Gradebook, url, assignment, records, lost)
    except import_module("sqlalchemy.exc").SQLAlchemyError as error:
        reason = str(error).splitlines()[0]
        raise GraderError(
            f"--db: {url}: nbgrader cannot use this database ({reason}); "
            "write it like sqlite:///gradebook.db."
        ) from None


def _filled(Gradebook, url, assignment, records, lost):
    name, lost = assignment.name, lost or {}
    with _programs_found(), warnings.catch_warnings(), Gradebook(url) as book:
        warnings.simplefilter("ignore")  # nbgrader's own about how it uses its database
        book.update_or_create_assignment(name)
        book.update_or_create_notebook(name, name)
        for part in assignment.graded:
            about = {"max_score": part.points, "cell_type": part.type}
            book.update_or_create_grade_cell(part.grade_id, name, name, **about)
            if part.kind == "manual":  # nbgrader asks for a person where a cell is also an answer
                book.update_or_create_solution_cell(part.grade_id, name, name)
        for record in records:
            student = record["student"]
            book.update_or_create_student(student)
            book.update_or_create_submission(name, student)
            notebook = book.find_submission_notebook(name, name, student)
            notebook.late_submission_penalty = lost.get(student) or None
            checks = {check["grade_id"]: check for check in record["checks"]}
            for grade in notebook.grades:
                if grade.name in checks:  # others are of cells that the source no longer holds
                    _write(grade, checks[grade.name])
            book.db.commit()
        return len(book.assignment_submissions(name))


@contextlib.contextmanager
def _programs_found():
    """Let nbgrader find the program that makes its database, which stands beside this Python."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _write(grade, check):
    grade.auto_score = check.get("by_machine", check)["points"]
    grade.needs_manual_grade = check["status"] == "manual"
    grade.manual_score = check["points"] if check["status"] == "reviewed" else None
    if check["status"] == "manual":
        grade.auto_score = None
