"""Numbers drawn per student: the notebook that is given out is the one that is graded."""

# ruff: noqa: S102 - what is executed is what students are given

import json
import re

import pytest
from sample_course import cell, notebook, to_bytes

from mcalclib.cli import main
from mcalclib.grader.assignment import AssignmentError, parse
from mcalclib.grader.gradebook import Gradebook
from mcalclib.grader.release import ReleaseError, read_students
from mcalclib.grader.variants import drawn

REGION = """scale = 10
### BEGIN VARIANT
_sizes = rng.integers(2, 4, 2)
A = rng.integers(-3, 4, (2, 2))
shift = float(rng.standard_normal())
words = ["a", int(rng.integers(9))]
### END VARIANT
"""
SOLUTION = """def action(x):
    ### BEGIN SOLUTION
    return A @ x + shift * scale
    ### END SOLUTION"""
TEST = "x = np.array([1.0, 2.0])\nnp.testing.assert_allclose(action(x), A @ x + shift * 10)"


def source(region=REGION):
    return to_bytes(
        notebook(
            [
                cell("code", "import numpy as np", "imports"),
                cell("code", region, "numbers", locked=True),
                cell("markdown", "Let $A = {{A}}$ and {{unknown}}.", "text"),
                cell("code", SOLUTION, "answer", solution=True),
                cell("code", TEST, "test", grade=True, locked=True, points=2),
            ]
        )
    )


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "source" / "numbers"
    folder.mkdir(parents=True)
    (folder / "numbers.ipynb").write_bytes(source())
    (tmp_path / "secret").write_text("a secret of the course, long enough")
    (tmp_path / "students.txt").write_text("Ada Lovelace\nKurt Gödel\nEmmy Noether\n")
    return tmp_path


def run(course, *arguments):
    return main([str(part) for part in arguments])


def release(course):
    return run(
        course, "release", course / "source" / "numbers", "--students", course / "students.txt",
        "--secret", course / "secret", "--out", course / "given",
    )  # fmt: skip


def given(course, student):
    path = course / "given" / student / "numbers" / "numbers.ipynb"
    return json.loads(path.read_text(encoding="utf-8"))


def text_of(content, cell_id):
    return "".join(next(c["source"] for c in content["cells"] if c["id"] == cell_id))


def numbers_of(content):
    space = {}
    exec("import numpy as np\n" + text_of(content, "numbers"), space)
    return space


def hand_in(course, student, content, as_name=None):
    for one in content["cells"]:
        if one["id"] == "answer":
            one["source"] = "def action(x):\n    return A @ x + shift * scale"
    (course / "in").mkdir(exist_ok=True)
    (course / "in" / f"{as_name or student}.ipynb").write_text(json.dumps(content))


def grade(course, *more):
    return run(
        course, "grade", course / "in", "--source", course / "source" / "numbers",
        "--out", course / "out", "--quiet", "--jobs", "1", *more,
    )  # fmt: skip


def scores(course):
    with Gradebook(course / "out", "numbers") as book:
        return {record["student"]: record["score"] for record in book.records()}


def test_every_student_gets_other_numbers_and_no_region(course):
    assert release(course) == 0
    texts = {s: text_of(given(course, s), "numbers") for s in ("Ada Lovelace", "Kurt Gödel")}
    assert len(set(texts.values())) == 2
    for text in texts.values():
        assert "rng" not in text and "VARIANT" not in text and "_sizes" not in text
        assert text.startswith("scale = 10\nA = np.array([[")


def test_numbers_stand_in_the_text_too(course):
    release(course)
    content = given(course, "Ada Lovelace")
    A = numbers_of(content)["A"]
    text = text_of(content, "text")
    body = re.search(r"begin\{pmatrix\} (.*) \\end", text)[1]
    assert [[float(x) for x in row.split("&")] for row in body.split(r"\\")] == A.tolist()
    assert "{{unknown}}" in text


def test_a_released_notebook_is_graded_with_its_own_numbers(course):
    release(course)
    for student in ("Ada Lovelace", "Kurt Gödel"):
        hand_in(course, student, given(course, student))
    hand_in(course, "Emmy Noether", given(course, "Emmy Noether"), as_name="noether, EMMY")
    assert grade(course, "--secret", course / "secret") == 0
    assert scores(course) == {"Ada Lovelace": 2, "Kurt Gödel": 2, "noether, EMMY": 2}


def test_numbers_copied_from_another_student_score_nothing(course):
    release(course)
    copied = given(course, "Ada Lovelace")
    numbers = text_of(copied, "numbers")
    mine = given(course, "Kurt Gödel")
    hand_in(course, "Kurt Gödel", mine)
    path = course / "in" / "Kurt Gödel.ipynb"
    content = json.loads(path.read_text())
    for one in content["cells"]:
        if one["id"] == "answer":  # the answer carries the other's numbers with it
            one["source"] = (
                numbers + "\ndef action(x, A=A, shift=shift):\n    return A @ x + shift * 10"
            )
    path.write_text(json.dumps(content))
    assert grade(course, "--secret", course / "secret") == 0
    assert scores(course) == {"Kurt Gödel": 0}


def test_another_secret_draws_other_numbers(course):
    release(course)
    first = text_of(given(course, "Ada Lovelace"), "numbers")
    (course / "secret").write_text("another secret, also long enough")
    release(course)
    assert text_of(given(course, "Ada Lovelace"), "numbers") != first


def test_values_survive_being_written_down_exactly():
    assignment = parse(source(), "numbers")
    for student in map(str, range(50)):
        space = {}
        code = drawn(assignment, b"secret", student).parts[1].source
        exec("import numpy as np\n" + code, space)
        again = {}
        exec("import numpy as np\n" + drawn(assignment, b"secret", student).parts[1].source, again)
        assert space["shift"] == again["shift"] and (space["A"] == again["A"]).all()
        assert space["A"].dtype.kind == "i" and isinstance(space["words"], list)


def test_grading_without_the_secret_is_refused(course, capsys):
    release(course)
    hand_in(course, "Ada Lovelace", given(course, "Ada Lovelace"))
    assert grade(course) == 2
    assert "--secret FILE" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("region", "message"),
    [
        (REGION.replace("### END VARIANT", ""), "cell 2: BEGIN VARIANT has no END"),
        ("### END VARIANT\n### BEGIN VARIANT", "cell 2: END VARIANT stands without a BEGIN"),
        (REGION.replace("rng.int", "rgn.int"), "cell 2: the variant region fails: NameError"),
        (REGION.replace("float(", "iter(["), "fails"),
        (REGION.replace('["a", ', "lambda: ["), "words is a function; a variant draws numbers"),
    ],
)
def test_regions_that_cannot_be_drawn_are_named(region, message):
    assignment = parse(source(region), "numbers")
    with pytest.raises(AssignmentError, match=message):
        drawn(assignment, b"", "ada")


@pytest.mark.parametrize(
    ("names", "message"),
    [("", "no names"), ("Ada\nada,\n", "the same numbers"), ("../x\n", "cannot name a folder")],
)
def test_lists_of_students_that_cannot_be_used_are_named(course, capsys, names, message):
    (course / "students.txt").write_text(names)
    assert release(course) == 2
    assert message in capsys.readouterr().err
    assert not (course / "given").exists()


def test_a_short_secret_is_refused(course, capsys):
    (course / "secret").write_text("short")
    assert release(course) == 2
    assert "at least 16 characters" in capsys.readouterr().err


def test_a_solution_that_fails_for_some_numbers_is_not_released(course, capsys):
    path = course / "source" / "numbers" / "numbers.ipynb"
    content = json.loads(path.read_text())
    for one in content["cells"]:
        if one["id"] == "test":
            one["source"] = "assert abs(A).max() < 3, 'too large for the method'"
    path.write_text(json.dumps(content))
    (course / "students.txt").write_text("\n".join(f"student {n}" for n in range(20)))
    assert release(course) == 2
    assert "and the numbers of 'student" in capsys.readouterr().err


def test_a_cell_that_is_added_later_changes_nobodys_numbers():
    before = drawn(parse(source(), "numbers"), b"secret", "ada")
    content = json.loads(source())
    content["cells"][:0] = [cell("markdown", "A remark.", "remark"), cell("code", "x = 1", "more")]
    after = drawn(parse(to_bytes(content), "numbers"), b"secret", "ada")
    assert [p.source for p in after.parts[2:]] == [p.source for p in before.parts]


def test_two_problems_draw_different_numbers_from_the_same_region():
    content = json.loads(
        source("### BEGIN VARIANT\nA = rng.integers(0, 10**9, 4)\n### END VARIANT")
    )
    again = [dict(one, id=f"{one['id']}2") for one in content["cells"][1:]]
    again = json.loads(
        json.dumps(again).replace('"answer"', '"second"').replace('"test"', '"last"')
    )
    content["cells"] += again
    parts = drawn(parse(to_bytes(content), "numbers"), b"secret", "ada").parts
    assert parts[1].source != parts[5].source


def test_numbers_are_found_under_a_name_with_and_without_the_platform_s_id(course):
    # Two namesakes, told apart when notebooks were given out, and one student who was not.
    (course / "students.txt").write_text("Kim Min_101\nKim Min_102\nKurt Gödel\n")
    assert release(course) == 0
    for name in ("Kim Min_101", "Kim Min_102"):
        path = f"{name}_assignsubmission_file_operators"
        hand_in(course, "", given(course, name), as_name=path)
    hand_in(course, "", given(course, "Kurt Gödel"), "Kurt Gödel_103_assignsubmission_file_numbers")
    assert grade(course, "--secret", course / "secret") == 0
    assert scores(course) == {"Kim Min_101": 2, "Kim Min_102": 2, "Kurt Gödel_103": 2}
    page = (course / "out" / "feedback" / "Kurt Gödel_103.html").read_text(encoding="utf-8")
    assert "Kurt Gödel_103</h1>" in page


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"Ada Lovelace\r\nKurt G\xc3\xb6del\r\n", ["Ada Lovelace", "Kurt Gödel"]),
        (b"Lovelace, Ada\nLovelace, Byron\n", ["Lovelace, Ada", "Lovelace, Byron"]),
        (b"\xef\xbb\xbfE-Mail;Student\r\na@x.org;Kim Min\r\n;\r\n", ["Kim Min"]),
        (b'student,mark\n"Lovelace, Ada",3\n', ["Lovelace, Ada"]),
        ("student\tmark\r\nGödel\t1,5\r\n".encode("utf-16"), ["Gödel"]),
        ("Gödel\r\n".encode("cp1252"), ["Gödel"]),
    ],
)
def test_names_are_read_as_spreadsheets_write_them(tmp_path, content, names):
    (tmp_path / "names").write_bytes(content)
    assert read_students(tmp_path / "names") == names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Nachname;Vorname\nGödel;Kurt\n", r"line 1: 'Nachname;Vorname' is a row of a table"),
        ("Ada Lovelace\nKurt,kurt@x.org\n", r"line 2: .*call the column of names 'student'"),
        ("Kim Min\nAda\nKim Min\n", r"'Kim Min' stands there twice.*as in 'Kim Min_101'"),
    ],
)
def test_tables_and_namesakes_are_not_taken_for_names(tmp_path, text, message):
    (tmp_path / "names").write_text(text, encoding="utf-8")
    with pytest.raises(ReleaseError, match=message):
        read_students(tmp_path / "names")
