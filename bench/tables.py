"""Medians of interleaved repetitions, and the table that shows them."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence


def seconds(call: Callable[[], object]) -> float:
    """Return how long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def medians(measures: Mapping[str, Callable[[], float]], repetitions: int = 7) -> dict[str, float]:
    """Return the median of each measure.

    The measures take turns, so that a machine that slows down slows all of them; one round
    before the first is thrown away.
    """
    rounds = [
        {name: measure() for name, measure in measures.items()} for _ in range(repetitions + 1)
    ]
    return {name: statistics.median(turn[name] for turn in rounds[1:]) for name in measures}


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table: text to the left, numbers to the right with three digits."""
    cells = [
        [f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    print(f"\n{title}\n")
    for row in [head, ["-" * width for width in widths], *cells]:
        print("  " + "  ".join(aligned(cell, i, widths) for i, cell in enumerate(row)).rstrip())


def aligned(cell: str, column: int, widths: Sequence[int]) -> str:
    """Return the cell filled up to the width of its column; the first column holds names."""
    return cell.ljust(widths[column]) if column == 0 else cell.rjust(widths[column])
