"""Whose row is whose: students of a gradebook found in a platform's list."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..grader.names import plain


@dataclass
class Match:
    """Which record belongs to which row, and what could not be told."""

    rows: dict[int, dict] = field(default_factory=dict)  # row number to record
    unknown: list[str] = field(default_factory=list)  # students without a row
    ambiguous: dict[str, list[int]] = field(default_factory=dict)  # students with several rows
    shared: dict[int, list[str]] = field(default_factory=dict)  # rows with several students


def match(records: Iterable[dict], keys: list[list[str]]) -> Match:
    """Return which record belongs to which row; what is not sure belongs to none.

    Parameters
    ----------
    records : iterable of dict
        Each with a student and, where the results know it, with ``who``: platform, name there, id.
        The name alone counts where nothing fits the whole.
    keys : list of list of str
        For each row, every way in which its student may be called, the surest first.

    Examples
    --------
    >>> match([{"student": "lovelaceada"}], [["17", "Lovelace, Ada"]]).rows
    {0: {'student': 'lovelaceada'}}
    """
    result = Match()
    exact, loose = _index(keys, str.strip), _index(keys, plain)
    claims: dict[int, list[dict]] = {}
    for record in records:
        name = record["student"]
        found = sorted(
            next(
                (
                    rows
                    for one in dict.fromkeys([name, record.get("who", ("", name))[1]])
                    if (rows := exact.get(one.strip()) or loose.get(plain(one)))
                ),
                (),
            )
        )
        if len(found) == 1:
            claims.setdefault(found[0], []).append(record)
        elif found:
            result.ambiguous[name] = found
        else:
            result.unknown.append(name)
    for row, claimants in claims.items():
        if len(claimants) == 1:
            result.rows[row] = claimants[0]
        else:
            result.shared[row] = [record["student"] for record in claimants]
    return result


def _index(keys, form):
    index: dict[str, set[int]] = {}
    for row, names in enumerate(keys):
        for name in names:
            if form(name):
                index.setdefault(form(name), set()).add(row)
    return index
