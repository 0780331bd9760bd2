"""Finding a Chromium, or bringing one."""

import sys

import pytest

from tools import chromium

STARTS = "#!/bin/sh\necho '<html><p>it starts</p></html>'\n"
BREAKS = "#!/bin/sh\necho 'error while loading shared libraries' >&2\nexit 127\n"


@pytest.fixture
def nothing_installed(tmp_path, monkeypatch):
    """Return an empty folder that is the whole PATH; no browser is anywhere."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setattr(chromium, "MACOS", ())
    monkeypatch.setattr(chromium, "of_playwright", lambda: None)
    return tmp_path


def program(folder, name, text):
    path = folder / name
    path.write_text(text.replace("#!/bin/sh\n", "#!/bin/sh\nPATH=/usr/bin:/bin\n"))
    path.chmod(0o755)
    return str(path)


def test_an_installed_one_is_used(nothing_installed):
    path = program(nothing_installed, "chromium-browser", STARTS)
    assert chromium.ensure() == path


def test_one_that_does_not_start_is_passed_over(nothing_installed):
    program(nothing_installed, "chromium", BREAKS)
    path = program(nothing_installed, "google-chrome", STARTS)
    assert chromium.ensure() == path


def test_the_one_that_is_named_goes_first(nothing_installed, monkeypatch, tmp_path_factory):
    program(nothing_installed, "chromium", STARTS)
    named = program(tmp_path_factory.mktemp("elsewhere"), "mine", STARTS)
    monkeypatch.setenv(chromium.VARIABLE, named)
    assert chromium.ensure() == named


def test_a_named_one_that_does_not_start_is_an_error(nothing_installed, monkeypatch):
    program(nothing_installed, "chromium", STARTS)
    named = program(nothing_installed, "mine", BREAKS)
    monkeypatch.setenv(chromium.VARIABLE, named)
    with pytest.raises(chromium.NoChromium, match=f"{chromium.VARIABLE} names {named}"):
        chromium.ensure()


def test_playwrights_own_is_brought_where_none_is_installed(nothing_installed, monkeypatch):
    target = nothing_installed / "chromium"
    install = f"import pathlib; p = pathlib.Path({str(target)!r}); p.write_text({STARTS!r}); p.chmod(0o755)"
    monkeypatch.setattr(chromium, "attempts", lambda: [[[sys.executable, "-c", install]]])
    monkeypatch.setenv("PATH", f"{nothing_installed}")
    assert chromium.ensure() == str(target)


def test_the_second_way_is_tried_after_the_first_fails(nothing_installed, monkeypatch):
    tried = nothing_installed / "tried"
    fails = [sys.executable, "-c", "raise SystemExit(1)"]
    after = [sys.executable, "-c", "raise AssertionError('must not follow a failed command')"]
    notes = [sys.executable, "-c", f"open({str(tried)!r}, 'w').close()"]
    monkeypatch.setattr(chromium, "attempts", lambda: [[fails, after], [notes]])
    with pytest.raises(chromium.NoChromium):
        chromium.ensure()
    assert tried.exists()


def test_without_any_the_reader_is_told_what_to_install(nothing_installed, monkeypatch):
    monkeypatch.setattr(chromium, "attempts", list)
    with pytest.raises(chromium.NoChromium, match=r"apt install chromium") as caught:
        chromium.ensure()
    assert "playwright install" in str(caught.value)
    assert chromium.VARIABLE in str(caught.value)


def test_packages_are_installed_by_root_only(nothing_installed, monkeypatch):
    program(nothing_installed, "apt-get", STARTS)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    assert [way[0][1:] for way in chromium.attempts()] == [
        ["-m", "playwright", "install", "chromium"]
    ]
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    assert [command[0] for command in chromium.attempts()[1]] == ["apt-get", "apt-get"]
