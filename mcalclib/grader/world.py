"""The world behind the fence: an empty, read-only machine with Python in it.

What is in it is told once; bubblewrap and container engines are told so in their own words.
"""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .limits import GraderError

NOBODY = 65534
PACKAGE = Path(__file__).resolve().parent.parent
DEVICES = ("null", "zero", "full", "random", "urandom")


class FenceError(GraderError):
    """No fence can be had, or it fell."""


@dataclass(frozen=True)
class Contents:
    """What a session can see."""

    shown: tuple[tuple[str, str], ...]  # what is here, and where it is there; read-only
    links: tuple[tuple[str, str], ...]  # a link, and what it says


def contents(files=()) -> Contents:
    """Return what a session sees: the system's libraries, Python, its packages, data files."""
    python = [part for prefix in (sys.base_prefix, sys.prefix) for part in installed(prefix)]
    roots = dict.fromkeys(["/usr", *python, *packages()])
    shown = [
        (root, root) for root in roots if not any(root.startswith(other + "/") for other in roots)
    ]
    links = []
    for name in ("/lib", "/lib64", "/bin"):
        if os.path.islink(name):
            links.append((name, os.readlink(name)))
        elif os.path.isdir(name):
            shown.append((name, name))
    known = (*roots, "/lib", "/lib64", "/bin")
    inner = f"{sys.prefix}/lib64"  # where some systems keep packages, elsewhere a link to lib
    for link, target in [*links_to(sys.executable), *links_to(inner)[:1]]:
        if not any(link.startswith(root + "/") for root in known):
            links.append((link, target))
    for name in ("/etc/ld.so.cache", "/etc/localtime"):
        if os.path.exists(name):
            shown.append((os.path.realpath(name), name))
    shown.append((str(PACKAGE), f"/mcalc/{PACKAGE.name}"))
    shown += [(str(path), f"/data/{Path(path).name}") for path in files]
    return Contents(tuple(shown), tuple(links))


def installed(prefix: str) -> list[str]:
    """Return where a Python lies below its prefix.

    A virtual environment may have been made in the very folder of a course, whose notebooks
    nobody is to see.
    """
    if not os.path.exists(f"{prefix}/pyvenv.cfg"):
        return [prefix]
    found = (f"{prefix}/{name}" for name in ("pyvenv.cfg", "bin", "lib", "lib64"))
    return [path for path in found if os.path.exists(path) and not os.path.islink(path)]


def bubblewrap(files=(), fresh=False, megabytes=64) -> list[str]:
    """Return the bubblewrap command for this world."""
    program = shutil.which("bwrap")
    if program is None:
        raise FenceError("bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap).")
    command = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    command += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv"]
    if os.getuid() == 0 and is_real_root():
        # Real root may bind what only it can reach; the server then becomes an ordinary user,
        # because the limit on processes does not bind root.
        command += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    elif os.getuid() != 0:
        command += ["--unshare-user"]
    else:  # root inside a container of its own, an ordinary user outside
        command += ["--cap-drop", "ALL"]
    inside = contents(files)
    # Folders above what is shown would otherwise be closed to all but their maker.
    folders = {"/mcalc": None, "/data": None}
    for name, _ in (*((there, here) for here, there in inside.shown), *inside.links):
        folders.update((str(parent), None) for parent in reversed(Path(name).parents[:-1]))
    roots = [there for _, there in inside.shown]
    for folder in folders:
        if not any(folder == root or folder.startswith(root + "/") for root in roots):
            command += ["--perms", "0755", "--dir", folder]
    for here, there in inside.shown:
        command += ["--ro-bind", here, there]
    for link, target in inside.links:
        command += ["--symlink", target, link]
    command += ["--perms", "0755", "--tmpfs", "/dev"]
    for name in DEVICES:
        command += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    command += ["--proc", "/proc"]
    command += ["--perms", "1777", "--size", str(megabytes << 20), "--tmpfs", "/tmp"]
    # What bubblewrap makes itself (/, /dev, /etc) would otherwise be writable and shared by
    # all sessions. A forked session covers /tmp with its own.
    for name in ("/dev", "/"):
        command += ["--remount-ro", name]
    command += ["--chdir", "/tmp" if fresh else "/"]
    for name, value in environment(inner_path()).items():
        command += ["--setenv", name, value]
    return command


def inner_path() -> str:
    """Return where Python looks for modules in this world."""
    return os.pathsep.join(["/mcalc", *packages()])


def links_to(program: str) -> list[tuple[str, str]]:
    """Return every link, with what it says, on the way from a program's name to its file.

    A virtual environment's Python is often a link to a link in a folder that is not let in.
    """
    found, path = [], os.path.abspath(program)
    while os.path.islink(path) and len(found) < 40:
        target = os.readlink(path)
        found.append((path, target))
        path = os.path.normpath(os.path.join(os.path.dirname(path), target))
    return found


def is_real_root() -> bool:
    """Whether user 0 here is the machine's own root, not a container's."""
    try:
        inside, outside, _ = Path("/proc/self/uid_map").read_text().split()[:3]
    except (OSError, ValueError):
        return True
    return inside == outside == "0"


def packages() -> list[str]:
    """Return the folders of installed packages, a user's own among them."""
    names = ("site-packages", "dist-packages")
    return [p for p in sys.path if Path(p).name in names and Path(p).is_dir()]


def environment(path) -> dict[str, str]:
    """Return the whole environment of the unsafe side."""
    threads = ("OPENBLAS", "OMP", "MKL", "NUMEXPR")
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": "/tmp",
        "USER": "student",
        "LANG": "C.UTF-8",
        "PYTHONPATH": path,
        "PYTHONHASHSEED": "0",  # the same output in every run
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONSAFEPATH": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp/.matplotlib",
        **{f"{name}_NUM_THREADS": "1" for name in threads},
    }
