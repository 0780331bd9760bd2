"""Marks given by hand: they count, they stay, and what the machine said is kept beside them."""

import contextlib
import csv
import sqlite3

import pytest
import sample_course

from mcalclib.grader.cli import main
from mcalclib.grader.gradebook import GradebookError
from mcalclib.grader.publishing import page_path
from mcalclib.grader.reviews import Reviews, rubric_points


@pytest.fixture
def course(tmp_path):
    source = tmp_path / "source" / "operators"
    source.mkdir(parents=True)
    (source / "operators.ipynb").write_bytes(
        sample_course.to_bytes(sample_course.source_notebook())
    )
    hand_in(tmp_path, "ada")
    hand_in(tmp_path, "ben", slope=None)
    assert grade(tmp_path) == 0
    return tmp_path


def hand_in(root, student, **answers):
    (root / "in").mkdir(exist_ok=True)
    content = sample_course.to_bytes(sample_course.submission(**answers))
    (root / "in" / f"{student}.ipynb").write_bytes(content)


def grade(root):
    command = ["grade", root / "in", "--source", root / "source" / "operators"]
    return main([str(part) for part in [*command, "--out", root / "out", "--quiet", "--jobs", "1"]])


def scores(root):
    with open(root / "out" / "scores.csv", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def mark(root, *arguments, **keywords):
    with Reviews(root / "out", write=True) as reviews:
        reviews.mark(*arguments, **keywords)


def test_a_mark_counts_and_no_regrade_loses_it(course):
    before = float(scores(course)["ada"]["score"])
    mark(course, "ada", "proof", points=3, comment="Why is <K> square?")
    hand_in(course, "ada")  # the same again: known, not graded
    assert grade(course) == 0
    assert float(scores(course)["ada"]["score"]) == before + 3
    hand_in(course, "ada", proof="A new proof.")  # changed: graded again
    assert grade(course) == 0
    assert float(scores(course)["ada"]["score"]) == before + 3
    page = page_path(course / "out", "ada").read_text()
    assert "Why is &lt;K&gt; square?" in page and "3 of 4" in page


def test_a_mark_overrides_the_machine_and_can_be_withdrawn(course):
    before = float(scores(course)["ben"]["score"])
    mark(course, "ben", "slope-line", points=1)
    grade(course)
    assert float(scores(course)["ben"]["score"]) == before + 1
    with Reviews(course / "out") as reviews:
        reviews.withdraw("ben", "slope-line")
        assert [h["withdrawn"] for h in reviews.history("ben", "slope-line")] == [0, 1]
    grade(course)
    assert float(scores(course)["ben"]["score"]) == before
    assert "reviewed" not in page_path(course / "out", "ben").read_text().split("<body>")[1]


def test_a_comment_alone_changes_no_points(course):
    before = scores(course)["ben"]
    mark(course, "ben", "slope-line", comment="See chapter 1.")
    grade(course)
    assert scores(course)["ben"] == before
    assert "See chapter 1." in page_path(course / "out", "ben").read_text()


def test_an_answer_that_changed_after_its_mark_is_named(course):
    mark(course, "ada", "proof", points=2, answer="hash of another answer")
    grade(course)
    assert "proof: the answer changed after it was marked by hand" in scores(course)["ada"]["note"]


def test_changing_a_rubric_item_changes_everybody_who_has_it(course):
    with Reviews(course / "out", write=True) as reviews:
        item = reviews.add_item("proof", "uses orthogonality", 2)
        for student in ("ada", "ben"):
            reviews.mark(student, "proof", items=[item])
        reviews.change_item(item, "uses orthogonality", 3)
    grade(course)
    assert {who: row["proof"] for who, row in scores(course).items()} == {"ada": "3", "ben": "3"}


@pytest.mark.parametrize(
    ("points", "expected"),
    [([1, 2], 3), ([-1], 3), ([-9], 0), ([9], 4), ([3, -1], 2)],
)
def test_rubric_points_stay_between_zero_and_the_maximum(points, expected):
    assert rubric_points(points, 4) == expected


def test_points_that_are_no_number_are_refused(course):
    with pytest.raises(GradebookError, match="must be a number, got nan"):
        mark(course, "ada", "proof", points=float("nan"))


def test_a_file_of_a_newer_version_or_another_program_is_left_alone(course):
    mark(course, "ada", "proof", points=1)
    path = course / "out" / "review.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(GradebookError, match="newer version"):
        Reviews(course / "out")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA application_id = 7")
    with pytest.raises(GradebookError, match="not made by mcalc"):
        Reviews(course / "out")
    assert len(path.read_bytes()) == len(before)
