"""Execute the book's notebooks side by side into the cache that the build reads.

jupyter-cache's own parallel executor takes the notebooks in reading order and reports neither
the cell that failed nor the time each took; the cache, the matching and the execution are its.
"""

import json
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import single_nb_execution
from nbformat import NotebookNode
from sphinx_external_toc.parsing import parse_toc_yaml

from .paths import BUILD, CACHE, ROOT

SECONDS_PER_CELL = 120
TIMINGS = BUILD / "execution.json"


@dataclass(frozen=True)
class Outcome:
    """What came of one notebook: ``error`` is empty where every cell ran."""

    path: Path
    seconds: float
    cell: str = ""
    error: str = ""


def cores() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def notebooks() -> list[Path]:
    """Return the notebooks that _toc.yml names, in reading order."""
    site = parse_toc_yaml(ROOT / "_toc.yml")
    paths = ((ROOT / docname).with_suffix(".ipynb") for docname in site)
    return [path for path in paths if path.is_file()]


def previous_seconds() -> dict[str, float]:
    """Return how long each notebook took when it was last executed here."""
    try:
        return json.loads(TIMINGS.read_text(encoding="utf-8"))["notebooks"]
    except (OSError, ValueError, KeyError):
        return {}


def execute(path: Path, notebook: NotebookNode) -> Outcome:
    """Run every cell of ``notebook``, in place; stop at the first that fails."""
    current: list[NotebookNode] = []
    start = time.perf_counter()
    try:
        error = single_nb_execution(
            notebook,
            cwd=str(path.parent),
            timeout=SECONDS_PER_CELL,
            allow_errors=False,
            # ipykernel warns that its sockets on this machine are not encrypted
            extra_arguments=["--log-level=40"],
            on_cell_start=lambda cell, cell_index: current.append(cell),
        ).err
    except Exception as dead_kernel:  # noqa: BLE001 - a notebook fails, not the build
        error = dead_kernel
    seconds = time.perf_counter() - start
    if error is None:
        return Outcome(path, seconds)
    cell = current[-1].get("id", f"number {len(current)}") if current else "none (no kernel)"
    colours = re.compile(r"\x1b\[[0-9;]*m")
    return Outcome(path, seconds, cell, colours.sub("", str(error)).strip() or type(error).__name__)


def read(path: Path) -> NotebookNode | Outcome:
    """Return the notebook, or what is wrong with the file."""
    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # noqa: BLE001 - whatever is wrong, the reader needs its path
        return Outcome(path, 0.0, "none (the file is no notebook)", str(error).strip())


def run(paths: list[Path], workers: int | None = None) -> list[Outcome]:
    """Execute those of ``paths`` that the cache does not hold; store the sound ones in it.

    There are as many ``workers`` as processors where nothing else is said.
    """
    cache = get_cache(CACHE)
    unreadable, pending = [], {}
    for path in paths:
        match read(path):
            case Outcome() as outcome:
                unreadable.append(outcome)
            case notebook:
                try:
                    cache.match_cache_notebook(notebook)
                except KeyError:
                    pending[path] = notebook
    if not pending:
        return unreadable

    # The longest first, so that none is left to run alone at the end. A notebook never timed
    # is guessed by the length of its code.
    known = previous_seconds()

    def expected(path: Path) -> float:
        code = sum(len(cell.source) for cell in pending[path].cells if cell.cell_type == "code")
        return known.get(str(path.relative_to(ROOT)), code / 2000)

    start = time.perf_counter()
    outcomes = []
    with ThreadPoolExecutor(workers or cores()) as pool:
        order = sorted(pending, key=expected, reverse=True)
        for outcome in pool.map(lambda path: execute(path, pending[path]), order):
            verdict = "  FAILED" if outcome.error else ""
            print(
                f"  {outcome.seconds:6.1f} s  {outcome.path.relative_to(ROOT)}{verdict}", flush=True
            )
            outcomes.append(outcome)
            if not outcome.error:
                store(cache, outcome, pending[outcome.path])
    wall = time.perf_counter() - start

    latest = {str(outcome.path.relative_to(ROOT)): outcome.seconds for outcome in outcomes}
    timings = {"wall": wall, "executed": latest, "notebooks": known | latest}
    TIMINGS.write_text(json.dumps(timings, indent=1), encoding="utf-8")
    return unreadable + outcomes


def store(cache: JupyterCacheAbstract, outcome: Outcome, notebook: NotebookNode) -> None:
    """Put an executed notebook where the build finds it."""
    data = {"execution_seconds": outcome.seconds}
    bundle = CacheBundleIn(notebook, str(outcome.path), data=data)
    # The outputs are sound; the check would only insist on execution counts from 1 on.
    cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def report(outcomes: list[Outcome]) -> str:
    """Return what went wrong, named by notebook and cell, or nothing."""
    return "\n\n".join(
        f"{outcome.path.relative_to(ROOT)}, cell {outcome.cell}:\n{outcome.error}"
        for outcome in outcomes
        if outcome.error
    )
