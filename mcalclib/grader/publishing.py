"""What leaves the grader for people: the table of scores and the pages of feedback."""

import contextlib
import csv
import io
from pathlib import Path

from . import feedback
from .gradebook import Gradebook, GradebookError
from .records import problem_points
from .reviews import Reviews, with_marks


def page_path(folder, student: str) -> Path:
    """Return where a student's feedback lies in an output folder."""
    return Path(folder) / "feedback" / feedback.file_name(student)


def publish(book: Gradebook, problems=None):
    """Write ``scores.csv``, and the feedback of everybody who was ever marked by hand.

    Parameters
    ----------
    book : Gradebook
    problems : list of str, optional
        Names of the columns; by default those of the records.
    """
    rows = []
    with contextlib.closing(Reviews(book.folder)) as reviews:
        marks, items, ever = reviews.marks(), reviews.items(), reviews.students()
    for kept in book.records():
        student = kept["student"]
        record = with_marks(kept, marks.get(student, {}), items)
        if problems is None:
            problems = list(dict.fromkeys(check["problem"] for check in record["checks"]))
        points = problem_points(record)
        rows.append(
            [
                guard(student),
                f"{record['score']:g}",
                f"{record['max_score']:g}",
                record["status"],
                guard(record["note"]),
                *("" if points.get(p) is None else f"{points[p]:g}" for p in problems),
            ]
        )
        if student in ever:
            write_whole(page_path(book.folder, student), feedback.page(record))
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["student", "score", "max_score", "status", "note", *map(guard, problems or [])])
    table.writerows(rows)
    write_whole(book.folder / "scores.csv", text.getvalue())


def guard(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula; different texts stay different."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA) else text


# The wide ones open a formula where East Asian text is entered.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def write_whole(path: Path, content: str | bytes, encoding: str = "utf-8"):
    """Write a file so that it is either the old one or the whole new one."""
    data = content if isinstance(content, bytes) else content.encode(encoding, "replace")
    beside = path.with_name(f".{path.name[:60]}.part")  # four bytes a character at most
    try:
        beside.write_bytes(data)
        beside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise GradebookError(
            f"{path}: cannot be written ({error.strerror}); what was there is unchanged. "
            "Free space or make the folder writable, and rerun."
        ) from None
