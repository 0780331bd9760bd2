"""Gradescope: an autograder zip that grades with this package, and its results.json."""

import contextlib
import json
import os
import re
import shlex
import shutil
import sys
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from ..grader.assignment import load, parse
from ..grader.fence import FenceError, probe
from ..grader.lane import Lane
from ..grader.limits import GraderError, Limits
from ..grader.publishing import write_whole
from ..grader.records import unreadable
from ..grader.release import prove, student_version
from ..grader.submissions import Source, SubmissionsError, find
from ..grader.validation import beside
from ..grader.variants import drawn

_SETUP = """#!/usr/bin/env bash
# Run once, when Gradescope builds the image.
set -euo pipefail
apt-get update -qq
apt-get install -qq -y bubblewrap libseccomp2 python3-venv
python3 -m venv /autograder/environment
/autograder/environment/bin/pip install --quiet {requirements}
"""

_RUN = """#!/usr/bin/env bash
# Run for every submission, in a container of its own.
root="${AUTOGRADER_ROOT:-/autograder}"
python="$root/environment/bin/python"
test -x "$python" || python=python3
cd "$root/source" && PYTHONPATH="$root/source" exec "$python" -m mcalclib.classroom.gradescope "$root"
"""

# An archive that is made twice is the same file.
_WHEN = (2020, 1, 1, 0, 0, 0)


def write_autograder(source, out, secret: bytes = b"") -> Path:
    """Write the zip that Gradescope's "Configure Autograder" takes, and return its path.

    It holds the assignment's source notebook, its data files, this package, ``setup.sh``,
    ``run_autograder`` and, where numbers are drawn per student, the course's secret.

    Parameters
    ----------
    source : path
        The source notebook or its folder.
    out : path
        The zip to write.
    secret : bytes
        For numbers that are drawn per student.

    Raises
    ------
    GraderError
        If the assignment fails its own solution, gives points for nothing, or draws numbers and
        there is no secret.
    """
    assignment = load(source)
    if assignment.draws and not secret:
        raise GraderError(
            f"{assignment.name} draws numbers per student: give the secret that its notebooks were "
            "released with, --secret FILE."
        )
    path = Path(source)
    if path.is_dir():
        path = path / f"{assignment.name}.ipynb"
    data = path.read_bytes()
    empty = student_version(data, drawn(assignment, secret, "")).encode()
    prove(assignment, data, empty, Limits(), 0, secret)
    package = Path(__file__).resolve().parent.parent
    out = Path(out)
    partial = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "setup.sh", _SETUP.format(requirements=_requirements()), program=True)
            _add(archive, "run_autograder", _RUN, program=True)
            _add(archive, f"assignment/{path.name}", data)
            if assignment.draws:
                _add(archive, "secret", secret)
            for file in assignment.files:
                _add(archive, f"assignment/{Path(file).name}", Path(file).read_bytes())
            for file in sorted(package.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    name = (Path(package.name) / file.relative_to(package)).as_posix()
                    _add(archive, name, file.read_bytes())
        partial.replace(out)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise GraderError(f"{out}: cannot be written ({error.strerror}).") from None
    return out


def _add(archive, name, content, program=False):
    info = zipfile.ZipInfo(name, _WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o755 if program else 0o644) << 16
    archive.writestr(info, content)


def _requirements():
    """Return what the package needs, quoted for a shell, as its own metadata says."""
    try:
        needed = requires("mcalclib") or []
    except PackageNotFoundError:
        needed = ["numpy", "scipy", "sympy", "matplotlib", "ipywidgets", "ipython", "nbformat",
                  "pyseccomp", "pyyaml"]  # fmt: skip
    # Everything without a condition, and what the extra "grader" names.
    chosen = []
    for line in needed:
        requirement, _, condition = line.partition(";")
        if not condition or 'extra == "grader"' in condition:
            chosen.append(shlex.quote(re.sub(r"\s+", "", requirement)))
    return " ".join(chosen)


def run(root) -> dict:
    """Grade the one submission that Gradescope laid out and write ``results/results.json``.

    Parameters
    ----------
    root : path
        ``/autograder``, with source/, submission/, results/ and submission_metadata.json.

    Returns
    -------
    dict
        What was written.
    """
    root = Path(root)
    notebook = next((root / "source" / "assignment").glob("*.ipynb"))
    limits, files = Limits(), beside(notebook)
    secret = root / "source" / "secret"
    with contextlib.ExitStack() as stack:
        try:
            kind = probe(limits)
        except FenceError:
            if os.geteuid() != 0:
                raise
            # Gradescope's containers let nobody make namespaces, but each holds one submission.
            kind = "lowered"
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            files = _closed(root, files, Path(folder))
        assignment = parse(notebook.read_bytes(), notebook.stem, files, str(notebook))
        student = _student(root)
        record = _graded(
            *(root, assignment, student, kind, limits),
            secret.read_bytes() if secret.exists() else b"",
        )
    results = results_json(record)
    (root / "results").mkdir(exist_ok=True)
    write_whole(root / "results" / "results.json", json.dumps(results, indent=1) + "\n")
    return results


def _closed(root, files, folder):
    """Let an ordinary user see the data files and nothing else of this autograder."""
    for path in (
        root / "source" / "assignment",
        root / "source" / "secret",
        root / "results",
        root / "submission_metadata.json",
    ):
        if path.exists():
            path.chmod(0o700)
    folder.chmod(0o755)
    copies = [shutil.copyfile(file, folder / Path(file).name) for file in files]
    for copy in copies:
        copy.chmod(0o644)
    return [str(copy) for copy in copies]


def _graded(root, assignment, student, kind, limits, secret):
    try:
        source = Source(root / "submission")
        found = find(source, assignment.name)
    except SubmissionsError as error:
        return unreadable(assignment, student, str(error))
    notebooks = [one for one in found if not one.problem]
    if not notebooks:
        return unreadable(assignment, student, found[0].problem)
    # Everything in the folder is one student's: the notebook named like the assignment is meant.
    chosen = max(notebooks, key=lambda one: (assignment.name in one.path, one.path))
    try:
        data = source.read(chosen.path)
    except OSError as error:
        return unreadable(assignment, student, f"the file cannot be read ({error})")
    with Lane(assignment, kind, limits, seed=0, secret=secret) as lane:
        return lane.grade(student, data, chosen.notes)


def _student(root):
    try:
        about = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
        return " and ".join(str(user["name"]) for user in about["users"]) or "submission"
    except (OSError, ValueError, KeyError, TypeError):
        return "submission"


def results_json(record: dict) -> dict:
    """Return a record in Gradescope's documented form.

    Parameters
    ----------
    record : dict

    References
    ----------
    Gradescope Autograder Documentation, "Autograder Specifications", output format.
    """
    tests = []
    for check in record["checks"]:
        if check["status"] == "manual":
            continue
        test = {
            "name": check["grade_id"],
            "score": check["points"],
            "max_score": check["max_points"],
            "status": "passed" if check["status"] == "passed" else "failed",
            "output": check["message"],
            "visibility": "visible",
        }
        tests.append(test)
    output = "\n".join(record["notes"])
    if record["status"] == "unreadable":
        output = record["note"]
    return {"score": record["score"], "output": output, "visibility": "visible", "tests": tests}


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "/autograder")
