"""Entries of the bank are refused with a reason when they are not in order."""

import numpy as np
import pytest

from mcalclib.errors import DomainError
from mcalclib.practice.bank import BANK, exercises
from mcalclib.practice.exercise import ROOMS, Bank, BankError, sizes_of
from tests.practice.samples import entry


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": "Operators/x"}, "the id is room/slug"),
        ({"id": "nowhere/x"}, "with a room among review, operators"),
        ({"kind": "essay"}, "no kind is called 'essay'; known: action"),
        ({"question": "  "}, "the question is empty"),
        ({"hints": []}, "hints are missing"),
        ({"expression": None}, "give a solution"),
        ({"kind": "value", "wrt": None}, "with respect to wrt, which is missing"),
        ({"form": "cubic"}, "form is one of bilinear, matrix, operator, got 'cubic'"),
        ({"mistakes": {"A": "Sym metric"}}, "'Sym metric' is not the code"),
        ({"function": None}, "function is missing"),
        ({"answer": 3}, "answer is a formula"),
        ({"answer": "x' (A + B) dx"}, "the name 'B' is unknown"),
        ({"answer": "x A dx"}, "does not fit"),
        ({"also": ["x' A"]}, "is 1 by n, the answer is a number"),
        ({"shapes": {"x": "n"}}, r"arguments \['A'\] that shapes does not declare"),
        ({"shapes": {"x": "n", "A": "n times n"}}, "the shape 'n times n' is not understood"),
        ({"wrt": "y"}, r"wrt='y' is none of the function's arguments \['x', 'A'\]"),
        ({"kind": "gradient", "answer": "x' (A + A')"}, "a gradient is shaped like x, n by 1"),
        ({"kind": "adjoint"}, "shapes must declare F_bar"),
        ({"of": "action"}, "of='action' belongs to the kind value"),
        ({"kind": "value", "of": "slope"}, "of='slope' belongs to the kind value"),
        ({"kind": "lines"}, "also holds at least one derivation"),
        ({"at": {"x": [1.0]}}, "at has the numbers of"),
        ({"derived": {"v": np.sum}}, r"shapes does not declare the derived symbols \['v'\]"),
        ({"kind": "verdict", "answer": "yes"}, "answer is True or False"),
        ({"kind": "verdict", "answer": True, "claim": "A = x"}, "the claim equates"),
        ({"kind": "choice", "answer": 3, "choices": [("a", "no")]}, "number of the right choice"),
        ({"kind": "choice", "answer": 1, "choices": [("a", "")]}, "choice 1 has no remark"),
        ({"kind": "order", "answer": "A x"}, "at least three factors"),
        ({"kind": "shape", "answer": "m by n by p"}, "a shape reads like"),
        ({"kind": "cost", "answer": "m k"}, "the name 'm' is unknown"),
    ],
)
def test_entry_that_is_not_in_order_says_why(changes, says):
    with pytest.raises(BankError, match=says) as caught:
        entry(**changes)
    assert str(caught.value).startswith(f"exercise {changes.get('id', 'operators/sample')!r}: ")


def test_shapes_are_read_with_their_properties():
    assert sizes_of("m, n") == ((("m",), ("n",)), "", 2)
    assert sizes_of("n, n positive definite") == ((("n",), ("n",)), "positive definite", 2)
    assert sizes_of("n positive") == ((("n",), ()), "positive", 1)
    assert sizes_of("1, 3") == (((), ("3",)), "", 2)


def test_one_id_stands_in_the_bank_once():
    bank = Bank()
    bank.add([entry()])
    with pytest.raises(BankError, match="twice"):
        bank.add([entry()])


def test_exercises_are_listed_in_reading_order():
    rooms = [id.split("/")[0] for id in exercises()]
    assert rooms == sorted(rooms, key=list(ROOMS).index)
    assert exercises("operators") == [id for id in exercises() if id.startswith("operators/")]
    with pytest.raises(DomainError, match="no room is called 'calculus'; known: review"):
        exercises("calculus")


def test_every_chapter_has_exercises_of_many_kinds():
    for room in ROOMS:
        assert len(exercises(room)) >= 7, room
        assert len({BANK[id].kind for id in exercises(room)}) >= 4, room
