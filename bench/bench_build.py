"""The cold build beside the least time its notebooks need, one with nothing or one page changed.

Both run in a copy of the working tree, so that the pages of the reader stay where they are.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.execute import cores
from tools.paths import NODE_MODULES, ROOT

from .tables import show

BOUND = 1.3
REBUILD_BOUND = 5.0


def copy_tree(target: Path) -> None:
    """Copy what git knows or would add; the assets from npm are only linked."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    (target / NODE_MODULES.name).symlink_to(NODE_MODULES)


def build(folder: Path) -> tuple[float, float]:
    """Build in ``folder``; return the seconds of the whole command and of the rendering, if any."""
    start = time.perf_counter()
    run = subprocess.run(
        [sys.executable, "-m", "tools.book"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    whole = time.perf_counter() - start
    rendered = re.search(r"pages rendered in ([\d.]+) s", run.stdout)
    if run.returncode:
        raise SystemExit(f"bench_build: the book does not build:\n{run.stdout}{run.stderr}")
    return whole, float(rendered[1]) if rendered else 0.0


def timings(folder: Path) -> dict:
    """Return what the last execution in ``folder`` wrote about itself."""
    return json.loads((folder / "_build" / "execution.json").read_text(encoding="utf-8"))


def main() -> None:
    """Print notebook times taken one after another, then the builds against their bounds."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy_tree(folder)
        # Run side by side, notebooks slow each other down; the bound takes them undisturbed.
        serial = "from tools import execute; execute.run(execute.notebooks(), workers=1)"
        subprocess.run([sys.executable, "-c", serial], cwd=folder, check=True, capture_output=True)
        alone = timings(folder)["executed"]
        shutil.rmtree(folder / "_build" / ".jupyter_cache")

        cold, rendering = build(folder)
        wall = timings(folder)["wall"]
        unchanged, _ = build(folder)
        with (folder / "chapters" / "notation.md").open("a", encoding="utf-8") as page:
            page.write("\nOne more line.\n")
        edited, _ = build(folder)

    least = max(max(alone.values()), sum(alone.values()) / cores())
    show("Notebooks, one after another", ["notebook", "s"], [[k, v] for k, v in alone.items()])
    show(
        f"Build on {cores()} cores (least execution: max(longest notebook, sum / cores))",
        ["what", "s", "compared to", "s ", "ratio", "bound"],
        [
            ["cold: execution", wall, "least execution", least, wall / least, BOUND],
            ["cold: rendering", rendering, "", "", "", ""],
            [
                "cold: make book",
                cold,
                "bound + rendering",
                *against(cold, BOUND * least + rendering),
            ],
            ["unchanged: make book", unchanged, "", *against(unchanged, REBUILD_BOUND)],
            ["a page of text edited: make book", edited, "", "", "", ""],
        ],
    )


def against(value: float, bound: float) -> tuple[float, float, float]:
    """Return the cells that compare a time with the most it may be."""
    return bound, value / bound, 1.0


if __name__ == "__main__":
    main()
