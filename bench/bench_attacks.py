"""Forging submissions tried against `mcalc grade`, nbgrader and otter-grader.

Each is a submission from `tests/grader/attacks.py` to the assignment of the grader's own tests. Its
first answer is wrong, so 10 of the 16 points are honestly earned (5 where the attack breaks a right
answer as well, 11 where it is the second answer that is wrong). nbgrader grades each attacker before a classmate with every point; otter-grader
grades each in a process of its own. Attacks that bring down, fill or stop the machine are left out:
nothing holds them back in those graders.
"""

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.paths import ROOT

from .bench_grader import graders, otter_tests, their_environment
from .tables import show

sys.path.insert(0, str(ROOT / "tests" / "grader"))
import attacks
import sample_course

NAME = "operators"
FULL = sample_course.MAX_AUTO
FORGING = (
    "patched assertions",
    "patched builtins",
    "array subclass that equals everything",
    "object that equals everything",
    "a number from which nothing is left",
    "an array from which nothing is left",
    "np replaced by the student",
    "printed verdicts",
    "tests replaced in the submission",
    "points raised in the submission",
    "errors hidden by the notebook's shell",
    "assertions cut out of the tests as they are read",
    "tests not run at all",
    "tests that pass whatever they print",
    "the other graders' own classes patched",
    "code hidden in the results",
    "the gradebook edited for everyone",
)
MARK = Path("/tmp/owned")  # what the pickled code writes: the process that unpickled it
SECONDS = 120


def mcalc(root: Path, found: list[attacks.Attack]) -> list[str]:
    """Grade everybody, and a classmate after each, in one run."""
    folder = root / "submissions"
    folder.mkdir()
    for number, attack in enumerate(found):
        (folder / f"{number:02}.ipynb").write_bytes(attack.data)
        (folder / f"{number:02}-classmate.ipynb").write_bytes(honest())
    command = [sys.executable, "-m", "mcalclib.grader", "grade", folder, "--quiet"]
    command += ["--source", root / "source" / NAME, "--out", root / "out"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    with open(root / "out" / "scores.csv", newline="") as file:
        scores = {row["student"]: float(row["score"]) for row in csv.DictReader(file)}
    return [
        verdict(scores[f"{number:02}"], attack, scores[f"{number:02}-classmate"], owned())
        for number, attack in enumerate(found)
    ]


def nbgrader(root: Path, programs: Path, env: dict, attack: attacks.Attack) -> str:
    """Grade an attacker and then a classmate, in a course of their own."""
    course = root / "nbgrader"
    for student, data in (("attacker", attack.data), ("classmate", honest())):
        folder = course / "submitted" / student / NAME
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{NAME}.ipynb").write_bytes(data)
    shutil.copy(course / "fresh.db", course / "gradebook.db")
    shutil.rmtree(course / "autograded", ignore_errors=True)
    command = [programs / "nbgrader", "autograde", NAME, "--force"]
    run(command, course, env)
    query = """
        SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade
        JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
        JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
        GROUP BY submitted_assignment.student_id"""
    database = sqlite3.connect(course / "gradebook.db")
    scores = dict(database.execute(query).fetchall())
    database.close()
    return verdict(scores.get("attacker"), attack, scores.get("classmate"), owned())


def otter(root: Path, programs: Path, env: dict, attack: attacks.Attack) -> str:
    """Grade an attacker in a process of its own."""
    home = root / "otter"
    (home / "attacker.ipynb").write_bytes(attack.data)
    (home / "score.json").unlink(missing_ok=True)
    process = run([programs / "python", "one.py"], home, env)
    inside = owned() == process
    path = home / "score.json"
    score = json.loads(path.read_text()) if path.exists() else None
    return verdict(score, attack, FULL, process if inside else 0)


def run(command, folder, env) -> int:
    """Run a grader and return its process id; a grader that hangs is ended."""
    process = subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return process.pid


def owned() -> int:
    """Return the process in which hidden code ran, 0 where it did not; its trace goes."""
    number = int(MARK.read_text()) if MARK.exists() else 0
    MARK.unlink(missing_ok=True)
    return number


def verdict(score, attack: attacks.Attack, classmate, ran: int) -> str:
    """Return in words what an attack came to."""
    if ran:
        return "runs in the grader"
    if classmate != FULL:
        return f"changes a classmate's {FULL:g} to {classmate:g}"
    if score is None:
        return "no score"
    if score > attack.points:
        return f"{score:g} (forged)"
    return f"{score:g}"


def honest() -> bytes:
    """Return a submission that earns every point."""
    return sample_course.to_bytes(sample_course.submission())


def prepare(root: Path, programs: Path, env: dict) -> None:
    """Write the course for each grader."""
    source = root / "source" / NAME
    source.mkdir(parents=True)
    data = sample_course.to_bytes(sample_course.source_notebook())
    (source / f"{NAME}.ipynb").write_bytes(data)
    shutil.copytree(root / "source", root / "nbgrader" / "source")
    generate = [programs / "nbgrader", "generate_assignment", NAME]
    subprocess.run(generate, cwd=root / "nbgrader", env=env, check=True, capture_output=True)
    shutil.copy(root / "nbgrader" / "gradebook.db", root / "nbgrader" / "fresh.db")
    tests = root / "otter" / "tests"
    tests.mkdir(parents=True)
    for question, text in otter_tests().items():
        (tests / f"{question}.py").write_text(text)
    generate = [programs / "otter", "generate", "-t", "tests", "--no-environment"]
    subprocess.run(generate, cwd=root / "otter", env=env, check=True, capture_output=True)
    (root / "otter" / "one.py").write_text(
        "import json\nfrom otter.api import grade_submission\n"
        "results = grade_submission('attacker.ipynb', 'autograder.zip', quiet=True)\n"
        "with open('score.json', 'w') as file:\n    json.dump(float(results.total), file)\n"
    )


def main() -> None:
    """Print what each attack came to with each grader."""
    programs = graders()
    found = {attack.name: attack for attack in attacks.ATTACKS}
    plain = attacks.Attack("nothing but a wrong answer", wrong(), attacks.OTHERS)
    tried = [plain, *(found[name] for name in FORGING)]
    owned()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        env = their_environment(programs, root)
        prepare(root, programs, env)
        ours = mcalc(root, tried)
        rows = [
            [
                attack.name,
                mine,
                nbgrader(root, programs, env, attack),
                otter(root, programs, env, attack),
            ]
            for attack, mine in zip(tried, ours, strict=True)
        ]
    show(
        f"Forging submissions: points of {FULL:g}, {attacks.OTHERS:g} of them earned",
        ["attack", "mcalc", "nbgrader", "otter-grader"],
        rows,
    )
    if any(not cell.replace(".", "").isdigit() for cell in ours):
        raise SystemExit("a forged point: see the column of mcalc")


def wrong() -> bytes:
    """Return a submission whose first answer is wrong."""
    return sample_course.to_bytes(sample_course.submission(commutation=attacks.WRONG))


if __name__ == "__main__":
    main()
