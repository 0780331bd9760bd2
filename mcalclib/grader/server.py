"""The warmed-up server behind the fence: forks one closed-in child per session.

Started by `fence` inside bubblewrap with a socket as standard input. It has no secrets: it
knows the modules and the given cells of an assignment, which students have too, and never
sees a test. It executes no student code itself, so what a child breaks is the child's own.
"""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import gc
import importlib
import os
import signal
import socket
import sys
import tempfile
import time

from . import cells, inside, kernel
from .frames import decode, length_of, pack


class Control:
    """The server's end of the control socket."""

    def __init__(self):
        if len(sys.argv) > 1:  # in a container, whose engine hands no sockets on
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(sys.argv[1])
        else:
            self.socket = socket.socket(fileno=0)

    def read(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                sys.exit(0)  # the grader has gone
            data += part
        return data

    def receive(self):
        return decode(self.read(length_of(self.read(4))))

    def send(self, value):
        self.socket.sendall(pack(value))

    def receive_handle(self):
        _, handles, _, _ = socket.recv_fds(self.socket, 1, 1)
        return handles[0]


def main():
    control = Control()
    config = control.receive()
    # Before the imports, so that nothing preloaded has seen more rights than a student has.
    if os.getuid() != config["uid"] and config["closed"]:
        kernel.become(config["uid"], config["uid"])
    home = kernel.own_processes() if config["namespaces"] else None
    given, ran = preload(config)
    if config["closed"] and home is None:
        # Without a process namespace of its own, a session sees this process in /proc; now that
        # it is not dumpable, its memory cannot be opened there.
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    gc.collect()
    gc.freeze()  # keeps forked children from copying every page by counting references
    control.send(("ready", ran))
    child = 0
    while True:
        request = control.receive()
        if request[0] == "open":
            handle = control.receive_handle()
            try:
                child = start(handle, config, given, home)
                reply = ("opened",)
            except OSError as error:
                reply = ("failed", str(error))
            os.close(handle)
            control.send(reply)
        elif request[0] == "close":
            control.send(("closed", finish(child, request[1])))
            child = 0
        elif request[0] == "drop":
            finish(child, 0)
            child = 0


def preload(config):
    """Import the assignment's modules and run its leading given cells.

    Returns
    -------
    dict, int
        What the cells defined, and how many of them ran to their end.
    """
    for name in config["modules"]:
        try:
            importlib.import_module(name)
        except BaseException:  # the cell that imports it will say so, to whom it concerns
            sys.modules.pop(name, None)
    namespace, ran = cells.prepare({}), 0
    sys.stdout = inside.Output(0)
    os.chdir(config["folder"])
    for number, source in enumerate(config["given"]):
        try:
            cells.run(source, f"<given {number}>", namespace)
        except BaseException:  # each session runs it again and meets its error itself
            break
        ran += 1
    os.chdir("/")
    sys.stdout = sys.__stdout__
    given = {k: v for k, v in namespace.items() if k not in ("get_ipython", "display")}
    return given, ran


def start(handle, config, given, home):
    """Fork a session; return the number of its process."""
    reading, writing = os.pipe()
    child = kernel.fork() if home is None else kernel.fork_into_new_pid_namespace(home)
    if child == 0:
        enter(handle, writing, config, given)
    os.close(writing)
    # The child says when it is closed in, or why it cannot be: that must not look as if a
    # student's code had died.
    told = b"".join(iter(lambda: os.read(reading, 4096), b""))
    os.close(reading)
    if told != b"+":
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise OSError(told.decode() or "the session did not start")
    return child


def enter(handle, writing, config, given):
    """Close this process in, then serve; never returns."""
    try:
        if handle != 3:
            writing = os.dup(writing) if writing == 3 else writing
            os.dup2(handle, 3)
        os.dup2(writing, 4)
        null = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        os.closerange(5, 4096)
        try:
            close_in(config)
        except BaseException as error:
            os.write(4, str(error).encode() or b"?")
            return
        os.write(4, b"+")
        os.close(4)
        gc.enable()
        inside.serve(3, config["limits"], given)
    finally:
        os._exit(70)


def close_in(config):
    """Take everything from this process that a session must not have."""
    limits = config["limits"]
    os.setsid()
    kernel.limit(limits["memory"], limits["cpu"], limits["files"], limits["processes"])
    if config["namespaces"]:
        kernel.enter_namespaces()
        kernel.mount_private(limits["files"])
    if config["closed"]:
        folder = config["folder"]
        if folder == "/data":  # /tmp is this session's own
            os.makedirs("/tmp/work", exist_ok=True)
            os.chdir("/tmp/work")
        else:
            os.chdir(tempfile.mkdtemp())
        for name in os.listdir(folder) if folder != "/" else ():
            os.symlink(f"{folder}/{name}", name)
        kernel.drop_capabilities()
        kernel.load_filter(config["filter"])
    else:
        os.chdir(config["folder"])
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)


def finish(child, patience):
    """End a session and return its wait status, 0 without one.

    Waits ``patience`` seconds for a process that is dying by itself, since only its own
    status tells why.
    """
    if not child:
        return 0
    until = time.monotonic() + patience
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status
        if time.monotonic() >= until:
            break
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] | 0x10000  # ours, not its own


if __name__ == "__main__":
    main()
