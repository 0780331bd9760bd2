"""Fixtures that every test may use."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    """A random generator with a fixed seed, so that a failure repeats."""
    return np.random.default_rng(3)
