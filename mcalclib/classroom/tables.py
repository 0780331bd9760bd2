"""CSV files as learning platforms write them: read whole, changed in one column, written back."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ..grader.limits import GraderError
from ..grader.publishing import guard, write_whole
from ..grader.texts import decode


class TableError(GraderError):
    """A table that cannot be used; its message names file, line and remedy."""


@dataclass
class Table:
    """One CSV file: its header, its rows, and how it was written."""

    path: Path
    header: list[str]
    rows: list[list[str]]
    lines: list[int]  # where each row starts in the file
    encoding: str = "utf-8"
    delimiter: str = ","

    def column(self, *names: str) -> int:
        """Return the place of the first of these columns that there is, whatever its case.

        Raises
        ------
        TableError
            If there is none of them, or one of them twice.
        """
        known = [head.strip().casefold() for head in self.header]
        for name in names:
            places = [at for at, head in enumerate(known) if head == name.casefold()]
            if len(places) > 1:
                raise TableError(f"{self.path}, line 1: the column {name!r} stands there twice.")
            if places:
                return places[0]
        raise TableError(
            f"{self.path}, line 1: no column {' or '.join(map(repr, names))}; there are "
            f"{', '.join(map(repr, self.header))}. Export the file again, in English."
        )

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name.casefold() in [head.strip().casefold() for head in self.header]


def read_table(path) -> Table:
    """Return the table in a CSV file.

    Commas, semicolons and tabs are recognised; so are UTF-8 and UTF-16, with and without a mark,
    and Windows' western encoding.

    Raises
    ------
    TableError
        If there is no such file, or a row does not have the header's number of cells.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}).") from None
    text, encoding = _decode(data, path)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    rows, lines = [], []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(start)
            start = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"{path}, line {start}: {error}; is a quotation mark missing?") from None
    if not rows:
        raise TableError(f"{path}: the file is empty.")
    header, *rows = rows
    for row, line in zip(rows, lines[1:], strict=True):
        if len(row) > len(header) and not any(row[len(header) :]):
            del row[len(header) :]  # Canvas ends some lines with a comma too many
        if len(row) != len(header):
            raise TableError(
                f"{path}, line {line}: {len(row)} cells where the header has {len(header)}; "
                "mend that line, or export the file again."
            )
    return Table(path, header, rows, lines[1:], encoding, delimiter)


def _decode(data, path):
    try:
        return decode(data, path)
    except GraderError as error:
        raise TableError(str(error)) from None


def to_text(table: Table) -> str:
    """Return a table as CSV; cells that a spreadsheet would take for a formula are guarded."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=table.delimiter, lineterminator="\r\n")
    for row in [table.header, *table.rows]:
        writer.writerow([cell if _is_harmless(cell) else guard(cell) for cell in row])
    return text.getvalue()


def write_table(table: Table, path) -> None:
    """Write a table, in the encoding that it was read in; the file is the old one or the whole new one."""
    write_whole(Path(path), to_text(table), encoding=table.encoding)


def _is_harmless(text):
    """Whether a cell is a number, or a dash that stands for nothing."""
    try:
        float(text.replace(",", "."))
    except ValueError:
        return len(text.strip()) < 2
    return True
