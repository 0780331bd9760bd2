"""mcalclib by itself, at either end of the versions it allows: `make alone VERSIONS=oldest`.

A fresh environment gets the package with the oldest or the newest NumPy, SciPy, SymPy, Matplotlib
and ipywidgets in its ranges, as a hosted notebook may have them, and runs the package's unit tests
and the examples in its docstrings.
"""

import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement

from .paths import ROOT, environment

# What the tests need besides: witnesses and the runner; nothing of the book.
TOOLS = ["pytest", "hypothesis", "autograd", "numdifftools", "pyyaml", "nbclient", "ipykernel"]
TESTS = [
    *("tests/test_numeric.py", "tests/test_operators.py", "tests/test_linalg.py"),
    *("tests/test_verify.py", "tests/test_plots.py", "tests/rules/test_rules.py"),
    *("tests/symbolic/test_derivations.py", "tests/symbolic/test_derivatives.py"),
]


def ranges() -> list[Requirement]:
    """Return what the package depends on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(name) for name in project["dependencies"]]


def wanted(versions: str) -> list[str]:
    """Return what pip should install for the oldest or the newest versions."""
    if versions == "newest":
        return [need.name for need in ranges()]
    # A lower bound 2.0 means the newest of the releases 2.0.x.
    return [f"{need.name}=={lower(need)}.*" for need in ranges()]


def lower(need: Requirement) -> str:
    (bound,) = (s.version for s in need.specifier if s.operator == ">=")
    return bound


def main(arguments: list[str]) -> int:
    versions = arguments[0] if arguments else ""
    if versions not in {"oldest", "newest"}:
        print("alone: say VERSIONS=oldest or VERSIONS=newest", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python"))
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        steps = [
            [*install, *wanted(versions), *TOOLS, "."],
            [python, "-m", "pip", "list", "--format=freeze"],
            [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser", "-o",
             "addopts=", "-W", "default", *TESTS],
        ]  # fmt: skip
        for step in steps:
            run = subprocess.run(step, cwd=ROOT, env=environment(), check=False)
            if run.returncode:
                return run.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
