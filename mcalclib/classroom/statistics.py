"""How a class did, as plain numbers: the report shows them, `report.json` holds them."""

import bisect
import re
import statistics
from collections import Counter

BINS = 20
SHOWN = 12  # diagnoses
EXAMPLE = 1500  # characters of an example


def class_statistics(records: list[dict], seconds: dict[str, float] | None = None) -> dict:
    """Return everything the class report shows, as plain data.

    Parameters
    ----------
    records : list of dict
        With marks given by hand, as `Results.records` returns them; all of one assignment.
    seconds : dict, optional
        Time that grading took, by student.

    Returns
    -------
    dict
        With the keys assignment, students, max_score, waiting, summary, distribution, seconds,
        durations, statuses, problems, diagnoses, trouble and scores.
    """
    seconds = seconds or {}
    used = [seconds[record["student"]] for record in records if record["student"] in seconds]
    maximum = records[0]["max_score"] if records else 0.0
    scores = [record["score"] for record in records]
    return {
        "assignment": records[0]["assignment"] if records else "",
        "students": len(records),
        "max_score": maximum,
        "waiting": sum(record["waiting"] > 0 for record in records),
        "summary": _summary(scores),
        "distribution": distribution(scores, maximum),
        "seconds": _summary(used),
        "durations": durations(used),
        "statuses": dict(sorted(Counter(record["status"] for record in records).items())),
        "problems": _problems(records),
        "diagnoses": diagnoses(records),
        "trouble": _trouble(records),
        "scores": [
            {
                "student": record["student"],
                "score": record["score"],
                "status": record["status"],
                "seconds": seconds.get(record["student"]),
                "note": record["note"],
            }
            for record in records
        ],
    }


def _summary(values):
    if not values:
        return {
            "mean": None,
            "median": None,
            "lower": None,
            "upper": None,
            "least": None,
            "most": None,
        }
    lower, median, upper = (
        statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else 3 * values
    )
    numbers = {"mean": statistics.fmean(values), "median": median, "lower": lower, "upper": upper}
    return numbers | {"least": min(values), "most": max(values)}


def distribution(scores: list[float], maximum: float) -> list[dict]:
    """Return how many scores lie in each of up to 20 equal ranges, the last one closed.

    Examples
    --------
    >>> [part["count"] for part in distribution([0, 1, 1.5, 2], 2)]
    [1, 3]
    """
    bins = min(BINS, max(int(maximum), 1))
    counts = [0] * bins
    for score in scores:
        share = score / maximum if maximum else 0.0
        counts[min(max(int(share * bins), 0), bins - 1)] += 1
    width = maximum / bins
    return [{"from": i * width, "to": (i + 1) * width, "count": n} for i, n in enumerate(counts)]


def durations(seconds: list[float]) -> list[dict]:
    """Return how many times lie in each of the ranges that 1, 2, 5, 10, ... separate.

    Examples
    --------
    >>> [(part["from"], part["to"], part["count"]) for part in durations([0.015, 0.03, 0.04])]
    [(0.01, 0.02, 1), (0.02, 0.05, 2)]
    """
    # Nothing is graded in less than a hundredth of a second, or in more than some minutes.
    edges = [0.0] + [float(f"{digit}e{power}") for power in range(-2, 4) for digit in (1, 2, 5)]
    places = [max(bisect.bisect_right(edges, value) - 1, 0) for value in seconds]
    counts = Counter(min(place, len(edges) - 2) for place in places)
    if not counts:
        return []
    return [
        {"from": edges[at], "to": edges[at + 1], "count": counts[at]}
        for at in range(min(counts), max(counts) + 1)
    ]


def _problems(records):
    problems: dict[str, dict] = {}
    for record in records:
        sums: dict[str, list[float]] = {}
        for check in record["checks"]:
            problem = problems.setdefault(
                check["problem"], {"name": check["problem"], "points": [], "checks": {}}
            )
            about = problem["checks"].setdefault(
                check["grade_id"],
                {
                    "name": check["grade_id"],
                    "max_points": check["max_points"],
                    "got": [],
                    "ends": [],
                },
            )
            if check["status"] != "manual":
                about["got"].append(check["points"])
                sums.setdefault(check["problem"], []).append(check["points"])
            about["ends"].append(check["status"])
        for name, points in sums.items():
            problems[name]["points"].append(sum(points))
    out = []
    for problem in problems.values():
        maximum = sum(check["max_points"] for check in problem["checks"].values())
        out.append(
            {
                "name": problem["name"],
                "max_points": maximum,
                **_shares(problem["points"], maximum),
                "checks": [
                    {
                        "name": check["name"],
                        "max_points": check["max_points"],
                        **_shares(check["got"], check["max_points"]),
                        "statuses": dict(sorted(Counter(check["ends"]).items())),
                    }
                    for check in problem["checks"].values()
                ],
            }
        )
    return out


def _shares(points, maximum):
    if not points:  # nobody's was marked yet
        return {"mean": None, "success": None, "full": None, "none": None}
    return {
        "mean": statistics.fmean(points),
        "success": statistics.fmean(points) / maximum if maximum else None,
        "full": sum(p >= maximum for p in points) / len(points),
        "none": sum(p <= 0 for p in points) / len(points),
    }


def diagnoses(records: list[dict]) -> list[dict]:
    """Return what students were told most often, each with an example."""
    groups: dict[tuple, dict] = {}
    for record in records:
        for check in record["checks"]:
            if check["status"] in ("passed", "manual", "reviewed") or not check["message"]:
                continue
            said = headline(check["message"])
            # One mistake fails several checks of a problem; it is one line of the report.
            key = (check["problem"], alike(said))
            group = groups.setdefault(
                key, {"problem": check["problem"], "checks": set(), "students": set()}
            )
            group["checks"].add(check["grade_id"])
            group["students"].add(record["student"])
            source = "\n\n".join(
                text
                for answer in record["answers"].values()
                if answer["problem"] == check["problem"]
                for text in answer["source"]
            )
            # The shortest answer that fails so shows the mistake with the least beside it.
            if "example" not in group or (len(source), record["student"]) < group["rank"]:
                group["rank"] = (len(source), record["student"])
                group["message"] = said
                group["example"] = {"student": record["student"], "answer": source[:EXAMPLE]}
    found = [
        {
            "problem": group["problem"],
            "checks": sorted(group["checks"]),
            "count": len(group["students"]),
            "message": group["message"],
            "example": group["example"],
        }
        for group in groups.values()
    ]
    return sorted(found, key=lambda g: (-g["count"], g["problem"], g["message"]))[:SHOWN]


def headline(message: str) -> str:
    """Return the first lines of a message that say something, at most 300 characters."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    return " ".join(lines[:3]).removeprefix("AssertionError: ")[:300]


def alike(message: str) -> str:
    """Return a message without what differs from student to student: numbers and addresses.

    Examples
    --------
    >>> alike("got 3.25e-4, expected 7") == alike("got -1, expected 12")
    True
    """
    message = re.sub(r"0x[0-9a-f]+", "#", message)
    return re.sub(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?", "#", message)


def _trouble(records):
    """Return who may need help, and why, the lowest scores first."""
    found = []
    for record in records:
        reasons = []
        blank = [c for c in record["checks"] if "NotImplementedError" in c["message"]]
        automatic = [c for c in record["checks"] if c["status"] not in ("manual", "reviewed")]
        if record["status"] in ("unreadable", "refused", "timed_out"):
            reasons.append(record["status"].replace("_", " "))
        if automatic and 2 * len(blank) >= len(automatic):
            reasons.append("half of the answers or more are missing")
        possible = sum(c["max_points"] for c in record["checks"] if c["status"] != "manual")
        if possible and record["score"] < 0.5 * possible:
            reasons.append("below half of the points")
        if reasons:
            found.append(
                {"student": record["student"], "score": record["score"], "why": ", ".join(reasons)}
            )
    return sorted(found, key=lambda one: (one["score"], one["student"]))
