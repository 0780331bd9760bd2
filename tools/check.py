"""Run every test of the project and say at the end what ran: `make test`.

Each stage runs even where an earlier one failed, except that pages which were not built are not
opened. `make test ONLY="unit pages"` runs some of them.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from . import bubblewrap, chromium
from .execute import cores
from .paths import BUILD, ROOT, environment

REPORTS = BUILD / "reports"
WORKERS = min(cores(), 4)


@dataclass
class Result:
    """How one stage went. A stage that is not made of tests counts as one."""

    stage: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    note: str = ""


def pytest(stage: str, *arguments: str) -> Result:
    """Run pytest and count what it ran from its own report."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{stage}.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}"]
    command += ["--durations=5", "--durations-min=5", *arguments]
    start = time.perf_counter()
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    seconds = time.perf_counter() - start
    passed, failed, skipped = counts(report)
    note = ""
    if code and not failed:  # nothing collected, a usage error, a crash: never a success
        failed, note = 1, f"pytest ended with code {code}"
    return Result(stage, passed, failed, skipped, seconds, note)


def counts(report: Path) -> tuple[int, int, int]:
    """Return passed, failed and skipped tests of a JUnit report; nothing where there is none."""
    if not report.is_file():
        return 0, 0, 0
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    totals = [
        [int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")]
        for suite in suites
    ]
    tests, failures, errors, skipped = map(sum, zip(*totals, strict=True))
    # A test that passes and then fails in its teardown is counted once as a test, twice as a case.
    return max(tests - failures - errors - skipped, 0), failures + errors, skipped


def unit() -> Result:
    # A worker that runs out of tests takes some from another: the longest come last otherwise.
    workers = (f"-n{WORKERS}", "--dist=worksteal")
    return pytest(
        "unit",
        *workers,
        "-m",
        "not browser",
        "--ignore=tests/grader",
        "--ignore=tests/classroom",
        "tests",
    )


def grader() -> Result:
    try:
        bubblewrap.ensure()
    except bubblewrap.NoBubblewrap as error:
        print(error, file=sys.stderr)
        return Result("grader", 0, 1, 0, 0.0, "no bubblewrap")
    # Tests of one file share what is slow to make, such as the page for instructors followed.
    # In the order of their names, the files that take longest come first; by the number of
    # their tests they would come last.
    workers = (f"-n{WORKERS}", "--dist=loadfile", "--no-loadscope-reorder")
    return pytest("grader", *workers, "tests/grader", "tests/classroom")


def doctests() -> Result:
    # Apart from the tests: every conftest.py there would be collected as one module "conftest".
    return pytest("doctests", "--doctest-modules", "mcalclib")


def notebooks() -> Result:
    # One worker takes a whole notebook: its cells share a kernel.
    return pytest("notebooks", f"-n{WORKERS}", "--dist=loadfile", "--nbval", "chapters")


def book() -> Result:
    start = time.perf_counter()
    code = subprocess.run([sys.executable, "-m", "tools.book"], cwd=ROOT, check=False).returncode
    return Result("book", int(not code), int(bool(code)), 0, time.perf_counter() - start)


def pages() -> Result:
    try:
        program = chromium.ensure()
    except chromium.NoChromium as error:
        print(error, file=sys.stderr)
        return Result("pages", 0, 1, 0, 0.0, "no Chromium")
    os.environ[chromium.VARIABLE] = program
    return pytest("pages", f"-n{WORKERS}", "-m", "browser", "tests")


STAGES: dict[str, tuple[str, Callable[[], Result]]] = {
    "unit": ("unit tests", unit),
    "grader": ("the grader, on the real fence", grader),
    "doctests": ("examples in the docstrings", doctests),
    "notebooks": ("committed outputs of the chapters (nbval)", notebooks),
    "book": ("the build, warnings as errors", book),
    "pages": ("the built pages in Chromium", pages),
}


def summary(results: list[Result]) -> str:
    """Return the table that ends a run, and the line of totals below it."""
    width = max(len(title) for title, _ in STAGES.values())
    lines = ["", "What ran:"]
    for r in results:
        counted = f"{r.passed} passed, {r.failed} failed, {r.skipped} skipped in {r.seconds:.1f} s"
        lines.append(f"  {STAGES[r.stage][0]:{width}}  {counted}" + f" ({r.note})" * bool(r.note))
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    return "\n".join([*lines, f"{passed} passed, {failed} failed"])


def main(chosen: list[str]) -> int:
    if unknown := set(chosen) - set(STAGES):
        print(
            f"no stage {', '.join(sorted(unknown))}; there are: {', '.join(STAGES)}",
            file=sys.stderr,
        )
        return 2
    os.environ.update(environment())
    results: list[Result] = []
    for name, (title, stage) in STAGES.items():
        if chosen and name not in chosen:
            continue
        print(f"\n== {title}", flush=True)
        if name == "pages" and any(result.stage == "book" and result.failed for result in results):
            print("not opened, because the book was not built", flush=True)
            results.append(Result("pages", 0, 1, 0, 0.0, "no pages"))
        else:
            results.append(stage())
    print(summary(results), flush=True)
    return int(any(result.failed for result in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
