"""Grading a class: submissions out to lanes, records in, each written before it is counted."""

import contextlib
import difflib
import fcntl
import hashlib
import json
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
from .naming import called, keep_names
from .publishing import page_path, publish, write_whole
from .records import both, unreadable
from .submissions import Source, Submission, find
from .times import Times
from .variants import drawn_for

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
    home: Path | None = None  # the folder that says what students are called, if not ``out``


@dataclass
class Summary:
    """How a run went."""

    graded: int = 0
    known: int = 0
    statuses: dict = field(default_factory=dict)
    interrupted: bool = False
    looks: list = field(default_factory=list)  # who was unreadable or refused, and why
    gone: list = field(default_factory=list)  # who has results and is not among the submissions

    @property
    def deserves_a_look(self) -> bool:
        """Whether the gradebook holds unreadable or refused submissions."""
        return bool(self.looks)


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
            self.wire.send((task.number, task.called, task.data, notes))
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
    called: str  # the name that the student's numbers were drawn for
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
        home = settings.home or settings.out
        if _same(settings.submissions, home):
            raise GraderError(
                f"--out: {home}: here lie the submissions, and results among them would be taken "
                "for somebody's; name another folder."
            )
        self.source = Source(settings.submissions, but=home)
        self.found = find(self.source, self.assignment.name)
        keep_names(self.found, home, self._digest_of)
        self._choose()
        self.digest = grader_digest(settings.limits, settings.seed, settings.secret)
        self.summary = Summary()
        self.book: Gradebook | None = None
        self.retry: deque = deque()
        self.failures = 0

    def _choose(self):
        chosen = []
        for name in self.settings.only:
            several = called(self.found, name)
            if not several:
                names = {one.student: one.student for one in self.found}
                names |= {one.name: one.student for one in self.found if one.name not in names}
                near = difflib.get_close_matches(name, names, 3)
                near = list(dict.fromkeys(repr(names[one]) for one in near))
                hint = f"there are {len(self.found)}, the first is {self.found[0].student!r}."
                if near:
                    hint = f"is {' or '.join(near)} meant?"
                raise GraderError(f"--only: no submission of {name}; {hint}")
            if len(several) > 1:
                names = " or ".join(repr(one.student) for one in several)
                raise GraderError(f"--only: several are called {name}; write {names}.")
            chosen += several
        if chosen:
            self.found = [one for one in self.found if one in chosen]

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
        self.book.remember({one.student: one.who for one in self.found})
        self.times = Times(self.settings.out)
        before = signal.signal(signal.SIGTERM, _interrupt)
        try:
            try:
                (self._grade_on_cluster if self.settings.dask else self._grade)()
            except KeyboardInterrupt:
                self.summary.interrupted = True
            publish(self.book, self.assignment.problems)
            self.summary.looks = self.book.looks()
            if not self.settings.only:
                here = {one.student for one in self.found}
                self.summary.gone = [s for s in self.book.students() if s not in here]
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
            data, problem = self._content(submission)
            digest = _digest(data, problem, submission)
            task = Task(number, submission, data, digest, submission.student)
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
                if self.assignment.draws and submission.number:
                    # Notebooks were given out under names without ids, or with them.
                    names = [submission.name, submission.student]
                    task.called = drawn_for(self.assignment, self.settings.secret, names, data)
                yield task

    def _content(self, submission):
        """Return what was handed in, and why nothing can be read."""
        try:
            data = b"" if submission.problem else self.source.read(submission.path)
            return data, submission.problem
        except OSError as error:
            return b"", f"the file cannot be read ({error.strerror or error})"

    def _digest_of(self, submission):
        return _digest(*self._content(submission), submission)

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
        if task.called != task.submission.student:
            record = json.loads(text) | {"student": task.submission.student}
            text, html = both(record)
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


def _digest(data, problem, submission):
    digest = hashlib.sha256(data)
    digest.update("\0".join([problem, *submission.notes]).encode("utf-8", "replace"))
    return digest.hexdigest()


def _same(one, other):
    return Path(one).resolve() == Path(other).resolve()


def _source_bytes(path):
    path = Path(path)
    return (next(path.glob("*.ipynb")) if path.is_dir() else path).read_bytes()


def _interrupt(*_):
    raise KeyboardInterrupt
