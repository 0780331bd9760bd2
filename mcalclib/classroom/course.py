"""A course: several assignments, their weights and dates, graded and added up."""

import difflib
import json
import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ..grader.assignment import load
from ..grader.fence import probe
from ..grader.grading import Run, Settings, Summary
from ..grader.limits import GraderError, Limits
from .dates import moment, span, zone
from .lateness import Policy
from .results import Results
from .times import submission_times, table_times

_COURSE = {"name", "timezone", "results", "jobs", "seed"}
_LATE = {"grace", "per_day", "cap"}
_ASSIGNMENT = {"name", "source", "submissions", "due", "weight", "times", "limits", "late"}
_TOP = {"course", "late", "assignment", "extra"}


class CourseError(GraderError):
    """A course file that cannot be used; its message names file, line and remedy."""


@dataclass
class Entry:
    """One assignment of a course."""

    name: str
    source: Path
    submissions: Path
    weight: float = 1.0
    due: datetime | None = None
    times: Path | None = None
    limits: Limits = field(default_factory=Limits)
    policy: Policy = field(default_factory=Policy)


@dataclass
class Course:
    """A course file, read and checked."""

    path: Path
    name: str
    results: Path
    assignments: list[Entry]
    home: ZoneInfo | None = None
    jobs: int = 0
    seed: int = 0


def read_course(path) -> Course:
    """Return the course in a TOML file.

    Paths in it are relative to the file. Unknown keys, dates without a zone and assignments that
    do not exist are errors.

    Parameters
    ----------
    path : path

    Examples
    --------
    A file that names everything::

        [course]
        name = "Matrix calculus"
        timezone = "Europe/Zurich"
        results = "results"

        [late]
        grace = "30 min"
        per_day = 0.1        # of the score
        cap = 0.5

        [extra.ada]          # more time, by student and assignment
        02_linear_operators = "48 h"

        [[assignment]]
        source = "exercises/source/02_linear_operators"
        submissions = "submitted/02"
        due = 2026-11-20T18:00:00
        weight = 2
        times = "moodle_worksheet.csv"   # where the download does not tell
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = tomllib.loads(text)
    except OSError as error:
        raise CourseError(f"{path}: cannot be read ({error.strerror}).") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: {error}.") from None
    reader = _Reader(path, text)
    reader.known(content, _TOP, "")
    about = reader.table(content, "course")
    reader.known(about, _COURSE, "course")
    home = None
    if "timezone" in about:
        home = reader.place("timezone", lambda: zone(about["timezone"]))
    entries = content.get("assignment", [])
    if not isinstance(entries, list) or not entries:
        raise CourseError(f"{path}: no assignment in it; write [[assignment]] once for each.")
    late = reader.policy(reader.table(content, "late"), Policy())
    extra = reader.table(content, "extra")
    assignments = [reader.entry(entry, home, late, extra) for entry in entries]
    names = [one.name for one in assignments]
    for name in names:
        if names.count(name) > 1:
            raise CourseError(f"{path}: the assignment {name!r} stands there twice.")
    for student, more in extra.items():
        reader.known(more, set(names), f"extra.{student}")
    return Course(
        path,
        str(about.get("name", path.stem)),
        path.parent / about.get("results", "results"),
        assignments,
        home,
        int(about.get("jobs", 0)),
        int(about.get("seed", 0)),
    )


class _Reader:
    """Takes a course file apart; every complaint names the line."""

    def __init__(self, path, text):
        self.path, self.lines = path, text.splitlines()

    def fail(self, key, problem):
        raise CourseError(f"{self.path}{self.at(key)}: {problem}")

    def at(self, key):
        for number, line in enumerate(self.lines, 1):
            if re.match(
                rf"\s*(\[+[^\]]*\b{re.escape(key)}\b|[\"']?{re.escape(key)}[\"']?\s*=)", line
            ):
                return f", line {number}"
        return ""

    def known(self, table, keys, where):
        if not isinstance(table, dict):
            self.fail(where, f"{where} must be a table, such as [{where}].")
        for key in table:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, 1)
                hint = (
                    f"; did you mean {near[0]!r}?"
                    if near
                    else f"; known: {', '.join(sorted(keys))}."
                )
                self.fail(key, f"unknown key {key!r}" + (f" in [{where}]" if where else "") + hint)

    def table(self, content, name):
        table = content.get(name, {})
        if not isinstance(table, dict):
            self.fail(name, f"{name} must be a table: write [{name}].")
        return table

    def place(self, key, make):
        try:
            return make()
        except CourseError:
            raise
        except (GraderError, ValueError, TypeError) as error:
            self.fail(key, str(error))

    def share(self, table, key, default):
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            self.fail(key, f"{key} must be a number from 0 to 1, got {value!r}.")
        return float(value)

    def policy(self, table, default):
        self.known(table, _LATE, "late")
        grace = default.grace
        if "grace" in table:
            grace = self.place("grace", lambda: span(table["grace"]))
        return Policy(
            grace,
            self.share(table, "per_day", default.per_day),
            self.share(table, "cap", default.cap),
        )

    def entry(self, table, home, late, extra):
        self.known(table, _ASSIGNMENT, "assignment")
        for key in ("source", "submissions"):
            if not isinstance(table.get(key), str):
                self.fail("assignment", f"an assignment needs {key}, a path in quotation marks.")
        source = self.path.parent / table["source"]
        name = str(table.get("name") or Path(table["source"]).with_suffix("").name)
        if not source.exists():
            self.fail("source", f"the source {table['source']!r} of {name!r} does not exist.")
        weight = table.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < 1e6:
            self.fail("weight", f"weight must be a number from 0 up, got {weight!r}.")
        due = table.get("due")
        if due is not None:
            due = self.place("due", lambda: moment(str(due), home))
        policy = self.policy(self.table(table, "late"), late)
        more = {
            student: self.place(name, lambda t=times: span(t[name]))
            for student, times in extra.items()
            if isinstance(times, dict) and name in times
        }
        times = table.get("times")
        return Entry(
            name,
            source,
            self.path.parent / table["submissions"],
            float(weight),
            due,
            self.path.parent / times if times else None,
            self.place("limits", lambda: Limits.parse(table.get("limits", ""))),
            Policy(policy.grace, policy.per_day, policy.cap, more),
        )


def grade_course(course: Course, trusted: bool = False, progress=None) -> dict[str, Summary]:
    """Grade what is new in every assignment whose submissions are there.

    Returns
    -------
    dict
        A summary for each assignment that was looked at.
    """
    summaries = {}
    kinds: dict[Limits, str] = {}
    for entry in course.assignments:
        if not entry.submissions.exists():
            continue
        settings = Settings(
            entry.submissions,
            entry.source,
            course.results / entry.name,
            jobs=course.jobs,
            seed=course.seed,
            limits=entry.limits,
        )
        run = Run(settings, progress)
        if entry.limits not in kinds:
            kinds[entry.limits] = "trusted" if trusted else probe(entry.limits)
        settings.kind = kinds[entry.limits]
        summaries[entry.name] = run()
        if summaries[entry.name].interrupted:
            break
    return summaries


def course_numbers(course: Course) -> dict:
    """Return the whole gradebook: per student and assignment, with late policy and weights.

    Returns
    -------
    dict
        ``assignments``: name, weight, max_score, due. ``students``: student, total (0 to 100, over
        the weights of the assignments that were graded) and, by assignment, score, lost, late and
        status; None where nothing was handed in, which counts zero.
    """
    columns, students = [], {}
    for entry in course.assignments:
        folder = course.results / entry.name
        if not (folder / "gradebook.db").exists():
            continue
        records = Results(folder).records()
        names = [record["student"] for record in records]
        handed_in = _times(course, entry, names)
        columns.append(
            {
                "name": entry.name,
                "weight": entry.weight,
                "max_score": records[0]["max_score"] if records else load(entry.source).max_score,
                "due": entry.due.isoformat() if entry.due else None,
            }
        )
        for record in records:
            when = handed_in.get(record["student"])
            lost = 0.0
            if entry.due and when:
                lost = entry.policy.share_lost(record["student"], entry.due, when)
            students.setdefault(record["student"], {})[entry.name] = {
                "score": record["score"] * (1 - lost),
                "raw": record["score"],
                "lost": lost,
                "handed_in": when.isoformat() if when else None,
                "late_unknown": "handed in late" in record["notes"] and when is None,
                "status": record["status"],
                "waiting": record["waiting"],
            }
    total = sum(column["weight"] for column in columns)
    rows = []
    for student in sorted(students):
        marks = students[student]
        earned = sum(
            column["weight"] * marks[column["name"]]["score"] / column["max_score"]
            for column in columns
            if column["name"] in marks and column["max_score"]
        )
        by_assignment = {column["name"]: marks.get(column["name"]) for column in columns}
        percent = 100 * earned / total if total else 0.0
        rows.append({"student": student, "total": percent, "assignments": by_assignment})
    return {"course": course.name, "assignments": columns, "students": rows}


def _times(course, entry, students):
    if entry.due is None:
        return {}
    times = {}
    if entry.submissions.exists():
        times |= submission_times(entry.submissions, entry.name, course.home)
    if entry.times is not None:
        times |= table_times(entry.times, students, course.home)
    return times


def to_json(numbers: dict) -> str:
    """Return the gradebook of a course as JSON."""
    return json.dumps(numbers, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
