"""What an output folder of `mcalc grade` holds, with every mark given by hand in it."""

import contextlib
import json
import sqlite3
from pathlib import Path

from ..grader.assignment import Assignment, load
from ..grader.gradebook import GradebookError, names_in, recognise
from ..grader.limits import GraderError
from ..grader.reviews import Reviews, with_marks
from ..grader.times import read_times


class Results:
    """The results of one assignment, read from the folder that `mcalc grade` wrote.

    Parameters
    ----------
    folder : path

    Raises
    ------
    GradebookError
        If there is no gradebook in it, or one that this version cannot read.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        path = self.folder / "gradebook.db"
        if not path.is_file():
            raise GradebookError(
                f"{self.folder}: no gradebook.db in it; name a folder that `mcalc grade --out` wrote."
            )
        rows = self._read("SELECT value FROM about WHERE key = 'assignment'")
        self.assignment = rows[0][0]

    def source(self, path) -> Assignment:
        """Return the assignment in a source notebook; another than that of the results is refused."""
        assignment = load(path)
        if assignment.name != self.assignment:
            raise GraderError(
                f"--source: {path}: this is {assignment.name!r}, and {self.folder} holds the results "
                f"of {self.assignment!r}; name that one's source."
            )
        return assignment

    def _read(self, query, values=()):
        # Read-only: a report must be able to look while `mcalc grade` writes.
        path = self.folder / "gradebook.db"
        address = f"{path.resolve().as_uri()}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
                recognise(connection, path)
                return connection.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise GradebookError(f"{path}: this is no usable gradebook ({error}).") from None

    def records(self) -> list[dict]:
        """Return every record, sorted by student, marks given by hand counted.

        Each has, as ``who``, the platform, the student's name there and the id, for results that
        know them.
        """
        with contextlib.closing(Reviews(self.folder)) as reviews:
            marks, items = reviews.marks(), reviews.items()
        names, _ = names_in(self.folder)
        return [
            with_marks(r, marks.get(r["student"], {}), items)
            | {"who": names.get(r["student"], ("", r["student"], ""))}
            for r in self.raw()
        ]

    def raw(self) -> list[dict]:
        """Return every record as the machine wrote it, sorted by student."""
        rows = self._read("SELECT record FROM results ORDER BY student")
        return [json.loads(text) for (text,) in rows]

    def seconds(self) -> dict[str, float]:
        """Return how long grading took, by student, as far as it was noted."""
        return read_times(self.folder)
