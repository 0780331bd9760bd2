"""Marks given by hand: a journal beside the gradebook, which no regrade touches.

The gradebook holds what the machine found and can be made again at any time; what a person decided
cannot, so it lies in a file of its own, and every decision is added, never replaced.
"""

import hashlib
import json
import math
import sqlite3
import time
from pathlib import Path

from .gradebook import GradebookError
from .records import BY_HAND, by_hand

APPLICATION = 0x6D637276  # "mcrv"
VERSION = 1

_SCHEMA = """
CREATE TABLE marks (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,        -- UTC
    student TEXT NOT NULL,
    grade_id TEXT NOT NULL,
    points REAL,             -- NULL: the sum of the rubric items
    items TEXT NOT NULL,     -- JSON: ids of rubric items
    comment TEXT NOT NULL,
    answer TEXT NOT NULL,    -- hash of the answer that was looked at
    withdrawn INTEGER NOT NULL
);
CREATE INDEX latest ON marks (student, grade_id, id);
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    grade_id TEXT NOT NULL,
    text TEXT NOT NULL,
    points REAL NOT NULL
);
"""


class Reviews:
    """The marks given by hand in one output folder.

    Parameters
    ----------
    folder : path
        The output folder of `mcalc grade`.
    write : bool
        Whether to make the file if there is none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Reviews(folder, write=True) as reviews:
    ...     reviews.mark("ada", "proof", points=3, comment="Say why K is square.")
    ...     reviews.marks("ada")["proof"]["points"]
    3.0
    """

    def __init__(self, folder, write: bool = False):
        self.path = Path(folder) / "review.db"
        self.connection = None
        if not write and not self.path.exists():
            return
        try:
            # The review page serves from one thread, but not from the one that opened this.
            self.connection = sqlite3.connect(
                self.path, isolation_level=None, timeout=5, check_same_thread=False
            )
            (application,) = self.connection.execute("PRAGMA application_id").fetchone()
            (version,) = self.connection.execute("PRAGMA user_version").fetchone()
            if application == 0 and not self._tables():
                self._make()
            elif application != APPLICATION:
                raise GradebookError(f"{self.path}: this file was not made by mcalc; move it away.")
            elif version > VERSION:
                raise GradebookError(
                    f"{self.path}: made by a newer version of mcalc (format {version}, this one "
                    f"knows {VERSION}); update mcalclib."
                )
            self.connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error as error:
            raise GradebookError(f"{self.path}: {error}; nothing was changed.") from None

    def _tables(self):
        return self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    def _make(self):
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        for statement in filter(str.strip, _SCHEMA.split(";\n")):
            run(statement)
        run(f"PRAGMA application_id = {APPLICATION}")
        run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Close the file."""
        if self.connection is not None:
            self.connection.close()

    def mark(self, student, grade_id, points=None, items=(), comment="", answer=""):
        """Add a decision about one cell of one student; durable when this returns.

        Parameters
        ----------
        student, grade_id : str
        points : float, optional
            Without it, the rubric items decide.
        items : sequence of int
            Ids of rubric items that apply.
        comment : str
        answer : str
            `answer_digest` of what was looked at.

        Raises
        ------
        GradebookError
            If points are no finite number, or the file cannot be written.
        """
        if points is not None:
            points = float(points)
            if not math.isfinite(points):
                raise GradebookError(
                    f"{student}, {grade_id}: points must be a number, got {points}."
                )
        self._write(
            "INSERT INTO marks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 0)",
            (_now(), student, grade_id, points, json.dumps(sorted(items)), comment, answer),
        )

    def withdraw(self, student, grade_id):
        """Let the machine's verdict count again; what was decided before stays in the journal."""
        self._write(
            "INSERT INTO marks VALUES (NULL, ?, ?, ?, NULL, '[]', '', '', 1)",
            (_now(), student, grade_id),
        )

    def add_item(self, grade_id, text, points) -> int:
        """Add a rubric item and return its id."""
        points = float(points)
        if not math.isfinite(points) or not text.strip():
            raise GradebookError(f"{grade_id}: a rubric item needs a text and a number of points.")
        return self._write("INSERT INTO items VALUES (NULL, ?, ?, ?)", (grade_id, text, points))

    def change_item(self, number, text, points):
        """Change a rubric item for every answer that it was given to."""
        points = float(points)
        if not math.isfinite(points) or not text.strip():
            raise GradebookError("a rubric item needs a text and a number of points.")
        self._write("UPDATE items SET text = ?, points = ? WHERE id = ?", (text, points, number))

    def _write(self, statement, values):
        try:
            return self.connection.execute(statement, values).lastrowid
        except sqlite3.Error as error:
            raise GradebookError(f"{self.path}: {error}; this mark was not stored.") from None

    def items(self) -> dict[int, dict]:
        """Return every rubric item by its id."""
        if self.connection is None:
            return {}
        rows = self.connection.execute("SELECT id, grade_id, text, points FROM items ORDER BY id")
        return {row[0]: {"grade_id": row[1], "text": row[2], "points": row[3]} for row in rows}

    def marks(self, student=None) -> dict:
        """Return what counts now: by grade id for one student, else by student and grade id."""
        if self.connection is None:
            return {}
        rows = self.connection.execute(
            "SELECT student, grade_id, points, items, comment, answer FROM marks "
            "WHERE id IN (SELECT max(id) FROM marks GROUP BY student, grade_id) "
            "AND NOT withdrawn ORDER BY student, grade_id"
        )
        found: dict[str, dict] = {}
        for who, grade_id, points, items, comment, answer in rows:
            found.setdefault(who, {})[grade_id] = {
                "points": points,
                "items": json.loads(items),
                "comment": comment,
                "answer": answer,
            }
        return found if student is None else found.get(student, {})

    def students(self) -> set[str]:
        """Return everybody about whom anything was ever decided."""
        if self.connection is None:
            return set()
        return {row[0] for row in self.connection.execute("SELECT DISTINCT student FROM marks")}

    def history(self, student, grade_id) -> list[dict]:
        """Return every decision about one cell of one student, oldest first."""
        if self.connection is None:
            return []
        rows = self.connection.execute(
            "SELECT at, points, items, comment, withdrawn FROM marks "
            "WHERE student = ? AND grade_id = ? ORDER BY id",
            (student, grade_id),
        )
        names = ("at", "points", "items", "comment", "withdrawn")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def comments(self, grade_id) -> list[str]:
        """Return the comments given in one problem, the most used first."""
        if self.connection is None:
            return []
        rows = self.connection.execute(
            "SELECT comment FROM marks WHERE grade_id = ? AND comment != '' "
            "GROUP BY comment ORDER BY count(*) DESC, max(id) DESC",
            (grade_id,),
        )
        return [row[0] for row in rows]


def answer_digest(record: dict, grade_id: str) -> str:
    """Return a hash of the answers that a check is about."""
    problem = next((c["problem"] for c in record["checks"] if c["grade_id"] == grade_id), "")
    texts = [
        answer["source"]
        for name, answer in sorted(record["answers"].items())
        if answer["problem"] == problem or name == grade_id
    ]
    return hashlib.sha256(json.dumps(texts).encode("utf-8", "backslashreplace")).hexdigest()[:16]


def with_marks(record: dict, marks: dict, items: dict) -> dict:
    """Return a record in which marks given by hand count.

    Parameters
    ----------
    record : dict
        As the gradebook holds it; not changed.
    marks : dict
        By grade id, as `Reviews.marks` returns them for the student.
    items : dict
        The rubric, as `Reviews.items` returns it.
    """
    checks, notes = [], list(record["notes"])
    for check in record["checks"]:
        mark = marks.get(check["grade_id"])
        if mark is not None:
            given = [items[number] for number in mark["items"] if number in items]
            points = mark["points"]
            if points is None and given:
                points = rubric_points([item["points"] for item in given], check["max_points"])
            said = [item["text"] for item in given] + [mark["comment"]]
            check = check | {"comment": "\n".join(filter(None, said))}
            if points is not None:  # a comment alone leaves the points as they are
                check |= {
                    "status": "reviewed",
                    "points": points,
                    "by_machine": {"status": check["status"], "points": check["points"]},
                }
            if mark["answer"] and mark["answer"] != answer_digest(record, check["grade_id"]):
                notes.append(f"{check['grade_id']}: the answer changed after it was marked by hand")
        checks.append(check)
    for grade_id in sorted(marks.keys() - {check["grade_id"] for check in checks}):
        notes.append(f"{grade_id}: marked by hand, and no longer in the assignment")
    waiting = sum(check["status"] == "manual" for check in checks)
    notes = [note for note in notes if not note.endswith(BY_HAND)]
    if waiting:
        notes.append(by_hand(waiting))
    result = record | {
        "checks": checks,
        "score": math.fsum(check["points"] for check in checks),
        "notes": notes,
        "waiting": waiting,
    }
    if marks:
        note = [part for part in record["note"].split("; ") if not part.endswith(BY_HAND)]
        result["note"] = "; ".join(dict.fromkeys([*filter(None, note), *notes]))
    return result


def rubric_points(points: list[float], maximum: float) -> float:
    """Return what rubric items give: from zero up, or, if all take away, from the maximum down.

    Examples
    --------
    >>> rubric_points([2, 1], 4), rubric_points([-1], 4), rubric_points([2, -1], 4)
    (3.0, 3.0, 1.0)
    """
    start = maximum if all(value <= 0 for value in points) else 0.0
    return float(min(max(start + math.fsum(points), 0.0), maximum))


def _now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
