"""Reading an assignment, and finding answers in notebooks that went through many hands."""

import json

import pytest
from sample_course import MAX_AUTO, TESTS, cell, notebook, source_notebook, submission, to_bytes

from mcalclib.grader.assignment import AssignmentError, load, parse
from mcalclib.grader.matching import match
from mcalclib.grader.notebooks import Unreadable, read

SOLVED = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION"


def assignment(*cells):
    return parse(to_bytes(notebook(list(cells))), "small", where="small.ipynb")


def small(**test):
    """A solvable assignment whose test cell has its metadata changed."""
    about = {"grade": True, "locked": True, "points": 1} | test
    return [
        cell("code", SOLVED, "f", solution=True),
        cell("code", "assert f(1) == 1", "t", **about),
    ]


def test_the_sample_has_three_questions_and_twelve_checks():
    course = parse(to_bytes(source_notebook()), "operators")
    assert course.problems == ["commutation", "slope", "inverse", "proof"]
    assert [part.grade_id for part in course.graded] == [*TESTS, "proof"]
    assert course.max_score == MAX_AUTO + 4
    assert "numpy" in course.modules


def test_students_get_neither_solutions_nor_hidden_tests():
    course = parse(to_bytes(source_notebook()), "operators")
    given_out = "".join(part.released for part in course.parts)
    assert "np.linalg.inv(X)\n    return" not in given_out
    assert "(4, 3)" not in given_out
    assert given_out.count("raise NotImplementedError()") == 3
    assert "YOUR ANSWER HERE" in given_out


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ([cell("markdown", "hello", "a")], "nothing to grade"),
        (small(points=None), "says no points"),
        (small(points="3"), "says no points"),
        (small(points=True), "says no points"),
        (small(points=-1), "points must be a number from 0 up"),
        (small(grade_id=""), "no grade id"),
        (small(grade_id="f"), "grade id 'f' is used twice"),
        ([*small(), cell("code", "f(", "broken", solution=True)], "line 1 is no Python"),
        ([cell("code", "x = 1", "f", solution=True, grade=False), small()[1]], None),
        (
            [cell("code", "# YOUR CODE HERE\nraise NotImplementedError()", "f", solution=True)]
            + small()[1:],
            "no answer holds a solution",
        ),
        ([cell("code", SOLVED, "f"), small()[1]], "not marked as answer"),
        (
            [cell("code", SOLVED.replace("    ### END SOLUTION", ""), "f", solution=True)],
            "BEGIN SOLUTION has no END",
        ),
        (
            [cell("code", "### END SOLUTION", "f", solution=True)],
            "END SOLUTION stands without a BEGIN",
        ),
        (
            [cell("code", "### BEGIN SOLUTION\n" * 2, "f", solution=True)],
            "stands inside another one",
        ),
        (
            [cell("code", "### BEGIN HIDDEN TESTS\n### END HIDDEN TESTS", "f", solution=True)],
            "not marked as test",
        ),
        ([cell("markdown", "x", "t", grade=True, points=1)], "a test must be a code cell"),
    ],
)
def test_a_source_that_cannot_be_graded_from_is_refused_naming_the_cell(cells, reason):
    if reason is None:
        assert assignment(*cells).problems == ["f"]
        return
    with pytest.raises(AssignmentError, match=reason) as caught:
        assignment(*cells)
    assert "small.ipynb" in str(caught.value)


def test_a_folder_without_just_one_notebook_is_refused_by_name(tmp_path):
    with pytest.raises(AssignmentError, match="found none"):
        load(tmp_path)
    for name in ("a.ipynb", "b.ipynb"):
        (tmp_path / name).write_bytes(to_bytes(source_notebook()))
    with pytest.raises(AssignmentError, match=r"a\.ipynb, b\.ipynb"):
        load(tmp_path)
    with pytest.raises(AssignmentError, match="cannot be read"):
        load(tmp_path / "c.ipynb")


def test_a_notebook_in_another_language_is_refused():
    content = source_notebook()
    content["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
    with pytest.raises(AssignmentError, match="in r, not Python"):
        parse(to_bytes(content), "operators", where="x")


def test_the_digest_follows_the_notebook_and_its_data_files(tmp_path):
    (tmp_path / "a.ipynb").write_bytes(to_bytes(source_notebook()))
    (tmp_path / "data.csv").write_text("1")
    before = load(tmp_path).digest
    assert load(tmp_path).digest == before
    (tmp_path / "data.csv").write_text("2")
    assert load(tmp_path).digest != before


COURSE = parse(to_bytes(source_notebook()), "operators")


def plan(content):
    return match(COURSE, read(to_bytes(content)))


def ids(content):
    return [item["metadata"].get("nbgrader", {}).get("grade_id") for item in content["cells"]]


def test_answers_keep_the_order_of_the_source_whatever_the_submission_does():
    content = submission()
    content["cells"].reverse()
    steps = plan(content).steps
    answers = [COURSE.parts[s.part].grade_id for s in steps if s.kind == "answer"]
    assert answers == ["commutation", "slope", "inverse"]


def test_submitted_tests_and_given_cells_are_never_run():
    content = submission()
    for item in content["cells"]:
        if (name := item["metadata"].get("nbgrader", {}).get("grade_id")) in TESTS:
            item["source"] = f"assert False, {name!r}"
    run = [step.source for step in plan(content).steps if step.kind in ("answer", "extra")]
    assert len(run) == 3
    assert not any("assert False" in source for source in run)


def test_edited_tests_without_metadata_are_recognised_by_their_text():
    content = submission()
    for item in content["cells"]:
        item["metadata"] = {}
        item["source"] = item["source"].replace("rtol=1e-12", "rtol=1e-1")
    run = [step.source for step in plan(content).steps if step.kind == "extra"]
    assert run == []


def test_a_missing_answer_is_noted_by_name():
    content = submission()
    del content["cells"][ids(content).index("slope")]
    assert "the answer 'slope' is missing" in plan(content).notes


def test_a_duplicated_answer_is_noted_and_the_last_runs_last():
    content = submission()
    at = ids(content).index("slope")
    first = json.loads(json.dumps(content["cells"][at]))
    first["source"] = "slope = 'first'"
    content["cells"].insert(at, first)
    found = plan(content)
    run = [s.source for s in found.steps if s.kind == "answer" and "slope" in s.source]
    assert run[0] == "slope = 'first'"
    assert run[-1].startswith("def slope")
    assert "the cell 'slope' occurs more than once; the last counts" in found.notes


def test_text_answers_without_metadata_are_found_by_their_place():
    content = submission(proof="Because.")
    for item in content["cells"]:
        item["metadata"] = {}
    assert plan(content).answers["proof"] == ["Because."]


def test_a_changed_given_cell_that_was_locked_is_replaced_by_the_original():
    cells = [cell("code", "a = 1", "given", locked=True), *small()]
    course = assignment(*cells)
    cells[0]["source"] = "a = 2"
    found = match(course, read(to_bytes(notebook(cells))))
    assert [s.kind for s in found.steps if s.part == 0] == ["given"]
    assert "the given cell 'given' was changed; the original is used" in found.notes


def test_json_beyond_reason_is_unreadable_and_no_crash():
    for data in (b'{"a":' * 100_000, b"[" * 10_000_000, b'{"cells": [' + b"1" * 5000 + b"]}"):
        with pytest.raises(Unreadable):
            read(data)
