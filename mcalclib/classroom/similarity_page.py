"""Similar submissions side by side, as one page and as JSON."""

import json
from html import escape
from pathlib import Path

from ..grader.assignment import Assignment
from ..grader.publishing import write_whole
from .pages import link, page_of, shown, table
from .results import Results
from .similarity import Pair, Prints, grams, prints_of, similar_pairs

SIDE_BY_SIDE = 30


def answers_of(record: dict) -> dict[str, str]:
    """Return the code that a student handed in, by answer."""
    return {
        name: "\n\n".join(answer["source"])
        for name, answer in record["answers"].items()
        if answer["type"] == "code" and answer["source"]
    }


def given_grams(assignment: Assignment) -> set[int]:
    """Return the hashes of all code that every student was given."""
    found: set[int] = set()
    for part in assignment.parts:
        if part.type == "code":
            found.update(grams(part.released))
    return found


def write_similarity(folder, source, least: float = 0.5) -> tuple[Path, int]:
    """Write ``similarity.html`` and ``similarity.json``; return the page's path and the pairs.

    Parameters
    ----------
    folder : path
        An output folder of `mcalc grade`.
    source : path
        The assignment's source notebook, whose code does not count.
    least : float
        Weighted share, 0 to 1, from which a pair is shown.
    """
    results = Results(folder)
    answers = {record["student"]: answers_of(record) for record in results.raw()}
    given = given_grams(results.source(source))
    prints: dict[str, Prints] = {s: prints_of(a, given) for s, a in answers.items()}
    pairs = similar_pairs(prints, least)
    content = [
        {"students": [p.first, p.second], "weight": p.weight, "share": p.share} for p in pairs
    ]
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_whole(results.folder / "similarity.json", text)
    path = results.folder / "similarity.html"
    write_whole(path, similarity_page(results.assignment, len(answers), pairs, answers))
    return path, len(pairs)


def similarity_page(assignment: str, students: int, pairs: list[Pair], answers: dict) -> str:
    """Return the page: a table of all pairs, and the worst of them side by side."""
    body = [
        (
            f"<p>Of {students} submissions {_pairs(len(pairs))} much. Names, numbers, "
            "comments and layout do not count, nor does code that was given. A high share is a reason "
            "to look, not a proof: short answers are alike because the task is.</p>"
        )
    ]
    rows = [
        f'<tr><td>{link(p.first)}</td><td>{link(p.second)}</td><td class="n">{_percent(p.weight)}'
        f'</td><td class="n">{_percent(p.share)}</td></tr>'
        for p in pairs
    ]
    columns = [
        ("one", False),
        ("other", False),
        ("rare parts shared", True),
        ("parts shared", True),
    ]
    body += list(table(columns, rows, "Pairs"))
    for pair in pairs[:SIDE_BY_SIDE]:
        body.append(
            f"<details><summary>{escape(pair.first)} and {escape(pair.second)}: "
            f'{_percent(pair.weight)}</summary><div class="two">'
        )
        for student, lines in ((pair.first, pair.first_lines), (pair.second, pair.second_lines)):
            body.append(f"<div><h3>{escape(student)}</h3>")
            for name, code in answers[student].items():
                if name in lines:
                    body.append(f"<p class=soft>{escape(name)}</p>{_code(code, lines[name])}")
            body.append("</div>")
        body.append("</div></details>")
    return page_of(f"{assignment}: similar submissions", body)


def _pairs(count):
    return "one pair shares" if count == 1 else f"{count or 'no'} pairs share"


def _percent(value):
    return f"{shown(100 * min(value, 1), 0)} %"


def _code(code, marked):
    lines = [
        f"<mark>{escape(line)}</mark>" if number in marked and line.strip() else escape(line)
        for number, line in enumerate(code.split("\n"), 1)
    ]
    return f"<pre tabindex=0><code>{chr(10).join(lines)}</code></pre>"
