"""`import mcalclib` beside `import numpy, scipy.linalg`, each in a fresh interpreter."""

import subprocess
import sys
from functools import partial

from .tables import medians, show

BOUND = 1.3
BASELINE = "numpy, scipy.linalg"
STATEMENTS = {
    BASELINE: "import numpy, scipy.linalg",
    "mcalclib": "import mcalclib",
    # Public names resolve when they are first used, so the line above alone would flatter us.
    "mcalclib and its core": "from mcalclib import vec, LinearOperator, derivative",
}


def seconds_of(statement: str) -> float:
    """Return the time of the statement alone, without the interpreter's own start."""
    code = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
    command = [sys.executable, "-c", code.format(statement)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(run.stdout)


def main() -> None:
    """Print the medians and their ratio to the baseline."""
    found = medians({name: partial(seconds_of, code) for name, code in STATEMENTS.items()}, 15)
    show(
        f"Import, median of 15 (bound: {BOUND} times {BASELINE})",
        ["import", "ms", "ratio"],
        [[name, 1000 * found[name], found[name] / found[BASELINE]] for name in STATEMENTS],
    )


if __name__ == "__main__":
    main()
