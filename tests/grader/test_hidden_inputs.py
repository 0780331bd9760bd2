"""What hidden tests ask stays hidden, whatever the student's code does with the questions."""

import pytest
from sample_course import RIGHT, cell, source_notebook, submission, to_bytes

from mcalclib.grader.assignment import parse
from mcalclib.grader.feedback import page
from mcalclib.grader.fence import probe
from mcalclib.grader.lane import Lane
from mcalclib.grader.limits import Limits

LIMITS = Limits(cell=5, total=30)

# Right for the visible tests; once the hidden one has asked for 4 and 3, tells whoever reads.
TELLTALE = (
    RIGHT["commutation"].replace("def commutation", "def honest")
    + """
seen = []
def commutation(m, n):
    seen.append(f"LEAK-{m}-{n}")
    print(seen)
    if "LEAK-" + "4-3" in seen:
        raise ValueError(str(seen))
    return honest(m, n)
"""
)


@pytest.fixture(scope="module")
def lane():
    assignment = parse(to_bytes(source_notebook()), "operators")
    with Lane(assignment, probe(LIMITS), LIMITS, seed=1) as lane:
        yield lane


def test_hidden_inputs_reach_neither_output_nor_messages(lane):
    content = submission(commutation=TELLTALE)
    content["cells"].append(
        cell("code", "print('at last', seen)\nraise KeyError(str(seen))", "end")
    )
    record = lane.grade("ada", to_bytes(content))
    html = page(record)
    assert "LEAK-4-3" not in html
    assert "LEAK-1-4" in html  # asked by a visible test, so it may be seen
    assert "a hidden test did not pass" in html
    by_id = {check["grade_id"]: check for check in record["checks"]}
    assert "LEAK-4-3" in by_id["commutation-transposes"]["detail"]  # the instructor may know
    assert by_id["commutation-shape"]["status"] == "passed"
    assert by_id["commutation-inverse"]["status"] == "error"


def test_hidden_inputs_are_drawn_per_student_and_stay_the_same(lane):
    # The difference of two hidden draws is told by their errors, seen by the instructor only.
    answer = "def slope(f, x, dx, h=1e-5):\n    raise ValueError(repr(f(x)))"
    data = to_bytes(submission(slope=answer))

    def drawn(student):
        record = lane.grade(student, data)
        (check,) = (c for c in record["checks"] if c["grade_id"] == "slope-hidden")
        assert check["message"] == "a hidden test did not pass"
        return check["detail"]

    assert drawn("ada") == drawn("ada")
    assert drawn("ada") != drawn("ben")


def test_hidden_tests_are_not_on_the_other_side(lane):
    # Everything the student's process holds or can read, searched for a line of a hidden test.
    search = """
import gc, os, sys
line = "B = np.random.standard" + "_normal((4, 3))"
hits = [1 for o in gc.get_objects() if isinstance(o, (str, bytes)) and line in str(o)]
own = sys.modules.pop("__main__")  # holds the line as well, being this very code
hits += [1 for m in list(sys.modules.values()) if line in str(getattr(m, "__dict__", ""))]
print("FOUND" if hits else "NOTHING")
"""
    content = submission()
    content["cells"].append(cell("code", search, "end"))
    record = lane.grade("ada", to_bytes(content))
    assert record["added"]["output"] == "NOTHING\n"


def test_the_slower_fence_gives_the_same_record(lane):
    data = to_bytes(submission(slope="def slope(f, x, dx, h=1e-5):\n    return f(x)"))
    with Lane(lane.assignment, "fresh", LIMITS, seed=1) as slow:
        assert slow.grade("ada", data) == lane.grade("ada", data)
