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
        ('name = "again"', 'name = "operators"', r"'operators' stands there twice", 'name = "op'),
        # What stands in a table above as well is not taken for it.
        ('submissions = "not-yet"', "weight = 'much'", "needs submissions", ""),
        ('"not-yet"', "\"not-yet\"\nweight = '2'", "from 0 up, got '2'", "weight = '2'"),
        ('"not-yet"', '"not-yet"\ntimes = 5', "times must be a text", "times = 5"),
        ('name = "again"', 'name = "../again"', "cannot name a folder", "../again"),
        ("due = 2026-11-20T18:00:00", "due = 2026-11-20", "names no time of day", "due ="),
        ("jobs = 1", 'jobs = "two"', "must be a whole number from 0 up, got 'two'", "jobs"),
        ("jobs = 1", 'secret = "none"', "none: cannot be read", "secret"),
        ('results = "results"', "results = 5", "results must be a text", "results"),
        ('[extra."Kurt Gödel"]\noperators', "[extra]\nkurt", "must be a table", "kurt"),
        ('[extra."Kurt', '[extra."kurt godel"]\noperators = "1 h"\n[extra."Kurt', "twice", ""),
    ],
)
def test_mistakes_in_the_file_are_named_with_their_line(tmp_path, old, new, message, place):
    (tmp_path / "source" / "operators").mkdir(parents=True)
    text = COURSE.replace(old, new)
    assert text != COURSE
    (tmp_path / "course.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=message) as caught:
        read_course(tmp_path / "course.toml")
    if place:
        lines = text.splitlines()
        (line, *_) = [at for at, content in enumerate(lines, 1) if place in content][-1:]
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
    assert times["Ada Lovelace_a@x.org"] == datetime(2026, 11, 20, 17, tzinfo=UTC)


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


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path):
    path = tmp_path / "course.toml"
    path.write_bytes(COURSE.encode("latin-1"))
    lines = COURSE.splitlines()
    (line,) = [at for at, content in enumerate(lines, 1) if "Gödel" in content]
    with pytest.raises(CourseError, match=f"line {line}: no UTF-8"):
        read_course(path)


def test_more_time_is_found_under_another_spelling_and_a_wrong_name_is_noted(course, capsys):
    text = COURSE.replace("Kurt Gödel", "kurt godel") + '[extra.Emy]\noperators = "1 h"\n'
    (course / "course.toml").write_text(text, encoding="utf-8")
    main(["course", str(course / "course.toml")])
    said = capsys.readouterr().out
    assert "note: [extra] names 'Emy', who handed in nothing" in said
    assert "operators: nothing tells when 2 of 6 submissions came" in said
    numbers = course_numbers(read_course(course / "course.toml"))
    lost = {s["student"]: s["assignments"]["operators"]["lost"] for s in numbers["students"]}
    assert lost["Kurt Gödel"] == 0 and lost["Emmy Noether"] == pytest.approx(0.2)
    assert "names &#x27;Emy&#x27;" in (course / "results" / "course.html").read_text()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Emmy Noether,2026-11-20T10:00:00", r"lines 4, 6: all of them fit 'Emmy Noether'"),
        ("Nina Bari,soon", r"line 6: 'soon' is no date"),
        ("Nina Bari,2026-11-20", r"line 6: '2026-11-20' names no time of day"),
    ],
)
def test_tables_of_times_that_cannot_be_used_are_named_with_the_line(tmp_path, row, message):
    (tmp_path / "times.csv").write_text(f"{TIMES}{row}\n", encoding="utf-8")
    with pytest.raises(GraderError, match=rf"times\.csv, {message}"):
        table_times(tmp_path / "times.csv", ["Emmy Noether"], ZoneInfo("Europe/Zurich"))


def test_a_table_of_times_is_read_before_anything_is_graded(course, capsys):
    (course / "times.csv").write_text("student,when\nAda,now\n")
    assert main(["course", str(course / "course.toml")]) == 2
    assert "times.csv, line 1: no column 'time'" in capsys.readouterr().err
    assert not (course / "results").exists()


def test_a_narrow_space_before_the_hours_half_is_read():
    found = moment("Friday, 20 November 2026, 1:42\u202fPM", ZoneInfo("Europe/Zurich"))
    assert found == datetime(2026, 11, 20, 12, 42, tzinfo=UTC)


def test_scores_are_those_of_the_folder_that_is_exported(course, tmp_path, capsys):
    # Two assignments from one source: the second is not late.
    (course / "course.toml").write_text(COURSE.replace("not-yet", "in"), encoding="utf-8")
    main(["course", str(course / "course.toml")])
    (tmp_path / "c.csv").write_text('Student,ID,operators (1)\n"Noether, Emmy",5,\n')
    for name, score in (("operators", "10.8"), ("again", "13.5")):
        command = ["export", "canvas", course / "results" / name, tmp_path / "c.csv"]
        command += ["--to", tmp_path / "o.csv", "--course", course / "course.toml"]
        assert main(list(map(str, command))) == 1
        assert (tmp_path / "o.csv").read_text().splitlines()[1].endswith(f",{score}")
    capsys.readouterr()
    command = ["export", "canvas", course / "out", tmp_path / "c.csv", "--to", tmp_path / "no.csv"]
    assert main(list(map(str, [*command, "--course", course / "course.toml"]))) == 2
    assert "is no folder of its results; there are" in capsys.readouterr().err
    assert not (tmp_path / "no.csv").exists()


def test_a_course_grades_numbers_drawn_per_student(tmp_path):
    from test_variants import given, hand_in, release, source

    (tmp_path / "source" / "numbers").mkdir(parents=True)
    (tmp_path / "source" / "numbers" / "numbers.ipynb").write_bytes(source())
    (tmp_path / "secret").write_text("a secret of the course, long enough")
    (tmp_path / "students.txt").write_text("Ada Lovelace\n")
    assert release(tmp_path) == 0
    hand_in(tmp_path, "Ada Lovelace", given(tmp_path, "Ada Lovelace"))
    (tmp_path / "course.toml").write_text(
        '[course]\nsecret = "secret"\n[[assignment]]\nsource = "source/numbers"\n'
        'submissions = "in"\n'
    )
    assert main(["course", str(tmp_path / "course.toml")]) == 0
    (one,) = course_numbers(read_course(tmp_path / "course.toml"))["students"]
    assert one["total"] == 100
    again = ["regrade", tmp_path / "in", "--source", tmp_path / "source" / "numbers"]
    again += ["--out", tmp_path / "results" / "numbers", "--secret", tmp_path / "secret"]
    assert main(list(map(str, again))) == 0


def moodle(course, folder, **students):
    """Hand in as Moodle's download writes it; students by their name and number."""
    content = (course / "in" / "Ada Lovelace.ipynb").read_bytes()
    for name, numbers in students.items():
        for number in numbers:
            path = course / folder / f"{name.replace('_', ' ')}_{number}_assignsubmission_file_"
            path.mkdir(parents=True)
            (path / "operators.ipynb").write_bytes(content)


MOODLE_COURSE = """
[course]
timezone = "Europe/Zurich"
jobs = 1
[late]
per_day = 0.1
[extra."Kim Min"]
one = "48 h"
[extra."Ada Lovelace"]
one = "48 h"
[extra."Kim Min_12"]
two = "48 h"
[[assignment]]
name = "one"
source = "source/operators"
submissions = "first"
due = 2026-11-20T18:00:00
times = "times.csv"
[[assignment]]
name = "two"
source = "source/operators"
submissions = "second"
"""
WORKSHEET = """Identifier,Full name,Last modified (submission)
Participant 7,Ada Lovelace,"Friday, 20 November 2026, 7:00 PM"
Participant 8,Kim Min,"Friday, 20 November 2026, 7:00 PM"
Participant 9,Kim Min,"Saturday, 21 November 2026, 7:00 PM"
"""


def test_moodle_s_other_number_in_each_assignment_makes_nobody_two(course, capsys):
    moodle(course, "first", Ada_Lovelace=[7], Kim_Min=[8, 9])
    moodle(course, "second", Ada_Lovelace=[11], Kim_Min=[12])
    (course / "course.toml").write_text(MOODLE_COURSE, encoding="utf-8")
    (course / "times.csv").write_text(WORKSHEET)
    assert main(["course", str(course / "course.toml")]) == 0
    said = capsys.readouterr().out
    numbers = course_numbers(read_course(course / "course.toml"))
    rows = {one["student"]: one["assignments"] for one in numbers["students"]}
    assert rows.keys() == {"Ada Lovelace", "Kim Min_8", "Kim Min_9", "Kim Min_12"}
    assert rows["Ada Lovelace"]["one"]["called"] == "Ada Lovelace_7"
    assert rows["Ada Lovelace"]["two"]["called"] == "Ada Lovelace_11"
    # The worksheet's numbers tell two of one name apart; nobody's deduction is lost or exchanged.
    lost = {student: marks["one"] and marks["one"]["lost"] for student, marks in rows.items()}
    assert lost == {
        "Ada Lovelace": 0, "Kim Min_8": pytest.approx(0.1), "Kim Min_9": pytest.approx(0.2),
        "Kim Min_12": None,
    }  # fmt: skip
    assert "several students are called 'Kim Min', and nothing says which" in said
    assert "[extra] names 'Kim Min', and several are called so; nobody got more time" in said
    page = (course / "results" / "course.html").read_text(encoding="utf-8")
    assert "two/feedback/Ada%20Lovelace_11.html" in page


def test_canvas_s_ids_join_namesakes_rightly(course):
    content = (course / "in" / "Ada Lovelace.ipynb").read_bytes()
    for folder, people in (("first", (101, 102)), ("second", (102,))):
        (course / folder).mkdir()
        for number in people:
            (course / folder / f"kimmin_{number}_{number}9_operators.ipynb").write_bytes(content)
    text = re.sub(r"\[extra.*\n.*\n|due.*\n|times.*\n", "", MOODLE_COURSE)
    (course / "course.toml").write_text(text, encoding="utf-8")
    assert main(["course", str(course / "course.toml")]) == 0
    numbers = course_numbers(read_course(course / "course.toml"))
    handed_in = {
        s["student"]: [n for n, m in s["assignments"].items() if m] for s in numbers["students"]
    }
    assert handed_in == {"kimmin_101": ["one"], "kimmin_102": ["one", "two"]}
    assert numbers["notes"] == []


def test_a_student_s_own_file_tells_no_time(tmp_path, graded):
    content = (graded / "in" / "Ada Lovelace.ipynb").read_bytes()
    folder = tmp_path / "Ada Lovelace_7_assignsubmission_file_" / "operators"
    folder.mkdir(parents=True)
    (folder / "operators.ipynb").write_bytes(content)
    (folder / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    (folder / "submission_1").mkdir()
    (folder / "submission_1" / "notes.txt").write_text("so that the folder looks like Gradescope's")
    forged = f"{folder.parent.name}:\n  :created_at: 2026-01-01 00:00:00 Z\n"
    (folder / "submission_metadata.yml").write_text(forged)
    assert submission_times(tmp_path, "operators") == {}


def test_a_damaged_timestamp_is_noted_and_stops_no_course(course, capsys):
    for name, text in (("ada", "2026-11-20 16:00:00.0 UTC"), ("ben", "yesterday")):
        folder = course / "submitted" / name / "operators"
        folder.mkdir(parents=True)
        (folder / "operators.ipynb").write_bytes(
            (course / "in" / "Ada Lovelace.ipynb").read_bytes()
        )
        (folder / "timestamp.txt").write_text(text)
    text = COURSE.replace('"in"', '"submitted"').replace('times = "times.csv"', "")
    (course / "course.toml").write_text(text, encoding="utf-8")
    assert main(["course", str(course / "course.toml")]) == 0
    said = capsys.readouterr().out
    assert "ben/operators/timestamp.txt: 'yesterday' is no date" in said
    assert "nothing tells when 1 of 2 submissions came" in said
    assert (course / "results" / "course.csv").exists()


def test_a_table_of_times_is_read_as_a_german_spreadsheet_writes_it(tmp_path):
    text = "Student;Time\r\nJörg Müller;20.11.2026 18:20\r\nKim Min;21.11.2026 08:05:30\r\n"
    (tmp_path / "times.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    times = table_times(
        tmp_path / "times.csv", ["jorgmuller", "Kim Min"], ZoneInfo("Europe/Berlin")
    )
    assert times == {
        "jorgmuller": datetime(2026, 11, 20, 17, 20, tzinfo=UTC),
        "Kim Min": datetime(2026, 11, 21, 7, 5, 30, tzinfo=UTC),
    }
