"""Which results of several assignments are one student's."""

from collections import Counter, defaultdict

_ONE_ID = ("canvas", "gradescope")  # one id for a student in every assignment


def joined(records: list[tuple[str, dict]]) -> tuple[dict[tuple[str, str], str], list[str]]:
    """Return whose row of a course each result belongs to, and what could not be told.

    Canvas and Gradescope call a student by one id in the whole course. Moodle numbers the students
    of each assignment anew, so there only the name says who is who; what is nobody's for certain
    stays in a row of its own.

    Parameters
    ----------
    records : list of pairs
        The assignment's name and a record, as `Results.records` returns it.

    Examples
    --------
    >>> ada = {"student": "Ada_7", "who": ("moodle", "Ada", "7")}
    >>> again = {"student": "Ada_9", "who": ("moodle", "Ada", "9")}
    >>> joined([("one", ada), ("two", again)])[0]
    {('one', 'Ada_7'): 'Ada', ('two', 'Ada_9'): 'Ada'}
    """
    namesakes = defaultdict(list)
    for assignment, record in records:
        namesakes[record["who"][1]].append((assignment, record))
    rows, notes = {}, []
    for name, results in namesakes.items():
        ids = {r["who"][2] for _, r in results if r["who"][0] in _ONE_ID} - {""}
        most = max(Counter(assignment for assignment, _ in results).values())
        if len(ids) <= 1 and most == 1:
            row = f"{name}_{ids.pop()}" if ids else name
            rows |= {(assignment, r["student"]): row for assignment, r in results}
            continue
        unsure = []
        for assignment, record in results:
            platform, _, number = record["who"]
            is_sure = platform in _ONE_ID and number
            rows[assignment, record["student"]] = (
                f"{name}_{number}" if is_sure else record["student"]
            )
            unsure += [] if is_sure else [record["student"]]
        if unsure and len({assignment for assignment, _ in results}) > 1:
            notes.append(
                f"several students are called {name!r}, and nothing says which of their results "
                f"belong together: {', '.join(dict.fromkeys(unsure))} have rows of their own."
            )
    return rows, notes
