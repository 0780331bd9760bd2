"""Debian packages, installed where we may."""

import os
import shutil


def install(*packages: str) -> list[list[str]] | None:
    """Return the commands that install packages here, or None where we may not."""
    if not (hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")):
        return None
    quiet = ["apt-get", "--quiet", "--yes"]
    return [[*quiet, "update"], [*quiet, "install", "--no-install-recommends", *packages]]
