"""A course: its file is checked, its assignments graded, lateness and weights counted."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mcalclib.classroom.course import CourseError, course_numbers, read_course
from mcalclib.classroom.dates import moment, span
from mcalclib.classroom.lateness import Policy
from mcalclib.classroom.times import submission_times, table_times
from mcalclib.cli import main
from mcalclib.grader.limits import GraderError

COURSE = """
[course]
name = "Matrix <calculus>"
timezone = "Europe/Zurich"
results = "results"
jobs = 1

[late]
grace = "30 min"
per_day = 0.1
cap = 0.25

[extra."Kurt Gödel"]
operators = "48 h"

[[assignment]]
source = "source/operators"
submissions = "in"
due = 2026-11-20T18:00:00
weight = 3
times = "times.csv"

[[assignment]]
name = "again"
source = "source/operators"
submissions = "not-yet"
"""
TIMES = """student,time
Ada Lovelace,2026-11-20T18:20:00
Kurt Gödel,2026-11-22T17:00:00
Emmy Noether,2026-11-21T20:00:00
Sofja Kowalewskaja,2026-12-24T00:00:00+01:00
"""


@pytest.fixture
def course(class_folder):
    (class_folder / "course.toml").write_text(COURSE, encoding="utf-8")
    (class_folder / "times.csv").write_text(TIMES, encoding="utf-8")
    return class_folder


def test_a_course_is_graded_and_added_up(course, capsys):
    assert main(["course", str(course / "course.toml")]) == 0
    assert "operators: 6 graded, 0 known before" in capsys.readouterr().out
    with open(course / "results" / "course.csv", newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    # 20 minutes late is forgiven; 26 hours are two days, 20 % of 13.5; a month stops at the cap.
    assert float(rows["Ada Lovelace"]["operators"]) == 16
    assert float(rows["Kurt Gödel"]["operators"]) == 16  # 48 hours more
    assert float(rows["Emmy Noether"]["operators"]) == pytest.approx(13.5 * 0.8)
    assert float(rows["Sofja Kowalewskaja"]["operators"]) == pytest.approx(11 * 0.75)
    assert float(rows["Ada Lovelace"]["total"]) == pytest.approx(80)
    assert "'=cmd()" in rows  # no formula for a spreadsheet
    page = (course / "results" / "course.html").read_text()
    assert "Matrix &lt;calculus&gt;" in page
    assert "operators/feedback/Ada%20Lovelace.html" in page
    assert (course / "results" / "operators" / "report.html").exists()


def test_the_second_time_only_what_is_new_is_graded(course, capsys):
    from small_class import hand_in

    main(["course", str(course / "course.toml")])
    hand_in(course / "in", "Nina Bari")
    capsys.readouterr()
    assert main(["course", str(course / "course.toml")]) == 0
    assert "operators: 1 graded, 6 known before" in capsys.readouterr().out


def test_weights_count_over_what_was_graded(course):
    (course / "course.toml").write_text(COURSE.replace("not-yet", "in"), encoding="utf-8")
    main(["course", str(course / "course.toml")])
    numbers = course_numbers(read_course(course / "course.toml"))
    emmy = next(one for one in numbers["students"] if one["student"] == "Emmy Noether")
    assert emmy["total"] == pytest.approx(100 * (3 * 13.5 * 0.8 + 13.5) / (4 * 20))
    assert json.loads((course / "results" / "course.json").read_text())["course"]


@pytest.mark.parametrize(
    ("old", "new", "message", "place"),
    [
        (
            "weight = 3",
            "wieght = 3",
            r"'wieght' in \[assignment\]; did you mean 'weight'",
            "wieght",
        ),
        ("per_day = 0.1", "per_day = 10", r"must be a number from 0 to 1, got 10", "per_day"),
        ('grace = "30 min"', 'grace = "a while"', r"'a while' is no span of time", "grace"),
        ('timezone = "Europe/Zurich"\n', "", r"names no time zone", "due ="),
        ("Europe/Zurich", "Mars/Olympus", r"no time zone 'Mars/Olympus'", "timezone"),
        ('source = "source/operators"', 'source = "source/x"', r"'source/x' of 'x' does not", ""),
        ("weight = 3", "weight = -1", r"weight must be a number from 0 up", "weight"),
        ("weight = 3", "weight = ", r"Invalid value", "weight"),
        ("[extra.", "[etxra.", r"unknown key 'etxra'; did you mean 'extra'", "etxra"),
        ('operators = "48 h"', 'oprators = "48 h"', r"'oprators' in \[extra.Kurt", "oprators"),
        ("[[assignment]]", "[[homework]]", r"unknown key 'homework'", ""),
        ('name = "again"', 'name = "operators"', r"'operators' stands there twice", ""),
    ],
)
def test_mistakes_in_the_file_are_named_with_their_line(course, old, new, message, place):
    text = COURSE.replace(old, new)
    assert text != COURSE
    (course / "course.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=message) as caught:
        read_course(course / "course.toml")
    if place:
        lines = text.splitlines()
        (line,) = [at for at, content in enumerate(lines, 1) if place in content]
        assert re.search(rf"line {line}\b", str(caught.value))


def test_a_missing_file_is_named(tmp_path, capsys):
    assert main(["course", str(tmp_path / "nothing.toml")]) == 2
    assert "nothing.toml: cannot be read" in capsys.readouterr().err


DUE = datetime(2026, 11, 20, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "share"),
    [
        (timedelta(hours=-5), 0),
        (timedelta(minutes=30), 0),
        (timedelta(minutes=31), 0.1),
        (timedelta(days=1), 0.1),
        (timedelta(days=1, seconds=1), 0.2),
        (timedelta(days=9), 0.25),
    ],
)
def test_each_day_begun_costs_until_the_cap(late, share):
    policy = Policy(timedelta(minutes=30), 0.1, 0.25)
    assert policy.share_lost("ada", DUE, DUE + late) == pytest.approx(share)


def test_moments_are_compared_across_zones():
    home = ZoneInfo("Europe/Zurich")
    assert moment("Friday, 20 November 2026, 1:42 PM", home) == datetime(
        2026, 11, 20, 12, 42, tzinfo=UTC
    )
    assert moment("2026-11-20 12:42:00.000000 UTC") == datetime(2026, 11, 20, 12, 42, tzinfo=UTC)
    assert moment("2026-07-01T12:00:00", home).utcoffset() == timedelta(hours=2)
    with pytest.raises(GraderError, match="names no time zone"):
        moment("2026-11-20T18:00:00")
    with pytest.raises(GraderError, match="is no date"):
        moment("tomorrow")


@pytest.mark.parametrize("text", ["", "5", "h", "-3 h", "3 weeks"])
def test_spans_that_cannot_be_read_are_refused(text):
    with pytest.raises(GraderError, match="no span of time"):
        span(text)


def test_times_come_from_what_each_platform_leaves(tmp_path, graded):
    content = (graded / "in" / "Ada Lovelace.ipynb").read_bytes()
    folder = tmp_path / "nbgrader" / "submitted" / "ada" / "operators"
    folder.mkdir(parents=True)
    (folder / "operators.ipynb").write_bytes(content)
    (folder / "timestamp.txt").write_text("2026-11-20 17:00:00.5 UTC")
    times = submission_times(tmp_path / "nbgrader", "operators")
    assert times == {"ada": datetime(2026, 11, 20, 17, 0, 0, 500000, tzinfo=UTC)}

    folder = tmp_path / "gradescope" / "assignment_1_export" / "submission_9"
    folder.mkdir(parents=True)
    (folder / "operators.ipynb").write_bytes(content)
    (folder.parent / "submission_metadata.yml").write_text(
        "submission_9:\n  :submitters:\n  - :name: Ada Lovelace\n    :email: a@x.org\n"
        "  :created_at: 2026-11-20 09:00:00.000000000 -08:00\n"
    )
    times = submission_times(tmp_path / "gradescope", "operators")
    assert times["Ada Lovelace"] == datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_moodles_worksheet_tells_times_in_the_courses_zone(tmp_path):
    (tmp_path / "w.csv").write_text(
        'Identifier,"Full name","Last modified (submission)"\n'
        'Participant 7,Ada Lovelace,"Friday, 20 November 2026, 6:00 PM"\nParticipant 8,Kurt Gödel,-\n'
    )
    home = ZoneInfo("Europe/Zurich")
    times = table_times(tmp_path / "w.csv", ["Ada Lovelace", "Kurt Gödel"], home)
    assert times == {"Ada Lovelace": datetime(2026, 11, 20, 17, tzinfo=UTC)}
    with pytest.raises(GraderError, match=r"w\.csv, line 2: .*names no time zone"):
        table_times(tmp_path / "w.csv", ["Ada Lovelace"])


def test_late_scores_reach_the_learning_platform(course, tmp_path):
    main(["course", str(course / "course.toml")])
    (tmp_path / "c.csv").write_text('Student,ID,operators (1)\n"Noether, Emmy",5,\n')
    command = ["export", "canvas", course / "results" / "operators", tmp_path / "c.csv"]
    main(list(map(str, [*command, "--to", tmp_path / "o.csv", "--course", course / "course.toml"])))
    assert (tmp_path / "o.csv").read_text().splitlines()[1].endswith(",10.8")
