"""Build the book into _build/html: `python -m tools.book`, or `make book`."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import assets, execute
from .paths import (
    BUILD,
    CACHE,
    DOCTREES,
    HTML,
    ROOT,
    environment,
    execution_key,
    page_key,
    site_key,
)

EXECUTED = BUILD / "execution.key"
BUILT = BUILD / "pages.key"
RENDERED = BUILD / "site.key"


def stale(stamp: Path, key: str) -> bool:
    """Whether ``stamp`` does not say ``key``."""
    return not stamp.is_file() or stamp.read_text(encoding="utf-8") != key


def fail(message: str) -> int:
    print(f"\n{message}\n\nThe book was not built.", file=sys.stderr)
    return 1


def done(message: str) -> int:
    address = (HTML / "index.html").as_uri()
    print(f"{message}\n\nThe book is in {HTML.relative_to(ROOT)}; open {address}")
    return 0


def main() -> int:
    os.environ.update(environment())
    start = time.perf_counter()
    BUILD.mkdir(exist_ok=True)

    key = execution_key()
    if stale(EXECUTED, key):
        shutil.rmtree(CACHE, ignore_errors=True)
        EXECUTED.write_text(key, encoding="utf-8")

    outcomes = execute.run(execute.notebooks())
    print(f"{len(outcomes)} notebooks executed in {time.perf_counter() - start:.1f} s", flush=True)
    if any(outcome.error for outcome in outcomes):
        return fail(execute.report(outcomes))

    rendering = time.perf_counter()
    site = site_key()
    if not stale(RENDERED, site) and (HTML / "index.html").is_file():
        return done("nothing to render: no page has changed")

    # The stamps are written only after a build without warnings: Sphinx repeats no warning about
    # a page it need not read again, so the build after a failed one would pass.
    key = page_key()
    if stale(BUILT, key):
        shutil.rmtree(DOCTREES, ignore_errors=True)
        shutil.rmtree(HTML, ignore_errors=True)
        assets.copy()
    BUILT.unlink(missing_ok=True)
    RENDERED.unlink(missing_ok=True)
    command = ["jupyter-book", "build", ".", "-W", "--keep-going", "-q"]
    # Warnings and errors come on stderr as they happen; the rest matters only after a failure.
    sphinx = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if sphinx.returncode:
        print(sphinx.stdout)
        return fail("Sphinx stopped at the warnings and errors above.")
    BUILT.write_text(key, encoding="utf-8")
    RENDERED.write_text(site, encoding="utf-8")
    return done(f"pages rendered in {time.perf_counter() - rendering:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
