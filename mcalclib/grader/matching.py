"""Finding a student's answers in a notebook that may have been cut, shuffled and stripped."""

import difflib
import re
from dataclasses import dataclass, field

from .assignment import Assignment
from .notebooks import Notebook, same_text, to_python

_DEFINES = re.compile(
    r"^(?:async\s+)?(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE
)


@dataclass
class Step:
    """One thing to run, in the order of the source notebook.

    ``kind`` is ``given``, ``answer``, ``extra`` (a cell the student added), ``test``, or
    ``names``: from here on the answer's names are the student's, wherever they were defined.
    """

    kind: str
    part: int  # which part of the assignment it belongs to
    source: str = ""


@dataclass
class Plan:
    """What one submission amounts to."""

    steps: list[Step]
    answers: dict[str, list[str]]  # grade id of each answer or manual cell -> its text(s)
    notes: list[str] = field(default_factory=list)


def match(assignment: Assignment, notebook: Notebook) -> Plan:
    """Return the plan for grading ``notebook`` as a submission to ``assignment``.

    Answers are found by nbgrader's grade id, else by the function's name, else by where
    they stand among cells that are known. Submitted tests and given cells are set aside.
    """
    cells, notes = notebook.cells, list(notebook.notes)
    owner: dict[int, int] = {}  # cell -> part it was recognised as
    _by_grade_id(assignment, cells, owner, notes)
    _by_content(assignment, cells, owner)
    found = {part for cell, part in owner.items()}
    _by_name(assignment, cells, owner, found, notes)
    _by_place(assignment, cells, owner, found, notes)
    _set_aside_tests(assignment, cells, owner)

    answers: dict[str, list[str]] = {}
    after: dict[int, list[Step]] = {}
    last = -1
    for number, cell in enumerate(cells):
        part = owner.get(number)
        if part is None:
            if cell.type == "code" and cell.source.strip():
                step = Step("extra", last, to_python(cell.source))
                after.setdefault(last, []).append(step)
            continue
        last = part
        source = assignment.parts[part]
        if source.kind in ("answer", "manual"):
            answers.setdefault(source.grade_id, []).append(cell.source)
            if source.type == "code":
                after.setdefault(part, []).append(Step("answer", part, to_python(cell.source)))
        elif source.kind == "given" and same_text(cell.source) != same_text(source.released):
            if cell.nbgrader.get("locked"):
                notes.append(
                    f"the given cell {source.grade_id!r} was changed; the original is used"
                )
            elif cell.type == "code":
                after.setdefault(part, []).append(Step("extra", part, to_python(cell.source)))

    steps = list(after.get(-1, ()))
    for number, part in enumerate(assignment.parts):
        if part.kind in ("given", "test"):
            steps.append(Step(part.kind, number))
        elif part.kind in ("answer", "manual") and part.type == "code":
            steps.append(Step("names", number))
        steps += after.get(number, ())
        if part.kind in ("answer", "manual") and number not in found:
            notes.append(f"the answer {part.grade_id!r} is missing")
    return Plan(steps, answers, list(dict.fromkeys(notes)))


def _by_grade_id(assignment, cells, owner, notes):
    number_of = {
        part.grade_id: number for number, part in enumerate(assignment.parts) if part.grade_id
    }
    seen = set()
    for number, cell in enumerate(cells):
        part = number_of.get(cell.grade_id)
        if part is None:
            continue
        source = assignment.parts[part]
        if source.kind in ("answer", "manual"):
            if part in seen:
                notes.append(f"the cell {source.grade_id!r} occurs more than once; the last counts")
            if cell.type != source.type:
                notes.append(f"the cell {source.grade_id!r} was changed to {cell.type}")
        seen.add(part)
        owner[number] = part


def _by_content(assignment, cells, owner):
    known: dict[str, list[int]] = {}
    for number, part in enumerate(assignment.parts):
        if part.released.strip() and part.kind != "answer" and number not in owner.values():
            known.setdefault(same_text(part.released), []).append(number)
            known.setdefault(same_text(part.source), []).append(number)
    for number, cell in enumerate(cells):
        if number not in owner and (parts := known.get(same_text(cell.source))):
            # A stub such as "YOUR ANSWER HERE" occurs several times, in the same order.
            free = [part for part in parts if part not in owner.values()]
            owner[number] = (free or parts)[0]


def _by_name(assignment, cells, owner, found, notes):
    named: set[int] = set()
    for wanted, part in enumerate(assignment.parts):
        if part.kind not in ("answer", "manual") or wanted in found or not part.names:
            continue
        functions = {a for a, _ in _DEFINES.findall(part.source) if a}
        for number, cell in enumerate(cells):
            if owner.get(number, wanted) != wanted and number not in named:
                continue
            defined = {a or b for a, b in _DEFINES.findall(cell.source)}
            if defined & (functions or (part.names if cell.type == "code" else set())):
                if number in named:  # one cell that holds several answers
                    found.add(wanted)
                    continue
                named.add(number)
                owner[number] = wanted
                if wanted in found:
                    notes.append(
                        f"the answer {part.grade_id!r} occurs more than once; the last counts"
                    )
                else:
                    notes.append(f"the answer {part.grade_id!r} was found by the name it defines")
                found.add(wanted)


def _by_place(assignment, cells, owner, found, notes):
    """Take unknown cells between two known neighbours of a missing answer."""
    for wanted, part in enumerate(assignment.parts):
        if part.kind not in ("answer", "manual") or wanted in found:
            continue
        before = [n for n, p in owner.items() if p < wanted]
        behind = [n for n, p in owner.items() if p > wanted]
        start = max(before) + 1 if before else 0
        end = min((n for n in behind if n >= start), default=len(cells))
        for number in range(start, end):
            cell = cells[number]
            if number not in owner and cell.type == part.type and cell.source.strip():
                owner[number] = wanted
                found.add(wanted)
                notes.append(f"the answer {part.grade_id!r} was found by its place")


def _set_aside_tests(assignment, cells, owner):
    """Recognise edited copies of tests that lost their grade id, so that none is ever run."""
    tests = [(n, p.released) for n, p in enumerate(assignment.parts) if p.kind == "test"]
    for number, cell in enumerate(cells):
        if number in owner or cell.type != "code" or len(cell.source) > 20_000:
            continue
        for wanted, text in tests:
            matcher = difflib.SequenceMatcher(None, text, cell.source, autojunk=True)
            if (
                matcher.real_quick_ratio() > 0.8
                and matcher.quick_ratio() > 0.8
                and matcher.ratio() > 0.8
            ):
                owner[number] = wanted
                break


def is_unanswered(released: str, texts: list[str]) -> bool:
    """Whether a student left an answer as it was given out."""
    return all(same_text(text) in (same_text(released), "") for text in texts)
