"""Every assignment in exercises/ can be solved, graded and given out.

`wrong/NAME.toml` lists wrong answers and the checks that each one fails, no more and no fewer.
"""

import importlib.util
import json
import os
import re
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import yaml
from our_assignments import ROOT, every_assignment, notebook_of

from mcalclib.grader.assignment import load
from mcalclib.grader.fence import probe
from mcalclib.grader.lane import Lane
from mcalclib.grader.limits import Limits
from mcalclib.grader.release import release

LIMITS = Limits(cell=5, total=60)
HEADING = re.compile(r"^## (\d+)\. .+ \((\d+) points\)$", re.MULTILINE)


def wrong_answers(folder):
    path = Path(__file__).parent / "wrong" / f"{folder.name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["wrong"]


@cache
def fence():
    return probe(LIMITS)


def lane_for(folder, seed=1):
    return Lane(load(folder), fence(), LIMITS, seed)


def points_by_heading(folder):
    """Return (number, points said, points there) for each problem."""
    found = []
    for cell in nbformat.read(notebook_of(folder), as_version=4).cells:
        heading = HEADING.search(cell.source) if cell.cell_type == "markdown" else None
        if heading:
            found.append([int(heading[1]), int(heading[2]), 0])
        about = cell.metadata.get("nbgrader", {})
        if about.get("grade"):
            found[-1][2] += about["points"]
    return found


@every_assignment
def test_an_assignment_has_six_to_nine_problems_with_the_points_it_says(folder):
    assignment, problems = load(folder), points_by_heading(folder)
    assert 6 <= len(problems) <= 9
    assert [number for number, _, _ in problems] == list(range(1, len(problems) + 1))
    assert [said for _, said, _ in problems] == [there for _, _, there in problems]
    assert 20 <= assignment.max_score <= 40
    first = nbformat.read(notebook_of(folder), as_version=4).cells[0].source
    assert f"**{assignment.max_score:g} points.**" in first


@every_assignment
def test_an_assignment_gives_partial_credit_hides_tests_and_asks_for_words(folder):
    parts = load(folder).parts
    assert any(part.kind == "manual" and part.type == "markdown" for part in parts)
    assert any(part.kind == "manual" and part.type == "code" for part in parts)  # a picture
    tests = [part for part in parts if part.kind == "test"]
    for problem in {part.problem for part in tests}:
        own = [part for part in tests if part.problem == problem]
        assert len(own) > 1, f"{problem} is all or nothing"
        assert any(part.hidden for part in own), f"{problem} has no hidden test"


@every_assignment
def test_a_notebook_installs_the_package_where_it_is_missing_and_only_there(folder, monkeypatch):
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    first = next(part for part in load(folder).parts if part.kind == "given")
    asked = []
    monkeypatch.setattr(os, "system", asked.append)
    exec(first.source, {})  # noqa: S102 - a cell of this repository
    assert asked == []
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    exec(first.source.partition("\nimport m")[0], {})  # noqa: S102
    assert asked == [f"pip install -q git+{config['repository']['url']}"]
    nbformat.validate(nbformat.read(notebook_of(folder), as_version=4))


@every_assignment
def test_the_release_is_what_the_source_makes(folder, tmp_path):
    made = release(folder, tmp_path, LIMITS)
    kept = ROOT / "exercises" / "release" / folder.name / made.name
    assert kept.read_bytes() == made.read_bytes(), f"run: mcalc release {folder}"
    data = sorted(p.name for p in folder.iterdir() if p.suffix != ".ipynb")
    assert data == sorted(p.name for p in kept.parent.iterdir() if p.suffix != ".ipynb")
    for name in data:
        assert (kept.parent / name).read_bytes() == (folder / name).read_bytes()


@every_assignment
def test_the_solution_earns_every_point_whatever_is_drawn_and_nothing_earns_none(folder):
    solved = notebook_of(folder).read_bytes()
    empty = (ROOT / "exercises" / "release" / folder.name / f"{folder.name}.ipynb").read_bytes()
    with lane_for(folder) as lane:
        for number in range(8):  # each draws hidden inputs of its own
            record = lane.grade(f"student {number}", solved)
            lost = [c for c in record["checks"] if c["status"] not in ("passed", "manual")]
            assert lost == []
        record = lane.grade("empty", empty)
    assert [c["points"] for c in record["checks"] if c["points"]] == []


@every_assignment
def test_a_wrong_answer_fails_the_checks_it_should_and_no_others(folder):
    content = json.loads(notebook_of(folder).read_text(encoding="utf-8"))
    problems = []
    with lane_for(folder) as lane:
        for number, wrong in enumerate(wrong_answers(folder), 1):
            changed = json.loads(json.dumps(content))
            (cell,) = [c for c in changed["cells"] if c["id"] == wrong["answer"]]
            cell["source"] = "".join(cell["source"]) + "\n\n" + wrong["code"]
            record = lane.grade("ada", json.dumps(changed).encode())
            missed = [c for c in record["checks"] if c["status"] not in ("passed", "manual")]
            shown = "\n".join(check["message"] for check in missed)
            at = f"{wrong['answer']}, wrong answer {number}"
            if {check["grade_id"] for check in missed} != set(wrong["fails"]):
                problems.append(f"{at}: fails {[c['grade_id'] for c in missed]}\n{shown}")
            if sum(check["points"] for check in missed) != wrong.get("points", 0):
                problems.append(f"{at}: earns {[(c['grade_id'], c['points']) for c in missed]}")
            if wrong.get("says", "") not in shown:
                problems.append(f"{at}: is told\n{shown}")
    assert not problems, "\n".join(problems)


@every_assignment
def test_wrong_answers_are_known_for_every_problem(folder):
    answers = {part.grade_id for part in load(folder).parts if part.kind == "answer"}
    known = [wrong["answer"] for wrong in wrong_answers(folder)]
    assert {name for name in answers if known.count(name) < 2} == set()
    tests = {part.grade_id for part in load(folder).parts if part.kind == "test"}
    failed = {name for wrong in wrong_answers(folder) for name in wrong["fails"]}
    assert failed == tests  # each test is failed by some answer
