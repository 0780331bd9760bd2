"""Gradescope: an autograder zip that grades with this package, and its results.json."""

import json
import sys
import zipfile
from pathlib import Path

from ..grader.assignment import load, parse
from ..grader.fence import FenceError, probe
from ..grader.lane import Lane
from ..grader.limits import GraderError, Limits
from ..grader.publishing import write_whole
from ..grader.records import unreadable
from ..grader.release import prove
from ..grader.submissions import Source, SubmissionsError, find
from ..grader.validation import beside

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


def write_autograder(source, out) -> Path:
    """Write the zip that Gradescope's "Configure Autograder" takes, and return its path.

    It holds the assignment's source notebook, its data files, this package, ``setup.sh`` and
    ``run_autograder``.

    Parameters
    ----------
    source : path
        The source notebook or its folder.
    out : path
        The zip to write.

    Raises
    ------
    GraderError
        If the assignment fails its own solution, or gives points for nothing.
    """
    assignment = load(source)
    path = Path(source)
    if path.is_dir():
        path = path / f"{assignment.name}.ipynb"
    from ..grader.release import student_version

    data = path.read_bytes()
    prove(assignment, data, student_version(data, assignment).encode(), Limits(), 0)
    package = Path(__file__).resolve().parent.parent
    out = Path(out)
    partial = out.with_name(f".{out.name}.part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            _add(archive, "setup.sh", _SETUP.format(requirements=_requirements()), program=True)
            _add(archive, "run_autograder", _RUN, program=True)
            _add(archive, f"assignment/{path.name}", data)
            for file in assignment.files:
                _add(archive, f"assignment/{Path(file).name}", Path(file).read_bytes())
            for file in sorted(package.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    name = (Path(package.name) / file.relative_to(package)).as_posix()
                    _add(archive, name, file.read_bytes())
        partial.replace(out)
    except OSError as error:
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
    import re
    import shlex
    from importlib.metadata import PackageNotFoundError, requires

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
    assignment = parse(notebook.read_bytes(), notebook.stem, beside(notebook), str(notebook))
    limits = Limits()
    warning = ""
    try:
        kind = probe(limits)
    except FenceError:
        # The container holds this one submission, and nobody else's.
        kind = "trusted"
        warning = (
            "Instructor: this container allows no fence of its own. Code that was handed in ran "
            "in a separate process, but could read the files of this autograder."
        )
    student = _student(root)
    record = _graded(root, assignment, student, kind, limits)
    results = results_json(record, warning)
    (root / "results").mkdir(exist_ok=True)
    write_whole(root / "results" / "results.json", json.dumps(results, indent=1) + "\n")
    return results


def _graded(root, assignment, student, kind, limits):
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
    with Lane(assignment, kind, limits, seed=0) as lane:
        return lane.grade(student, data, chosen.notes)


def _student(root):
    try:
        about = json.loads((root / "submission_metadata.json").read_text(encoding="utf-8"))
        return " and ".join(str(user["name"]) for user in about["users"]) or "submission"
    except (OSError, ValueError, KeyError, TypeError):
        return "submission"


def results_json(record: dict, warning: str = "") -> dict:
    """Return a record in Gradescope's documented form.

    Parameters
    ----------
    record : dict
    warning : str
        Shown to the instructor alone.

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
    if warning:
        tests.append({"name": "fence", "output": warning, "visibility": "hidden"})
    output = "\n".join(record["notes"])
    if record["status"] == "unreadable":
        output = record["note"]
    return {"score": record["score"], "output": output, "visibility": "visible", "tests": tests}


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "/autograder")
