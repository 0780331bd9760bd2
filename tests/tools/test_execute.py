"""The parallel execution that fills the cache."""

import json

import pytest

from tools.execute import cores

MEET = """\
import pathlib, time
pathlib.Path("{mine}.here").touch()
deadline = time.monotonic() + 60
while not pathlib.Path("{other}.here").exists():
    assert time.monotonic() < deadline, "the other notebook does not run beside this one"
    time.sleep(0.01)
"""
RUN = (
    "from tools import execute; print(execute.report(execute.run(execute.notebooks(), workers=2)))"
)


def test_notebooks_run_side_by_side(project):
    book = project(
        a={"meet": MEET.format(mine="a", other="b")}, b={"meet": MEET.format(mine="b", other="a")}
    )
    run = book.python("-c", RUN)
    assert run.returncode == 0, run.stderr
    assert "does not run beside" not in run.stdout
    timings = json.loads((book.root / "_build" / "execution.json").read_text())
    assert set(timings["executed"]) == {"chapters/a.ipynb", "chapters/b.ipynb"}


def test_the_longest_notebook_of_the_last_run_starts_first(project):
    note = "open('order.txt', 'a').write('{} ')"
    book = project(**{name: {"note": note.format(name)} for name in ("short", "long", "middle")})
    (book.root / "_build").mkdir()
    seconds = {
        "chapters/short.ipynb": 1.0,
        "chapters/long.ipynb": 9.0,
        "chapters/middle.ipynb": 4.0,
    }
    (book.root / "_build" / "execution.json").write_text(json.dumps({"notebooks": seconds}))
    run = book.python("-c", RUN.replace("workers=2", "workers=1"))
    assert run.returncode == 0, run.stderr
    assert (book.root / "chapters" / "order.txt").read_text().split() == ["long", "middle", "short"]


@pytest.mark.skipif(not hasattr(__import__("os"), "sched_getaffinity"), reason="Linux only")
def test_cores_are_those_this_process_may_use():
    import os

    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, allowed)
