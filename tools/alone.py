"""mcalclib by itself, at either end of the versions it allows: `make alone VERSIONS=oldest`.

A fresh environment gets the oldest or the newest NumPy, SciPy, SymPy, Matplotlib and ipywidgets in
the package's ranges, as a hosted notebook may have them. In it every chapter runs as Colab opens it,
alone in an empty folder, so that its first cell has to bring the package. Then the package's unit
tests run.
"""

import os
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from pathlib import Path

from packaging.requirements import Requirement

from .paths import CHAPTERS, ROOT, environment

# What Colab has besides, as far as a chapter imports it or its kernel needs it.
HOSTED = ["scikit-learn", "ipykernel", "nbclient"]
# What the tests need: witnesses and the runner; nothing of the book.
TOOLS = ["pytest", "hypothesis", "autograd", "numdifftools", "pyyaml"]
TESTS = [
    *("tests/test_numeric.py", "tests/test_operators.py", "tests/test_linalg.py"),
    *("tests/test_verify.py", "tests/test_plots.py", "tests/rules/test_rules.py"),
    *("tests/symbolic/test_derivations.py", "tests/symbolic/test_derivatives.py"),
]
CHAPTER = "chapter"  # the word by which this module, in the fresh environment, is asked for one


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


def repository() -> str:
    """Return the address that the first cell of a chapter clones."""
    import yaml  # the book's own environment has it, the fresh one need not

    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]


def here_instead_of(url: str) -> dict[str, str]:
    """Return the variables with which git takes this checkout for the repository at ``url``."""
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{ROOT.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": url,
    }


def run_chapter(path: Path) -> None:
    """Run a chapter in an empty folder; raise an error over the first cell that fails."""
    import nbformat  # these two are there in the fresh environment
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=600,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=40"],
        )
        client.execute()
        if not Path(folder, "book", "mcalclib").is_dir():
            raise RuntimeError(f"{path.name}: the first cell has not brought the package")


def main(arguments: list[str]) -> int:
    match arguments:
        case [word, path] if word == CHAPTER:
            run_chapter(Path(path))
            return 0
        case ["oldest" | "newest" as versions]:
            return try_versions(versions)
    print("alone: say VERSIONS=oldest or VERSIONS=newest", file=sys.stderr)
    return 2


def try_versions(versions: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "Scripts" if os.name == "nt" else "bin", "python"))
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        hosted = environment() | here_instead_of(repository())
        # The first cell asks for `pip`: the one of the fresh environment.
        hosted["PATH"] = os.pathsep.join([str(Path(python).parent), hosted["PATH"]])
        steps = [[*pip, "install", *wanted(versions), *HOSTED]]
        steps += [[python, "-m", "pip", "list", "--format=freeze"]]
        for path in sorted(CHAPTERS.glob("*.ipynb")):
            steps += [
                [*pip, "uninstall", "--yes", "mcalclib"],
                [python, "-m", "tools.alone", CHAPTER, str(path)],
            ]
        steps += [
            [*pip, "install", *wanted(versions), *TOOLS, "."],
            [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not browser", "-o",
             "addopts=", "-W", "default", *TESTS],
        ]  # fmt: skip
        for step in steps:
            start = time.perf_counter()
            run = subprocess.run(step, cwd=ROOT, env=hosted, check=False)
            if CHAPTER in step:
                verdict = "FAILED" if run.returncode else "ran"
                seconds = time.perf_counter() - start
                print(f"{Path(step[-1]).name} {verdict} in {seconds:.1f} s", flush=True)
            if run.returncode:
                return run.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
