"""Pages for instructors: self-contained, sortable, readable on a phone and in the dark."""

import base64
import hashlib
from html import escape
from urllib.parse import quote

from ..grader.feedback import file_name

_STYLE = """
:root{color-scheme:light dark;--ink:#1a1a1f;--soft:#595964;--line:#d5d5dc;--bar:#2f5fa8;--ground:#fff;--over:#eef2f8}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6ea;--soft:#a9a9b4;--line:#45454f;--bar:#7ea6e6;--ground:#17171b;--over:#24262d}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--ground);max-width:62rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;line-height:1.2}h2{font-size:1.2rem;margin:2.5rem 0 .5rem}
p{margin:.4rem 0}.soft{color:var(--soft)}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button::after{content:" \\2195";color:var(--soft)}
th[aria-sort=ascending] button::after{content:" \\2191"}th[aria-sort=descending] button::after{content:" \\2193"}
th button:focus-visible,a:focus-visible,summary:focus-visible,.wide:focus-visible{outline:2px solid var(--bar);outline-offset:2px}
.meter{display:inline-block;width:7rem;height:.7rem;border:1px solid var(--line);vertical-align:middle}
.meter i{display:block;height:100%;background:var(--bar)}
svg{width:100%;height:auto;max-width:44rem;display:block}svg rect{fill:var(--bar)}svg text{fill:var(--soft);font-size:11px}svg line{stroke:var(--line)}
pre{background:var(--over);padding:.6rem .8rem;overflow-x:auto;font-size:.85rem;margin:.4rem 0}
td pre{white-space:pre-wrap;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem 1.2rem;margin:1rem 0}
dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.3rem;font-variant-numeric:tabular-nums}
.two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}.two>div{min-width:0}mark{background:#f3d98b;color:#1a1a1f}
summary{cursor:pointer}a{color:var(--bar)}
@media (max-width:40rem){.two{grid-template-columns:1fr}.meter{width:2.5rem}svg text{font-size:17px}table{font-size:.85rem}th,td{padding:.35rem .25rem}td{overflow-wrap:break-word}td.n,th.n{white-space:normal;overflow-wrap:normal}td pre{padding:.3rem;font-size:.75rem}}
@media print{th button::after{content:""}details>*{display:block}}
""".strip().replace("\n", "")

# Sorting is the page's only script; without it the tables stand as they are.
_SCRIPT = """
for (const table of document.querySelectorAll("table.sortable")) {
  table.querySelectorAll("thead th").forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.v ?? row.cells[column].textContent;
      const order = head.className === "n" ? (x, y) => x - y
        : (x, y) => x.localeCompare(y, undefined, { numeric: true });
      const rows = [...table.tBodies[0].rows].sort((a, b) => (up ? 1 : -1) * order(key(a), key(b)));
      table.tBodies[0].append(...rows);
    });
  });
}
""".strip()


def page_of(title: str, body: list[str]) -> str:
    """Return a page that loads nothing, and whose only script sorts its tables."""
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{escape(title)}</h1>",
        *body,
        f"</main><script>{_SCRIPT}</script></body></html>\n",
    ]
    return "\n".join(parts)


def shown(value: float | None, digits: int = 1) -> str:
    """Return a number as short as it can be shown, a dash for None.

    Examples
    --------
    >>> shown(2.50), shown(100, 0), shown(-0.01), shown(None)
    ('2.5', '100', '0', '–')
    """
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def number_cell(value: float | None, digits: int = 1) -> str:
    """Return a table's cell with a number; without one it is sorted below all others."""
    unknown = ' data-v="-1"' if value is None else ""
    return f'<td class="n"{unknown}>{shown(value, digits)}</td>'


def share_cell(value: float | None, before: str = "") -> str:
    """Return a table's cell with a share as a bar and in percent."""
    if value is None:
        return number_cell(None)
    percent = f"{100 * value:.0f}"
    return (
        f'<td class="n" data-v="{100 * value:.2f}">{before}<span class="meter" aria-hidden="true">'
        f'<i style="width:{percent}%"></i></span> {percent}&nbsp;%</td>'
    )


def histogram(bars: list[dict], label: str, last: str, every: int = 1):
    """Yield a picture of how many values lie in each range, with the ranges' ends below.

    Parameters
    ----------
    bars : list of dict
        from, to and count.
    label : str
        What it shows, for who does not see it.
    last : str
        The end of the last range, with its unit.
    every : int
        At how many ranges an end is written.
    """
    width, base = 660, 160
    step = (width - 60) / max(len(bars), 1)
    highest = max([bar["count"] for bar in bars] or [0]) or 1
    yield f'<svg viewBox="0 0 {width} {base + 30}" role="img" aria-label="{escape(label)}">'
    yield f'<line x1="30" y1="{base}" x2="{width - 30}" y2="{base}"/>'
    for number, bar in enumerate(bars):
        tall = (base - 20) * bar["count"] / highest
        x = 30 + number * step
        about = f"{shown(bar['from'], 2)} to {shown(bar['to'], 2)}: {bar['count']}"
        yield (
            f'<rect x="{x + 1:.1f}" y="{base - tall:.1f}" width="{max(step - 2, 1):.1f}" '
            f'height="{tall:.1f}"><title>{about}</title></rect>'
        )
        if bar["count"]:
            yield (
                f'<text x="{x + step / 2:.1f}" y="{base - tall - 4:.1f}" '
                f'text-anchor="middle">{bar["count"]}</text>'
            )
        if number % every == 0:
            start = shown(bar["from"], 2)
            yield f'<text x="{x:.1f}" y="{base + 17}" text-anchor="middle">{start}</text>'
    end = f'<text x="{30 + len(bars) * step:.1f}" y="{base + 17}" text-anchor="middle">'
    yield f"{end}{escape(last)}</text></svg>"


def table(columns, rows, label):
    """Yield a table, sortable by its heads, that scrolls inside itself where it is too wide."""
    heads = "".join(
        f'<th scope="col"{" class=n" if numeric else ""}>{escape(name)}</th>'
        for name, numeric in columns
    )
    # What scrolls must be reachable by keyboard.
    yield f'<div class="wide" tabindex="0" role="region" aria-label="{escape(label)}">'
    yield f'<table class="sortable"><thead><tr>{heads}</tr></thead><tbody>'
    yield from rows
    yield "</tbody></table></div>"


def link(student: str, folder: str = "", text: str = "") -> str:
    """Return a link to a student's feedback."""
    address = quote(f"{folder}feedback/{file_name(student)}")
    return f'<a href="{escape(address)}">{escape(text or student)}</a>'
