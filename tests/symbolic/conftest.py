"""Fixtures of the symbolic engine's tests."""

import pytest

from tests.symbolic.symbols import symbols


@pytest.fixture
def e():
    """The symbols as attributes: e.A, e.x, e.n."""
    return symbols()
