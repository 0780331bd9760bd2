"""A course: several assignments, their weights and dates, graded and added up."""

import contextlib
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
from ..grader.names import plain
from ..grader.variants import read_secret
from .dates import moment, span, zone
from .joining import joined
from .lateness import Policy
from .results import Results
from .times import submission_times, table_times

_COURSE = {"name", "timezone", "results", "jobs", "seed", "secret"}
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
    secret: bytes = b""  # for numbers drawn per student
    extra: tuple[str, ...] = ()  # who has more time

    def folder(self, entry: Entry) -> Path:
        """Return where the results of one assignment lie."""
        return self.results / entry.name


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
        secret = "secret"    # a file; only for numbers drawn per student

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
    except tomllib.TOMLDecodeError as error:  # its message names the line
        raise CourseError(f"{path}: this is no TOML: {error}.") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CourseError(f"{path}, line {line}: no UTF-8; save the file as UTF-8.") from None
    reader = _Reader(path, text)
    reader.known(content, _TOP, "")
    with reader.within("course"):
        about = reader.table(content, "course")
        reader.known(about, _COURSE, "course")
        home = None
        if "timezone" in about:
            home = reader.place("timezone", lambda: zone(about["timezone"]))
        results = reader.text(about, "results", "results")
        jobs, seed = reader.count(about, "jobs"), reader.count(about, "seed")
        secret = b""
        if file := reader.text(about, "secret", ""):
            secret = reader.place("secret", lambda: read_secret(path.parent / file))
    entries = content.get("assignment", [])
    if not isinstance(entries, list) or not entries:
        raise CourseError(f"{path}: no assignment in it; write [[assignment]] once for each.")
    with reader.within("late"):
        late = reader.policy(reader.table(content, "late"), Policy())
    extra = reader.table(content, "extra")
    assignments: list[Entry] = []
    for number, table in enumerate(entries):
        with reader.within("assignment", number):
            entry = reader.entry(table, home, late, extra)
            if entry.name in [one.name for one in assignments]:
                reader.fail(
                    "name" if "name" in table else "source",
                    f"the assignment {entry.name!r} stands there twice; give one another name.",
                )
            assignments.append(entry)
    with reader.within("extra"):
        for student, more in extra.items():
            reader.known(more, {one.name for one in assignments}, f"extra.{student}", student)
            if sum(plain(other) == plain(student) for other in extra) > 1:
                reader.fail(student, f"the student {student!r} stands in [extra] twice.")
    return Course(
        path,
        str(about.get("name", path.stem)),
        path.parent / results,
        assignments,
        home,
        jobs,
        seed,
        secret,
        tuple(extra),
    )


_HEADER = re.compile(r"""\s*(\[\[?)\s*["']?([\w-]+)["']?\s*([.\]])""")


class _Reader:
    """Takes a course file apart; every complaint names the line."""

    def __init__(self, path, text):
        self.path = path
        self.lines = self.area = list(enumerate(text.splitlines(), 1))

    @contextlib.contextmanager
    def within(self, name, number=0):
        """Look for lines in the number-th table of this name, with what stands below it."""
        self.area, seen, top = [], -1, ""
        for line in self.lines:
            if header := _HEADER.match(line[1]):
                top = header[2]
                seen += top == name and (header[1] == "[[" or seen < 0) and header[3] == "]"
            if top == name and max(seen, 0) == number:
                self.area.append(line)
        self.area = self.area or self.lines  # tables written in one line
        try:
            yield
        finally:
            self.area = self.lines

    def fail(self, key, problem):
        raise CourseError(f"{self.path}{self.at(key)}: {problem}")

    def at(self, key):
        key = re.escape(key)
        for number, line in self.area:
            if re.match(rf"""\s*(\[+[^\]]*(?<!\w){key}(?!\w)|["']?{key}["']?\s*[=.])""", line):
                return f", line {number}"
        return ""

    def text(self, table, key, default):
        value = table.get(key, default)
        if not isinstance(value, str):
            self.fail(key, f"{key} must be a text in quotation marks, got {value!r}.")
        return value

    def count(self, table, key):
        value = table.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self.fail(key, f"{key} must be a whole number from 0 up, got {value!r}.")
        return value

    def known(self, table, keys, where, heading=""):
        if not isinstance(table, dict):
            self.fail(heading or where, f"{where} must be a table: write [{where}].")
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
                at = key if key in table else "assignment"
                self.fail(at, f"an assignment needs {key}, a path in quotation marks.")
        source = self.path.parent / table["source"]
        name = self.text(table, "name", "") or Path(table["source"]).with_suffix("").name
        if name in ("", ".", "..") or re.search(r"[/\\\x00-\x1f]", name):
            self.fail("name", f"{name!r} cannot name a folder of results.")
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
            plain(student): self.place(name, lambda t=times: span(t[name]))
            for student, times in extra.items()
            if isinstance(times, dict) and name in times
        }
        times, limits = self.text(table, "times", ""), self.text(table, "limits", "")
        return Entry(
            name,
            source,
            self.path.parent / table["submissions"],
            float(weight),
            due,
            self.path.parent / times if times else None,
            self.place("limits", lambda: Limits.parse(limits)),
            Policy(policy.grace, policy.per_day, policy.cap, more),
        )


def grade_course(
    course: Course, trusted: bool = False, dask: str = "", progress=None
) -> dict[str, Summary]:
    """Grade what is new in every assignment whose submissions are there.

    Tables of times are read first, so that a mistake in one is not found after an hour.

    Parameters
    ----------
    course : Course
    trusted : bool
        Whether to run without a fence.
    dask : str
        The address of a cluster's scheduler.
    progress : callable, optional
        As `Run` calls it.

    Returns
    -------
    dict
        A summary for each assignment that was looked at.
    """
    summaries = {}
    kinds: dict[Limits, str] = {}
    there = [entry for entry in course.assignments if entry.submissions.exists()]
    for entry in there:
        if entry.times and entry.due:
            table_times(entry.times, [], course.home)
    for entry in there:
        settings = Settings(
            entry.submissions,
            entry.source,
            course.folder(entry),
            jobs=course.jobs,
            seed=course.seed,
            limits=entry.limits,
            dask=dask,
            secret=course.secret,
        )
        run = Run(settings, progress)
        if trusted:
            settings.kind = "trusted"
        elif not dask:  # on a cluster each worker looks for itself
            if entry.limits not in kinds:
                kinds[entry.limits] = probe(entry.limits)
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
        status; None where nothing was handed in, which counts zero. ``notes``: what deserves
        a look.
    """
    columns, graded, notes = [], [], []
    for entry in course.assignments:
        folder = course.folder(entry)
        if (folder / "gradebook.db").exists():
            results = Results(folder)
            graded.append((entry, results, results.records()))
    rows, unsure = joined([(entry.name, r) for entry, _, records in graded for r in records])
    notes += unsure
    persons: dict[str, set[str]] = {}  # rows by every name that a person may write
    for entry, _, records in graded:
        for record in records:
            row = rows[entry.name, record["student"]]
            for name in (record["student"], record["who"][1], row):
                persons.setdefault(plain(name), set()).add(row)
    students: dict[str, dict] = {}
    for entry, results, records in graded:
        handed_in = _times(course, entry, results, records, notes)
        unknown = sum(record["student"] not in handed_in for record in records)
        if entry.due and unknown:
            notes.append(
                f"{entry.name}: nothing tells when {unknown} of {len(records)} submissions came; "
                'they lose nothing. Name a table that does: times = "FILE".'
            )
        columns.append(
            {
                "name": entry.name,
                "weight": entry.weight,
                "max_score": records[0]["max_score"] if records else load(entry.source).max_score,
                "due": entry.due.isoformat() if entry.due else None,
            }
        )
        for record in records:
            row = rows[entry.name, record["student"]]
            when = handed_in.get(record["student"])
            lost = 0.0
            if entry.due and when:
                names = (record["student"], row, record["who"][1])
                sure = [name for name in names if persons[plain(name)] == {row}]
                meant = next((n for n in sure if plain(n) in entry.policy.extra), row)
                lost = entry.policy.share_lost(meant, entry.due, when)
            students.setdefault(row, {})[entry.name] = {
                "score": record["score"] * (1 - lost),
                "raw": record["score"],
                "lost": lost,
                "handed_in": when.isoformat() if when else None,
                "late_unknown": "handed in late" in record["notes"] and when is None,
                "status": record["status"],
                "waiting": record["waiting"],
                "called": record["student"],  # in the results of this assignment
            }
    for student in course.extra:
        fitting = persons.get(plain(student), set())
        if not fitting:
            near = difflib.get_close_matches(student, students, 1)
            hint = f"; is {near[0]!r} meant?" if near else ""
            notes.append(f"[extra] names {student!r}, who handed in nothing{hint}")
        elif len(fitting) > 1:
            notes.append(
                f"[extra] names {student!r}, and several are called so; nobody got more time. "
                f"Write {' or '.join(map(repr, sorted(fitting)))}."
            )
    total = sum(column["weight"] for column in columns)
    listed = []
    for student in sorted(students):
        marks = students[student]
        earned = sum(
            column["weight"] * marks[column["name"]]["score"] / column["max_score"]
            for column in columns
            if column["name"] in marks and column["max_score"]
        )
        by_assignment = {column["name"]: marks.get(column["name"]) for column in columns}
        percent = 100 * earned / total if total else 0.0
        listed.append({"student": student, "total": percent, "assignments": by_assignment})
    return {"course": course.name, "assignments": columns, "students": listed, "notes": notes}


def _times(course, entry, results, records, notes):
    if entry.due is None:
        return {}
    times = {}
    if entry.submissions.exists():
        about = results.assignment, course.home, results.folder
        times |= submission_times(entry.submissions, *about, notes)
    if entry.times is not None:
        times |= table_times(entry.times, records, course.home)
    return times


def marks_in(course: Course, folder) -> dict[str, dict]:
    """Return, by student, the marks of the assignment whose results lie in a folder.

    Parameters
    ----------
    course : Course
    folder : path
        An output folder of `mcalc course`.

    Raises
    ------
    CourseError
        If it holds the results of no assignment of this course.
    """
    wanted = Path(folder).resolve()
    for entry in course.assignments:
        if course.folder(entry).resolve() == wanted:
            rows = course_numbers(course)["students"]
            marks = [row["assignments"].get(entry.name) for row in rows]
            return {mark["called"]: mark for mark in marks if mark is not None}
    folders = ", ".join(str(course.folder(entry)) for entry in course.assignments)
    raise CourseError(f"{course.path}: {folder} is no folder of its results; there are {folders}.")


def to_json(numbers: dict) -> str:
    """Return the gradebook of a course as JSON."""
    return json.dumps(numbers, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
