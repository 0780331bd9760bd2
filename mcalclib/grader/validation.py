"""`mcalc validate`: a student's own notebook against the tests that students can see."""

from pathlib import Path

from .assignment import load, parse
from .fence import FenceError, probe
from .lane import Lane
from .limits import GraderError, Limits


def validate(notebook, source=None, limits: Limits | None = None, trusted: bool = False) -> dict:
    """Return the record of a notebook graded by its visible tests alone.

    Parameters
    ----------
    notebook : path
    source : path, optional
        The instructor's notebook; without it the tests are those in the notebook itself.
    limits : Limits, optional
    trusted : bool
        Run without a fence where none can be had: for one's own notebook.
    """
    path = Path(notebook)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise GraderError(
            f"{path}: cannot be read ({error.strerror}); name one notebook, FOLDER/NOTEBOOK.ipynb."
        ) from None
    assignment = (
        load(source) if source else parse(data, path.stem, beside(path), str(path), student=True)
    )
    limits = limits or Limits()
    try:
        kind = probe(limits)
    except FenceError:
        if not trusted:
            raise
        kind = "trusted"
    with Lane(assignment, kind, limits, seed=0, hidden=False) as lane:
        return lane.grade(path.stem, data)


def beside(path: Path) -> list[str]:
    """Return the data files beside a notebook."""
    return sorted(
        str(p.resolve())
        for p in path.parent.iterdir()
        if p.is_file() and p.suffix != ".ipynb" and not p.name.startswith(".")
    )
