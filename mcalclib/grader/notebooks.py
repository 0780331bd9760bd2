"""Reading notebooks as they come: any age, any encoding, damaged or not a notebook at all."""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import json
import re
from dataclasses import dataclass, field

from .limits import GraderError

MAX_BYTES = 30 << 20  # with pictures; a frame to a lane has to hold it
MAX_CELLS = 5_000
MAX_SOURCE = 1 << 20  # characters in one cell
MAX_PARTS = 1_000_000  # lists and dicts, which take much more memory than text


class Unreadable(GraderError):
    """A file that no notebook can be read from; its message is what the student is told."""


@dataclass
class Cell:
    """One cell: its type, its text, and what nbgrader wrote about it."""

    type: str
    source: str
    nbgrader: dict = field(default_factory=dict)

    @property
    def grade_id(self) -> str:
        """nbgrader's name for the cell, empty without one."""
        value = self.nbgrader.get("grade_id")
        return value if isinstance(value, str) else ""


@dataclass
class Notebook:
    """Cells in order, what was odd about the file, and the language it says it is in."""

    cells: list[Cell]
    notes: list[str]
    language: str = "python"


def read(data: bytes) -> Notebook:
    """Return the notebook in ``data``.

    Parameters
    ----------
    data : bytes
        The file's content, possibly from a student.

    Raises
    ------
    Unreadable
        If there is no notebook in it.
    """
    notes: list[str] = []
    if data.count(b"[") + data.count(b"{") > MAX_PARTS:
        raise Unreadable(f"the file holds more than {MAX_PARTS} lists")
    content = _parse(_text(data, notes))
    if not isinstance(content, dict):
        raise Unreadable("the file is JSON but no notebook")
    raw = content.get("cells")
    if raw is None and isinstance(content.get("worksheets"), list):
        # nbformat 3 and older keep the cells one level deeper and call the text "input".
        raw = [
            cell
            for sheet in content["worksheets"]
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list)
            for cell in sheet["cells"]
        ]
        notes.append("the notebook is in an old format (nbformat 3)")
    if not isinstance(raw, list):
        raise Unreadable("the file is JSON but has no cells, so it is no notebook")
    if len(raw) > MAX_CELLS:
        raise Unreadable(f"the notebook has {len(raw)} cells; {MAX_CELLS} is the limit")
    cells = []
    for number, item in enumerate(raw, 1):
        cell = _cell(item)
        if cell is None:
            notes.append(f"cell {number} is damaged and was left out")
        else:
            cells.append(cell)
    return Notebook(cells, notes, _language(content))


def _text(data, notes):
    if not data.strip():
        raise Unreadable("the file is empty")
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES >> 20} MB")
    for start, what in (
        (b"PK\3\4", "a zip archive"),
        (b"%PDF", "a PDF"),
        (b"\x89PNG", "a picture"),
    ):
        if data.startswith(start):
            raise Unreadable(f"the file is {what}, not a notebook")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "latin-1"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig":
            notes.append(f"the file is in {encoding}, not UTF-8")
        return text
    raise Unreadable("the file's text cannot be decoded")


def _parse(text):
    start = text.lstrip()[:15].lower()
    if start.startswith(("<!doctype", "<html", "<?xml")):
        raise Unreadable("the file is a web page, not a notebook")
    try:
        return json.loads(text)
    except RecursionError:
        raise Unreadable("the file is nested too deeply") from None
    except ValueError as error:
        where = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        if isinstance(error, json.JSONDecodeError) and error.pos >= len(text.rstrip()) - 1:
            raise Unreadable(f"the notebook is cut off{where}") from None
        raise Unreadable(f"the file is no notebook: it is no valid JSON{where}") from None


def _cell(item):
    if not isinstance(item, dict):
        return None
    kind = item.get("cell_type")
    source = item.get("source", item.get("input", ""))
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str) or not isinstance(kind, str):
        return None
    # Lone surrogates are valid JSON and no valid text.
    source = source[:MAX_SOURCE].encode("utf-8", "replace").decode("utf-8")
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    metadata = item.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    kind = {"heading": "markdown"}.get(kind, kind[:20])
    return Cell(kind, source, nbgrader if isinstance(nbgrader, dict) else {})


def _language(content):
    metadata = content.get("metadata")
    if isinstance(metadata, dict):
        for part, key in (("language_info", "name"), ("kernelspec", "language")):
            value = metadata.get(part)
            if isinstance(value, dict) and isinstance(value.get(key), str):
                return value[key].lower()
    return "python"


def same_text(source: str) -> str:
    """Return ``source`` without what editors change by themselves: trailing blanks, end lines."""
    return "\n".join(line.rstrip() for line in source.strip().split("\n"))


_MAGIC = re.compile(r"^\s*[%!?]|\?\s*$|^\s*\w+\s*=\s*[%!]", re.MULTILINE)


def to_python(source: str) -> str:
    """Return a cell's text with IPython's own syntax (``%``, ``!``, ``?``) made plain Python."""
    if not _MAGIC.search(source):
        return source
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return TransformerManager().transform_cell(source)
    except Exception:
        return source  # its own error is the better message
