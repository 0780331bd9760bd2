"""From verdicts to the record that is kept: points, one status, one note."""

import json
import math
import re

from .assignment import Assignment
from .explaining import clean_text
from .feedback import page
from .trial import Check

# The worst check names the submission.
STATUSES = ("passed", "manual", "failed", "error", "timed_out", "refused", "unreadable")
MAX_SHOWN = 100_000  # characters of one answer that are kept, in all its copies


def record(assignment: Assignment, student: str, checks, answers, sources, notes) -> dict:
    """Return everything that is kept about one submission, as plain data.

    Parameters
    ----------
    assignment : Assignment
    student : str
    checks : list of dict
        One per graded cell; a cell without one scores zero.
    answers : dict
        Output and error of each answer, by grade id.
    sources : dict
        The texts of each answer, by grade id.
    notes : list of str
        What was odd.
    """
    by_id = {check["grade_id"]: check for check in checks}
    ordered = []
    for part in assignment.graded:
        missing = Check(part.grade_id, part.problem, part.points, status="error")
        missing.message = missing.detail = "the test was not reached"
        ordered.append(by_id.get(part.grade_id) or vars(missing))
    status = _worst(ordered)
    kept = {}
    for part in assignment.parts:
        if part.kind in ("answer", "manual"):
            about = answers.get(part.grade_id, {})
            kept[part.grade_id] = {
                "problem": part.problem,
                "type": part.type,
                "source": _shown(sources.get(part.grade_id, [])),
                "output": about.get("output", ""),
                "error": about.get("error", ""),
            }
    waiting = sum(check["status"] == "manual" for check in ordered)
    if waiting:
        notes = [*notes, by_hand(waiting)]
    return {
        "student": student,
        "assignment": assignment.name,
        "status": status,
        "score": math.fsum(check["points"] for check in ordered),
        "max_score": assignment.max_score,
        "note": _note(ordered, notes),
        "notes": notes,
        "checks": ordered,
        "answers": kept,
        "added": answers.get("", {"output": "", "error": ""}),
    }


def to_text(record: dict) -> str:
    """Return a record as the JSON in which it is kept.

    Half a surrogate pair, which a file's name may bring along and no database takes, becomes the
    text of its escape.
    """
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    return _SURROGATE.sub(lambda found: rf"\\u{ord(found[0]):04x}", text)


_SURROGATE = re.compile("[\ud800-\udfff]")


def both(record: dict) -> tuple[bytes, bytes]:
    """Return what is stored of a record: its text, and the page of feedback."""
    return to_text(record).encode(), page(record).encode("utf-8", "backslashreplace")


def _shown(texts):
    """Return the last copies of an answer, as many as may be kept."""
    kept, left = [], MAX_SHOWN
    for text in reversed(texts):
        if left > 0:
            kept.append(text[:left])
        left -= len(text)
    return kept[::-1]


def rewritten(old: dict, new: dict, problem: str) -> dict:
    """Return the old record with one problem taken from the new one."""
    fresh = {check["grade_id"]: check for check in new["checks"] if check["problem"] == problem}
    kept = {check["grade_id"]: check for check in old["checks"] if check["problem"] != problem}
    checks = [
        (fresh if check["problem"] == problem else kept).get(check["grade_id"], check)
        for check in new["checks"]
    ]
    answers = {
        name: answer if answer["problem"] == problem else old["answers"].get(name, answer)
        for name, answer in new["answers"].items()
    }
    return new | {
        "checks": checks,
        "answers": answers,
        "status": _worst(checks),
        "score": math.fsum(check["points"] for check in checks),
        "note": _note(checks, new["notes"]),
    }


def _worst(checks):
    status = max((check["status"] for check in checks), key=STATUSES.index)
    return "passed" if status == "manual" else status


BY_HAND = "to be graded by hand"


def by_hand(count: int) -> str:
    """Return the note that some answers wait for a person."""
    return f"{count} answer{'s' * (count > 1)} {BY_HAND}"


def unreadable(assignment: Assignment, student: str, reason: str, notes=()) -> dict:
    """Return the record of a submission that could not be read: listed, and zero."""
    checks = [
        vars(Check(p.grade_id, p.problem, p.points, 0.0, "unreadable", reason, reason))
        for p in assignment.graded
    ]
    result = record(assignment, student, checks, {}, {}, list(notes))
    result["note"] = one_line("; ".join([reason, *notes]))
    return result


def _note(checks, notes):
    worst = max(checks, key=lambda check: STATUSES.index(check["status"]))
    parts = list(notes)
    if worst["status"] not in ("passed", "manual"):
        parts.insert(0, f"{worst['grade_id']}: {worst['detail'] or worst['status']}")
    return one_line("; ".join(parts))


def one_line(text: str, limit: int = 300) -> str:
    """Return text for a table's cell."""
    return clean_text(re.sub(r"\s+", " ", text).strip(), limit)


def problem_points(record: dict) -> dict[str, float | None]:
    """Return the points of each problem, None where a hand has yet to give them."""
    points: dict[str, float | None] = {}
    for check in record["checks"]:
        name = check["problem"]
        if check["status"] == "manual":
            points[name] = None
        else:
            points[name] = (points.get(name) or 0.0) + check["points"]
    return points
