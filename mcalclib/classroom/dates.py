"""Moments and spans of time as people and platforms write them."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..grader.limits import GraderError

_UNITS = {"min": 1 / 60, "minute": 1 / 60, "h": 1.0, "hour": 1.0, "d": 24.0, "day": 24.0}
_FORMATS = (
    "%A, %d %B %Y, %I:%M %p",  # Moodle: Friday, 20 November 2026, 1:42 PM
    "%A, %d %B %Y, %H:%M",
    "%d %B %Y, %I:%M %p",
    "%d.%m.%Y %H:%M:%S",  # spreadsheets where a decimal has a comma
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d %H:%M:%S.%f %Z",  # nbgrader's timestamp.txt
    "%Y-%m-%d %H:%M:%S %Z",
)


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name, such as Europe/Zurich."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise GraderError(
            f"there is no time zone {name!r}; try one like 'Europe/Zurich'."
        ) from None


def moment(text: str, home: ZoneInfo | None = None) -> datetime:
    """Return a moment.

    Parameters
    ----------
    text : str
        ISO 8601 with a time of day, or as Moodle, nbgrader or a German spreadsheet write it.
    home : ZoneInfo, optional
        The zone of texts that name none; without it they are refused.

    Examples
    --------
    >>> moment("2026-11-20T18:00:00+01:00").isoformat()
    '2026-11-20T18:00:00+01:00'
    """
    # Newer Moodles put a narrow space before AM and PM.
    text = re.sub(r"\s", " ", text).strip()
    found = None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        for form in _FORMATS:
            try:
                found = datetime.strptime(text, form)
            except ValueError:
                continue
            if form.endswith("%Z"):
                found = found.replace(tzinfo=ZoneInfo("UTC"))
            break
    if found is None:
        raise GraderError(f"{text!r} is no date; write it like 2026-11-20T18:00:00+01:00.")
    if ":" not in text and "T" not in text:
        raise GraderError(f"{text!r} names no time of day; write it like 2026-11-20T18:00:00.")
    if found.tzinfo is None:
        if home is None:
            raise GraderError(
                f"{text!r} names no time zone; write 2026-11-20T18:00:00+01:00, or give the "
                "course a timezone."
            )
        found = found.replace(tzinfo=home)
    return found


def span(text: str) -> timedelta:
    """Return a span of time such as ``30 min``, ``48 h`` or ``2 days``.

    Examples
    --------
    >>> span("90 min") == span("1.5 h")
    True
    """
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*", str(text).casefold())
    if not match or match[2] not in _UNITS:
        raise GraderError(f"{text!r} is no span of time; write it like '30 min', '48 h', '2 days'.")
    return timedelta(hours=float(match[1]) * _UNITS[match[2]])
