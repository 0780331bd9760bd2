"""What a student gets back: one self-contained page, everything in it escaped."""

import hashlib
import re
from html import escape

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
pre{padding:.6rem .8rem;border:1px solid #8886;border-radius:4px;overflow-x:auto;
white-space:pre-wrap;overflow-wrap:anywhere;font-size:.85rem;margin:.4rem 0}
ul{list-style:none;padding:0}li{margin:.5rem 0}
.v{display:inline-block;min-width:6.5rem;font-weight:600}
.passed .v::before,.reviewed .v::before{content:"\\2713  "}.manual .v::before{content:"\\2026  "}
.failed .v::before,.error .v::before,.timed_out .v::before,.refused .v::before,
.unreadable .v::before{content:"\\2717  "}
""".strip().replace("\n", "")

_POLICY = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)
WORDS = {
    "passed": "passed",
    "manual": "by hand",
    "reviewed": "by hand",
    "failed": "failed",
    "error": "error",
    "timed_out": "timed out",
    "refused": "refused",
    "unreadable": "unreadable",
}


def page(record: dict) -> str:
    """Return the feedback page for one record.

    The page has no script, loads nothing, and says so to the browser, so that even a flaw in
    the escaping could not run anything.
    """
    out = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        _POLICY,
        '<meta name="viewport" content="width=device-width">',
        f"<title>{escape(record['assignment'])}: {escape(record['student'])}</title>",
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{escape(record['assignment'])}: {escape(record['student'])}</h1>",
        f"<p>{record['score']:g} of {record['max_score']:g} points</p>",
    ]
    if record["notes"]:
        out += ["<ul>", *(f"<li>{escape(note)}</li>" for note in record["notes"]), "</ul>"]
    problems = dict.fromkeys(check["problem"] for check in record["checks"])
    for problem in problems:
        checks = [check for check in record["checks"] if check["problem"] == problem]
        points = sum(check["points"] for check in checks)
        most = sum(check["max_points"] for check in checks)
        out.append(f"<h2>{escape(problem)} ({points:g} of {most:g})</h2>")
        for answer in record["answers"].values():
            if answer["problem"] == problem:
                out += _answer(answer)
        out.append("<ul>")
        for check in checks:
            out.append(
                f'<li class="{check["status"]}"><span class="v">{WORDS[check["status"]]}</span> '
                f"{escape(check['grade_id'])} ({check['points']:g} of {check['max_points']:g})"
            )
            if check.get("comment"):
                out.append(f"<p>{escape(check['comment'])}</p>")
            elif check["message"]:
                out.append(f"<pre>{escape(check['message'])}</pre>")
            out.append("</li>")
        out.append("</ul>")
    added = record["added"]
    if added["output"] or added["error"]:
        out += ["<h2>Cells you added</h2>", *_printed(added)]
    out.append("</body></html>\n")
    return "\n".join(out)


def _answer(answer):
    for text in answer["source"]:
        yield f"<pre><code>{escape(text)}</code></pre>"
    yield from _printed(answer)


def _printed(answer):
    if answer["output"]:
        yield f"<p>Output:</p><pre>{escape(answer['output'])}</pre>"
    if answer["error"]:
        yield f"<p>Stopped with:</p><pre>{escape(answer['error'])}</pre>"


def file_name(student: str) -> str:
    """Return the name of a student's page: readable, and safe whatever the student is called."""
    safe = re.sub(r"[^\w @()+,-]|^ | $", "_", student)
    safe = safe.encode()[:MAX_NAME].decode("utf-8", "ignore")
    # Changed names could meet, and one could be called as another's changed name is; a hash of
    # the true one keeps them apart.
    if safe != student or not student or _HASHED.search(student):
        safe += "-" + hashlib.sha256(student.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    return f"{safe}.html"


MAX_NAME = 90  # bytes: with the hash it fits into every file system
_HASHED = re.compile(r"-[0-9a-f]{16}$")
