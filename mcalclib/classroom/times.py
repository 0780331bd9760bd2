"""When students handed in, from what each platform leaves behind."""

import re
from datetime import datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from ..grader.limits import GraderError
from ..grader.naming import keep_names
from ..grader.submissions import METADATA, Source, find, gradescope_metadata
from .dates import moment
from .matching import match
from .tables import TableError, read_table


def submission_times(
    submissions, assignment: str, home: ZoneInfo | None = None, results=None, notes=None
) -> dict:
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
    results : path, optional
        The output folder, which says what students are called.
    notes : list of str, optional
        Takes what could not be read; one student's damaged file must not stop a course.
    """
    source = Source(submissions, but=results)
    files = set(source.files())
    times: dict[str, datetime] = {}
    metadata = gradescope_metadata(source, files)
    found = find(source, assignment)
    if results is not None:
        keep_names(found, results)
    for submission in found:
        path = PurePosixPath(submission.path or ".")
        beside = path.parent / "timestamp.txt"
        # nbgrader writes this file, where it keeps what was handed in. Elsewhere it would be a
        # file that the student handed in.
        is_its_own = submission.platform == "folder" and path.parent.name == assignment
        try:
            if is_its_own and str(beside) in files:
                text = source.read(str(beside)).decode("utf-8", "replace")
                times[submission.student] = _moment(text, home, f"{submissions}: {beside}")
            for part in path.parts:
                is_theirs = submission.platform == "gradescope"
                if is_theirs and "created_at" in metadata.get(part, {}):
                    text = str(metadata[part]["created_at"])
                    times[submission.student] = _moment(text, home, f"{submissions}: {METADATA}")
        except (TableError, OSError) as error:
            if notes is None:
                raise
            notes.append(str(error))
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
    students : iterable of str or dict
        Names, or records as `Results.records` returns them.
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
        number = table.column("Identifier")
    else:
        number = None
        place, names = table.column("time"), [table.column("student")]
    keys = [
        [row[at] for at in names] + [row[at].split("@")[0] for at in names] for row in table.rows
    ]
    if number is not None:  # as Moodle's downloads write it: two of one name are two
        for row, more in zip(table.rows, keys, strict=True):
            more += [f"{row[at]}_{re.sub(r'[^0-9]', '', row[number])}" for at in names]
    moments = [
        _moment(text, home, f"{path}, line {line}") if text not in ("", "-") else None
        for line, text in zip(table.lines, (row[place].strip() for row in table.rows), strict=True)
    ]
    records = [{"student": one} if isinstance(one, str) else one for one in students]
    found = match(records, keys)
    for student, rows in found.ambiguous.items():
        lines = ", ".join(str(table.lines[row]) for row in rows)
        raise TableError(f"{path}, lines {lines}: all of them fit {student!r}; keep one.")
    for row, names in found.shared.items():
        raise TableError(
            f"{path}, line {table.lines[row]}: fits {' and '.join(map(repr, names))}; "
            "write the names as they stand in scores.csv."
        )
    return {record["student"]: moments[row] for row, record in found.rows.items() if moments[row]}
