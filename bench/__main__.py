"""Run every bench_*.py, or those whose names are given: `python -m bench import build`.

Each runs in its own process with one BLAS thread, so that no measurement warms up another.
"""

import subprocess
import sys
from pathlib import Path

from tools.paths import ROOT, environment


def main(chosen: list[str]) -> int:
    """Run the chosen benchmarks, all where none is chosen; fail where one fails."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py"))
    if unknown := {f"bench_{name}" for name in chosen} - set(names):
        known = ", ".join(name.removeprefix("bench_") for name in names)
        print(f"no {', '.join(sorted(unknown))} in bench/; there are: {known}", file=sys.stderr)
        return 2
    failed = []
    for name in names:
        if not chosen or name.removeprefix("bench_") in chosen:
            command = [sys.executable, "-m", f"bench.{name}"]
            if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode:
                failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
