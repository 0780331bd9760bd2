"""Finding submissions the way nbgrader, Canvas, Moodle, Gradescope or a person leaves them."""

import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
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
_NBGRADER = ("source", "release", "autograded", "feedback", "gradebook.db", "nbgrader_config.py")
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


# What Python's own readers raise over an archive that is damaged, locked or made to confuse them.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError),
    *(RuntimeError, NotImplementedError, MemoryError),
)


class Source:
    """A folder or zip archive; hands out the bytes of its files.

    Parameters
    ----------
    path : path
    but : path, optional
        A folder that holds no submissions wherever it lies: the one for results.
    """

    def __init__(self, path, but=None):
        self.path, self.but = Path(path), but
        self.closed: dict[str, str] = {}  # folders with nothing to read, and why
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
        """Return the paths of all files, sorted, with what systems leave behind left out.

        A folder that is empty, a link, or locked is among them: it is somebody's submission.
        """
        names = self._archived() if self.archive is not None else self._lying()
        return sorted(
            name
            for name in names
            if not any(part in _IGNORED for part in PurePosixPath(name).parts)
            and not PurePosixPath(name).name.startswith(".")
        )

    def _archived(self):
        members = self.archive.infolist()
        names = [member.filename for member in members if not member.is_dir()]
        filled = {str(folder) for name in names for folder in PurePosixPath(name).parents}
        for member in members:
            if member.is_dir() and str(PurePosixPath(member.filename)) not in filled:
                self.closed[member.filename] = "the folder is empty"
        # A folder with empty folders in it is not empty itself.
        inner = {f"{folder}/" for name in self.closed for folder in PurePosixPath(name).parents}
        for name in inner & self.closed.keys():
            del self.closed[name]
        return names + list(self.closed)

    def _lying(self):
        def locked(error):
            folder = Path(error.filename).relative_to(self.path).as_posix()
            self.closed[folder] = f"the folder cannot be opened ({error.strerror})"

        names, but = [], self.but and Path(self.but).resolve()
        for folder, folders, files in os.walk(self.path, onerror=locked):
            inner = Path(folder).relative_to(self.path)
            for name in [f for f in folders if (Path(folder) / f).is_symlink()]:
                self.closed[(inner / name).as_posix()] = "the folder is a link"
                folders.remove(name)
            folders[:] = sorted(f for f in folders if f not in _IGNORED)
            if but:
                folders[:] = [f for f in folders if (Path(folder) / f).resolve() != but]
            names += [(inner / name).as_posix() for name in files]
            if not (folders or files) and inner.name not in ("", "submitted"):
                self.closed.setdefault(inner.as_posix(), "the folder is empty")
        return names + list(self.closed)

    def read(self, name: str) -> bytes:
        """Return the bytes of one file.

        Raises
        ------
        OSError
            If it cannot be read, is no ordinary file, or is too large.
        """
        if self.archive is not None:
            info = self.archive.getinfo(name)
            if info.file_size > MAX_BYTES:
                raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
            try:
                with self.archive.open(info) as file:
                    data = file.read(MAX_BYTES + 1)
            except _DAMAGE as error:
                raise OSError(f"damaged or locked in the archive: {error}") from None
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
    for path in _of_course(files, assignment):
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
        reasons = [source.closed.get(path, "") for path in group["paths"]]
        found.append(_choose(name, group["paths"], assignment, group["late"], reasons))
    if not found:
        raise SubmissionsError(f"{source.path}: there are no submissions in it.")
    return sorted(found, key=lambda submission: submission.student)


def _of_course(files, assignment):
    """Return what was handed in where an nbgrader course holds more than that.

    Beside ``submitted`` lie the instructor's own folders, and in it other assignments.
    """
    found = [PurePosixPath(path).parts for path in files]
    courses = {parts[: parts.index("submitted")] for parts in found if "submitted" in parts[:-1]}
    has_own = any(
        "submitted" in p and p[p.index("submitted") + 2 :][:1] == (assignment,) for p in found
    )
    for path, parts in zip(files, found, strict=True):
        if "submitted" in parts[:-1]:
            other = parts[parts.index("submitted") + 2 :]
            if not has_own or len(other) < 2 or other[0] == assignment:
                yield path
        elif not any(
            parts[: len(course)] == course and parts[len(course)] in _NBGRADER for course in courses
        ):
            yield path


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


def _choose(student, paths, assignment, late, closed):
    """Pick the notebook to grade among a student's files; ``closed`` says which are none."""
    notebooks = [
        path
        for path, why in zip(paths, closed, strict=True)
        if not why and path.lower().endswith((".ipynb", ".ipynb.txt"))
    ]
    submission = Submission(student, "", late=late)
    if late:
        submission.notes.append("handed in late")
    if not notebooks and all(closed):
        submission.problem = f"nothing can be read: {closed[0]}"
        return submission
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
    """Return a name as text, bytes and halves of characters that are none shown as such."""
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:
        return name.encode("utf-8", "backslashreplace").decode("utf-8")
