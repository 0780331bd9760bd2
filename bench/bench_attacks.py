"""Every submission of the attack suite, tried on `mcalc grade`, nbgrader and otter-grader.

Each is a submission from `tests/grader/attacks.py` to the assignment of the grader's own tests. In
most the first answer is wrong, so 10 of the 16 points are honestly earned. nbgrader grades each
attacker before a classmate with every point; otter-grader grades each in a process of its own.

Nothing in those two would hold some of these submissions back from the machine. So both run closed
in here, each time anew: without a network, with a memory and a disk of their own and a time limit,
which is more than they bring along. With names of attacks as arguments only those are tried.
"""

import csv
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.bubblewrap import ensure
from tools.paths import ROOT

from .bench_grader import graders, otter_tests, their_environment
from .tables import show

sys.path.insert(0, str(ROOT / "tests" / "grader"))
import attacks
import sample_course

NAME = "operators"
FULL = sample_course.MAX_AUTO
MARK = Path("/tmp/owned")  # what the pickled code writes: the process that unpickled it
SECONDS = 60
TOGETHER = 2  # attacks that are tried at the same time


def mcalc(root: Path, found: list[attacks.Attack]) -> list[str]:
    """Grade everybody, and a classmate after each, in one run."""
    folder = root / "submissions"
    folder.mkdir()
    for number, attack in enumerate(found):
        (folder / f"{number:03}.ipynb").write_bytes(attack.data)
        (folder / f"{number:03}-classmate.ipynb").write_bytes(honest())
    command = [sys.executable, "-m", "mcalclib.grader", "grade", folder, "--quiet"]
    command += ["--source", root / "source" / NAME, "--out", root / "out"]
    code = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode
    if code not in (0, 1):  # 1: some could not be read, as it should be
        raise RuntimeError(f"mcalc grade ended with {code}")
    with open(root / "out" / "scores.csv", newline="") as file:
        scores = {row["student"]: float(row["score"]) for row in csv.DictReader(file)}
    return [
        verdict(scores[f"{number:03}"], attack, scores[f"{number:03}-classmate"], owned())
        for number, attack in enumerate(found)
    ]


def nbgrader(root: Path, programs: Path, attack: attacks.Attack) -> str:
    """Grade an attacker and then a classmate, in a course of their own."""
    found = closed_in(root / "nbgrader", programs, attack)
    if found is None:
        return "kills the grader"
    scores = found["scores"]
    if found["hangs"]:
        return "hangs"
    return verdict(scores.get("attacker"), attack, scores.get("classmate"), found["owned"])


def otter(root: Path, programs: Path, attack: attacks.Attack) -> str:
    """Grade an attacker in a process of its own."""
    found = closed_in(root / "otter", programs, attack)
    if found is None:
        return "kills the grader"
    if found["hangs"]:
        return "hangs"
    inside = found["owned"] == found["process"]
    return verdict(found["scores"].get("attacker"), attack, FULL, found["owned"] * inside)


def closed_in(template: Path, programs: Path, attack: attacks.Attack) -> dict | None:
    """Run a grader's `try.py` in a copy of its folder; None if it did not come to its end."""
    command = ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--die-with-parent"]
    for folder in ("/usr", "/lib", "/lib64", "/bin", "/etc"):
        command += ["--ro-bind-try", folder, folder]
    for folder in (sys.base_prefix, programs.parent):
        for parent in [*Path(folder).parents][-2::-1]:
            command += ["--perms", "0755", "--dir", parent]
        command += ["--ro-bind", folder, folder]
    command += ["--ro-bind", template, "/template"]
    command += ["--proc", "/proc", "--dev", "/dev", "--size", str(1 << 30), "--tmpfs", "/tmp"]
    command += ["--cap-add", "ALL"] if os.getuid() == 0 else ["--unshare-user"]
    command += ["--chdir", "/tmp", programs / "python", "/template/try.py", str(SECONDS)]
    command += [str(next(_users))]
    env = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            env=env,
            input=attack.data,
            capture_output=True,
            check=False,
            timeout=SECONDS + 30,
        )
    except subprocess.TimeoutExpired:
        return None
    lines = done.stdout.decode(errors="replace").splitlines()
    if not lines or lines[0] != "begins" or done.returncode == 1:  # not the attack's doing
        raise RuntimeError(f"the sandbox failed: {done.stderr.decode(errors='replace')}")
    return json.loads(lines[-1]) if len(lines) > 1 else None


# A user of its own for each: the limit on processes counts those of a user.
_users = itertools.count(64_000)

# Inside: becomes that user, copies the folder, grades, and says what came of it.
TRY = """
import json, os, resource, shutil, subprocess, sys
from pathlib import Path
here = Path(__file__).parent
if os.getuid() == 0:
    os.chmod("/tmp", 0o1777)
    os.setgroups([]); os.setgid(65534); os.setuid(int(sys.argv[2]))
home = Path(shutil.copytree(here, "/tmp/home", copy_function=shutil.copy))
for what, most in (("AS", 3 << 30), ("FSIZE", 256 << 20), ("NPROC", 300), ("CPU", 120)):
    resource.setrlimit(getattr(resource, "RLIMIT_" + what), (most, most))
command, place, read = GRADER
place.mkdir(parents=True, exist_ok=True)
(place / "NAME.ipynb").write_bytes(sys.stdin.buffer.read())
print("begins", flush=True)
null = subprocess.DEVNULL
process = subprocess.Popen(command, cwd=home, stdin=null, stdout=null, stderr=null)
hangs = False
try:
    process.wait(float(sys.argv[1]))
except subprocess.TimeoutExpired:
    hangs = True
mark = Path("/tmp/owned")
owned = int(mark.read_text()) if mark.exists() else 0
try:
    scores = read()
except Exception:  # it may have been damaged
    scores = {}
about = {"scores": scores, "hangs": hangs, "owned": owned, "process": process.pid}
print(json.dumps(about), flush=True)
os._exit(0)
"""
NBGRADER = """
def read():
    import sqlite3
    return dict(sqlite3.connect(home / "gradebook.db").execute(
        "SELECT submitted_assignment.student_id, SUM(grade.auto_score) FROM grade"
        " JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id"
        " JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id"
        " GROUP BY submitted_assignment.student_id"))
command, place = ["nbgrader", "autograde", "NAME"], home / "submitted" / "attacker" / "NAME"
"""
OTTER = """
def read():
    path = home / "score.json"
    return {"attacker": json.loads(path.read_text())} if path.exists() else {}
command, place = [sys.executable, "one.py"], home
"""


def owned() -> int:
    """Return the process in which hidden code ran, 0 where it did not; its trace goes."""
    number = int(MARK.read_text()) if MARK.exists() else 0
    MARK.unlink(missing_ok=True)
    return number


def verdict(score, attack: attacks.Attack, classmate, ran: int) -> str:
    """Return in words what an attack came to."""
    if ran:
        return "runs in the grader"
    if classmate is None:
        return "a classmate has no score"
    if classmate != FULL:
        return f"changes a classmate's {FULL:g} to {classmate:g}"
    if score is None:
        return "no score"
    if score > earned(attack):
        return f"{score:g} (forged)"
    return f"{score:g}"


def earned(attack: attacks.Attack) -> float:
    """Return the points of an attack; where the suite leaves them open, those of right answers."""
    return attacks.OTHERS if attack.points is None else attack.points


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
    classmate = root / "nbgrader" / "submitted" / "classmate" / NAME
    classmate.mkdir(parents=True)
    (classmate / f"{NAME}.ipynb").write_bytes(honest())
    tests = root / "otter" / "tests"
    tests.mkdir(parents=True)
    for question, text in otter_tests().items():
        (tests / f"{question}.py").write_text(text)
    generate = [programs / "otter", "generate", "-t", "tests", "--no-environment"]
    subprocess.run(generate, cwd=root / "otter", env=env, check=True, capture_output=True)
    (root / "otter" / "one.py").write_text(
        "import json\nfrom otter.api import grade_submission\n"
        f"results = grade_submission('{NAME}.ipynb', 'autograder.zip', quiet=True)\n"
        "with open('score.json', 'w') as file:\n    json.dump(float(results.total), file)\n"
    )
    for grader, own in (("nbgrader", NBGRADER), ("otter", OTTER)):
        text = TRY.replace("command, place, read = GRADER\n", own).replace("NAME", NAME)
        (root / grader / "try.py").write_text(text)


def main() -> None:
    """Print what each attack came to with each grader."""
    programs = graders()
    ensure()
    plain = attacks.Attack("nothing but a wrong answer", wrong(), attacks.OTHERS)
    wanted = sys.argv[1:]
    tried = [a for a in (plain, *attacks.ATTACKS) if not wanted or a.name in wanted]
    owned()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        prepare(root, programs, their_environment(programs, root))
        ours = mcalc(root, tried)

        def theirs(attack):
            return nbgrader(root, programs, attack), otter(root, programs, attack)

        with ThreadPoolExecutor(TOGETHER) as pool:
            rows = [
                [attack.name, mine, *others]
                for attack, mine, others in zip(tried, ours, pool.map(theirs, tried), strict=True)
            ]
    show(
        f"Submissions of the attack suite: points of {FULL:g}",
        ["attack", "earned", "mcalc", "nbgrader", "otter-grader"],
        [[name, f"{earned(a):g}", *cells] for a, (name, *cells) in zip(tried, rows, strict=True)],
    )
    for number, grader in enumerate(("mcalc", "nbgrader", "otter-grader"), 1):
        counts = Counter(re.sub(r"^[\d.]+ ?", "", row[number]) or "graded" for row in rows)
        print(f"  {grader}: {dict(counts.most_common())}")
    if any(not cell.replace(".", "").isdigit() for cell in ours):
        raise SystemExit("a forged point: see the column of mcalc")


def wrong() -> bytes:
    """Return a submission whose first answer is wrong."""
    return sample_course.to_bytes(sample_course.submission(commutation=attacks.WRONG))


if __name__ == "__main__":
    main()
