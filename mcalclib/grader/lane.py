"""One lane: takes submissions one after another, keeps a fence of its own, returns records.

A lane is a process of ours. It reads notebooks and forks one trial per submission, so that
neither a test's leftovers nor a trial's death reach the next student; it writes no file.
"""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import contextlib
import gc
import importlib
import mmap
import os
import resource
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from . import cells, kernel, trial
from .assignment import parse
from .feedback import page
from .fence import Fence, FenceError, World
from .frames import FrameError, decode, length_of, pack
from .limits import Limits
from .matching import match
from .notebooks import Unreadable, read
from .records import record, unreadable
from .variants import drawn
from .world import environment

READ_SECONDS = 20
TRIAL_MEMORY = 4 << 30


class ReadTimeout(BaseException):
    """A notebook took too long to read."""


class Lane:
    """Grades submissions to one assignment.

    Parameters
    ----------
    assignment : Assignment
    kind : str
        The fence to use.
    limits : Limits
    seed : int
    hidden : bool
        Whether hidden tests run.
    secret : bytes
        What numbers that are drawn per student depend on.
    """

    def __init__(
        self, assignment, kind, limits: Limits, seed: int, hidden: bool = True, secret: bytes = b""
    ):
        self.assignment, self.limits, self.seed, self.hidden = assignment, limits, seed, hidden
        self.secret = secret
        self.step = mmap.mmap(-1, 4)  # shared with the trial: which step it is at
        if assignment.trusted:
            modules, wanted = warm_up(assignment)
            for name in wanted:
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
            with contextlib.chdir(assignment.folder):
                self.prepared = trial.prepare(assignment)
            leading = tuple(assignment.leading)
        else:  # nothing of it may run on our side
            modules, leading = assignment.modules, ()
            self.prepared = trial.Prepared(assignment, {}, {}, ())
        self.fence = Fence(
            World(tuple(modules), leading, assignment.files, assignment.folder, limits), kind
        )

    def __enter__(self):
        self.fence.__enter__()
        gc.collect()
        gc.freeze()
        return self

    def __exit__(self, *_):
        self.fence.stop()
        self.step.close()

    def grade(self, student: str, data: bytes, notes=()) -> dict:
        """Return the record of one submission; never raises for anything it contains."""
        notes = list(notes)
        assignment = drawn(self.assignment, self.secret, student)
        try:
            plan = self._read(data, assignment)
        except Unreadable as error:
            return unreadable(self.assignment, student, str(error), notes)
        except ReadTimeout:
            reason = f"the notebook could not be read within {READ_SECONDS} seconds"
            return unreadable(self.assignment, student, reason, notes)
        checks = [vars(check) for check in trial.manual_checks(self.assignment, plan)]
        notes += plan.notes
        until, fatal, falls = time.monotonic() + self.limits.total, {}, 0
        while True:
            result, done, trouble = self._fork(student, plan, assignment, fatal)
            if trouble is None:
                break
            # Whatever happened, the next trial starts with a fence in a known state.
            self.fence.stop()
            self.fence.__enter__()
            step = int.from_bytes(self.step[:4], "little")
            if trouble == "fence":
                falls += 1
                if falls == 2:
                    notes.append("the fence fell twice over this submission")
                    break
            elif step in fatal or len(fatal) >= self.limits.sessions or time.monotonic() >= until:
                break
            else:  # the step it died at is left out, so that the others keep their marks
                fatal[step] = trouble
        if result is None:
            decided = {check["grade_id"] for check in done}
            for part in self.assignment.graded:
                if part.kind == "test" and part.grade_id not in decided:
                    check = trial.Check(part.grade_id, part.problem, part.points)
                    check.status = trial.HANGS.get(trouble, ("error",))[0]
                    check.message = "not finished: a test of this submission had to be stopped"
                    check.detail = check.message
                    done.append(vars(check))
            result = {"checks": done, "answers": {}, "notes": []}
        checks += result["checks"]
        notes += result["notes"]
        return record(self.assignment, student, checks, result["answers"], plan.answers, notes)

    def _enter(self, number):
        self.step[:4] = number.to_bytes(4, "little")

    def _read(self, data, assignment):
        def ring(*_):
            raise ReadTimeout

        before = signal.signal(signal.SIGALRM, ring)
        signal.alarm(READ_SECONDS)
        try:
            return match(assignment, read(data))
        except (RecursionError, MemoryError) as error:
            raise Unreadable(f"the notebook cannot be taken apart ({error})") from None
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    def _fork(self, student, plan, assignment, fatal):
        """Return the trial's result or None, the checks decided, and what went wrong."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            self._trial(writing, student, plan, assignment, fatal)
        os.close(writing)
        limits = self.limits
        deadline = time.monotonic() + 1.5 * limits.total + 4 * limits.cell + 30
        result, done, trouble = None, [], "death"
        try:
            while True:
                message = decode(_read(reading, length_of(_read(reading, 4, deadline)), deadline))
                if message[0] == "check":
                    done.append(message[1])
                elif message[0] == "done":
                    result, trouble = message[1], None
                    break
                else:
                    trouble = "fence"
                    break
        except TimeoutError:
            trouble = "time"
        except (EOFError, FrameError):
            pass
        finally:
            os.close(reading)
            os.kill(child, signal.SIGKILL)  # one that has died keeps the status it died with
            status = os.waitpid(child, 0)[1]
        if trouble == "death" and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
            trouble = "time"
        return result, done, trouble

    def _trial(self, writing, student, plan, assignment, fatal):
        def send(*message):
            _write(writing, pack(message))

        try:
            if sys.platform.startswith("linux"):
                kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_AS, (TRIAL_MEMORY, TRIAL_MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.chdir(self.assignment.folder)
            gc.disable()  # a trial is over before it would pay
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1):
                os.dup2(null, number)
            send(
                "done",
                trial.run(
                    *(trial.prepared_for(self.prepared, assignment), plan),
                    *(self.fence, self.limits, student, self.seed),
                    lambda check: send("check", vars(check)),
                    self._enter,
                    fatal,
                    self.hidden,
                ),
            )
        except FenceError as error:
            send("fence", str(error))
        except BaseException as error:
            print(f"mcalc: a trial of {student!r} failed: {error!r}", file=sys.stderr)
        finally:
            os._exit(0)


def _read(handle, size, deadline):
    parts = bytearray()
    while len(parts) < size:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            raise TimeoutError
        part = os.read(handle, min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _write(handle, data):
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def warm_up(assignment):
    """Return the modules that the solution loads, and those that it and the tests load.

    Found by running both once, in a process of their own: what NumPy and others load late
    would otherwise be loaded again by every single trial.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        namespace, known, found = cells.prepare({}), set(sys.modules), []
        try:
            os.close(reading)
            signal.alarm(READ_SECONDS)
            os.chdir(assignment.folder)
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(null, number)
            for kinds in (("given", "answer", "manual"), ("test",)):
                for part in assignment.parts:
                    if part.kind in kinds and part.type == "code":
                        with contextlib.suppress(Exception):
                            cells.run(part.source, "<warm-up>", namespace)
                found.append([name for name in sys.modules if name not in known])
            _write(writing, pack(found))
        finally:
            os._exit(0)
    os.close(writing)
    try:
        deadline = time.monotonic() + 2 * READ_SECONDS
        return decode(_read(reading, length_of(_read(reading, 4, deadline)), deadline))
    except (TimeoutError, EOFError, FrameError):
        return assignment.modules, assignment.modules
    finally:
        os.close(reading)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


class Wire:
    """A blocking stream of frames over a socket, between processes that trust each other."""

    def __init__(self, sock: socket.socket):
        self.socket = sock

    def send(self, value):
        self.socket.sendall(pack(value))

    def receive(self):
        return decode(self._read(length_of(self._read(4))))

    def _read(self, size):
        parts = bytearray()
        while len(parts) < size:
            part = self.socket.recv(min(size - len(parts), 1 << 20))
            if not part:
                raise EOFError
            parts += part
        return bytes(parts)


def start_lane(config: dict) -> tuple[subprocess.Popen, Wire, socket.socket]:
    """Start a lane in a process of its own; return the process and both ends' wire.

    Parameters
    ----------
    config : dict
        source, name, files, limits, seed, secret and kind; anything else is ignored.
    """
    ours, theirs = socket.socketpair()
    package = Path(__file__).resolve().parent.parent
    process = subprocess.Popen(
        [sys.executable, "-m", f"{package.name}.grader.lane"],
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **_threads(), "PYTHONPATH": _path(package)},
    )
    theirs.close()
    wire = Wire(ours)
    wire.send(config)
    return process, wire, ours


def _threads():
    wanted = ("PYTHONHASHSEED", "MPLBACKEND")
    inside = environment("")
    return {k: v for k, v in inside.items() if k in wanted or k.endswith("_NUM_THREADS")}


def _path(package):
    return os.pathsep.join(filter(None, [str(package.parent), os.environ.get("PYTHONPATH")]))


def main():
    """Serve the parent that started this process with a socket as standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    wire = Wire(socket.socket(fileno=0))
    try:
        config = wire.receive()
        assignment = parse(config["source"], config["name"], config["files"])
        limits = Limits(**config["limits"])
        secret = config["secret"]
        with Lane(assignment, config["kind"], limits, config["seed"], secret=secret) as lane:
            wire.send(("ready",))
            while True:
                number, student, data, notes = wire.receive()
                start = time.perf_counter()
                result = lane.grade(student, data, notes)
                seconds = time.perf_counter() - start
                wire.send(("record", number, result, page(result), seconds))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except FenceError as error:
        wire.send(("failed", str(error)))


if __name__ == "__main__":
    main()
