"""When students handed in, from what each platform leaves behind."""

from datetime import datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from ..grader.limits import GraderError
from ..grader.submissions import METADATA, Source, find, gradescope_metadata
from .dates import moment
from .matching import match
from .tables import TableError, read_table


def submission_times(submissions, assignment: str, home: ZoneInfo | None = None) -> dict:
    """Return when each student handed in, as far as the download tells.

    nbgrader leaves ``timestamp.txt`` beside the notebook, Gradescope its metadata. Canvas marks
    files as late without saying when, and Moodle tells in its grading worksheet: see `table_times`.

    Parameters
    ----------
    submissions : path
        The folder or archive that is graded.
    assignment : str
        The assignment's name.
    home : ZoneInfo, optional
        Zone of times that name none.
    """
    source = Source(submissions)
    files = set(source.files())
    times: dict[str, datetime] = {}
    metadata = gradescope_metadata(source, files)
    for submission in find(source, assignment):
        path = PurePosixPath(submission.path or ".")
        beside = str(path.parent / "timestamp.txt")
        if beside in files:
            text = source.read(beside).decode("utf-8", "replace")
            times[submission.student] = _moment(text, home, f"{submissions}: {beside}")
        for part in path.parts:
            if "created_at" in metadata.get(part, {}):
                text = str(metadata[part]["created_at"])
                times[submission.student] = _moment(text, home, f"{submissions}: {METADATA}")
    return times


def _moment(text, home, where):
    try:
        return moment(text, home)
    except GraderError as error:
        raise TableError(f"{where}: {error}") from None


def table_times(path, students, home: ZoneInfo | None = None) -> dict[str, datetime]:
    """Return when each student handed in, from a table.

    Parameters
    ----------
    path : path
        Moodle's grading worksheet, or a CSV file with the columns student and time.
    students : iterable of str
    home : ZoneInfo, optional
        Zone of times that name none, as Moodle's.

    Raises
    ------
    TableError
        If a column is missing, a time cannot be read, or several rows fit one student.
    """
    table = read_table(path)
    if table.has("Identifier"):
        place = table.column("Last modified (submission)")
        names = [table.column(n) for n in ("Full name", "Email address") if table.has(n)]
    else:
        place, names = table.column("time"), [table.column("student")]
    keys = [
        [row[at] for at in names] + [row[at].split("@")[0] for at in names] for row in table.rows
    ]
    moments = [
        _moment(text, home, f"{path}, line {line}") if text not in ("", "-") else None
        for line, text in zip(table.lines, (row[place].strip() for row in table.rows), strict=True)
    ]
    found = match(({"student": student} for student in students), keys)
    for student, rows in found.ambiguous.items():
        lines = ", ".join(str(table.lines[row]) for row in rows)
        raise TableError(f"{path}, lines {lines}: all of them fit {student!r}; keep one.")
    for row, names in found.shared.items():
        raise TableError(
            f"{path}, line {table.lines[row]}: fits {' and '.join(map(repr, names))}; "
            "write the names as they stand in scores.csv."
        )
    return {record["student"]: moments[row] for row, record in found.rows.items() if moments[row]}
