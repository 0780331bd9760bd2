"""Write requirements.txt and requirements-bench.txt from the ranges in pyproject.toml.

`make pins` keeps every pin that still satisfies the ranges; `make pins UPGRADE=--upgrade` takes
the newest versions. The resolver is uv, because it resolves for every system at once and for the
oldest Python we promise, whichever runs here.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from .paths import ROOT

OLDEST_PYTHON = "3.11.0"
EDITABLE = "-e .\n"
HEADER = {
    "requirements.txt": "# The whole environment of the book, pinned: what `make book` and Binder install.\n"
    "# Written by `make pins` from pyproject.toml; do not edit.\n" + EDITABLE,
    "requirements-bench.txt": "# What `make bench` compares against, on top of requirements.txt.\n"
    "# Written by `make pins` from pyproject.toml; do not edit.\n",
}


def resolve(uv: Path, pins: Path, arguments: list[str]) -> None:
    """Rewrite the requirements file called like ``pins``, keeping what it holds where it may."""
    target = ROOT / pins.name
    if target.exists():
        pins.write_text(target.read_text(encoding="utf-8").replace(EDITABLE, ""), encoding="utf-8")
    command = [
        *(str(uv), "pip", "compile", "--quiet", "--universal", "--no-header", "--no-annotate"),
        *("--python-version", OLDEST_PYTHON),
        # One version of each package for every Python: outputs are compared digit by digit.
        *("--fork-strategy", "fewest"),
        *("--output-file", str(pins)),
    ]
    subprocess.run([*command, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    text = pins.read_text(encoding="utf-8")
    target.write_text(HEADER[pins.name] + text, encoding="utf-8")
    print(f"{pins.name}: {len(text.splitlines())} pins")


def main(arguments: list[str]) -> int:
    book = ["pyproject.toml", "--extra", "grader", "--group", "book", "--group", "test"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", name, "uv"]
        subprocess.run(install, check=True)
        uv = folder / "bin" / "uv"
        pins = folder / "requirements.txt"
        resolve(uv, pins, [*book, *arguments])
        resolve(
            uv,
            folder / "requirements-bench.txt",
            ["--group", "bench", "--constraint", str(pins), *arguments],
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
