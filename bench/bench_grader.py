"""`mcalc grade` beside nbgrader and otter-grader: the same submissions in the same run.

All grade the assignment of the grader's own tests: three questions, twelve checks. The others
are timed in the form that suits them best: two processes each on its own half, otter-grader
without its containers and without starting anew for each notebook. nbgrader is timed twice:
grading and writing HTML feedback, which is the job that we do, and grading alone. They live in an environment of their own, `_build/graders`, made on first use;
MCALC_GRADERS names another one.

`python -m bench.bench_grader 10000` grades so many submissions and shows memory and time alone.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.paths import BUILD, ROOT

from .tables import show

sys.path.insert(0, str(ROOT / "tests" / "grader"))
import sample_course

OURS, THEIRS, ROUNDS = 600, 8, 5
PINNED = ("nbgrader==0.9.6", "otter-grader==7.0.0")
BOUND = 50.0  # submissions per second, and times the best of the others
LANES_BOUND = 1.6


def course(root: Path, students: int) -> None:
    """Write a source notebook and a class: half right, the others wrong, failing or empty."""
    (root / "source" / "operators").mkdir(parents=True)
    (root / "submissions").mkdir()
    source = sample_course.to_bytes(sample_course.source_notebook())
    (root / "source" / "operators" / "operators.ipynb").write_bytes(source)
    wrong = "def commutation(m, n):\n    return np.eye(m * n)"
    fails = "def derivative_of_inverse(X):\n    return lambda dX: dX.nothing"
    kinds = [
        *3 * [sample_course.submission()],
        sample_course.submission(commutation=wrong),
        sample_course.submission(slope=None),
        sample_course.submission(inverse=fails),
    ]
    files = [sample_course.to_bytes(kind) for kind in kinds]
    for number in range(students):
        path = root / "submissions" / f"student{number:05}.ipynb"
        path.write_bytes(files[number % len(files)])


def mcalc(root: Path, jobs: int, students: int) -> float:
    """Return how many submissions per second are graded, durable and with feedback."""
    out = root / f"out{jobs}"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "mcalclib.grader", "grade", root / "submissions", "--quiet"]
    command += ["--source", root / "source" / "operators", "--out", out, "--jobs", str(jobs)]
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return students / (time.perf_counter() - start)


def graders() -> Path:
    """Return the folder with the others' programs, made on first use."""
    home = Path(os.environ.get("MCALC_GRADERS", BUILD / "graders"))
    if not (home / "bin" / "otter").exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "-q", *PINNED], check=True)
    return home / "bin"


def their_environment(programs: Path, root: Path) -> dict[str, str]:
    """Return an environment in which nothing of ours, and nobody's settings, are found."""
    drop = ("PYTHONPATH", "VIRTUAL_ENV")
    env = {key: value for key, value in os.environ.items() if key not in drop}
    env["PATH"] = f"{programs}{os.pathsep}{env['PATH']}"
    return env | {"JUPYTER_CONFIG_DIR": str(root / "jupyter"), "IPYTHONDIR": str(root / "ipython")}


def both(commands, env) -> float:
    """Return the seconds that two processes take side by side."""
    start = time.perf_counter()
    running = [
        subprocess.Popen(c, cwd=d, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for c, d in commands
    ]
    codes = [process.wait() for process in running]
    if any(codes):
        raise RuntimeError(f"failed: {commands[0][0]}")
    return time.perf_counter() - start


def nbgrader(root: Path, programs: Path, env, *steps: str) -> float:
    """Return nbgrader's submissions per second in two processes, each doing these steps."""
    line = " && ".join(f"'{programs}/nbgrader' {step} operators --force" for step in steps)
    commands = []
    for half in range(2):
        home = root / f"nbgrader{half}"
        if not home.exists():
            shutil.copytree(root / "source", home / "source")
            generate = [programs / "nbgrader", "generate_assignment", "operators"]
            subprocess.run(generate, cwd=home, env=env, check=True, capture_output=True)
            for path in sorted((root / "submissions").iterdir())[half : 2 * THEIRS : 2]:
                folder = home / "submitted" / path.stem / "operators"
                folder.mkdir(parents=True)
                shutil.copy(path, folder / "operators.ipynb")
        for made in ("autograded", "feedback"):
            shutil.rmtree(home / made, ignore_errors=True)
        commands.append((["sh", "-c", line], home))
    return 2 * THEIRS / both(commands, env)


def otter(root: Path, programs: Path, env) -> float:
    """Return otter-grader's submissions per second in two processes."""
    home = root / "otter"
    if not home.exists():
        (home / "tests").mkdir(parents=True)
        for question, text in otter_tests().items():
            (home / "tests" / f"{question}.py").write_text(text)
        generate = [programs / "otter", "generate", "-t", "tests", "--no-environment"]
        subprocess.run(generate, cwd=home, env=env, check=True, capture_output=True)
        (home / "loop.py").write_text(
            "import sys\nfrom otter.api import grade_submission\n"
            "for path in sys.argv[1:]:\n    grade_submission(path, 'autograder.zip', quiet=True)\n"
        )
    paths = sorted((root / "submissions").iterdir())[: 2 * THEIRS]
    commands = [([programs / "python", "loop.py", *paths[half::2]], home) for half in range(2)]
    return 2 * THEIRS / both(commands, env)


def otter_tests() -> dict[str, str]:
    """Return the sample's tests in otter-grader's own format."""
    cases: dict[str, list] = {}
    for name, (points, text) in sample_course.TESTS.items():
        lines = [line for line in text.split("\n") if not line.startswith("###")]
        shown = "\n".join((">>> " if line[:1] != " " else "... ") + line for line in lines)
        if shown.endswith(">>> points"):
            shown += " == 2.0\nTrue"  # it knows no partial credit inside a case
        case = {"code": shown, "hidden": False, "locked": False, "points": points}
        cases.setdefault(name.split("-")[0], []).append(case)
    suite = {"scored": True, "setup": "", "teardown": "", "type": "doctest"}
    return {
        name: "OK_FORMAT = True\ntest = "
        + repr({"name": name, "points": None, "suites": [{"cases": found, **suite}]})
        for name, found in cases.items()
    }


def compare() -> None:
    """Print the rates of all, medians of interleaved rounds."""
    programs = graders()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        course(root, OURS)
        env = their_environment(programs, root)
        measures = {
            "mcalc, one lane": lambda: mcalc(root, 1, OURS),
            "mcalc, two lanes": lambda: mcalc(root, 2, OURS),
            "nbgrader, two processes": lambda: nbgrader(
                root, programs, env, "autograde", "generate_feedback"
            ),
            "nbgrader, grading alone": lambda: nbgrader(root, programs, env, "autograde"),
            "otter-grader, two processes": lambda: otter(root, programs, env),
        }
        rounds = [{name: call() for name, call in measures.items()} for _ in range(ROUNDS)]
    found = {name: statistics.median(turn[name] for turn in rounds) for name in measures}
    ours, one = found["mcalc, two lanes"], found["mcalc, one lane"]
    show(
        f"Grading, median of {ROUNDS}; {OURS} submissions by us, {2 * THEIRS} by the others "
        f"(bounds: {BOUND:g} per second, {BOUND:g} times the others, {LANES_BOUND} lanes)",
        ["grader", "per second", "mcalc is times as fast"],
        [[name, rate, ours / rate] for name, rate in found.items()],
    )
    print(f"\n  two lanes against one: {ours / one:.2f}")


def large(students: int) -> None:
    """Print time and the parent's memory for a growing class."""
    rows = []
    for number in (students // 4, students // 2, students):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            course(root, number)
            code = (
                "import json, resource, sys\nfrom mcalclib.grader.cli import main\n"
                "main(sys.argv[1:])\n"
                "print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))"
            )
            command = [sys.executable, "-c", code, "grade", root / "submissions", "--quiet"]
            command += ["--source", root / "source" / "operators", "--out", root / "out"]
            start = time.perf_counter()
            run = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            seconds = time.perf_counter() - start
            peak = json.loads(run.stdout.splitlines()[-1]) / 1024
            rows.append([number, seconds, number / seconds, peak])
    show(
        "A growing class (bound: parent under 200 MB, time linear)",
        ["submissions", "seconds", "per second", "parent's peak MB"],
        [[str(row[0]), *row[1:]] for row in rows],
    )


def main() -> None:
    """Compare, or grade as many submissions as the command line says."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if len(sys.argv) > 1:
        large(int(sys.argv[1]))
    else:
        compare()


if __name__ == "__main__":
    main()
