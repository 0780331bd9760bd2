"""The class report: one self-contained page, and the same numbers as JSON."""

import json
from html import escape
from pathlib import Path

from ..grader.feedback import WORDS
from ..grader.publishing import write_whole
from .pages import histogram, link, number_cell, page_of, share_cell, shown, table
from .results import Results
from .statistics import class_statistics


def write_report(folder) -> Path:
    """Write ``report.html`` and ``report.json`` into an output folder and return the page's path.

    Parameters
    ----------
    folder : path
        An output folder of `mcalc grade`.
    """
    results = Results(folder)
    numbers = class_statistics(results.records(), results.seconds())
    text = json.dumps(numbers, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_whole(results.folder / "report.json", text)
    path = results.folder / "report.html"
    write_whole(path, page(numbers))
    return path


def page(numbers: dict) -> str:
    """Return the report as one HTML page that loads nothing.

    Parameters
    ----------
    numbers : dict
        As `class_statistics` returns them.
    """
    parts = [
        *_head(numbers),
        *_distribution(numbers),
        *_times(numbers),
        *_problems(numbers),
        *_diagnoses(numbers),
        *_trouble(numbers),
        *_scores(numbers),
    ]
    return page_of(f"{numbers['assignment']}: class report", parts)


def _head(numbers):
    summary, seconds = numbers["summary"], numbers["seconds"]
    facts = [
        ("students", str(numbers["students"])),
        ("mean", f"{shown(summary['mean'])} of {shown(numbers['max_score'])}"),
        ("median", shown(summary["median"])),
        ("middle half", f"{shown(summary['lower'])} to {shown(summary['upper'])}"),
        ("range", f"{shown(summary['least'])} to {shown(summary['most'])}"),
    ]
    if seconds["median"] is not None:
        used = f"{shown(seconds['median'], 2)} s"
        facts += [("time each, median", used), ("longest", f"{shown(seconds['most'], 2)} s")]
    yield "<dl>"
    yield from (
        f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts
    )
    yield "</dl>"
    ends = ", ".join(
        f"{count} {WORDS.get(status, status)}" for status, count in numbers["statuses"].items()
    )
    yield f'<p class="soft">{escape(ends)}.</p>'
    if numbers["waiting"]:
        yield (
            f"<p>{numbers['waiting']} submissions hold answers that nobody has marked by hand yet; "
            "they count zero until then.</p>"
        )


def _distribution(numbers):
    summary, bars = numbers["summary"], numbers["distribution"]
    most = shown(numbers["max_score"])
    words = (
        f"Histogram of {numbers['students']} scores from 0 to {most}; half of them lie between "
        f"{shown(summary['lower'])} and {shown(summary['upper'])}."
    )
    yield "<h2>Distribution of scores</h2>"
    yield from histogram(bars, words, most, max(len(bars) // 10, 1))


def _times(numbers):
    bars = numbers["durations"]
    if not bars:
        return
    summary = numbers["seconds"]
    words = (
        f"Histogram of the seconds that grading each submission took; half of them took "
        f"{shown(summary['lower'], 2)} to {shown(summary['upper'], 2)} s."
    )
    yield "<h2>Time used</h2>"
    yield '<p class="soft">Seconds for running a submission and its tests.</p>'
    yield from histogram(bars, words, f"{shown(bars[-1]['to'], 2)} s")


def _problems(numbers):
    yield "<h2>Problems</h2>"
    yield '<p class="soft">Success is the share of the points that the class got.</p>'
    columns = [("problem", False), ("points", True), ("success", True), ("full marks", True)]
    rows = [_row(problem["name"], problem) for problem in numbers["problems"]]
    yield from table(columns, rows, "Problems")
    checks = [(c, problem["name"]) for problem in numbers["problems"] for c in problem["checks"]]
    yield "<h2>Checks</h2>"
    marked = [check for check, _ in checks if check["success"] is not None]
    hardest = sorted(marked, key=lambda check: check["success"])[:3]
    if hardest and hardest[0]["success"] < 1:
        names = ", ".join(f"{c['name']} ({100 * c['success']:.0f} %)" for c in hardest)
        yield f"<p>Hardest: {escape(names)}.</p>"
    rows = [_row(check["name"], check, problem) for check, problem in checks]
    yield from table([("check", False), *columns], rows, "Checks")


def _row(name, about, problem=None):
    above = "" if problem is None else f"<td>{escape(problem)}</td>"
    full = "–" if about["full"] is None else f"{100 * about['full']:.0f} %"
    return (
        f"<tr><td>{escape(name)}</td>{above}{number_cell(about['max_points'])}"
        f'{share_cell(about["success"])}<td class="n" data-v="{about["full"] or 0:.4f}">{full}</td></tr>'
    )


def _diagnoses(numbers):
    yield "<h2>Most frequent diagnoses</h2>"
    if not numbers["diagnoses"]:
        yield "<p>Nothing failed.</p>"
        return
    rows = [
        f"<tr>{share_cell(one['count'] / numbers['students'], str(one['count']) + ' ')}"
        f"<td>{escape(one['problem'])}</td>"
        f"<td><details><summary>{escape(one['message'])}</summary>"
        f"<p class=soft>In {escape(', '.join(one['checks']))}. "
        f"Example: {link(one['example']['student'])}</p>"
        f"<pre tabindex=0><code>{escape(one['example']['answer'])}</code></pre></details></td></tr>"
        for one in numbers["diagnoses"]
    ]
    columns = [
        ("students", True),
        ("problem", False),
        ("what they were told", False),
    ]
    yield from table(columns, rows, "Most frequent diagnoses")


def _trouble(numbers):
    yield "<h2>Who may need help</h2>"
    if not numbers["trouble"]:
        yield "<p>Nobody is below half of the points.</p>"
        return
    rows = [
        f'<tr><td>{link(one["student"])}</td><td class="n">{shown(one["score"], 2)}</td>'
        f"<td>{escape(one['why'])}</td></tr>"
        for one in numbers["trouble"]
    ]
    columns = [("student", False), ("score", True), ("why", False)]
    yield f"<details><summary>{len(rows)} students</summary>"
    yield from table(columns, rows, "Who may need help")
    yield "</details>"


def _scores(numbers):
    yield "<h2>All scores</h2>"
    rows = [
        f'<tr><td>{link(one["student"])}</td><td class="n">{shown(one["score"], 2)}</td>'
        f"<td>{escape(WORDS.get(one['status'], one['status']))}</td>"
        f"{number_cell(one['seconds'], 2)}</tr>"
        for one in numbers["scores"]
    ]
    columns = [("student", False), ("score", True), ("status", False), ("seconds", True)]
    yield from table(columns, rows, "All scores")
