"""A page says what it was built from: the commit, its date, and the versions."""

import subprocess

import numpy as np
import pytest

from _ext import freshness


@pytest.fixture
def repository(tmp_path):
    def git(*arguments):
        run = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b.c"]
        done = subprocess.run([*run, *arguments], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    git("init", "--quiet")
    (tmp_path / "page.md").write_text("one", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "-m", "one", "--date", "2026-02-03T12:00:00Z")
    freshness.commit.cache_clear()
    return tmp_path, git("log", "-1", "--format=%H"), git("log", "-1", "--format=%cs")


def test_the_commit_is_linked_and_dated(repository):
    root, name, date = repository
    said = freshness.statement(root, "https://example.org/book")
    assert f'<a href="https://example.org/book/commit/{name}"><code>{name[:7]}</code></a>' in said
    assert f'<time datetime="{date}">' in said
    assert "changes" not in said
    assert f"NumPy {np.__version__}" in said


def test_changes_that_are_in_no_commit_are_admitted(repository):
    root, *_ = repository
    (root / "page.md").write_text("two", encoding="utf-8")
    assert "and changes that are not in it; the code" in freshness.statement(root, "")


def test_outside_a_repository_no_commit_is_claimed(tmp_path):
    freshness.commit.cache_clear()
    assert freshness.statement(tmp_path, "").startswith(
        '<p class="freshness">Built outside a repository; the code ran with Python'
    )
