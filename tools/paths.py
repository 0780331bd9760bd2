"""Where things are, and which of them a build depends on."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

TITLE = "Matrix Calculus"
ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = ROOT / "chapters"
BUILD = ROOT / "_build"
HTML = BUILD / "html"
CACHE = BUILD / ".jupyter_cache"
DOCTREES = BUILD / ".doctrees"
VENDOR = ROOT / "_vendor"
NODE_MODULES = ROOT / "node_modules"


def environment() -> dict[str, str]:
    """Return the environment for kernels and Sphinx.

    The programs installed beside this Python go first, because node is one of them. One
    BLAS thread per process, because notebooks and tests already run side by side and because
    the order of summation, and with it the last digits, must not depend on the machine.
    """
    one_thread = dict.fromkeys(
        ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
        "1",
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, **one_thread, "PATH": path, "PYDEVD_DISABLE_FILE_VALIDATION": "1"}


def fingerprint(paths: Iterable[Path]) -> str:
    """Return a hash of the names and contents of the files at and below ``paths``."""
    digest = hashlib.sha256()
    for path in paths:
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def execution_key() -> str:
    """Return a hash of everything outside a notebook that its outputs depend on.

    jupyter-cache looks at the notebook alone: without this key a change in mcalclib would leave
    the old outputs on the pages.
    """
    data = sorted(
        file
        for file in CHAPTERS.rglob("*")
        if file.is_file()
        and file.suffix not in {".ipynb", ".md"}
        and ".ipynb_checkpoints" not in file.parts
    )
    inputs = fingerprint([ROOT / "mcalclib", ROOT / "requirements.txt", *data])
    return f"{inputs} python {sys.version_info.major}.{sys.version_info.minor}"


def page_key() -> str:
    """Return a hash of what changes every page without Sphinx noticing."""
    shared = (
        *("_config.yml", "_toc.yml", "_ext", "_static", "tools"),
        *("package-lock.json", "references.bib"),
    )
    return f"{execution_key()} pages {fingerprint(ROOT / name for name in shared)}"


def site_key() -> str:
    """Return a hash of all that the pages are made of, and the commit that they name."""
    describe = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=40", "--dirty"]
    try:
        commit = subprocess.run(describe, capture_output=True, text=True, check=False).stdout
    except OSError:  # no git here
        commit = ""
    return f"{page_key()} text {fingerprint([CHAPTERS])} commit {commit.strip()}"
