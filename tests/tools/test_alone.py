"""The environments of hosted notebooks are what they are said to be."""

import os
import subprocess

import nbformat
import pytest
from packaging.requirements import Requirement

from tools import alone
from tools.paths import CHAPTERS, ROOT


def git(*arguments, **variables):
    run = ["git", *arguments]
    env = os.environ | variables
    return subprocess.run(run, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout


def test_git_takes_the_checkout_for_the_repository_that_chapters_clone():
    url = alone.repository()
    first = nbformat.read(CHAPTERS / "01_review.ipynb", as_version=4).cells[1].source
    assert f"git clone -q --depth 1 {url} " in first
    # A clone has a HEAD of its own and one for what it was cloned from.
    heads = git("ls-remote", url, "HEAD", **alone.here_instead_of(url)).splitlines()
    assert [git("rev-parse", "HEAD").strip(), "HEAD"] in [head.split() for head in heads]


@pytest.mark.parametrize("need", alone.ranges(), ids=str)
def test_the_oldest_versions_are_the_first_series_in_range(need):
    (oldest,) = (w for w in map(Requirement, alone.wanted("oldest")) if w.name == need.name)
    (bound,) = need.specifier
    major, minor = map(int, bound.version.split(".")[:2])
    assert oldest.specifier.contains(f"{major}.{minor}.9")
    assert not oldest.specifier.contains(f"{major}.{minor + 1}")
    assert need.name in alone.wanted("newest")


def test_another_word_than_the_two_is_refused(capsys):
    assert alone.main(["latest"]) == 2
    assert "oldest" in capsys.readouterr().err
