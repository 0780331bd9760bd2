"""Bubblewrap is found, brought or asked for."""

import sys

import pytest

from tools import bubblewrap, debian


def test_an_installed_one_is_used_and_nothing_is_run(monkeypatch):
    monkeypatch.setattr(bubblewrap, "installed", lambda: True)
    monkeypatch.setattr(debian, "install", lambda *packages: pytest.fail("nothing is missing"))
    bubblewrap.ensure()


def test_a_missing_one_is_brought(monkeypatch, tmp_path):
    mark = tmp_path / "brought"
    monkeypatch.setattr(bubblewrap, "installed", mark.exists)
    bring = [sys.executable, "-c", f"open({str(mark)!r}, 'w')"]
    monkeypatch.setattr(debian, "install", lambda *packages: [bring])
    bubblewrap.ensure()
    assert mark.exists()


@pytest.mark.parametrize("commands", [None, [[sys.executable, "-c", "raise SystemExit(1)"]]])
def test_where_none_can_be_brought_the_reader_is_told_what_to_install(monkeypatch, commands):
    monkeypatch.setattr(bubblewrap, "installed", lambda: False)
    monkeypatch.setattr(debian, "install", lambda *packages: commands)
    with pytest.raises(bubblewrap.NoBubblewrap, match="apt install bubblewrap libseccomp2"):
        bubblewrap.ensure()
