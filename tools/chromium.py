"""Find the Chromium that the browser tests drive, or bring one.

An installed one is used; else playwright's; else Debian's package, when we may install it; else
the reader is told what to install. MCALC_CHROMIUM names another one.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import debian

VARIABLE = "MCALC_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
ADVICE = f"""\
No Chromium found, and none could be brought. Any one of these helps:
  .venv/bin/python -m playwright install --with-deps chromium
  apt install chromium            (Debian)
  dnf install chromium            (Fedora)
  brew install --cask chromium    (macOS)
  {VARIABLE}=/path/to/chromium make test"""


class NoChromium(RuntimeError):
    """There is no Chromium that starts."""


def starts(program: str | Path) -> bool:
    """Whether ``program`` renders a page here; one without its libraries does not."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            str(program),
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(f"--user-data-dir={profile}", "--dump-dom", "data:text/html,<p>it starts"),
        ]
        try:
            page = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
    return "<p>it starts" in page.stdout


def of_playwright() -> str | None:
    """Return the browser that this version of playwright would download, if it is there."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        program = playwright.chromium.executable_path
    return program if Path(program).is_file() else None


def installed() -> str | None:
    """Return a Chromium that is already on this machine and starts."""
    if named := os.environ.get(VARIABLE):
        if starts(named):
            return named
        raise NoChromium(f"{VARIABLE} names {named}, which does not start.")
    for found in [*map(shutil.which, NAMES), *MACOS, of_playwright()]:
        if found and Path(found).is_file() and starts(found):
            return found
    return None


def attempts() -> list[list[list[str]]]:
    """Return the ways to bring one, each a list of commands."""
    ways = [[[sys.executable, "-m", "playwright", "install", "chromium"]]]
    if commands := debian.install("chromium"):
        ways.append(commands)
    return ways


def ensure() -> str:
    """Return a Chromium that starts, bringing one where there is none."""
    if found := installed():
        return found
    for way in attempts():
        print("no Chromium yet:", " && ".join(map(" ".join, way)), flush=True)
        for command in way:
            if subprocess.run(command, check=False).returncode:
                break
        if found := installed():
            return found
    raise NoChromium(ADVICE)
