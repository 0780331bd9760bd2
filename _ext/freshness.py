"""Each page says from which commit it was built, of what date, and with which versions it ran."""

import platform
import subprocess
from functools import cache
from html import escape
from importlib.metadata import version
from pathlib import Path

PACKAGES = {"numpy": "NumPy", "scipy": "SciPy", "sympy": "SymPy", "matplotlib": "Matplotlib"}


@cache
def commit(root: Path) -> tuple[str, str, bool] | None:
    """Return the commit checked out at ``root``, its date, and whether files differ from it.

    None where ``root`` is in no repository, or git is not there.
    """

    def git(*arguments: str) -> str:
        run = ["git", "-C", str(root), *arguments]
        return subprocess.run(run, capture_output=True, text=True, check=True).stdout.strip()

    try:
        name, date = git("log", "-1", "--format=%H %cs").split()
        return name, date, bool(git("status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def versions() -> str:
    """Return what the code on the pages ran with."""
    packages = [f"{shown} {version(name)}" for name, shown in PACKAGES.items()]
    return ", ".join([f"Python {platform.python_version()}", *packages])


def statement(root: Path, repository: str) -> str:
    """Return the sentence as HTML, the commit linked to ``repository`` where there is one."""
    built = "Built outside a repository"
    if found := commit(root):
        name, date, changed = found
        shown = f"<code>{name[:7]}</code>"
        if repository:
            shown = f'<a href="{escape(repository)}/commit/{name}">{shown}</a>'
        changes = " and changes that are not in it" if changed else ""
        built = f'Built from commit {shown} of <time datetime="{date}">{date}</time>{changes}'
    return f'<p class="freshness">{built}; the code ran with {versions()}.</p>'


def add_statement(app, pagename, templatename, context, doctree):
    if app.builder.format == "html":
        repository = app.config.html_theme_options.get("repository_url", "")
        context["theme_extra_footer"] = statement(Path(app.confdir), repository)


def setup(app):
    app.connect("html-page-context", add_statement)
