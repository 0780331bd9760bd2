"""Grading again after a test changed: what would change is shown before it is written."""

import contextlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ..grader import feedback
from ..grader.gradebook import Gradebook, GradebookError
from ..grader.grading import Run, Settings
from ..grader.limits import GraderError
from ..grader.publishing import page_path, publish, write_whole
from ..grader.records import rewritten, to_text
from .results import Results


@dataclass(frozen=True)
class Change:
    """What a regrade does to one check of one student."""

    student: str
    grade_id: str
    before: float
    after: float
    status_before: str
    status_after: str


def regrade(settings: Settings, problem: str = "", dry_run: bool = False) -> list[Change]:
    """Grade again and return what changes; without ``dry_run`` it is written.

    The old records go into ``history.db``. Marks given by hand stay.

    Parameters
    ----------
    settings : Settings
        As for `mcalc grade`; ``only`` picks students, ``out`` is the folder to change.
    problem : str
        Only the checks of this problem are taken from the new records.
    dry_run : bool
        Write nothing.

    Raises
    ------
    GraderError
        If there is no such problem, or nothing was graded into the folder before.
    """
    if not (Path(settings.out) / "gradebook.db").exists():
        raise GraderError(f"{settings.out}: nothing was graded into it yet; use mcalc grade.")
    if not dry_run and not os.access(settings.out, os.W_OK):  # known before a class is graded
        raise GradebookError(f"{settings.out}: the output folder is read-only.")
    with tempfile.TemporaryDirectory() as beside:
        run = Run(replace(settings, out=Path(beside), resume=False, home=settings.out))
        results = Results(settings.out)
        if results.assignment != run.assignment.name:
            raise GradebookError(
                f"{settings.out}: holds the results of assignment {results.assignment!r}, not "
                f"{run.assignment.name!r}; name that one's --source."
            )
        if problem and problem not in run.assignment.problems:
            raise GraderError(
                f"--problem: there is no problem {problem!r}; there are "
                f"{', '.join(run.assignment.problems)}."
            )
        summary = run()
        if summary.interrupted:
            raise KeyboardInterrupt
        old = {record["student"]: record for record in results.raw()}
        changes, written = _compared(old, Path(beside), problem)
        if not dry_run:
            with Gradebook(settings.out, run.assignment.name) as book:
                _write(book, written, run, problem)
        return changes


def _compared(old, beside, problem):
    changes, written = [], []
    for student, row in _rows(beside).items():
        new = json.loads(row["record"])
        if problem and student in old:
            new = rewritten(old[student], new, problem)
        changes += list(_changes(old.get(student), new))
        if new != old.get(student):
            written.append((student, new, row))
    return changes, written


def _write(book, written, run, problem):
    book.remember({one.student: one.who for one in run.found})
    with contextlib.closing(History(book.folder)) as history:
        for student, record, row in written:
            before = book.row(student)
            if before is not None:
                history.keep(before)
            write_whole(page_path(book.folder, student), feedback.page(record))
            # Where only one problem was graded anew the record keeps its old mark of origin, so
            # that `mcalc grade` looks at the others too.
            origin = before if problem and before is not None else row
            mark = row["submission"], origin["assignment"], origin["grader"]
            book.write(to_text(record), *mark)
    publish(book, run.assignment.problems)


def _rows(folder) -> dict[str, dict]:
    with contextlib.closing(sqlite3.connect(folder / "gradebook.db")) as connection:
        connection.row_factory = sqlite3.Row
        return {
            row["student"]: dict(row)
            for row in connection.execute("SELECT * FROM results ORDER BY student")
        }


def _changes(old, new) -> Iterable[Change]:
    before = {check["grade_id"]: check for check in (old or {"checks": []})["checks"]}
    for check in new["checks"]:
        was = before.get(check["grade_id"], {"points": 0.0, "status": "new"})
        if (was["points"], was["status"]) != (check["points"], check["status"]):
            yield Change(
                new["student"],
                check["grade_id"],
                was["points"],
                check["points"],
                was["status"],
                check["status"],
            )


class History:
    """Records that a regrade replaced, in a file that is only added to.

    Parameters
    ----------
    folder : path
        An output folder of `mcalc grade`.
    """

    def __init__(self, folder):
        self.path = Path(folder) / "history.db"
        try:
            self.connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
            self.connection.execute(
                "CREATE TABLE IF NOT EXISTS replaced (id INTEGER PRIMARY KEY, at TEXT NOT NULL, "
                "student TEXT NOT NULL, submission TEXT NOT NULL, assignment TEXT NOT NULL, "
                "grader TEXT NOT NULL, score REAL NOT NULL, record TEXT NOT NULL)"
            )
            self.connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error as error:
            raise GradebookError(f"{self.path}: {error}; nothing was changed.") from None

    def keep(self, row: dict):
        """Add a row of the gradebook, durable when this returns."""
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        names = ("student", "submission", "assignment", "grader", "score", "record")
        try:
            self.connection.execute(
                "INSERT INTO replaced VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
                (at, *(row[name] for name in names)),
            )
        except sqlite3.Error as error:
            raise GradebookError(f"{self.path}: {error}; this record was not replaced.") from None

    def of(self, student: str) -> list[dict]:
        """Return one student's replaced records, oldest first."""
        rows = self.connection.execute(
            "SELECT at, score, record FROM replaced WHERE student = ? ORDER BY id", (student,)
        )
        return [{"at": at, "score": score, "record": json.loads(text)} for at, score, text in rows]

    def close(self):
        """Close the file."""
        self.connection.close()
