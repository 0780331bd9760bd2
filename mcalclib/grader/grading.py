"""Grading a class: submissions out to lanes, records in, each written before it is counted."""

import contextlib
import fcntl
import hashlib
import os
import selectors
import signal
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from . import feedback
from .assignment import Assignment, load
from .fence import FenceError
from .gradebook import Gradebook, GradebookError
from .lane import start_lane
from .limits import GraderError, Limits
from .publishing import page_path, publish, write_whole
from .records import both, unreadable
from .submissions import Source, Submission, find
from .times import Times

AHEAD = 2  # submissions given to a lane at once, so that it never waits for the disk
SMALL = 64 << 10  # bytes that a socket's buffer surely holds


@dataclass
class Settings:
    """What `mcalc grade` was asked to do."""

    submissions: Path
    source: Path
    out: Path
    jobs: int = 0
    only: tuple[str, ...] = ()
    resume: bool = True
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    kind: str = "forked"
    dask: str = ""  # a scheduler's address
    secret: bytes = b""  # what numbers that are drawn per student depend on


@dataclass
class Summary:
    """How a run went."""

    graded: int = 0
    known: int = 0
    statuses: dict = field(default_factory=dict)
    interrupted: bool = False
    deserves_a_look: bool = False  # whether the gradebook holds unreadable or refused ones


def grader_digest(limits: Limits, seed: int, secret: bytes = b"") -> str:
    """Return the hash of everything on our side that a result depends on."""
    about = sorted(limits.as_dict().items()), seed, hashlib.sha256(secret).hexdigest()
    digest = hashlib.sha256(repr(about).encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class Worker:
    """The parent's view of a lane."""

    def __init__(self, assignment: Assignment, source: bytes, settings: Settings):
        self.process, self.wire, self.socket = start_lane(
            {
                "source": source,
                "name": assignment.name,
                "files": list(assignment.files),
                "limits": settings.limits.as_dict(),
                "seed": settings.seed,
                "secret": settings.secret,
                "kind": settings.kind,
            }
        )
        self.tasks: deque = deque()
        self.is_ready = False

    def takes(self, task) -> bool:
        """Whether a submission can be handed over without waiting for the lane to read it.

        The lane may be busy sending a record; if both sides waited for the other to read,
        they would wait for ever.
        """
        if not self.is_ready or len(self.tasks) >= AHEAD:
            return False
        return not self.tasks or len(task.data) < SMALL

    def give(self, task):
        """Hand a submission over."""
        self.tasks.append(task)
        try:
            notes = task.submission.notes
            self.wire.send((task.number, task.submission.student, task.data, notes))
        except OSError:
            pass  # the lane has died; reading from it will tell, and the task is in its list

    def stop(self):
        """End the lane and everything it started."""
        self.socket.close()
        self.process.kill()
        self.process.wait()


@dataclass
class Task:
    """A submission on its way to a record."""

    number: int
    submission: Submission
    data: bytes
    digest: str
    tries: int = 0


class Run:
    """One run of `mcalc grade`."""

    def __init__(self, settings: Settings, progress=None):
        self.settings, self.progress = settings, progress or (lambda *_: None)
        self.assignment = load(settings.source)
        if self.assignment.draws and not settings.secret:
            raise GraderError(
                f"{self.assignment.name} draws numbers per student: give the secret that its "
                "notebooks were released with, --secret FILE."
            )
        self.source = Source(settings.submissions, but=settings.out)
        self.found = find(self.source, self.assignment.name)
        self._choose()
        self.digest = grader_digest(settings.limits, settings.seed, settings.secret)
        self.summary = Summary()
        self.book: Gradebook | None = None
        self.retry: deque = deque()
        self.failures = 0

    def _choose(self):
        wanted = self.settings.only
        if wanted:
            names = {submission.student for submission in self.found}
            unknown = [name for name in wanted if name not in names]
            if unknown:
                raise GraderError(
                    f"--only: no submission of {', '.join(unknown)}; "
                    f"there are {len(names)}, the first is {min(names)!r}."
                )
            self.found = [s for s in self.found if s.student in wanted]

    def __call__(self) -> Summary:
        """Grade everything and write all results."""
        self.book = Gradebook(self.settings.out, self.assignment.name)
        lock = open(self.settings.out / ".lock", "w")  # noqa: SIM115 - held to the end
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            self.book.close()
            raise GradebookError(
                f"{self.settings.out}: another mcalc is writing to this folder; wait for it."
            ) from None
        self.times = Times(self.settings.out)
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            try:
                (self._grade_on_cluster if self.settings.dask else self._grade)()
            except KeyboardInterrupt:
                self.summary.interrupted = True
            publish(self.book, self.assignment.problems)
            self.summary.deserves_a_look = bool(self.book.statuses() & {"unreadable", "refused"})
        finally:
            signal.signal(signal.SIGTERM, before)
            self.times.close()
            self.book.close()
            lock.close()
        return self.summary

    def _grade(self):
        tasks = self._tasks()
        workers: list[Worker] = []
        selector = selectors.DefaultSelector()
        # A lane takes longer to start than to grade what it is given at once.
        enough = -(-len(self.found) // AHEAD)
        jobs = max(1, min(self.settings.jobs or min(os.cpu_count() or 1, enough), len(self.found)))
        source = _source_bytes(self.settings.source)
        self._started = time.monotonic()

        def start():
            worker = Worker(self.assignment, source, self.settings)
            workers.append(worker)
            selector.register(worker.socket, selectors.EVENT_READ, worker)

        def end(worker):
            selector.unregister(worker.socket)
            worker.stop()
            workers.remove(worker)

        def next_task():
            return self.retry.popleft() if self.retry else next(tasks, None)

        try:
            waiting = next_task()
            while waiting is not None or any(worker.tasks for worker in workers) or self.retry:
                if waiting is None:
                    waiting = next_task()
                while waiting is not None and len(workers) < jobs:
                    start()
                for worker in workers:
                    while waiting is not None and worker.takes(waiting):
                        worker.give(waiting)
                        waiting = next_task()
                if not workers:
                    continue
                for key, _ in selector.select():
                    worker = key.data
                    try:
                        message = worker.wire.receive()
                    except (EOFError, OSError):
                        lost = list(worker.tasks)
                        end(worker)
                        self._lost(lost)
                        continue
                    if message[0] == "ready":
                        worker.is_ready = True
                    elif message[0] == "failed":
                        raise FenceError(message[1])
                    else:
                        self._store(worker.tasks.popleft(), *message[2:])
        finally:
            while workers:
                end(workers[0])
            selector.close()

    def _grade_on_cluster(self):
        from .cluster import Cluster

        settings = self.settings
        self._started = time.monotonic()
        cluster = Cluster(
            settings.dask,
            self.assignment,
            _source_bytes(settings.source),
            settings.limits,
            settings.seed,
            settings.secret,
            self.digest,
            settings.kind == "trusted",
        )
        with contextlib.closing(cluster):
            for task, *result in cluster.grade(self._tasks()):
                if not result:
                    self._give_up(task)
                else:
                    self._store(task, *result)

    def _tasks(self):
        """Yield what has to be graded; what is known or cannot be read is settled here."""
        for number, submission in enumerate(self.found):
            try:
                data = b"" if submission.problem else self.source.read(submission.path)
                problem = submission.problem
            except OSError as error:
                data, problem = b"", f"the file cannot be read ({error.strerror or error})"
            digest = hashlib.sha256(data)
            digest.update("\0".join([problem, *submission.notes]).encode("utf-8", "replace"))
            task = Task(number, submission, data, digest.hexdigest())
            page = self._page(submission.student)
            if self.settings.resume and self.book.known(
                submission.student, task.digest, self.assignment.digest, self.digest
            ):
                if not page.exists():
                    write_whole(page, feedback.page(self.book.record(submission.student)))
                self.summary.known += 1
                self._count()
            elif problem:
                record = unreadable(self.assignment, submission.student, problem, submission.notes)
                self._store(task, *both(record))
            else:
                yield task

    def _lost(self, tasks):
        """Take back the tasks of a lane that died; the first of them may be why."""
        self.failures += 1
        if not tasks and self.failures > 3:
            raise FenceError("the lanes die as soon as they start; see the messages above.")
        for task in tasks[:1]:
            task.tries += 1
            if task.tries >= 2:
                self._give_up(task)
                tasks = tasks[1:]
        self.retry.extend(tasks)

    def _give_up(self, task):
        reason = "the grader's own process died twice over this submission"
        record = unreadable(self.assignment, task.submission.student, reason)
        self._store(task, *both(record))

    def _store(self, task, text, html, seconds=0.0):
        # The page first: a record in the database then means that everything is there.
        write_whole(self._page(task.submission.student), html)
        digests = task.digest, self.assignment.digest, self.digest
        status = self.book.write(text.decode(), *digests)["status"]
        # Apart from the record, which must be the same in every run.
        self.times.add(task.submission.student, seconds)
        self.summary.graded += 1
        self.summary.statuses[status] = self.summary.statuses.get(status, 0) + 1
        self._count()

    def _count(self):
        done = self.summary.graded + self.summary.known
        self.progress(done, len(self.found), self.summary.graded, time.monotonic() - self._started)

    def _page(self, student) -> Path:
        return page_path(self.settings.out, student)


def _source_bytes(path):
    path = Path(path)
    return (next(path.glob("*.ipynb")) if path.is_dir() else path).read_bytes()


def _interrupt(*_):
    raise KeyboardInterrupt
