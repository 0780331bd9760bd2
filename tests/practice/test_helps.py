"""Hints, solutions, the command for authors, and verdicts for the page."""

import json
import subprocess
import sys

import numpy as np
import pytest

import mcalclib as mc
from mcalclib.cli import main
from mcalclib.errors import DomainError
from mcalclib.practice import agreement, hints
from mcalclib.practice.bank import BANK
from mcalclib.practice.exercise import KINDS, Exercise
from tests.practice import samples


def test_hints_come_one_by_one_and_the_last_one_stays(enter, monkeypatch):
    id = enter(samples.quadratic())
    monkeypatch.setattr(hints, "_given", type(hints._given)())
    assert repr(mc.hint(id)) == "Hint 1 of 2: Expand."
    assert repr(mc.hint(id)) == repr(mc.hint(id)) == "Hint 2 of 2: Keep what is linear."
    assert repr(mc.hint(id, 1)) == "Hint 1 of 2: Expand."
    assert repr(mc.hint(id, "all")).count("\n") == 1
    assert "<strong>Hint 1 of 2</strong>" in mc.hint(id, 1)._repr_html_()


@pytest.mark.parametrize("step", [0, 3, "first"])
def test_hint_that_does_not_exist_is_refused(enter, step):
    with pytest.raises(DomainError, match="has the steps 1 to 2"):
        mc.hint(enter(samples.quadratic()), step)


def test_solution_is_a_derivation_or_words(enter):
    derived = mc.solution(enter(samples.quadratic()))
    assert derived[0].name == "matrix product, transpose"
    words = mc.solution(enter(samples.pullback()))
    assert repr(words) == "See the text." and "<p>See the text.</p>" in words._repr_html_()


def test_a_derivation_may_be_followed_by_a_remark():
    worked = mc.solution("adjoint/solve-gradient")
    last = repr(worked).splitlines()[-1]
    assert "d(" in repr(worked).splitlines()[0] and last.startswith("With $v = ")
    assert worked._repr_markdown_().startswith("$$") and last in worked._repr_markdown_()


def test_jacobian_and_hessian_have_solutions_of_their_kind(enter):
    jacobian = str(mc.solution(enter(samples.product_jacobian())))
    assert "⊗" in jacobian.splitlines()[-1]
    hessian = str(mc.solution(enter(samples.trace_hessian("bilinear"))))
    assert "dX2" in hessian.splitlines()[-1]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_new_prints_an_entry_that_is_in_order(enter, capsys, kind):
    assert main(["exercise", "new", "operators/my-slug", "--kind", kind]) == 0
    printed = capsys.readouterr().out
    assert "mcalclib/practice/bank/operators.py" in printed
    made = eval(printed.split("\n    Exercise(", 1)[1].join(["Exercise(", ""]).rstrip(",\n "),
                {"Exercise": Exercise, "np": np})  # fmt: skip
    assert (made.id, made.kind) == ("operators/my-slug", kind)
    assert main(["exercise", "test", enter(made)]) == 0


def test_new_refuses_rooms_it_does_not_know_and_ids_that_exist(capsys):
    assert main(["exercise", "new", "nowhere/slug"]) == 2
    assert "operators" in capsys.readouterr().err
    assert main(["exercise", "new", "operators/quadratic-form"]) == 1
    assert "already" in capsys.readouterr().err


def test_test_shows_points_answer_and_typical_mistakes(enter, capsys):
    id = enter(samples.quadratic(mistakes={"2 x' A dx": "symmetric"}))
    assert main(["exercise", "test", id]) == 0
    printed = capsys.readouterr().out
    assert "4 generic, 3 doubled" in printed and "3 symmetric A" in printed
    assert "as listed        symmetric        2 x' A dx" in printed
    assert "transposed factor  symmetric" in printed
    assert printed.rstrip().endswith("in order")


def test_test_reports_what_does_not_hold(enter, capsys):
    id = enter(samples.quadratic(mistakes={"2 x' A dx": "factor"}, also=["x' A dx"]))
    assert main(["exercise", "test", id]) == 1
    printed = capsys.readouterr().out
    assert "NOT factor       symmetric        2 x' A dx" in printed
    assert "NOT right        term             x' A dx" in printed
    assert printed.rstrip().endswith("2 not as the entry says")
    assert main(["exercise", "test", "operators/quadratic-from"]) == 1
    assert "near: operators/quadratic-form" in capsys.readouterr().err


def test_verdicts_hold_right_answers_mistakes_and_mutations(enter):
    exercise = samples.quadratic(mistakes={"2 x' A dx": "symmetric"}, also=["dx' (A + A') x"])
    enter(exercise)
    found = agreement.verdicts(exercise)
    assert json.loads(json.dumps(found)) == found
    sources = {v["source"] for v in found}
    assert {"right", "mistake", "dropped term", "lost sign", "swapped factors"} <= sources
    assert all(v["ok"] for v in found if v["source"] == "right")
    (mistake,) = (v for v in found if v["source"] == "mistake")
    assert (mistake["ok"], mistake["code"]) == (False, "symmetric")
    assert isinstance(mistake["example"], int)


def test_verdicts_of_lines_and_values_say_where_and_for_which_numbers():
    lines = next(e for e in BANK.values() if e.kind == "lines")
    assert all("line" in v for v in agreement.verdicts(lines) if isinstance(v["answer"], list))
    value = next(e for e in BANK.values() if e.kind == "value")
    typed = [v for v in agreement.verdicts(value) if "variant" in v]
    assert {v["variant"] for v in typed} >= {1, 2}
    assert all(v["ok"] for v in typed if v["source"] == "right")


def test_importing_mcalclib_loads_no_exercise():
    code = (
        "import sys, mcalclib; sys.exit(any('practice' in m or 'sympy' in m for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
