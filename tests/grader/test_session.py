"""Stand-ins: what tests can do with things that stay on the student's side."""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from mcalclib.grader.fence import Fence, FenceError, World, probe
from mcalclib.grader.limits import Limits
from mcalclib.grader.session import Session, SessionLost
from mcalclib.grader.world import links_to

LIMITS = Limits(cell=3, total=60)
DEFINED = """
import numpy as np
class Line:
    slope = 2.0
    def __init__(self, a): self.a = np.asarray(a, dtype=float)
    def __call__(self, x): return self.a @ x
    def __matmul__(self, other): return Line(self.a @ getattr(other, "a", other))
    def __rmul__(self, c): return Line(c * self.a)
    def __array__(self, dtype=None, copy=None): return self.a
    def __len__(self): return len(self.a)
    def __getitem__(self, i): return self.a[i]
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __str__(self): return "a line"
def line(a): return Line(a)
def apply(f, x): return f(x)
def twice(f): return lambda x: f(f(x))
def count():
    n = 0
    while n < 5:
        yield n
        n += 1
def fail(kind): raise kind_of[kind]("told " + kind)
class Own(ValueError): pass
kind_of = {"value": ValueError, "own": Own, "exit": SystemExit, "linalg": np.linalg.LinAlgError}
number, table = 3, {"a": [1, 2.5]}
"""


@pytest.fixture(scope="module")
def fence():
    with Fence(World(modules=("numpy",), limits=LIMITS), probe(LIMITS)) as fence:
        yield fence


@pytest.fixture
def session(fence):
    session = Session(fence, LIMITS, time.monotonic() + 60)
    session.run(DEFINED, "<cell 0>", 0)
    yield session
    session.end()


@pytest.fixture
def names(session):
    return session.values(
        ["line", "apply", "twice", "count", "fail", "number", "table", "Line", "absent"]
    )


def test_plain_values_come_as_themselves_and_missing_names_do_not_come(names):
    assert names["number"] == 3
    assert names["table"] == {"a": [1, 2.5]}
    assert "absent" not in names


def test_functions_of_the_test_can_be_called_from_the_other_side(names):
    asked = []

    def square(x):
        asked.append(x)
        return x @ x

    result = names["apply"](square, np.array([[0.0, 1.0], [2.0, 0.0]]))
    np.testing.assert_array_equal(result, 2 * np.eye(2))
    assert len(asked) == 1


def test_functions_that_come_back_can_be_called(names):
    assert names["twice"](lambda x: 3 * x)(2) == 18


def test_a_student_s_function_can_be_handed_to_another(names):
    assert names["apply"](names["twice"](lambda x: x + 1), 5) == 7


def test_objects_answer_calls_attributes_items_and_arithmetic_with_plain_data(names):
    line = names["line"]([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_array_equal(line(np.array([1.0, 0.0])), [1.0, 3.0])
    assert line.slope == 2.0
    assert len(line) == 2
    np.testing.assert_array_equal(line[0], [1.0, 2.0])
    np.testing.assert_array_equal(np.asarray(line @ line), [[7.0, 10.0], [15.0, 22.0]])
    np.testing.assert_array_equal(np.asarray(2 * line), [[2.0, 4.0], [6.0, 8.0]])
    assert str(line) == "a line"
    assert list(names["count"]()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "decide",
    [lambda x: x == 1, lambda x: x != 1, lambda x: x < 1, bool, lambda x: 1 == x],  # noqa: SIM300
    ids=["==", "!=", "<", "bool", "reversed =="],
)
def test_an_object_cannot_decide_about_itself(names, decide):
    with pytest.raises(TypeError, match="the submission's own object must not decide"):
        decide(names["line"]([1.0]))


@pytest.mark.parametrize(
    "tell",
    [
        *(lambda x: x - 1.0, lambda x: np.ones(1) - x, lambda x: x / np.ones(1), lambda x: x + 1),
        *(lambda x: x * np.ones(1), lambda x: x % 2, lambda x: x - x, lambda x: x // 1),
    ],
    ids=[*("x - c", "C - x", "x / C", "x + c", "x * C", "x % c", "x - x", "x // c")],
)
def test_an_object_is_not_told_what_was_expected(session, tell):
    session.run(
        "class Sly:\n    def __sub__(self, other): return 0.0\n"
        "    __rsub__ = __truediv__ = __add__ = __mul__ = __mod__ = __floordiv__ = __sub__\n"
        "def sly(): return Sly()",
        "<cell 1>",
        0,
    )
    with pytest.raises(TypeError, match="cannot calculate with what `sly` gives"):
        tell(session.values(["sly"])["sly"]())


def test_comparing_with_numpy_uses_the_data_not_the_object(names):
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(names["line"]([1.0]), [2.0])


@pytest.mark.parametrize(
    ("kind", "caught", "shown"),
    [
        ("value", ValueError, "told value"),
        ("own", ValueError, "Own: told own"),
        ("linalg", np.linalg.LinAlgError, "told linalg"),
        ("exit", RuntimeError, "SystemExit: told exit"),
    ],
)
def test_errors_come_as_built_in_errors_a_test_can_expect(names, kind, caught, shown):
    with pytest.raises(caught) as error:
        names["fail"](kind)
    assert str(error.value) == shown


def test_a_dead_process_is_not_an_error_that_a_test_can_expect(session):
    session.run("import os\ndef die(): os._exit(0)", "<cell 1>", 0)
    die = session.values(["die"])["die"]
    with pytest.raises(SessionLost) as lost:
        try:
            die()
        except Exception:  # noqa: BLE001 - the widest a test could write
            pytest.fail("a test that expects an error would have passed")
    assert lost.value.kind == "error"
    assert lost.value.name == "die"


def test_time_is_up_at_the_limit_and_the_session_is_gone(session):
    start = time.monotonic()
    with pytest.raises(SessionLost, match="stopped after 3 seconds"):
        session.run("while True: pass", "<cell 1>", 0)
    assert time.monotonic() - start < 6
    with pytest.raises(SessionLost):
        session.run("1", "<cell 2>", 0)


def test_values_that_come_with_a_run_are_asked_for_only_when_they_may_have_changed(
    session, monkeypatch
):
    asked, ask = [], Session._ask
    monkeypatch.setattr(
        Session, "_ask", lambda self, what: asked.append(what[0]) or ask(self, what)
    )
    session.run("seen = [0]\ndef note(): seen.append(len(seen))", "<cell 1>", 0, {"seen", "note"})
    found = session.values({"seen", "note"})
    assert found["seen"] == [0]
    assert asked == ["run"]
    found["note"]()
    assert session.values({"seen", "note"})["seen"] == [0, 1]
    assert asked == ["run", "do", "values"]


def test_values_too_large_to_come_along_do_not_break_the_cell_they_follow(session):
    text = "print('done'); big = np.zeros(1 << 18); cut = [1 << 100_000]"
    assert session.run(text, "<cell 1>", 0, {"big", "cut"}) == "done\n"
    found = session.values({"big", "cut"})
    assert found["big"].shape == (1 << 18,)
    with pytest.raises(TypeError, match="cannot be read"):
        bool(found["cut"])


@pytest.mark.parametrize(
    "text",
    [
        "a, b = np.zeros(3 << 20), np.ones(3 << 20)",  # 24 MB each, and a frame holds 32
        "a, b = [0] * 150_000, [1] * 150_000",
        "a, b = [[print] * 6_000 for _ in range(2)]\nfor x in a, b:\n    x[:] = [lambda: 0 for _ in x]",
    ],
)
def test_values_that_no_frame_holds_together_come_one_after_the_other(session, text):
    session.run(f"{text}\ndeep = 1\nfor _ in range(40): deep = [deep]", "<cell 1>", 0, {"a", "b"})
    found = session.values({"a", "b", "deep", "number"})
    assert len(found["a"]) == len(found["b"]) >= 6_000
    assert found["number"] == 3
    with pytest.raises(TypeError, match="nested more than 32 deep"):
        bool(found["deep"])


@pytest.mark.parametrize("later", ["names", "names + ['more']", "[[]]", "None", "[0]"])
def test_a_session_that_puts_values_off_for_ever_is_refused(session, later):
    session.run(
        "import gc\nkind = next(type(o) for o in gc.get_objects() if type(o).__name__ == 'Session')\n"
        f"kind.on_values = lambda self, names: ({{}}, {later})",
        "<cell 1>",
        0,
    )
    with pytest.raises(SessionLost) as caught:
        session.values({"number", "table"})
    assert caught.value.kind == "refused"


def test_what_is_put_off_too_often_cannot_be_read(session):
    session.run("for i in range(12): globals()[f'x{i:02}'] = np.zeros(3 << 20)", "<cell 1>", 0)
    found = session.values({f"x{number:02}" for number in range(12)})
    assert found["x00"].size == 3 << 20
    with pytest.raises(TypeError, match="together are too large"):
        bool(found["x11"])


def test_sessions_share_nothing(fence):
    for _ in range(2):
        session = Session(fence, LIMITS, time.monotonic() + 60)
        session.run(
            "import os, numpy\nfound = (sorted(os.listdir('/tmp')), hasattr(numpy, 'planted'))\n"
            "open('/tmp/planted', 'w').close()\nnumpy.planted = 1",
            "<cell 0>",
            0,
        )
        assert session.values(["found"])["found"] == (["work"], False)
        session.end()


def test_the_same_seed_draws_the_same(fence):
    drawn = []
    for seed in (1, 1, 2):
        session = Session(fence, LIMITS, time.monotonic() + 60)
        session.run("import random\nimport numpy as np", "<cell 0>", 0)
        session.run("x = (random.random(), np.random.rand())", "<cell 1>", seed)
        drawn.append(session.values(["x"])["x"])
        session.end()
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_server_that_fell_is_an_error_of_the_fence():
    with Fence(World(limits=LIMITS), probe(LIMITS)) as fence:
        fence.server.kill()
        with pytest.raises(FenceError, match="fence"):
            for _ in range(3):  # the first may still be answered
                fence.open().close()
                time.sleep(0.2)


def test_the_fence_follows_a_python_that_is_a_link_to_a_link(monkeypatch):
    build = Path(__file__).resolve().parents[2] / "_build"  # /tmp is another one in there
    build.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=build) as folder:
        first, second = Path(folder) / "first", Path(folder) / "second"
        second.symlink_to(os.path.realpath(sys.executable))
        first.symlink_to("second")
        links = [(str(first), "second"), (str(second), os.path.realpath(sys.executable))]
        assert links_to(str(first))[:2] == links
        monkeypatch.setattr(sys, "executable", str(first))
        assert probe() == "forked"
