"""Finding submissions the way nbgrader, Canvas, Moodle, Gradescope or a person leaves them."""

import contextlib
import io
import lzma
import os
import re
import stat
import struct
import unicodedata
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
_LEFT_BEHIND = ("thumbs.db", "desktop.ini")  # by Windows
# What an instructor keeps beside single notebooks.
_BESIDE = (".csv", ".tsv", ".txt", ".md", ".yml", ".toml", ".xlsx", ".xls", ".ods")
MAX_MEMBERS = 2_000  # files in an archive that a student packed


class SubmissionsError(GraderError):
    """The folder or archive of submissions cannot be used at all."""


@dataclass
class Submission:
    """One student's submission: where it lies, and what was odd about finding it."""

    student: str  # what the results call it: the platform's name and, where there is one, its id
    path: str  # of the chosen notebook, inside the folder or archive; empty without one
    notes: list[str] = field(default_factory=list)
    problem: str = ""  # why there is nothing to read
    late: bool = False
    platform: str = ""
    name: str = ""  # as the platform gives it
    number: str = ""  # the platform's own id; empty where it gives none
    before: tuple[str, ...] = ()  # what the results called it before ids were part of every name

    @property
    def who(self) -> tuple[str, str, str]:
        """What tells students apart, whatever their results are called."""
        return self.platform, self.name, self.number


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
        self.members: dict[str, zipfile.ZipInfo] = {}  # by the name that is shown
        self._inner: tuple[str, zipfile.ZipFile] | None = None
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
            self.members = _members(self.archive)

    def files(self) -> list[str]:
        """Return the paths of all files, sorted, with what systems leave behind left out.

        A folder that is empty, a link, or locked is among them: it is somebody's submission. So is
        one that holds nothing but what systems leave behind. A zip archive among the files stands
        for what is in it, as a folder would.
        """
        names = self._archived() if self.archive is not None else self._lying()
        everything, kept = set(names), []
        left: dict[str, str] = {}
        for name in names:
            path = PurePosixPath(name)
            inner = next((n for n, part in enumerate(path.parts) if part in _IGNORED), None)
            if inner is None and not _is_left_behind(path, everything):
                kept.append(name)
            else:
                folder = path.parent if inner is None else PurePosixPath(*path.parts[:inner])
                left.setdefault(folder.as_posix(), path.name)
        filled = {folder.as_posix() for name in kept for folder in PurePosixPath(name).parents}
        for folder, example in left.items():
            is_somebody_s = not folder.startswith(".") and PurePosixPath(folder).name != "submitted"
            if is_somebody_s and folder not in filled:
                why = f"only hidden files are in it ({printable(example)})"
                self.closed[folder] = why
                kept.append(folder)
        return sorted(path for name in kept for path in self._unpacked(name))

    def _unpacked(self, name):
        """Return what is in an archive that a student packed, else the file itself."""
        if not name.lower().endswith(".zip") or name in self.closed:
            return [name]
        try:
            inner = self._opened(name)
        except OSError:
            return [name]  # it is listed, and whoever reads it learns why
        paths = [f"{name}/{member}" for member in _members(inner) if not member.endswith("/")]
        shown = [
            path
            for path in paths
            if not any(part in _IGNORED for part in PurePosixPath(path).parts)
            and not PurePosixPath(path).name.startswith(".")
        ]
        return shown or [name]

    def _opened(self, name):
        if self._inner is None or self._inner[0] != name:
            data = self._read(name)
            if data.count(b"PK\1\2") > MAX_MEMBERS:
                raise OSError(f"the archive holds more than {MAX_MEMBERS} files")
            try:
                self._inner = name, zipfile.ZipFile(io.BytesIO(data))
            except _DAMAGE as error:
                raise OSError(f"the archive cannot be opened: {error}") from None
        return self._inner[1]

    def _archived(self):
        names = [name for name in self.members if not name.endswith("/")]
        filled = {str(folder) for name in names for folder in PurePosixPath(name).parents}
        for name in self.members:
            if name.endswith("/") and str(PurePosixPath(name)) not in filled:
                self.closed[name] = "the folder is empty"
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
        packed, member = in_archive(name)
        if packed and name not in self.members and not (self.path / name).is_file():
            inner = self._opened(packed)
            return _member(inner, _members(inner)[member])
        return self._read(name)

    def _read(self, name):
        if self.archive is not None:
            return _member(self.archive, self.members[name])
        # A link could point at anything here, and a pipe would keep us waiting for ever.
        handle = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise OSError("not an ordinary file")
            if about.st_size > MAX_BYTES:
                raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
            return file.read()


def in_archive(path: str) -> tuple[str, str]:
    """Return the path of the archive that a student packed and the path in it, empty without one.

    Examples
    --------
    >>> in_archive("ada/work.zip/final/a.ipynb")
    ('ada/work.zip', 'final/a.ipynb')
    """
    found = re.search(r"(?is)^(.*?\.zip)/(.+)$", path)
    return (found[1], found[2]) if found else ("", "")


def _members(archive):
    """Return what is in an archive by the names that its maker meant."""
    found = {}
    for info in archive.infolist():
        name = info.filename
        if not info.flag_bits & 0x800:  # no mark for UTF-8, which Macs write nevertheless
            with contextlib.suppress(UnicodeError):
                name = name.encode("cp437").decode("utf-8")
        found[name.lstrip("/")] = info
    # Old programs of Windows write its own separator, which the format forbids.
    if found and not any("/" in name for name in found):
        found = {name.replace("\\", "/"): info for name, info in found.items()}
    return found


def _member(archive, info):
    if info.file_size > MAX_BYTES:
        raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
    try:
        with archive.open(info) as file:
            data = file.read(MAX_BYTES + 1)
    except _DAMAGE as error:
        raise OSError(f"damaged or locked in the archive: {error}") from None
    if len(data) > MAX_BYTES:
        raise OSError(f"the file is larger than {MAX_BYTES >> 20} MB")
    return data


def _is_left_behind(path, everything):
    """Whether a system or an editor made this file, and nobody handed it in."""
    if path.name.startswith(".") or path.name.lower() in _LEFT_BEHIND:
        return True
    if path.name.endswith("~") and str(path)[:-1] in everything:
        return True
    return len(path.parts) > 1 and path.parts[0].startswith(".")


def find(source: Source, assignment: str) -> list[Submission]:
    """Return every submission in a folder or archive, one per student, sorted by student.

    Where the download gives an id, it is part of every student's name: a name that got its id only
    when a namesake came along would change with what others hand in.

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
    people = _gradescope_people(source, files)
    # A file somebody named ada_1_2_final looks like Canvas; most of a download named so is. A
    # single notebook that was added by hand does not make it another download.
    names = [_outer(path).name for path in files]
    names = [name for name in names if name.lower().endswith((".ipynb", ".zip"))] or names
    canvas = 2 * sum(map(bool, map(CANVAS.match, names))) > len(names)
    for path in _of_course(files, assignment):
        if PurePosixPath(path).name == METADATA:
            continue
        who = _who(path, people, canvas)
        if who is None:
            continue
        who.name = printable(unicodedata.normalize("NFC", who.name))
        group = groups.setdefault((who.platform, who.name, who.key), (who, []))
        group[0].late |= who.late
        group[1].append(path)
    found, taken = [], set()
    for who, paths in groups.values():
        student = f"{who.name}_{who.number}" if who.number else who.name
        while student in taken:
            student += "+"
        taken.add(student)
        reasons = [source.closed.get(path, "") for path in paths]
        submission = _choose(student, paths, assignment, who.late, reasons)
        submission.platform, submission.name = who.platform, who.name
        submission.number = who.number
        if who.number:
            submission.before = tuple(dict.fromkeys([f"{who.name}_{who.id}", who.name]))
        found.append(submission)
    if not found:
        raise SubmissionsError(f"{source.path}: there are no submissions in it.")
    return sorted(found, key=lambda submission: submission.student)


def _of_course(files, assignment):
    """Return what was handed in where an nbgrader course holds more than that.

    Beside ``submitted`` lie the instructor's own folders, and in it other assignments.
    """
    found = [_outer(path).parts for path in files]
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


def _outer(path):
    """Return the path of a file, or of the archive that it is packed in."""
    return PurePosixPath(in_archive(path)[0] or path)


@dataclass
class _Who:
    """Whose a file is; ``key`` tells apart whom the platform tells apart."""

    platform: str
    name: str
    number: str = ""
    id: str = ""  # in the names of files, where it is not the student's own
    key: str = ""
    late: bool = False


def _who(path, people, canvas):
    """Return whose a file is, None if it is nobody's.

    What a student packed into an archive has no say in it.
    """
    parts = _outer(path).parts
    for depth, part in enumerate(parts):
        is_file = depth == len(parts) - 1
        if match := MOODLE.match(part):
            number = match["id"]
            return _Who("moodle", match["name"], number, number, number)
        if not is_file and (match := GRADESCOPE.match(part)):
            if part not in people:
                return _Who("gradescope", part, key=part)
            name, number = people[part]
            return _Who("gradescope", name, number or match["id"], match["id"], part)
        if is_file and canvas and (match := CANVAS.match(part)):
            number = match["user"]
            return _Who("canvas", match["name"], number, number, number, bool(match["late"]))
    # nbgrader: <course>/submitted/<student>/<assignment>/<notebook>
    if "submitted" in parts[:-1]:
        parts = parts[parts.index("submitted") + 1 :]
    if len(parts) > 1:
        return _Who("folder", re.sub(r"(?i)\.zip$", "", parts[0]))
    name = parts[0]
    if name.endswith((".ipynb", ".ipynb.txt", ".json")):
        return _Who("plain", name.split(".ipynb")[0].removesuffix(".json"))
    if name.lower().endswith(_BESIDE):
        return None
    return _Who("plain", PurePosixPath(name).stem, key=name)


def _choose(student, paths, assignment, late, closed):
    """Pick the notebook to grade among a student's files; ``closed`` says which are none."""
    notebooks = [
        path
        for path, why in zip(paths, closed, strict=True)
        if not why and path.lower().endswith((".ipynb", ".ipynb.txt"))
    ]
    # What lies open counts before what is packed.
    notebooks = [path for path in notebooks if not in_archive(path)[0]] or notebooks
    submission = Submission(student, "", late=late)
    if late:
        submission.notes.append("handed in late")
    if not notebooks and all(closed):
        submission.problem = f"nothing can be read: {closed[0]}"
        return submission
    if not notebooks:
        # Some browsers save a notebook under the name of what it is made of.
        notebooks = [path for path in paths if path.lower().endswith(".json")]
        if notebooks:
            name = printable(PurePosixPath(notebooks[0]).name)
            submission.notes.append(f"{name} was taken for a notebook")
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
    packed = PurePosixPath(in_archive(submission.path)[0]).name
    if packed:
        submission.notes.append(f"the notebook was packed in {printable(packed)}")
    return submission


def _gradescope_people(source, files):
    """Return students' names and ids by folder from Gradescope's own list.

    The folder's number changes with every attempt, so it is an id for want of a better one.
    """
    return {
        folder: (" and ".join(about["names"]), "+".join(about["ids"]) if all(about["ids"]) else "")
        for folder, about in gradescope_metadata(source, files).items()
        if about["names"]
    }


def gradescope_metadata(source: Source, files) -> dict[str, dict]:
    """Return what Gradescope's own list says about each folder: names, and when it was handed in."""
    found: dict[str, dict] = {}
    # The list lies beside the submissions; one that lies in a submission was handed in.
    beside = set()
    for path in files:
        parts = PurePosixPath(path).parts[:-1]
        first = next((n for n, part in enumerate(parts) if GRADESCOPE.match(part)), None)
        if first is not None:
            beside.add(PurePosixPath(*parts[:first]))
    for path in files:
        if PurePosixPath(path).name != METADATA or PurePosixPath(path).parent not in beside:
            continue
        try:
            import yaml

            loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
            content = yaml.load(source.read(path), loader)
            for folder, about in content.items():
                people = [person for person in about.get(":submitters", []) if person.get(":name")]
                found[str(folder)] = {
                    "names": [str(person[":name"]) for person in people],
                    "ids": [
                        str(person.get(":sid") or person.get(":email") or "") for person in people
                    ],
                }
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
