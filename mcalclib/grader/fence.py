"""The fence: where student code runs, and how a session behind it is opened and ended.

The strictest kind that the machine allows is taken:

``forked``
    bubblewrap around a warmed-up server that forks each session into namespaces of its own.
``fresh``
    where processes inside bubblewrap may not make namespaces: a new bubblewrap per session.
``container``
    where bubblewrap does not work at all: a new container of Podman or Docker per session.
``lowered``
    only when asked for by root, in a container that holds one submission and allows no namespaces:
    an ordinary user without network and processes, who can read what everybody may read.
``trusted``
    no isolation at all, only resource limits; for one's own code, and only when asked for.
"""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from .containers import VARIABLE, Container, choices
from .frames import FrameError, decode, length_of, pack
from .limits import Limits
from .syscalls import compile_filter
from .world import (
    NOBODY,
    PACKAGE,
    FenceError,
    bubblewrap,
    contents,
    environment,
    is_real_root,
    packages,
)

START_SECONDS = 120
PER_SESSION = ("fresh", "container")  # kinds that are built anew for each session


@dataclass(frozen=True)
class World:
    """What a session finds when it starts: all of it may be known to students."""

    modules: tuple[str, ...] = ()  # imported before any session starts
    given: tuple[str, ...] = ()  # cells run before any session starts
    files: tuple[str, ...] = ()  # paths of data files, readable beside the notebook
    folder: str = "/"  # where these files are; only a trusted session is let in there
    limits: Limits = field(default_factory=Limits)


class Fence:
    """A place where sessions can be opened, one at a time.

    Parameters
    ----------
    world : World
        What the sessions start with.
    kind : str
        ``forked``, ``fresh``, ``container``, ``lowered`` or ``trusted``; see the module's text.
    """

    def __init__(self, world: World, kind: str = "forked"):
        self.world, self.kind = world, kind
        self.server = self.control = self.container = None
        self.is_open = False
        self.ran = 0  # how many of the given cells every session starts with

    def __enter__(self):
        if self.kind not in PER_SESSION:
            self._start()
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        is_bare = self.kind in ("trusted", "lowered")
        program = b"" if self.kind == "trusted" else compile_filter(self.kind == "forked")
        size = self.world.limits.files
        server = [sys.executable, "-m", f"{PACKAGE.name}.grader.server"]
        if self.kind == "container":
            self.container = Container(server, self.world.files, size)
            self.server, self.control = self.container.process, self.container.control
        elif is_bare:
            path = os.pathsep.join([str(PACKAGE.parent), *packages()])
            command, env = [], environment(path)
            if self.kind == "trusted":
                env = {**os.environ, **env}
            self._call([*command, *server], env)
        else:
            command = bubblewrap(self.world.files, self.kind == "fresh", size)
            self._call([*command, *server], {})
        self.control.settimeout(START_SECONDS)
        config = {
            "closed": self.kind != "trusted",
            "namespaces": self.kind == "forked",
            "uid": NOBODY if self.container or is_real_root() and not os.getuid() else os.getuid(),
            "modules": list(self.world.modules),
            "given": list(self.world.given),
            "folder": self.world.folder if is_bare else "/data",
            "limits": self.world.limits.as_dict(),
            "filter": program,
        }
        try:
            self._send(config)
            word, self.ran = self._receive()
            if word != "ready":
                raise FenceError("the fence's server answered nonsense")
        except (OSError, FrameError, ValueError, TypeError) as error:
            why = self._last_words() or str(error)
            self.stop()
            raise FenceError(f"the fence did not start ({self.kind}): {why}") from None

    def _call(self, command, env):
        self.control, theirs = socket.socketpair()
        with theirs:
            self.server = subprocess.Popen(
                command,
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=env,
                cwd="/",
                start_new_session=True,
            )

    def _last_words(self):
        self.server.kill()
        text = self.server.stderr.read().decode("utf-8", "replace").strip()
        return text.splitlines()[-1] if text else ""

    def _send(self, value):
        self.control.sendall(pack(value))

    def _receive(self):
        return decode(self._read(length_of(self._read(4))))

    def _read(self, size):
        data = b""
        while len(data) < size:
            part = self.control.recv(size - len(data))
            if not part:
                raise OSError("the server behind the fence has gone")
            data += part
        return data

    def open(self) -> socket.socket:
        """Start a session and return our end of its socket.

        Raises
        ------
        FenceError
            If no session could be started.
        """
        if self.is_open:
            self.close()
        if self.control is None:
            self._start()
        ours, theirs = socket.socketpair()
        try:
            self.control.settimeout(30)
            self._send(("open",))
            socket.send_fds(self.control, [b"h"], [theirs.fileno()])
            reply = self._receive()
        except (OSError, FrameError) as error:
            ours.close()
            raise FenceError(f"the fence fell: {error}") from None
        finally:
            theirs.close()
        if reply[0] != "opened":
            ours.close()
            raise FenceError(f"the fence cannot start a session: {reply[-1]}")
        self.is_open = True
        return ours

    def close(self, patience: float = 0.0) -> str:
        """End the session with all its processes and say how it ended.

        Parameters
        ----------
        patience : float
            Seconds to wait for a session that is already dying.

        Returns
        -------
        str
            Why it died, or an empty string if it was still alive.
        """
        if not self.is_open:
            return ""
        self.is_open = False
        try:
            self.control.settimeout(30)
            self._send(("close", patience))
            status = self._receive()[1]
        except (OSError, FrameError) as error:
            raise FenceError(f"the fence fell: {error}") from None
        if self.kind in PER_SESSION:
            self.stop()
        return reason(status)

    def drop(self):
        """End the session with all its processes, whatever it was doing.

        It may be dying still when this returns; it is dead before the next one opens.
        """
        if not self.is_open:
            return
        self.is_open = False
        if self.kind in PER_SESSION:
            self.stop()
            return
        try:
            self._send(("drop",))
        except OSError as error:
            raise FenceError(f"the fence fell: {error}") from None

    def stop(self):
        """End everything behind the fence."""
        self.is_open = False
        if self.container is not None:
            self.container.stop()
            self.container = self.control = self.server = None
        if self.control is not None:
            self.control.close()
            self.control = None
        if self.server is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.kill()
            self.server.stderr.close()
            self.server.wait()
            self.server = None


def reason(status: int) -> str:
    """Return in words how a session ended, from its wait status."""
    if status & 0x10000:
        return ""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in (signal.SIGXCPU, signal.SIGKILL):
            return "it used up its processor time or memory and was killed"
        return f"it crashed ({signal.strsignal(number)})"
    return "it ended its own process"


# Run inside a session at start: each line that succeeds is a hole.
PROBE = """
import ctypes, fcntl, os, resource, socket
holes = []
def hole(name, attempt):
    try:
        attempt()
    except Exception:
        return
    holes.append(name)
for folder in ("/", "/dev", "/dev/shm", "/etc", "/usr", "/data", "/mcalc", "/mcalc/mcalclib"):
    hole("can write to " + folder, lambda: open(folder + "/planted", "w"))
for path in outside:
    hole("can see " + path, lambda: os.stat(path))
hole("can open sockets", lambda: socket.socket())
hole("can start processes", lambda: os.fork())
hole("can send signals", lambda: os.kill(1, 0))
hole("can set another process's limits", lambda: resource.prlimit(max(os.getppid(), 1), 7, (9, 9)))
hole("can have signals sent", lambda: fcntl.fcntl(0, fcntl.F_SETOWN, os.getppid()))
libc = ctypes.CDLL(None)
if hasattr(libc, "tgkill") and libc.tgkill(os.getppid(), os.getppid(), 0) == 0:
    holes.append("can signal the process that started it")
for number in os.listdir("/proc"):
    if number.isdigit() and int(number) != os.getpid():
        hole("can open another process's memory", lambda: open(f"/proc/{number}/mem", "r+b"))
for name, number in (("namespaces", 0x10000000), ("mounts", 0x20000)):
    if libc.unshare(number) == 0:
        holes.append("can make " + name)
if os.getuid() == 0 and not rootless:
    holes.append("is root")
if private and (os.path.exists("/proc/self") or os.getpid() != 1):
    holes.append("can see other processes")
open("/tmp/planted", "w").close()
holes
"""


def probe(limits: Limits | None = None) -> str:
    """Return the strictest kind of fence that works here, tried with a real session.

    Raises
    ------
    FenceError
        If none does; the message says why, and what to install or allow.
    """
    if not sys.platform.startswith("linux"):
        raise FenceError(
            "untrusted notebooks can only be graded on Linux, where bubblewrap closes them in. "
            "Use a Linux machine or container, or give --trusted for code you trust."
        )
    reasons = []
    asked = os.environ.get(VARIABLE, "")
    for kind, engine in (
        ("forked", asked),
        ("fresh", asked),
        *(("container", e) for e in choices()),
    ):
        os.environ[VARIABLE] = engine  # for the lanes that are started from here, too
        try:
            holes = holes_in(kind, limits or Limits())
        except FenceError as error:
            reasons.append(f"{kind}: {error}")
            continue
        if not holes:
            return kind
        reasons.append(f"{kind}: a session behind it {', '.join(holes)}")
    os.environ[VARIABLE] = asked
    raise FenceError(
        "no fence can be built on this machine, so untrusted notebooks are refused.\n  "
        + "\n  ".join(reasons)
        + "\nInstall bubblewrap, or Podman or Docker; allow user namespaces (Ubuntu: sysctl "
        "kernel.apparmor_restrict_unprivileged_userns=0; containers: --privileged, or "
        "--security-opt seccomp=unconfined), run as root, or give --trusted for code you trust."
    )


def holes_in(kind: str, limits: Limits) -> list[str]:
    """Return what a session behind this kind of fence can do that it must not."""
    from .session import Session, SessionLost

    outside = [str(Path.home()), os.getcwd(), str(PACKAGE.parent / "pyproject.toml"), "/var"]
    # A folder above one that is let in is there too, with nothing else in it; so is one below it,
    # from where a worker of a cluster may have been started. /tmp is the session's own.
    bound = [there for _, there in contents().shown]
    above = {b for name in bound for b in (Path(name), *Path(name).parents)} | {Path("/tmp")}
    outside = [
        p
        for p in map(Path, outside)
        if p not in above and not any(p.is_relative_to(b) for b in bound)
    ]
    outside = [str(p) for p in outside]
    known = {"outside": outside, "private": kind == "forked", "rootless": not is_real_root()}
    source = "\n".join(f"{name} = {value!r}" for name, value in known.items()) + PROBE
    with Fence(World(limits=limits), kind) as fence:
        session = Session(fence, limits, time.monotonic() + 30)
        try:
            session.run(source, "<cell probe>", 0)
            found = session.values(["holes"])["holes"]
        except SessionLost as lost:
            raise FenceError(f"a trial session failed: {lost}") from None
        except Exception as error:
            raise FenceError(f"a trial session failed: {error}") from None
        finally:
            session.end()
    if not isinstance(found, list):
        raise FenceError("a trial session did not answer")
    return [str(hole) for hole in found]
