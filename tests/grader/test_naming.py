"""What the results call a student stays, whoever else hands in."""

import json
import os
import sqlite3
import unicodedata

import pytest
from sample_course import source_notebook, submission, to_bytes

from mcalclib.grader.cli import main
from mcalclib.grader.reviews import Reviews
from mcalclib.grader.submissions import Source, find

WRONG = "def commutation(m, n):\n    return np.eye(m * n)"
METADATA = """
submission_{first}:
  :submitters:
  - :name: Kim Min
    :sid: '31'
    :email: a@x.org
submission_902:
  :submitters:
  - :name: Kim Min
    :email: b@x.org
"""


@pytest.fixture
def course(tmp_path):
    (tmp_path / "source" / "operators").mkdir(parents=True)
    (tmp_path / "source" / "operators" / "operators.ipynb").write_bytes(to_bytes(source_notebook()))
    return tmp_path


def hand_in(course, path, **answers):
    path = course / "in" / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes(submission(**answers)))


def grade(course, *more):
    arguments = ["grade", course / "in", "--source", course / "source" / "operators"]
    arguments += ["--out", course / "out", "--quiet", "--jobs", "1", *more]
    return main(list(map(str, arguments)))


def scores(course):
    with sqlite3.connect(course / "out" / "gradebook.db") as database:
        return dict(database.execute("SELECT student, score FROM results"))


def forget(course, names):
    """Make the results what they were before ids were part of every name."""
    with sqlite3.connect(course / "out" / "gradebook.db") as database:
        database.execute("DROP TABLE names")
        for new, old in names.items():
            (text,) = database.execute(
                "SELECT record FROM results WHERE student = ?", (new,)
            ).fetchone()
            text = json.dumps(json.loads(text) | {"student": old})
            database.execute(
                "UPDATE results SET student = ?, record = ? WHERE student = ?", (old, text, new)
            )
    for page in (course / "out" / "feedback").iterdir():
        page.unlink()


CONVENTIONS = {
    "Canvas": ("kimmin_101_55_operators.ipynb", "kimmin_102_66_operators.ipynb"),
    "Moodle": (
        "Kim Min_101_assignsubmission_file_/operators.ipynb",
        "Kim Min_102_assignsubmission_file_/operators.ipynb",
    ),
    "folders": ("kim/operators.ipynb", "kim.ipynb"),
}


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_namesake_who_comes_later_changes_nobody_s_name(course, convention):
    first, second = CONVENTIONS[convention]
    hand_in(course, first)
    assert grade(course) == 0
    (before,) = scores(course)
    hand_in(course, second, commutation=WRONG)
    assert grade(course) == 0
    after = scores(course)
    assert len(after) == 2 and after[before] == 16
    assert sorted(after.values()) == [13.5, 16]


@pytest.mark.parametrize("convention", ["Canvas", "Moodle"])
def test_names_are_the_same_in_a_new_folder(course, convention):
    for path in CONVENTIONS[convention]:
        hand_in(course, path)
    names = [one.student for one in find(Source(course / "in"), "operators")]
    bare = "kimmin" if convention == "Canvas" else "Kim Min"
    assert names == [f"{bare}_101", f"{bare}_102"]


def test_gradescope_s_number_of_an_attempt_is_nobody_s_name(tmp_path):
    for first in (901, 977):  # the first of them hands in again
        root = tmp_path / str(first)
        for number in (first, 902):
            (root / f"submission_{number}").mkdir(parents=True)
            (root / f"submission_{number}" / "operators.ipynb").write_bytes(b"{}")
        (root / "submission_metadata.yml").write_text(METADATA.format(first=first))
        names = [one.student for one in find(Source(root), "operators")]
        assert names == ["Kim Min_31", "Kim Min_b@x.org"]


def test_results_from_before_keep_their_names_and_their_marks(course):
    first, second = CONVENTIONS["Moodle"]
    hand_in(course, first)
    hand_in(course, "Ada Lovelace_103_assignsubmission_file_/operators.ipynb")
    grade(course)
    forget(course, {"Kim Min_101": "Kim Min", "Ada Lovelace_103": "Ada Lovelace"})
    with Reviews(course / "out", write=True) as reviews:
        reviews.mark("Kim Min", "proof", 3)
    # The namesake comes at once with the new version: the file tells who was graded.
    hand_in(course, second, commutation=WRONG)
    assert grade(course) == 0
    assert scores(course) == {"Ada Lovelace": 16, "Kim Min": 16, "Kim Min_102": 13.5}
    # What a name means is kept from then on, whatever is handed in.
    hand_in(course, first, inverse="def derivative_of_inverse(X):\n    return lambda dX: dX")
    assert grade(course) == 0
    assert scores(course).keys() == {"Ada Lovelace", "Kim Min", "Kim Min_102"}
    assert scores(course)["Kim Min"] < 16
    text = (course / "out" / "scores.csv").read_text(encoding="utf-8")
    assert [line[-2:] for line in text.splitlines() if line.startswith("Kim Min,")] == [",3"]


def test_a_name_as_a_mac_writes_it_is_the_same_name(course):
    mac, ours = (unicodedata.normalize(form, "Kurt Gödel") for form in ("NFD", "NFC"))
    hand_in(course, f"{mac}.ipynb")
    assert os.listdir(course / "in") == [f"{mac}.ipynb"]
    assert grade(course) == 0
    assert list(scores(course)) == [ours]


def test_one_student_is_named_as_a_person_would(course, capsys):
    for path in CONVENTIONS["Moodle"]:
        hand_in(course, path)
    hand_in(course, "Jörg Müller_103_assignsubmission_file_/operators.ipynb")
    assert grade(course, "--only", "jorg muller") == 0
    assert list(scores(course)) == ["Jörg Müller_103"]
    assert grade(course, "--only", "Kim Min") == 2
    said = capsys.readouterr().err
    assert "several are called Kim Min; write 'Kim Min_101' or 'Kim Min_102'" in said
    assert grade(course, "--only", "Jörg Mueller") == 2
    assert "is 'Jörg Müller_103' meant?" in capsys.readouterr().err


def test_who_was_not_graded_and_who_is_gone_is_said(course, capsys):
    hand_in(course, "ada.ipynb")
    hand_in(course, "ben.ipynb")
    grade(course)
    (course / "in" / "ben.ipynb").unlink()
    (course / "in" / "cleo").mkdir()
    (course / "in" / "cleo" / "essay.pdf").write_bytes(b"%PDF")
    capsys.readouterr()
    assert grade(course) == 1
    said = capsys.readouterr().out
    assert "not graded: cleo: there is no notebook among the files" in said
    assert "1 with results are not among these submissions: ben" in said
    assert "ben" in scores(course)


def test_results_among_the_submissions_are_refused_and_nothing_is_written(course, capsys):
    hand_in(course, "ada.ipynb")
    arguments = ["grade", course / "in", "--source", course / "source" / "operators"]
    assert main([*map(str, arguments), "--out", str(course / "in"), "--quiet"]) == 2
    assert "here lie the submissions" in capsys.readouterr().err
    assert os.listdir(course / "in") == ["ada.ipynb"]
