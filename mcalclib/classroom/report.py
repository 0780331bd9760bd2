"""The class report: one self-contained page, and the same numbers as JSON."""

import json
from html import escape
from pathlib import Path

from ..grader.feedback import WORDS
from ..grader.publishing import write_whole
from .pages import link, page_of, shown, table
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
    bars = numbers["distribution"]
    highest = max([bar["count"] for bar in bars] or [0]) or 1
    width, height, base = 660, 190, 160
    step = (width - 40) / max(len(bars), 1)
    words = f"Histogram of {numbers['students']} scores from 0 to {shown(numbers['max_score'])}; "
    summary = numbers["summary"]
    words += f"half of them lie between {shown(summary['lower'])} and {shown(summary['upper'])}."
    yield "<h2>Distribution of scores</h2>"
    yield f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(words)}">'
    yield f'<line x1="30" y1="{base}" x2="{width - 10}" y2="{base}"/>'
    for number, bar in enumerate(bars):
        tall = (base - 20) * bar["count"] / highest
        x = 30 + number * step
        about = f"{shown(bar['from'])} to {shown(bar['to'])}: {bar['count']}"
        yield (
            f'<rect x="{x + 1:.1f}" y="{base - tall:.1f}" width="{max(step - 2, 1):.1f}" '
            f'height="{tall:.1f}"><title>{about}</title></rect>'
        )
        if bar["count"]:
            yield (
                f'<text x="{x + step / 2:.1f}" y="{base - tall - 4:.1f}" '
                f'text-anchor="middle">{bar["count"]}</text>'
            )
        if number % max(len(bars) // 10, 1) == 0:
            yield f'<text x="{x:.1f}" y="{base + 15}" text-anchor="middle">{shown(bar["from"])}</text>'
    yield (
        f'<text x="{30 + len(bars) * step:.1f}" y="{base + 15}" text-anchor="middle">'
        f"{shown(numbers['max_score'])}</text></svg>"
    )


def _share(value):
    if value is None:
        return '<td class="n" data-v="-1">–</td>'
    percent = f"{100 * value:.0f}"
    return (
        f'<td class="n" data-v="{percent}"><span class="meter" aria-hidden="true">'
        f'<i style="width:{percent}%"></i></span> {percent} %</td>'
    )


def _problems(numbers):
    yield "<h2>Problems and checks</h2>"
    yield '<p class="soft">Success is the share of the points that the class got.</p>'
    columns = [
        ("problem or check", False),
        ("points", True),
        ("success", True),
        ("full marks", True),
    ]
    rows = []
    for problem in numbers["problems"]:
        rows.append(_row(f"<strong>{escape(problem['name'])}</strong>", problem, ""))
        if len(problem["checks"]) > 1:
            for check in problem["checks"]:
                rows.append(_row(escape(check["name"]), check, ' class="check"'))
    # Checks stand below their problem, so sorting would tear them apart.
    yield from table(columns, rows, "Problems and checks", sortable=False)
    hardest = [
        check
        for problem in numbers["problems"]
        for check in problem["checks"]
        if check["success"] is not None
    ]
    hardest = sorted(hardest, key=lambda check: check["success"])[:3]
    if hardest and hardest[0]["success"] < 1:
        names = ", ".join(f"{c['name']} ({100 * c['success']:.0f} %)" for c in hardest)
        yield f"<p>Hardest checks: {escape(names)}.</p>"


def _row(name, about, kind):
    full = "–" if about["full"] is None else f"{100 * about['full']:.0f} %"
    return (
        f'<tr{kind}><td>{name}</td><td class="n">{shown(about["max_points"])}</td>'
        f'{_share(about["success"])}<td class="n">{full}</td></tr>'
    )


def _diagnoses(numbers):
    yield "<h2>Most frequent diagnoses</h2>"
    if not numbers["diagnoses"]:
        yield "<p>Nothing failed.</p>"
        return
    for one in numbers["diagnoses"]:
        share = 100 * one["count"] / numbers["students"]
        yield (
            f"<details><summary><strong>{one['count']}</strong> ({share:.0f} %) · "
            f"{escape(one['problem'])}: {escape(one['message'])}</summary>"
            f"<p class=soft>In {escape(', '.join(one['checks']))}.</p>"
            f"<p class=soft>Example: {escape(one['example']['student'])}</p>"
            f"<pre tabindex=0><code>{escape(one['example']['answer'])}</code></pre></details>"
        )


def _trouble(numbers):
    yield "<h2>Who may need help</h2>"
    if not numbers["trouble"]:
        yield "<p>Nobody is below half of the points.</p>"
        return
    rows = [
        f'<tr><td>{link(one["student"])}</td><td class="n">{shown(one["score"])}</td>'
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
        f'<td class="n">{shown(one["seconds"], 2)}</td></tr>'
        for one in numbers["scores"]
    ]
    columns = [("student", False), ("score", True), ("status", False), ("seconds", True)]
    yield from table(columns, rows, "All scores")
