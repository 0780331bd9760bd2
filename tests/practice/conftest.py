"""Fixtures of the practice room."""

import pytest

from mcalclib.practice.bank import BANK


@pytest.fixture
def enter(monkeypatch):
    """Put an exercise into the bank for one test; returns its id."""

    def put(exercise):
        monkeypatch.setitem(BANK, exercise.id, exercise)
        return exercise.id

    return put
