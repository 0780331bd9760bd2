"""How points come about: partial credit, limits, and what a death does and does not cost."""

import ctypes
import errno
import json
import os
import signal
import threading
import time

import pytest
from sample_course import cell, notebook, to_bytes

from mcalclib.grader import kernel, lane, notebooks, trial
from mcalclib.grader.assignment import parse
from mcalclib.grader.fence import probe
from mcalclib.grader.lane import Lane
from mcalclib.grader.limits import Limits

QUICK = Limits(cell=1, total=20)


def solution(text):
    return f"### BEGIN SOLUTION\n{text}\n### END SOLUTION"


def answer(name, text):
    return cell("code", text, name, solution=True)


def check(name, text, points=1):
    return cell("code", text, name, grade=True, locked=True, points=points)


def graded(source, submitted=None, limits=QUICK, **answers):
    """Return each check of a submission that has other answers than the solution."""
    assignment = parse(to_bytes(notebook(source)), "small")
    cells = [
        {**item, "source": answers.get(item["id"], item["source"])} for item in submitted or source
    ]
    with Lane(assignment, probe(limits), limits, seed=0) as lane:
        record = lane.grade("ada", to_bytes(notebook(cells)))
    return {item["grade_id"]: item for item in record["checks"]}


@pytest.mark.parametrize(
    ("last", "points", "status"),
    [
        ("0.5", 0.5, "failed"),
        ("2", 2.0, "passed"),
        ("0", 0.0, "failed"),
        ("np.float64(1.5)", 1.5, "failed"),
        ("True", 2.0, "passed"),  # nbgrader: what is no number earns all points
        ("'well done'", 2.0, "passed"),
        ("None", 2.0, "passed"),
        ("2.5", 0.0, "error"),
        ("-1", 0.0, "error"),
        ("float('nan')", 0.0, "error"),
        ("1;", 2.0, "passed"),  # a semicolon hides the value, as in a notebook
    ],
)
def test_the_number_a_test_ends_with_is_its_partial_credit(last, points, status):
    source = [
        cell("code", "import numpy as np", "given"),
        answer("f", solution("x = 1")),
        check("t", f"assert x == 1\n{last}", points=2),
    ]
    result = graded(source)["t"]
    assert (result["points"], result["status"]) == (points, status)


def test_a_test_that_loops_over_an_answer_is_stopped_and_the_next_one_runs():
    source = [
        answer("f", solution("def n(): return 3")),
        check("loops", "k = 0\nwhile k != n():\n    k += 0 if n() > 9 else 1"),
        check("fine", "assert isinstance(n(), int)"),
    ]
    result = graded(source, f="def n(): return 10")
    assert result["loops"]["status"] == "timed_out"
    assert result["fine"]["status"] == "passed"


def test_a_function_that_hangs_is_called_twice_and_no_more():
    source = [answer("f", solution("def f(): return 1\ndef g(): return 2"))]
    source += [check(f"t{k}", "assert f() == 1") for k in range(6)]
    source += [check("other", "assert g() == 2")]
    start = time.monotonic()
    result = graded(source, f="def f():\n    while True: pass\ndef g(): return 2")
    assert time.monotonic() - start < 6 * QUICK.cell
    assert [result[f"t{k}"]["status"] for k in range(3)] == ["timed_out", "timed_out", "error"]
    assert "brought the session down before" in result["t5"]["message"]
    assert result["other"]["status"] == "passed"


def test_the_whole_submission_has_a_limit_of_its_own():
    source = [answer("f", solution("def f(): return 1"))]
    source += [check(f"t{k}", "assert f() == 1") for k in range(8)]
    limits = Limits(cell=2, total=3)
    start = time.monotonic()
    result = graded(
        source, f="import time\ndef f():\n    time.sleep(0.9)\n    return 1", limits=limits
    )
    assert time.monotonic() - start < 12
    statuses = [result[f"t{k}"]["status"] for k in range(8)]
    assert statuses[:2] == ["passed", "passed"]
    assert statuses[-1] == "timed_out"
    assert "3 seconds" in result["t7"]["message"]


def test_a_death_costs_what_called_it_and_state_is_built_up_again():
    source = [
        answer("a", solution("base = 40")),
        answer("b", solution("def die(): return 1")),
        check("dies", "assert die() == 1"),
        answer("c", solution("def total(): return base + 2")),
        check("lives", "assert total() == 42"),
    ]
    result = graded(source, b="import os\ndef die(): os._exit(0)")
    assert result["dies"]["status"] == "error"
    assert result["dies"]["message"] == "`die`: it ended its own process"
    assert result["lives"]["status"] == "passed"


@pytest.mark.parametrize(
    ("end", "status", "message"),
    [
        # A sum in C listens to no signal until it is done, which here takes hours.
        ("sum(range(10**13))", "timed_out", "took too long"),
        ("os.kill(os.getpid(), 9)", "error", "did not survive"),
    ],
)
def test_a_test_that_brings_down_our_own_side_costs_that_test_alone(
    monkeypatch, end, status, message
):
    monkeypatch.setattr(trial, "GRACE", 0.1)
    source = [
        cell("code", "import os", "given"),
        answer("f", solution("def f(): return 1")),
        check("before", "assert f() in (1, 2)"),
        check("at", f"if f() == 2:\n    {end}"),
        check("after", "assert f() in (1, 2)"),
    ]
    result = graded(source, f="def f(): return 2", limits=Limits(cell=0.2, total=30))
    assert (result["at"]["status"], result["at"]["points"]) == (status, 0)
    assert message in result["at"]["message"]
    assert [result[name]["status"] for name in ("before", "after")] == ["passed", "passed"]


def test_given_cells_run_on_both_sides_and_may_use_the_answer():
    source = [
        answer("f", solution("def double(x): return 2 * x")),
        cell("code", "def four_times(x): return double(double(x))\nready = double(4)", "given"),
        check("ours", "assert four_times(3) == 12\nassert ready == 8"),
        answer("g", solution("def eight_times(x): return 2 * four_times(x)")),
        check("theirs", "assert eight_times(1) == 8"),
    ]
    result = graded(source)
    assert [item["status"] for item in result.values()] == ["passed", "passed"]
    result = graded(source, f="def double(x): return 3 * x")
    assert [item["status"] for item in result.values()] == ["failed", "failed"]


def test_modules_that_a_solution_imports_are_ours_in_the_tests():
    source = [
        answer("f", solution("import numpy as np\ndef f(): return np.ones(2)")),
        check("t", "assert np.allclose(f(), 1)"),
    ]
    fake = "class np:\n    allclose = staticmethod(lambda *a: True)\ndef f(): return 7.0"
    assert graded(source)["t"]["status"] == "passed"
    assert graded(source, f=fake)["t"]["status"] == "failed"


def test_a_name_that_is_missing_is_named():
    source = [answer("f", solution("def f(): return 1")), check("t", "assert f() == 1")]
    assert graded(source, f="pass")["t"]["message"] == "`f` is not defined in the submission"
    assert graded(source, submitted=source[1:])["t"]["points"] == 0


def test_a_name_whose_cell_raised_is_told_with_what_it_raised():
    source = [
        answer("f", solution("def f(): return 1")),
        check("t", "assert f() == 1"),
        answer("g", solution("def g(): return 1")),
        check("u", "assert g() == 1"),
    ]
    # The second answer's session is a new one, in which the first cell raises again.
    result = graded(source, f="x = 1\nimport no_such_module", g="import os\nos._exit(1)")
    told = (
        "`f` is not defined in the submission: its cell raised "
        "ModuleNotFoundError: No module named 'no_such_module' (line 2 of the cell)"
    )
    assert result["t"]["message"] == told
    assert graded(source, f="def f(:", g="def g(): return f()")["u"]["message"].startswith(
        "the submission's code raised NameError: name 'f' is not defined"
    )
    told = "its cell raised IndentationError: unexpected indent (line 2 of the cell)"
    assert graded(source, f="x = 1\n  y = 2")["t"]["message"].endswith(told)
    told = "its cell raised SystemExit (line 1 of the cell)"
    assert graded(source, f="raise SystemExit")["t"]["message"].endswith(told)
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    assert graded(source, f=stub)["t"]["message"] == "no answer was given (NotImplementedError)"
    mended = [cell("code", "1 / 0", "f", solution=True), *source]
    assert graded(source, submitted=mended)["t"]["status"] == "passed"


def test_values_are_read_again_after_every_cell_and_every_call():
    source = [
        answer("f", solution("seen = []\ndef note(x): seen.append(x)")),
        check("one", "note(1)\nassert len(seen) in (0, 1)"),
        check("two", "assert seen == [1]"),
        answer("g", solution("seen = 'new'")),
        check("three", "assert seen == 'new'"),
    ]
    assert {item["status"] for item in graded(source).values()} == {"passed"}


def test_a_test_leaves_nothing_for_the_next_student():
    source = [
        cell("code", "log = []", "given"),
        answer("f", solution("def f(): return 1")),
        check(
            "t",
            "import math\nassert log == [] and not hasattr(math, 'left')\n"
            "log.append(f())\nmath.left = 1",
        ),
    ]
    assignment = parse(to_bytes(notebook(source)), "small")
    data = to_bytes(notebook(source))
    with Lane(assignment, probe(QUICK), QUICK, seed=0) as lane:
        assert [lane.grade(name, data)["status"] for name in "abc"] == ["passed"] * 3


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "did not survive it"),
        (lambda: os.kill(os.getpid(), signal.SIGALRM), "within 20 seconds"),
    ],
)
def test_a_notebook_that_ends_the_process_reading_it_is_listed(monkeypatch, end, reason):
    source = [answer("f", solution("def f(): return 1")), check("t", "assert f() == 1")]
    data = to_bytes(notebook(source))
    assignment = parse(data, "small")

    def read(content):
        if content == b"bomb":
            end()
        return notebooks.read(content)

    monkeypatch.setattr(lane, "read", read)
    with Lane(assignment, probe(QUICK), QUICK, seed=0) as busy:
        record = busy.grade("ada", b"bomb", ["handed in late"])
        assert busy.grade("bea", data)["status"] == "passed"
    assert (record["status"], record["score"]) == ("unreadable", 0)
    assert reason in record["note"]
    assert record["notes"] == ["handed in late"]


def test_half_a_surrogate_pair_in_a_name_is_kept_as_its_escape():
    source = [answer("f", solution("def f(): return 1")), check("t", "assert f() == 1")]
    data = to_bytes(notebook(source))
    with Lane(parse(data, "small"), probe(QUICK), QUICK, seed=0) as quiet:
        text, page = quiet.graded("ada \ud83d", data)
    assert json.loads(text)["student"] == r"ada \ud83d"
    assert rb"ada \ud83d" in page


def test_a_fork_goes_on_as_the_child_alone_and_says_when_there_can_be_none(monkeypatch):
    child = kernel.fork()
    if child == 0:
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    monkeypatch.setattr(kernel, "_fork", lambda: ctypes.set_errno(errno.EAGAIN) or -1)
    with pytest.raises(BlockingIOError, match="fork"):
        kernel.fork()


def test_a_process_with_threads_is_forked_as_python_does_it(monkeypatch):
    monkeypatch.setattr(kernel, "_fork", lambda: pytest.fail("its locks would stay locked"))
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        child = kernel.fork()
        if child == 0:
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        thread.join()


def test_a_class_can_be_the_answer():
    text = (
        "class Counter:\n    def __init__(self, n): self.n = n\n"
        "    def step(self):\n        self.n += 1\n        return self"
    )
    source = [
        answer("f", solution(text)),
        check("t", "c = Counter(3)\nassert c.step().step().n == 5\nc.n = 9\nassert c.n == 9"),
    ]
    assert graded(source)["t"]["status"] == "passed"


def test_a_value_that_cannot_cross_says_so():
    source = [answer("f", solution("x = 1.0")), check("t", "assert x == 1.0")]
    message = graded(source, f="x = [1 << 100_000]")["t"]["message"]
    assert "`x` cannot be read: an integer of more than" in message
