"""The gradebook: one SQLite record per submission, durable before the next one is taken."""

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from .limits import GraderError

APPLICATION = 0x6D63616C  # "mcal", so that another program's database is never touched
VERSION = 1

_SCHEMA = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE results (
    student TEXT PRIMARY KEY,
    submission TEXT NOT NULL,  -- hash of the file handed in
    assignment TEXT NOT NULL,  -- hash of the source notebook and its data files
    grader TEXT NOT NULL,      -- hash of the grader's own code, limits and seed
    status TEXT NOT NULL,
    score REAL NOT NULL,
    max_score REAL NOT NULL,
    note TEXT NOT NULL,
    record TEXT NOT NULL       -- JSON: every check, every answer
) WITHOUT ROWID;
"""
# Later than version 1, which does not mind: an older mcalc neither reads nor writes it.
_NAMES = """
CREATE TABLE IF NOT EXISTS names (
    student TEXT PRIMARY KEY,
    platform TEXT NOT NULL,
    name TEXT NOT NULL,        -- as the platform gives it
    number TEXT NOT NULL       -- the platform's own id of the student, empty without one
) WITHOUT ROWID
"""


class GradebookError(GraderError):
    """The output folder or its database cannot be used; nothing in it was changed."""


class Gradebook:
    """The database of one output folder.

    Parameters
    ----------
    folder : path
        Made if it does not exist.
    assignment : str
        The assignment's name; a folder of another assignment is refused.
    """

    def __init__(self, folder, assignment: str):
        self.folder = Path(folder)
        self.path = self.folder / "gradebook.db"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise GradebookError(
                f"{self.folder}: the output folder cannot be made or written ({error.strerror})."
            ) from None
        if not os.access(self.folder, os.W_OK):
            raise GradebookError(f"{self.folder}: the output folder is read-only.")
        is_new = not self.path.exists() or self.path.stat().st_size == 0
        try:
            self.connection = sqlite3.connect(self.path, isolation_level=None, timeout=5)
            if is_new:
                self._make(assignment)
            else:
                self._recognise(assignment)
            self.connection.execute(_NAMES)
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            (self.folder / "feedback").mkdir(exist_ok=True)
        except (sqlite3.Error, OSError) as error:
            raise GradebookError(f"{self.path}: {_remedy(error)}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _make(self, assignment):
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        for statement in _SCHEMA.strip().split(";\n"):
            run(statement.rstrip(";"))
        run("INSERT INTO about VALUES ('assignment', ?)", (assignment,))
        run(f"PRAGMA application_id = {APPLICATION}")
        run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    def _recognise(self, assignment):
        recognise(self.connection, self.path)
        (theirs,) = self.connection.execute(
            "SELECT value FROM about WHERE key = 'assignment'"
        ).fetchone()
        if theirs != assignment:
            raise GradebookError(
                f"{self.folder}: holds the results of assignment {theirs!r}, not {assignment!r}; "
                "use another --out."
            )

    def known(self, student: str, submission: str, assignment: str, grader: str) -> bool:
        """Whether this very submission was graded by this very grader already."""
        row = self.connection.execute(
            "SELECT submission, assignment, grader FROM results WHERE student = ?", (student,)
        ).fetchone()
        return row == (submission, assignment, grader)

    def write(self, text: str, submission: str, assignment: str, grader: str) -> dict:
        """Store one record, as `records.to_text` wrote it, and return it; by then it is durable."""
        record = json.loads(text)
        try:
            self.connection.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    record["student"],
                    submission,
                    assignment,
                    grader,
                    record["status"],
                    record["score"],
                    record["max_score"],
                    record["note"],
                    text,
                ),
            )
        except sqlite3.Error as error:
            raise GradebookError(f"{self.path}: {_remedy(error)}") from None
        return record

    def remember(self, names: dict[str, tuple[str, str, str]]):
        """Keep, by student, the platform, the name there and the id, all of them or none."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany(
                "INSERT OR REPLACE INTO names VALUES (?, ?, ?, ?)",
                [(student, *who) for student, who in names.items()],
            )
            self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise GradebookError(f"{self.path}: {_remedy(error)}") from None

    def row(self, student: str) -> dict | None:
        """Return everything that is stored about one student, None for nothing."""
        names = ("student", "submission", "assignment", "grader", "score", "record")
        row = self.connection.execute(
            f"SELECT {', '.join(names)} FROM results WHERE student = ?", (student,)
        ).fetchone()
        return None if row is None else dict(zip(names, row, strict=True))

    def record(self, student: str) -> dict:
        """Return one student's record."""
        row = self.connection.execute("SELECT record FROM results WHERE student = ?", (student,))
        return json.loads(row.fetchone()[0])

    def records(self) -> Iterator[dict]:
        """Yield every record, sorted by student."""
        for (text,) in self.connection.execute("SELECT record FROM results ORDER BY student"):
            yield json.loads(text)

    def looks(self) -> list[tuple[str, str]]:
        """Return whose submission could not be graded, and why."""
        return self.connection.execute(
            "SELECT student, note FROM results WHERE status IN ('unreadable', 'refused') "
            "ORDER BY student"
        ).fetchall()

    def students(self) -> list[str]:
        """Return everybody of whom there is a result."""
        rows = self.connection.execute("SELECT student FROM results ORDER BY student")
        return [row[0] for row in rows]

    def _journal(self, mode):
        try:
            return self.connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0]
        except sqlite3.OperationalError:  # locked by a reader
            return ""

    def close(self):
        """Fold everything into one file whose bytes depend on its content alone."""
        beside = self.path.with_name(".gradebook.part")
        try:
            beside.unlink(missing_ok=True)
            # A journal left beside a new file would be replayed into it, so it goes first; while
            # another program reads, it stays, and so does the file as it is.
            until = time.monotonic() + 2
            while (mode := self._journal("DELETE")) != "delete" and time.monotonic() < until:
                time.sleep(0.05)
            if mode != "delete":
                self.connection.close()
                return
            # Rows lie in the order in which lanes finished; a copy lies in order.
            self.connection.execute("VACUUM INTO ?", (str(beside),))
            with contextlib.closing(sqlite3.connect(beside, isolation_level=None)) as copy:
                # Copying counts this up, so it would tell how often a run was interrupted.
                copy.execute("PRAGMA schema_version = 1")
            with open(beside, "rb") as file:
                os.fsync(file.fileno())
            self.connection.close()
            beside.replace(self.path)
        except (sqlite3.Error, OSError):
            # No room for a copy: the database as it is holds the same.
            self.connection.close()
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


def names_in(folder) -> tuple[dict[str, tuple[str, str, str]], dict[str, str]]:
    """Return what an output folder calls its students, without changing anything in it.

    Returns
    -------
    dict of tuple
        Platform, name there and id, by student; nobody whose results are older than these names.
    dict of str
        Hash of the file handed in, by student: everybody.
    """
    path = Path(folder) / "gradebook.db"
    if not path.is_file():
        return {}, {}
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True, timeout=5)) as connection:
            recognise(connection, path)
            files = dict(connection.execute("SELECT student, submission FROM results"))
            has_names = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'names'")
            rows = connection.execute("SELECT * FROM names") if has_names.fetchone() else ()
            return {student: tuple(who) for student, *who in rows}, files
    except sqlite3.Error as error:
        raise GradebookError(f"{path}: {_remedy(error)}") from None


def recognise(connection: sqlite3.Connection, path) -> None:
    """Raise unless a database is a gradebook that this version can read."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise GradebookError(f"{path}: this database was not made by mcalc; use --out.")
    if version > VERSION:
        raise GradebookError(
            f"{path}: made by a newer version of mcalc (format {version}, this one knows "
            f"{VERSION}); update mcalclib or use another --out."
        )


def _remedy(error):
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return f"the disk is full ({text}); what was graded so far is safe. Free space and rerun."
    if "locked" in text:
        return "another mcalc is writing to this folder; wait for it or use another --out."
    if "not a database" in text or "malformed" in text:
        return f"this is no usable gradebook ({text}); move it away or use another --out."
    if "readonly" in text or "unable to open" in text:
        return f"the folder is read-only or cannot be written ({text})."
    return text
