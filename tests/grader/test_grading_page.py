"""What the page for instructors says about the grader is what the grader does."""

import re
from pathlib import Path

import attacks
import pytest

from bench.bench_attacks import earned
from mcalclib import cli
from mcalclib.grader import cli as grader

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "chapters" / "instructors_grading.md").read_text(encoding="utf-8")


def table(heading):
    """Return the cells of the table below a heading."""
    lines = PAGE.partition(heading)[2].partition("\n(sec-")[0].splitlines()
    rows = [line.strip("|").split("|") for line in lines if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_exit_codes_are_those_of_the_command():
    codes = [int(row[0]) for row in table("(sec-grading-commands)=")]
    known = (grader.OK, grader.LOOK, grader.USAGE, grader.NO_FENCE, grader.NOT_WRITTEN)
    assert codes == [*known, grader.INTERRUPTED]


def test_the_commands_and_options_on_the_page_exist(capsys):
    for command in set(re.findall(r"mcalc (\w+)", PAGE)):
        with pytest.raises(SystemExit) as stop:
            cli.main([command, "--help"])
        assert stop.value.code == 0
    capsys.readouterr()
    with pytest.raises(SystemExit):
        cli.main(["grade", "--help"])
    said = capsys.readouterr().out
    for option in ("--only", "--jobs", "--seed", "--limits", "--trusted"):
        assert f"`{option}" in PAGE and option in said


def test_the_table_of_attacks_shows_each_of_them_with_what_it_earns_here():
    rows = {row[0]: (float(row[1]), float(row[2])) for row in table("(sec-grading-attacks)=")}
    first = "nothing but a wrong answer"
    assert list(rows) == [first, *(attack.name for attack in attacks.ATTACKS)]
    known = {first: attacks.OTHERS} | {a.name: earned(a) for a in attacks.ATTACKS}
    assert {name: points for name, (points, _) in rows.items()} == known
    # The suite says of a few that they may lose what they had; none may gain.
    lost = {name for name, (points, ours) in rows.items() if ours != points}
    assert lost <= {attack.name for attack in attacks.ATTACKS if attack.points is None}
    assert all(ours <= points for points, ours in rows.values())
