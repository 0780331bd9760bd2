"""Find bubblewrap, which closes submitted code in, or bring it."""

import ctypes.util
import shutil
import subprocess

from . import debian

ADVICE = """\
No bubblewrap found, and none could be brought; submitted code cannot be closed in without it.
  apt install bubblewrap libseccomp2    (Debian, Ubuntu)
  dnf install bubblewrap libseccomp     (Fedora)
Elsewhere than on Linux there is none: make test ONLY="unit doctests notebooks book pages"."""


class NoBubblewrap(RuntimeError):
    """Submitted code cannot be closed in on this machine."""


def installed() -> bool:
    """Whether bubblewrap and the library that filters system calls are here."""
    return bool(shutil.which("bwrap") and ctypes.util.find_library("seccomp"))


def ensure() -> None:
    """Bring bubblewrap where there is none, or say what to install."""
    if installed():
        return
    for command in debian.install("bubblewrap", "libseccomp2") or []:
        print("no bubblewrap yet:", " ".join(command), flush=True)
        if subprocess.run(command, check=False).returncode:
            break
    if not installed():
        raise NoBubblewrap(ADVICE)
