"""The gradebook of a course as one page and as a table."""

import csv
import io
from html import escape

from ..grader.publishing import guard
from .pages import link, page_of, shown, table


def course_page(numbers: dict) -> str:
    """Return the whole gradebook as one self-contained page.

    Parameters
    ----------
    numbers : dict
        As `course_numbers` returns them.
    """
    columns = [("student", False), ("total, %", True)]
    columns += [(column["name"], True) for column in numbers["assignments"]]
    rows = []
    for one in numbers["students"]:
        cells = [_cell(one["assignments"][c["name"]], c) for c in numbers["assignments"]]
        rows.append(
            f"<tr><td>{escape(one['student'])}</td>"
            f'<td class="n">{shown(one["total"])}</td>{"".join(cells)}</tr>'
        )
    facts = [
        f"<li>{escape(c['name'])}: {shown(c['max_score'])} points, weight {shown(c['weight'])}"
        + (f", due {escape(c['due'])}" if c["due"] else "")
        + "</li>"
        for c in numbers["assignments"]
    ]
    body = [
        (
            f"<p>{len(numbers['students'])} students. A dash means that nothing was handed in, which "
            "counts zero; * late, with the deduction made; ? late, and nothing tells how much, so "
            "nothing was deducted; … answers that nobody has marked by hand yet.</p>"
        ),
        "<ul>",
        *facts,
        *(f"<li>{escape(note)}</li>" for note in numbers["notes"]),
        "</ul>",
        *table(columns, rows, "Gradebook"),
    ]
    return page_of(f"{numbers['course']}: gradebook", body)


def _cell(mark, column):
    if mark is None:
        return '<td class="n" data-v="-1">–</td>'
    folder = f"{column['name']}/"
    signs = (mark["lost"], "*"), (mark["late_unknown"], "?"), (mark["waiting"], "…")
    told = "".join(sign for is_so, sign in signs if is_so)
    text = link(mark["called"], folder, shown(mark["score"], 2))
    return f'<td class="n" data-v="{mark["score"]:.4f}">{text}{" " + told if told else ""}</td>'


def course_csv(numbers: dict) -> str:
    """Return the whole gradebook as CSV: per assignment the score that counts and the share lost."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [column["name"] for column in numbers["assignments"]]
    heads = [head for name in names for head in (name, f"{name} (lost to lateness)")]
    writer.writerow(["student", "total", *map(guard, heads)])
    for one in numbers["students"]:
        cells = []
        for name in names:
            mark = one["assignments"][name]
            cells += ["", ""] if mark is None else [f"{mark['score']:.4g}", f"{mark['lost']:g}"]
        writer.writerow([guard(one["student"]), f"{one['total']:.2f}", *cells])
    return text.getvalue()
