"""Fixtures that every test may use."""

import os

import numpy as np
import pytest
from hypothesis import settings

from tools import chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


# A machine that tests a commit draws the same examples each time; everyone else draws new ones.
# A slow example is a busy machine, not a fault.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture
def rng():
    """A random generator with a fixed seed, so that a failure repeats."""
    return np.random.default_rng(3)


@pytest.fixture(scope="session")
def browser():
    """One Chromium for a whole run: playwright allows no second one in the same process."""
    from playwright.sync_api import sync_playwright  # slow to load, and most tests open no page

    program = os.environ.get(chromium.VARIABLE) or chromium.ensure()
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()
