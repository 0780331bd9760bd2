"""A class times its assignments: grading, reports, similarity, export, and a Dask cluster.

The class is that of the grader's own tests, three questions and twelve checks; its answers to one
question are made to differ, so that similarity has something to compare. 200 students and two
assignments by default; `python -m bench.bench_classroom 1000 8` is the size of a course.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.paths import ROOT

from .bench_grader import course
from .tables import show

sys.path.insert(0, str(ROOT / "tests" / "grader"))
import sample_course

PAGE_BOUND = 500_000  # bytes of a report
FAR = 600  # submissions for the comparison of one worker with two, of which starting up is a small part


def own_answer(number: int) -> str:
    """Return an answer of a student's own: right, after random statements of no effect."""
    rng = random.Random(number)

    def expression(depth):
        if depth == 0 or rng.random() < 0.2:
            return rng.choice(["1", "2.5", "(3)", "-4", "abs(5)", "int(6)"])
        form = rng.choice(["({} + {})", "{} * {}", "max({}, {})", "({} - {})", "[{}, {}][0]"])
        return form.format(expression(depth - 1), expression(depth - 1))

    kinds = ["y = {}", "if {}: y = 1", "assert {} is not None", "y = [{}]"]
    lines = ["    " + rng.choice(kinds).format(expression(4)) for _ in range(15)]
    head, *body = sample_course.RIGHT["slope"].split("\n")
    return "\n".join([head, *lines, *body])


def write_class(root: Path, students: int) -> None:
    """Write the class of the other benchmark with answers of their own to one question."""
    course(root, students)
    for number, path in enumerate(sorted((root / "submissions").iterdir())):
        content = json.loads(path.read_bytes())
        for cell in content["cells"]:
            about = cell["metadata"].get("nbgrader", {})
            if about.get("grade_id") == "slope" and "YOUR CODE" not in "".join(cell["source"]):
                cell["source"] = own_answer(number)
        path.write_text(json.dumps(content), encoding="utf-8")


def mcalc(*arguments) -> tuple[float, float, float]:
    """Return seconds and peak memory in MB of one command, and of the largest process it started."""
    code = (
        "import resource, sys\nfrom mcalclib.cli import main\ncode = main(sys.argv[1:])\n"
        "for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):\n"
        "    print(resource.getrusage(who).ru_maxrss)\nsys.exit(code)"
    )
    command = [sys.executable, "-c", code, *map(str, arguments)]
    start = time.perf_counter()
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if run.returncode not in (0, 1):
        raise RuntimeError(run.stderr)
    own, child = map(int, run.stdout.split()[-2:])
    return seconds, own / 1024, child / 1024


def canvas(root: Path, students: int) -> Path:
    """Write what Canvas exports."""
    rows = ["Student,ID,SIS Login ID,Section,operators (1)", "    Points Possible,,,,20"]
    rows += [f"student{n:05},{n},student{n:05},Main," for n in range(students)]
    path = root / "canvas.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def whole_course(students: int, assignments: int) -> None:
    """Print what a course takes."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_class(root, students)
        source = root / "source" / "operators"
        table = canvas(root, students)
        steps = {"grading": [], "report": [], "similarity": [], "export": []}
        for number in range(assignments):
            out = root / f"out{number}"
            grade = ("grade", root / "submissions", "--source", source, "--out", out, "--quiet")
            steps["grading"].append(mcalc(*grade))
            steps["report"].append(mcalc("report", out))
            steps["similarity"].append(mcalc("similar", out, "--source", source))
            filled = root / "filled.csv"
            steps["export"].append(mcalc("export", "canvas", out, table, "--to", filled))
        size = (root / "out0" / "report.html").stat().st_size
    rows = [
        [name, sum(seconds), max(own), max(child)]
        for name, taken in steps.items()
        for seconds, own, child in [zip(*taken, strict=True)]
    ]
    title = f"A course of {students} students and {assignments} assignments"
    show(title, ["step", "seconds", "peak MB", "of its largest child"], rows)
    print(f"\n  report page: {size / 1000:.0f} kB (bound {PAGE_BOUND / 1000:.0f} kB)")


def two_workers() -> None:
    """Print two Dask workers against one."""
    from distributed import LocalCluster

    taken = {}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_class(root, FAR)
        for workers in (1, 2):
            quiet = {"dashboard_address": ":0", "silence_logs": "CRITICAL"}
            with LocalCluster(workers, threads_per_worker=1, **quiet) as cluster:
                command = ["grade", root / "submissions", "--source", root / "source" / "operators"]
                command += ["--quiet", "--dask", cluster.scheduler_address, "--out"]
                mcalc(*command, root / f"warm{workers}")
                taken[workers], *_ = mcalc(*command, root / f"far{workers}")
    rows = [["one worker", taken[1], 1.0], ["two workers", taken[2], taken[1] / taken[2]]]
    show(f"Dask, {FAR} submissions", ["", "seconds", "times as fast"], rows)


def main() -> None:
    """Measure a course of the size that the command line says."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    numbers = [int(argument) for argument in sys.argv[1:]] or [200, 2]
    whole_course(*numbers)
    two_workers()


if __name__ == "__main__":
    main()
