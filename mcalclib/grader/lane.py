"""One lane: takes submissions one after another, keeps a fence of its own, returns records.

A lane is a process of ours. It reads notebooks and forks one trial per submission, so that
neither a test's leftovers nor a trial's death reach the next student; it writes no file.
"""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import contextlib
import gc
import importlib
import json
import mmap
import os
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from . import cells, kernel, trial
from .assignment import parse
from .fence import Fence, FenceError, World
from .frames import FrameError, decode, length_of, pack
from .limits import Limits
from .matching import match
from .notebooks import Unreadable, read
from .records import both, record, unreadable
from .variants import drawn
from .world import environment

READ_SECONDS = 20
TRIAL_MEMORY = 4 << 30
READING = 0xFFFFFFFF  # a trial's step before its first
CHECK_BYTES = 1 << 17  # more than one check can take as JSON
_UNREAD = {
    "time": f"the notebook could not be read within {READ_SECONDS} seconds",
    "death": "the notebook cannot be read: the process that tried did not survive it",
}


_NUMBER = struct.Struct("<I")
_HEADER = struct.Struct("<cII")  # of what a trial sends: a word, the sizes of record and page


class Journal:
    """What a trial leaves behind if it dies: the step it was at, and the checks decided.

    Memory that both processes share: a lane looks at it only after a death, and is not woken for
    every check.

    Parameters
    ----------
    checks : int
        How many checks there can be.
    """

    def __init__(self, checks: int):
        self.memory = mmap.mmap(-1, 8 + checks * CHECK_BYTES)

    def enter(self, step: int):
        """Note the step that begins."""
        _NUMBER.pack_into(self.memory, 0, step)

    def add(self, check: trial.Check):
        """Keep one check."""
        line = json.dumps(vars(check)).encode() + b"\n"
        (used,) = _NUMBER.unpack_from(self.memory, 4)
        self.memory[8 + used : 8 + used + len(line)] = line
        _NUMBER.pack_into(self.memory, 4, used + len(line))  # last: only what is whole counts

    def clear(self):
        """Begin anew."""
        self.memory[:8] = _NUMBER.pack(READING) + _NUMBER.pack(0)

    def step(self) -> int:
        """Return the step that was entered last."""
        return _NUMBER.unpack_from(self.memory, 0)[0]

    def checks(self) -> list[dict]:
        """Return the checks that were kept."""
        (used,) = _NUMBER.unpack_from(self.memory, 4)
        return [json.loads(line) for line in self.memory[8 : 8 + used].splitlines()]


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
        self.journal = Journal(len(assignment.graded))
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
        self.journal.memory.close()

    def grade(self, student: str, data: bytes, notes=()) -> dict:
        """Return the record of one submission; never raises for anything it contains."""
        return json.loads(self.graded(student, data, notes)[0])

    def graded(self, student: str, data: bytes, notes=()) -> tuple[bytes, bytes]:
        """Return the record of one submission, as it is kept, and the page of feedback on it.

        Everything about a submission, reading it included, is done by the trial. The lane looks
        at nothing but how that ended: what a process touches between two forks it has to copy.
        """
        assignment = drawn(self.assignment, self.secret, student)
        until, fatal, falls, notes = time.monotonic() + self.limits.total, {}, 0, list(notes)
        while True:
            result, trouble = self._fork(assignment, student, data, notes, fatal)
            if trouble is None:
                return result
            # Whatever happened, the next trial starts with a fence in a known state.
            self.fence.stop()
            self.fence.__enter__()
            step = self.journal.step()
            if trouble == "fence":
                falls += 1
                if falls == 2:
                    notes.append("the fence fell twice over this submission")
                    break
            elif step == READING:
                return self._unreadable(student, notes, _UNREAD[trouble])
            elif step in fatal or len(fatal) >= self.limits.sessions or time.monotonic() >= until:
                break
            else:  # the step it died at is left out, so that the others keep their marks
                fatal[step] = trouble
        checks = self._completed(self.journal.checks(), trouble)
        result, trouble = self._fork(assignment, student, data, notes, fatal, checks)
        if trouble is None:
            return result
        return self._unreadable(
            student, notes, "the grader's own process died over this submission"
        )

    def _unreadable(self, student, notes, reason):
        return both(unreadable(self.assignment, student, reason, notes))

    def _completed(self, checks, trouble):
        """Return the checks with one for each test that was not reached."""
        decided = {check["grade_id"] for check in checks}
        for part in self.assignment.graded:
            if part.kind == "test" and part.grade_id not in decided:
                check = trial.Check(part.grade_id, part.problem, part.points)
                check.status = trial.HANGS.get(trouble, ("error",))[0]
                check.message = "not finished: a test of this submission had to be stopped"
                check.detail = check.message
                checks.append(vars(check))
        return checks

    def _fork(self, assignment, student, data, notes, fatal, checks=None):
        """Return what the trial made or None, and what went wrong.

        With ``checks`` nothing is run: they are what is known of the submission.
        """
        self.journal.clear()
        reading, writing = os.pipe()
        child = kernel.fork()
        if child == 0:
            os.close(reading)
            self._trial(writing, assignment, student, data, notes, fatal, checks)
        os.close(writing)
        limits = self.limits
        deadline = time.monotonic() + 1.5 * limits.total + 4 * limits.cell + READ_SECONDS + 30
        result, trouble = None, "death"
        try:
            word, *sizes = _HEADER.unpack(_read(reading, _HEADER.size, deadline))
            if word == b"r":
                result = tuple(_read(reading, size, deadline) for size in sizes)
                trouble = None
            else:
                trouble = "fence"
        except TimeoutError:
            trouble = "time"
        except EOFError:
            pass
        finally:
            os.close(reading)
            os.kill(child, signal.SIGKILL)  # one that has died keeps the status it died with
            status = os.waitpid(child, 0)[1]
        timers = signal.SIGPROF, signal.SIGALRM
        if trouble == "death" and os.WIFSIGNALED(status) and os.WTERMSIG(status) in timers:
            trouble = "time"
        return result, trouble

    def _trial(self, writing, assignment, student, data, notes, fatal, checks):
        try:
            kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
            resource.setrlimit(resource.RLIMIT_AS, (TRIAL_MEMORY, TRIAL_MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.chdir(self.assignment.folder)
            gc.disable()  # a trial is over before it would pay
            null = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1):
                os.dup2(null, number)
            try:
                plan = _plan(assignment, data)
            except Unreadable as error:
                made = unreadable(self.assignment, student, str(error), notes)
            else:
                result = {"checks": checks, "answers": {}, "notes": []}
                if checks is None:
                    result = trial.run(
                        *(trial.prepared_for(self.prepared, assignment), plan),
                        *(self.fence, self.limits, student, self.seed),
                        *(self.journal.add, self.journal.enter, fatal, self.hidden),
                    )
                by_hand = [vars(check) for check in trial.manual_checks(self.assignment, plan)]
                made = record(
                    *(self.assignment, student, by_hand + result["checks"]),
                    *(result["answers"], plan.answers),
                    notes + plan.notes + result["notes"],
                )
            text, html = both(made)
            _write(writing, _HEADER.pack(b"r", len(text), len(html)) + text + html)
        except FenceError:
            _write(writing, _HEADER.pack(b"f", 0, 0))
        except BaseException as error:
            print(f"mcalc: a trial of {student!r} failed: {error!r}", file=sys.stderr)
        finally:
            os._exit(0)


def _plan(assignment, data):
    """Read a notebook and match it; the process ends if that takes too long."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(READ_SECONDS)
    try:
        return match(assignment, read(data))
    except (RecursionError, MemoryError) as error:
        raise Unreadable(f"the notebook cannot be taken apart ({error})") from None
    finally:
        signal.alarm(0)


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
                text, html = lane.graded(student, data, notes)
                seconds = time.perf_counter() - start
                wire.send(("record", number, text, html, seconds))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except FenceError as error:
        wire.send(("failed", str(error)))


if __name__ == "__main__":
    main()
