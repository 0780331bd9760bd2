"""Filling the tables that Canvas and Moodle export."""

import re
from dataclasses import dataclass

from .matching import Match, match
from .tables import Table, TableError


@dataclass
class Filled:
    """What became of a table."""

    table: Table
    match: Match
    notes: list[str]


def fill_canvas(table: Table, records: list[dict], column: str, scores=None) -> Filled:
    """Write scores into one column of Canvas's gradebook export; nothing else changes.

    Parameters
    ----------
    table : Table
        As Canvas exports it: Student, ID, SIS Login ID, Section, a column per assignment named
        ``name (number)``, and a row that holds the points possible.
    records : list of dict
    column : str
        The assignment's name in Canvas, with or without its number.
    scores : dict, optional
        Score by student, where it is not the record's own (after a late policy).

    References
    ----------
    Instructure, "How do I import grades in the Gradebook?"
    """
    student, number = table.column("Student"), table.column("ID", "SIS User ID")
    place = _canvas_column(table, column)
    others = [table.column(n) for n in ("SIS Login ID", "SIS User ID") if table.has(n)]
    keys, notes = [], []
    for row in table.rows:
        name = row[student].strip()
        if name.casefold() in ("points possible", "student, test"):
            if name.casefold() == "points possible":
                notes += _possible(row[place], records, "Canvas")
            keys.append([])
        elif not row[number].strip():
            keys.append([])  # a row of settings, such as "Manual Posting"
        else:
            turned = " ".join(reversed(name.split(", ", 1)))
            # Canvas writes names into its files with letters of its own choice.
            bare = (re.sub(r"[^a-z0-9]", "", name.casefold()), name, turned)
            same = [*(f"{one}_{row[number]}" for one in bare), row[number]]
            keys.append([*same, *(row[at] for at in others), name, turned])
    return _fill(table, keys, records, place, scores, notes)


def _canvas_column(table, wanted):
    names = {head: re.sub(r"\s*\(\d+\)$", "", head) for head in table.header}
    places = [
        at for at, head in enumerate(table.header) if wanted in (head.strip(), names[head].strip())
    ]
    if len(places) == 1:
        return places[0]
    numbered = [head for head in table.header if names[head] != head]
    if places:
        raise TableError(
            f"{table.path}, line 1: {len(places)} columns are named {wanted!r}; name one with its "
            f"number: {', '.join(repr(table.header[at]) for at in places)}."
        )
    raise TableError(
        f"{table.path}, line 1: no column for the assignment {wanted!r}; there are "
        f"{', '.join(map(repr, numbered)) or 'none'}. Name one of them with --column."
    )


def _possible(cell, records, platform):
    most = records[0]["max_score"] if records else None
    try:
        possible = float(cell.replace(",", "."))
    except ValueError:  # empty, or a scale of words
        return []
    if most is not None and possible != most:
        return [f"{platform} says {possible:g} points are possible, the assignment has {most:g}"]
    return []


def fill_moodle(table: Table, records: list[dict], column: str = "Grade", scores=None) -> Filled:
    """Write scores into Moodle's grading worksheet; nothing else changes.

    Parameters
    ----------
    table : Table
        As Moodle's assignment exports it: Identifier ("Participant 17"), Full name, Email
        address, Grade, Maximum grade, Grade can be changed.
    records : list of dict
    column : str
        The column to fill.
    scores : dict, optional
        Score by student, where it is not the record's own.

    References
    ----------
    Moodle, "Using Assignment", offline grading worksheet.
    """
    identifier, place = table.column("Identifier"), table.column(column)
    others = [table.column(n) for n in ("Email address", "Username", "ID number") if table.has(n)]
    names = [table.column(n) for n in ("Full name",) if table.has(n)]
    most = table.column("Maximum grade") if table.has("Maximum grade") else None
    locked = table.column("Grade can be changed") if table.has("Grade can be changed") else None
    keys, notes = [], []
    for row, line in zip(table.rows, table.lines, strict=True):
        number = re.sub(r"\D", "", row[identifier])
        if not number:
            raise TableError(
                f"{table.path}, line {line}: the identifier {row[identifier]!r} holds no number; "
                "export the grading worksheet again."
            )
        if locked is not None and row[locked].strip().casefold() == "no":
            notes.append(f"line {line}: Moodle lets nobody change this grade; left as it is")
            keys.append([])
            continue
        emails = [row[at].split("@")[0] for at in others if "@" in row[at]]
        full = [row[at] for at in names]
        keys.append([*(f"{n}_{number}" for n in full), *(row[at] for at in others), *emails, *full])
    if most is not None and records and table.rows:
        notes += _possible(table.rows[0][most], records, "Moodle")
    return _fill(table, keys, records, place, scores, notes)


def _fill(table, keys, records, place, scores, notes):
    result, commas = match(records, keys), _writes_commas(table)
    for at, record in result.rows.items():
        score = record["score"] if scores is None else scores[record["student"]]
        written = f"{score:.2f}".rstrip("0").rstrip(".")
        table.rows[at][place] = written.replace(".", ",") if commas else written
    return Filled(table, result, notes)


def _writes_commas(table):
    """Whether decimals in a table have commas: a spreadsheet takes 13.5 among them for a date."""
    cells = [cell.strip() for row in table.rows for cell in row]
    return any(re.fullmatch(r"-?\d+,\d+", cell) for cell in cells) and not any(
        re.fullmatch(r"-?\d+\.\d+", cell) for cell in cells
    )
