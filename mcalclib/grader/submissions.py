"""Finding submissions the way nbgrader, Canvas, Moodle, Gradescope or a person leaves them."""

import os
import re
import stat
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .limits import GraderError
from .notebooks import MAX_BYTES

CANVAS = re.compile(r"^(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<user>\d+)_(?P<id>\d+)_(?P<file>.+)$")
MOODLE = re.compile(
    r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)$"
)
GRADESCOPE = re.compile(r"^submission_(?P<id>\d+)$")
METADATA = "submission_metadata.yml"
_IGNORED = (".ipynb_checkpoints", "__MACOSX", "__pycache__", ".git")


class SubmissionsError(GraderError):
    """The folder or archive of submissions cannot be used at all."""


@dataclass
class Submission:
    """One student's submission: where it lies, and what was odd about finding it."""

    student: str
    path: str  # of the chosen notebook, inside the folder or archive; empty without one
    notes: list[str] = field(default_factory=list)
    problem: str = ""  # why there is nothing to read
    late: bool = False


class Source:
    """A folder or zip archive; hands out the bytes of its files."""

    def __init__(self, path):
        self.path = Path(path)
        if not self.path.exists():
            raise SubmissionsError(f"{path}: there is no such folder or zip archive.")
        self.archive = None
        if self.path.is_file():
            try:
                self.archive = zipfile.ZipFile(self.path)
            except (zipfile.BadZipFile, OSError) as error:
                raise SubmissionsError(
                    f"{path}: neither a folder nor a zip archive that can be opened ({error})."
                ) from None

    def files(self) -> list[str]:
        """Return the paths of all files, sorted, with what systems leave behind left out."""
        if self.archive is not None:
            names = [i.filename for i in self.archive.infolist() if not i.is_dir()]
        else:
            names = []
            for folder, folders, files in os.walk(self.path):
                folders[:] = sorted(f for f in folders if f not in _IGNORED)
                inner = Path(folder).relative_to(self.path)
                names += [(inner / name).as_posix() for name in files]
        return sorted(
            name
            for name in names
            if not any(part in _IGNORED for part in PurePosixPath(name).parts)
            and not PurePosixPath(name).name.startswith(".")
        )

    def read(self, name: str) -> bytes:
        """Return the bytes of one file.

        Raises
        ------
        OSError
            If it cannot be read, is no ordinary file, or is too large.
        """
        if self.archive is not None:
            try:
                info = self.archive.getinfo(name)
                if info.file_size > MAX_BYTES:
                    raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
                with self.archive.open(info) as file:
                    data = file.read(MAX_BYTES + 1)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
                raise OSError(f"damaged or locked in the archive: {error}") from None
            except ValueError as error:
                raise OSError(str(error)) from None
            if len(data) > MAX_BYTES:
                raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
            return data
        # A link could point at anything here, and a pipe would keep us waiting for ever.
        handle = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise OSError("not an ordinary file")
            if about.st_size > MAX_BYTES:
                raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
            return file.read()


def find(source: Source, assignment: str) -> list[Submission]:
    """Return every submission in a folder or archive, one per student, sorted by student.

    Parameters
    ----------
    source : Source
    assignment : str
        The name of the assignment's notebook, without ``.ipynb``; picks among several files.

    Raises
    ------
    SubmissionsError
        If there is nothing at all in it.
    """
    files = source.files()
    if not files:
        raise SubmissionsError(f"{source.path}: there are no files in it.")
    groups: dict[tuple, dict] = {}
    names = _gradescope_names(source, files)
    # A file somebody named ada_1_2_final looks like Canvas; a whole download of them is.
    notebooks = [PurePosixPath(p).name for p in files if p.lower().endswith(".ipynb")]
    canvas = bool(notebooks) and all(map(CANVAS.match, notebooks))
    for path in files:
        if PurePosixPath(path).name == METADATA:
            continue
        who = _who(path, names, canvas)
        if who is None:
            continue
        key, name, number, late = who
        name = printable(name)
        group = groups.setdefault(key, {"name": name, "number": number, "late": late, "paths": []})
        group["paths"].append(path)
        group["late"] |= late
    found = []
    counts: dict[str, int] = {}
    for group in groups.values():
        counts[group["name"]] = counts.get(group["name"], 0) + 1
    taken = set()
    for group in groups.values():
        name = group["name"]
        if counts[name] > 1 and group["number"]:
            name = f"{name}_{group['number']}"
        while name in taken:
            name += "+"
        taken.add(name)
        found.append(_choose(name, group["paths"], assignment, group["late"]))
    if not found:
        raise SubmissionsError(f"{source.path}: there are no submissions in it.")
    return sorted(found, key=lambda submission: submission.student)


def _who(path, names, canvas):
    """Return key, student, number and lateness for a file, None if it is nobody's."""
    parts = PurePosixPath(path).parts
    for depth, part in enumerate(parts):
        is_file = depth == len(parts) - 1
        if match := MOODLE.match(part):
            return ("moodle", match["name"], match["id"]), match["name"], match["id"], False
        if not is_file and (match := GRADESCOPE.match(part)):
            name = names.get(part, f"submission_{match['id']}")
            return ("gradescope", part), name, match["id"], False
        if is_file and canvas and (match := CANVAS.match(part)):
            key = ("canvas", match["name"], match["user"])
            return key, match["name"], match["user"], bool(match["late"])
    # nbgrader: <course>/submitted/<student>/<assignment>/<notebook>
    if "submitted" in parts[:-1]:
        parts = parts[parts.index("submitted") + 1 :]
    if len(parts) == 1:
        if not parts[0].endswith((".ipynb", ".ipynb.txt", ".json")):
            return (
                None
                if parts[0].lower().endswith((".csv", ".txt", ".md", ".yml"))
                else (("plain", parts[0]), PurePosixPath(parts[0]).stem, "", False)
            )
        name = parts[0].split(".ipynb")[0].removesuffix(".json")
        return ("plain", name), name, "", False
    return ("folder", parts[0]), parts[0], "", False


def _choose(student, paths, assignment, late):
    """Pick the notebook to grade among a student's files."""
    notebooks = [p for p in paths if p.lower().endswith((".ipynb", ".ipynb.txt"))]
    submission = Submission(student, "", late=late)
    if late:
        submission.notes.append("handed in late")
    if not notebooks:
        names = printable(", ".join(PurePosixPath(p).name for p in paths[:5]))
        submission.problem = f"there is no notebook among the files handed in ({names})"
        return submission

    def rank(path):
        pure = PurePosixPath(path)
        name = pure.name
        if match := CANVAS.match(name) or MOODLE.match(name):
            name = match["file"]
        stem = name.split(".ipynb")[0]
        base, _, again = stem.partition("-")
        again = int(again) if again.isdigit() else 0
        wanted = stem == assignment or (base == assignment and again > 0)
        return wanted, assignment in pure.parts, assignment in stem, again, -len(path), path

    submission.path = max(notebooks, key=rank)
    if len(notebooks) > 1:
        chosen = printable(PurePosixPath(submission.path).name)
        submission.notes.append(f"{len(notebooks)} notebooks were handed in; {chosen} was graded")
    return submission


def _gradescope_names(source, files):
    """Return students' names by folder from Gradescope's own list."""
    return {
        folder: " and ".join(about["names"])
        for folder, about in gradescope_metadata(source, files).items()
        if about["names"]
    }


def gradescope_metadata(source: Source, files) -> dict[str, dict]:
    """Return what Gradescope's own list says about each folder: names, and when it was handed in."""
    found: dict[str, dict] = {}
    for path in files:
        if PurePosixPath(path).name != METADATA:
            continue
        try:
            import yaml

            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            content = yaml.load(source.read(path), loader)
            for folder, about in content.items():
                people = [person.get(":name") for person in about.get(":submitters", [])]
                found[str(folder)] = {"names": [str(name) for name in people if name]}
                if about.get(":created_at"):
                    found[str(folder)]["created_at"] = about[":created_at"]
        except (ImportError, OSError, AttributeError, yaml.YAMLError, RecursionError):
            continue  # the folders' own names still tell submissions apart
    return found


def printable(name: str) -> str:
    """Return a file's name as text, bytes that are none shown as such."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
