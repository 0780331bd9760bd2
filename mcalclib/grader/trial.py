"""One submission, tried: its cells run behind the fence, the tests run here.

A trial never decides anything from what the student's side claims about itself. It runs the
instructor's tests, which call the student's functions through stand-ins, and counts what
comes back as plain data. Missing, late and unreadable all score zero, with the reason.
"""

# ruff: noqa: BLE001, S110 - whatever untrusted code raises is an answer about it, not our error

import hashlib
import math
import random
import re
import signal
import sys
import time
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.random  # loaded lazily by NumPy, and needed by every trial

from . import cells
from .assignment import Assignment, Part
from .explaining import clean_text, compared, line_of, returned, statement, told
from .inside import Output
from .limits import Limits
from .matching import Plan, Step, is_unanswered
from .session import FromStudent, Session, SessionLost, StandIn

GRACE = 5  # seconds of processor time beyond what a test may take
STRIKES = 2  # how often one function may bring the session down before it is called no more
HIDDEN = "a hidden test did not pass"
NO_ANSWER = "no answer was given (NotImplementedError)"
HANGS = {  # what became of the trial's own process, where it did not survive a step
    "time": ("timed_out", "the test took too long with this answer"),
    "death": ("error", "the test's own process did not survive this answer"),
}


class CheckTimeout(BaseException):
    """A test itself ran out of time, perhaps over a student's answer."""


@dataclass
class Check:
    """What became of one graded cell."""

    grade_id: str
    problem: str
    max_points: float
    points: float = 0.0
    status: str = "error"
    message: str = ""  # for the student
    detail: str = ""  # for the instructor; may tell what hidden tests do


@dataclass(frozen=True)
class Prepared:
    """An assignment made ready once, so that each trial starts from a fork of it."""

    assignment: Assignment
    namespace: dict
    code: dict  # part -> compiled given cell, or compiled test as (full, visible)
    leading: tuple[int, ...]  # given cells that ran here, and where the fence starts a session


def prepare(assignment: Assignment) -> Prepared:
    """Compile an assignment's tests and run its leading given cells on our side."""
    namespace = cells.prepare({})
    code, first = {}, []
    leading = assignment.leading
    for number, part in enumerate(assignment.parts):
        if part.kind == "given":
            is_leading = len(first) < len(leading)
            if is_leading:
                first.append(number)
            try:
                code[number] = cells.compile_cell(part.source, f"<given {number}>")
                if is_leading:
                    _quietly(cells.run_compiled, code[number], namespace)
            except Exception:
                code.setdefault(number, (compile("", "", "exec"), None))
        elif part.kind == "test":
            name = f"<test {part.grade_id}>"
            code[number] = (
                cells.compile_cell(part.source, name),
                cells.compile_cell(_without_hidden(part), name),
            )
    return Prepared(assignment, namespace, code, tuple(first))


def prepared_for(prepared: Prepared, assignment: Assignment) -> Prepared:
    """Return what was prepared with the given cells of an assignment drawn for one student."""
    if assignment is prepared.assignment:
        return prepared
    code = dict(prepared.code)
    for number, part in enumerate(assignment.parts):
        if part.draws:
            code[number] = cells.compile_cell(part.source, f"<given {number}>")
    return replace(prepared, assignment=assignment, code=code)


def _without_hidden(part):
    """Return a test without its hidden lines, the others keeping their numbers."""
    lines = part.source.split("\n")
    for first, last in part.hidden:
        for number in range(first - 1, last):
            indent = re.match(r"\s*", lines[number])[0]
            lines[number] = f"{indent}pass" if number == first - 1 and indent else ""
    return "\n".join(lines)


def _quietly(function, *arguments):
    stdout, stderr, sys.stdout = sys.stdout, sys.stderr, Output(0)
    sys.stderr = sys.stdout
    try:
        return function(*arguments)
    finally:
        sys.stdout, sys.stderr = stdout, stderr


def seed_for(seed: int, student: str, grade_id: str) -> int:
    """Return a student's own seed for one cell: the same in every run, another for each."""
    text = f"{seed}\0{student}\0{grade_id}".encode("utf-8", "backslashreplace")
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "little")


class Trial:
    """Runs the steps of a plan; see `run`."""

    def __init__(
        self, prepared: Prepared, plan: Plan, fence, limits: Limits, student, seed, until, fatal
    ):
        self.prepared, self.plan, self.fence, self.limits = prepared, plan, fence, limits
        self.assignment = prepared.assignment
        self.student, self.seed, self.until = student, seed, until
        self.session: Session | None = None
        self.spawned = 0
        self.fatal = fatal  # step -> what it did to this very process before
        self.culprits: set[int] = set(fatal)  # steps that are not run again
        self.strikes: dict[str, int] = {}
        self.namespace = dict(prepared.namespace)
        self.remote: set[str] = set()  # names that the student's side defines
        self.lost: dict[str, SessionLost] = {}  # names whose cell did not survive
        self.raised: dict[str, Exception] = {}  # names whose cell raised in this session
        self.draws = 0, 0  # seed of the current cell, and how often it was drawn from
        self.stale = True
        self.tainted = False  # whether hidden inputs may have reached the student's code
        self.unclean: set[str] = set()  # what must not be shown as it came out
        self.answers: dict[str, dict] = {}
        self.notes: list[str] = []

    def run(self, report, enter, hidden=True, only=None):
        """Run every step and report each check as it is decided.

        Parameters
        ----------
        report : callable
            Called with each `Check`.
        enter : callable
            Called with the number of each step before it runs.
        hidden : bool
            Whether hidden tests run; without them nothing secret reaches the student's code.
        only : set of str, optional
            Grade ids of the tests to run, all by default.
        """
        try:
            for number, step in enumerate(self.plan.steps):
                enter(number)
                # A signal's handler has to wait for NumPy; the process's end has not.
                signal.setitimer(signal.ITIMER_PROF, 2 * self.limits.cell + GRACE)
                if step.kind == "test":
                    if only is not None and self.assignment.parts[step.part].grade_id not in only:
                        continue
                    report(self._check(number, step, hidden))
                else:
                    self._run_cell(number, step)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            if self.session is not None:
                self.session.end()

    # -- the student's cells ----------------------------------------------------------------

    def _run_cell(self, number: int, step: Step):
        part = self.assignment.parts[step.part] if step.part >= 0 else None
        if step.kind == "given":
            self._run_given(number, step)
            return
        if step.kind == "names":
            self._take_names(part)
            return
        output = error = ""
        try:
            if number in self.fatal:
                raise SessionLost("error", "its reply could not be taken")
            names = self._wanted_after(number)
            output = self._live(number).run(step.source, self._name(step), self._seed(step), names)
        except SessionLost as lost:
            self.culprits.add(number)
            error = f"the cell did not finish: {lost}"
            if part is not None:
                self.lost.update(dict.fromkeys(part.names, lost))
        except Exception as raised:
            output = getattr(raised, "output", "")
            error = told(raised)
            self._note(part, raised)
        else:
            self._note(part, None)
        self.stale = True
        if step.kind == "answer":
            about = self.answers.setdefault(part.grade_id, {"output": "", "error": ""})
        else:
            about = self.answers.setdefault("", {"output": "", "error": ""})
        about["output"] = clean_text(about["output"] + output, 20_000)
        about["error"] = clean_text(error, 4_000)  # of the last copy, which is the one that counts
        if (output or error) and self.tainted:
            self.unclean.add("")

    def _note(self, part, raised):
        """Remember what the cell of an answer raised, for tests that miss what it defines."""
        for name in part.names if part is not None else ():
            if raised is None:
                self.raised.pop(name, None)
            else:
                self.raised[name] = raised

    def _wanted_after(self, number):
        """Return the names that are looked up next if a test follows, so as not to ask twice."""
        following = self.plan.steps[number + 1 : number + 3]
        if [step.kind for step in following] != ["names", "test"]:
            return ()
        return self.remote | self.assignment.parts[following[0].part].names

    def _take_names(self, part):
        self.remote |= part.names
        self.stale = True
        if part.imports:
            # The instructor's own imports: a module named by a student is no module.
            try:
                _quietly(exec, part.imports, self.namespace)
            except Exception:
                self.notes.append(f"the imports of {part.grade_id!r} failed here")

    def _run_given(self, number, step):
        part = self.assignment.parts[step.part]
        if number in self.fatal:
            return
        try:
            session = self._live(number)
            if not self._has_run(step):
                session.run(part.source, self._name(step), self._seed(step))
        except SessionLost:
            self.culprits.add(number)
        except Exception:
            pass  # the same cell fails here too, or the tests will tell what is missing
        if step.part in self.prepared.leading or not self.assignment.trusted:
            return
        self.stale = True
        self._seed_ours(part.grade_id or str(step.part))
        try:
            self._refresh(())
            with _alarm(2 * self.limits.cell):
                _quietly(cells.run_compiled, self.prepared.code[step.part], self.namespace)
        except (CheckTimeout, SessionLost, Exception):  # the tests will tell what is missing
            self._abandon("the given cell did not finish")
        self.remote -= part.names

    def _has_run(self, step):
        return step.part in self.prepared.leading[: self.fence.ran]

    def _abandon(self, why):
        """Leave a session in which an answer may still be on its way."""
        session = self.session
        if session is not None and session.over is None and session.interrupted:
            session._lose("timed_out", why)

    def _name(self, step):
        return f"<cell {step.part}>"

    def _seed(self, step):
        return seed_for(self.seed, self.student, f"cell {step.part}")

    def _seed_ours(self, grade_id):
        value = seed_for(self.seed, self.student, grade_id)
        random.seed(value)
        np.random.seed(value)
        self.draws = value, 0

    # -- sessions ---------------------------------------------------------------------------

    def _live(self, number: int) -> Session:
        """Return a session in which every step before ``number`` has run."""
        if self.session is not None and self.session.over is None:
            return self.session
        if self.session is not None:
            self.session.end()
            self.session = None
        while True:
            if time.monotonic() >= self.until:
                raise SessionLost("timed_out", f"the {self.limits.total:g} seconds were used up")
            if self.spawned >= self.limits.sessions:
                raise SessionLost("error", "not run: it had died too often before")
            self.spawned += 1
            start = time.monotonic()
            self.session = Session(self.fence, self.limits, self.until)
            # A container takes seconds to start, which are not the submission's.
            self.until = self.session.until = self.until + time.monotonic() - start
            self.stale = True
            self.tainted = False
            self.raised.clear()
            if self.spawned == 1 or self._replay(number):
                return self.session

    def _replay(self, number):
        for earlier, step in enumerate(self.plan.steps[:number]):
            if step.kind in ("test", "names") or earlier in self.culprits:
                continue
            if step.kind == "given" and self._has_run(step):
                continue
            try:
                self.session.run(
                    step.source or self.assignment.parts[step.part].source,
                    self._name(step),
                    self._seed(step),
                )
            except SessionLost:
                self.culprits.add(earlier)
                return False
            except Exception as raised:
                if step.part >= 0:
                    self._note(self.assignment.parts[step.part], raised)
        return True

    def _refresh(self, needed):
        """Bring what the student's side defines into the tests' namespace."""
        if not self.remote:
            return
        if self.stale:
            names = self.remote
        else:  # a function stays what it was until a cell runs; data may have been changed
            names = {
                name
                for name in self.remote & set(needed)
                if not isinstance(self.namespace.get(name), StandIn)
            }
        if not names:
            return
        values = self.session.values(names)
        for name in names:
            if name in values:
                self.namespace[name] = values[name]
            else:
                self.namespace.pop(name, None)
        self.stale = False

    # -- tests ------------------------------------------------------------------------------

    def _check(self, number: int, step: Step, hidden: bool) -> Check:
        part = self.assignment.parts[step.part]
        if not self.assignment.trusted:
            return self._check_inside(number, step, part)
        check = Check(part.grade_id, part.problem, part.points)
        code = self.prepared.code[step.part][0 if hidden else 1]
        first_hidden = part.hidden[0][0] if hidden and part.hidden else math.inf
        used = part.used
        line, tainted = math.inf, self.tainted
        try:
            if number in self.fatal:
                raise SessionLost(*HANGS[self.fatal[number]])
            blocked = [n for n in used & self.remote if self.strikes.get(n, 0) >= STRIKES]
            if blocked:
                raise SessionLost(
                    "error", f"not run: `{blocked[0]}` brought the session down before"
                )
            self._live(number).given.clear()
            tainted = self.tainted
            self._refresh(used)
            self._seed_ours(part.grade_id)
            with _alarm(min(2 * self.limits.cell, max(self.until - time.monotonic(), 0.01))):
                value = _quietly(cells.run_compiled, code, self.namespace)
            self._score(check, value)
        except CheckTimeout as error:
            self._abandon("the test took too long")
            line = line_of(error, part)
            check.status, check.detail = "timed_out", "the test took too long with this answer"
        except SessionLost as lost:
            line = line_of(lost, part)
            check.status, check.detail = lost.kind, _about(lost)
            if lost.name:
                self.strikes[lost.name] = self.strikes.get(lost.name, 0) + 1
        except AssertionError as error:
            line = line_of(error, part)
            check.status = "error" if isinstance(error, FromStudent) else "failed"
            check.detail = self._explain(error, part, line)
        except BaseException as error:
            line = line_of(error, part)
            check.status, check.detail = "error", self._explain(error, part, line)
            missing = getattr(error, "name", None) if isinstance(error, NameError) else None
            if missing in self.lost and missing not in self.namespace:
                lost = self.lost[missing]
                check.status, check.detail = lost.kind, f"the cell of `{missing}`: {lost}"
        if self.session is None or self.session.over is not None:
            self.stale = True
        # Names that the test itself binds are the test's from here on.
        self.remote -= part.names
        check.detail = clean_text(check.detail, 4_000)
        if check.status != "passed" and any(a <= line <= b for a, b in part.hidden) and hidden:
            check.message = HIDDEN
        else:
            check.message = check.detail
            after_hidden = line != math.inf and line > first_hidden
            if check.status != "passed" and (tainted or after_hidden):
                # The stub that students are given tells nothing, so it may be shown.
                if check.detail == NO_ANSWER:
                    check.message = NO_ANSWER
                else:
                    self.unclean.add(part.grade_id)
        if hidden and part.hidden and line >= first_hidden:
            self.tainted = self.session is not None and self.session.over is None
        return check

    def _check_inside(self, number, step, part):
        """Run a student's own copy of a test where the student's code runs.

        Its verdict is worth as much as that copy; nobody is graded by it.
        """
        check = Check(part.grade_id, part.problem, part.points)
        try:
            name = f"<test {part.grade_id}>"
            output = self._live(number).run(part.source, name, self._seed(step))
            try:
                value = float(output.strip().rpartition("\n")[2])
            except ValueError:
                value = None
            self._score(check, value)
        except SessionLost as lost:
            check.status, check.detail = lost.kind, _about(lost)
        except Exception as error:
            line = -getattr(error, "line", 0)
            failed = isinstance(error, AssertionError) and line > 0
            check.status = "failed" if failed else "error"
            if line > 0:
                error.line = 0
                check.detail = f"{told(error)}\nin the test: {statement(part.source, line)}"
            else:
                check.detail = self._explain(error, part, line)
        check.message = check.detail = clean_text(check.detail, 4_000)
        return check

    def _score(self, check, value):
        check.points, check.status = check.max_points, "passed"
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
            return
        # nbgrader's partial credit: the number that a test cell ends with.
        number = float(value) if not isinstance(value, np.complexfloating) else math.nan
        if not 0 <= number <= check.max_points:
            check.points, check.status = 0.0, "error"
            check.detail = (
                f"the test gave {number:g} points, which is not in 0 to {check.max_points:g}"
            )
        elif number < check.max_points:
            check.points, check.status = number, "failed"
            check.detail = f"partial credit: {number:g} of {check.max_points:g} points"

    def _explain(self, error, part: Part, line) -> str:
        if isinstance(error, NameError) and not isinstance(error, FromStudent):
            name = getattr(error, "name", None)
            if name in self.remote:
                missing, raised = (
                    f"`{name}` is not defined in the submission",
                    self.raised.get(name),
                )
                if isinstance(raised, NotImplementedError):
                    return self._explain(raised, part, line)
                if raised is not None:
                    missing += f": its cell raised {told(raised).partition(chr(10))[0][:300]}"
                return missing
        text = told(error)
        if isinstance(error, NotImplementedError) and isinstance(error, FromStudent):
            return NO_ANSWER if not str(error) else f"no answer was given ({text})"
        if isinstance(error, FromStudent):
            return f"the submission's code raised {text}"
        where = statement(part.source, line)
        given = self.session.given if self.session is not None else {}
        about = (
            where and f"in the test: {where}",
            self._compared(error, part, given),
            returned(error, given),
        )
        return "\n".join([text, *filter(None, about)])

    def _compared(self, error, part, given):
        if not isinstance(error, AssertionError):
            return ""
        try:
            with _alarm(1):
                return compared(error, part, given)
        except CheckTimeout:
            return ""


def _about(lost):
    about = f"`{lost.name}`: " if lost.name else ""
    return f"{about}{lost}"


def _ring(*_):
    raise CheckTimeout


class _alarm:
    """Interrupts a test that runs too long; only in the main thread of a trial's process."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *_):
        signal.setitimer(signal.ITIMER_REAL, 0)


def run(
    prepared, plan, fence, limits, student, seed, report, enter, fatal=MappingProxyType({}),
    hidden=True,
) -> dict:  # fmt: skip
    """Try one submission and return what it amounts to.

    Parameters
    ----------
    prepared : Prepared
    plan : Plan
    fence : Fence
    limits : Limits
    student : str
        For whom hidden inputs are drawn.
    seed : int
        The course's seed for them.
    report : callable
        Called with each `Check` as soon as its points are certain.
    enter : callable
        Called with the number of each step before it runs.
    fatal : dict
        Steps that this process did not survive before, each with a key of ``HANGS``.
    hidden : bool
        Whether hidden tests run.

    Returns
    -------
    dict
        ``checks`` and ``answers`` as plain data, and ``notes``.
    """
    random_generator = np.random.default_rng
    until = time.monotonic() + limits.total
    trial = Trial(prepared, plan, fence, limits, student, seed, until, fatal)

    # A test that draws without a seed draws the same for the same student in every run.
    def seeded(seed=None):
        if seed is None:
            seed, count = trial.draws
            trial.draws = seed, count + 1
            seed = (seed, count)
        return random_generator(seed)

    np.random.default_rng = seeded
    signal.signal(signal.SIGALRM, _ring)
    trial._seed_ours("")
    checks: list[Check] = []

    def decided(check):
        checks.append(check)
        report(check)

    try:
        trial.run(decided, enter, hidden)
        answers = trial.answers
        if trial.unclean:
            answers = _clean_run(trial, checks, enter)
    finally:
        np.random.default_rng = random_generator
    notes = list(dict.fromkeys(trial.notes))
    return {"checks": [vars(c) for c in checks], "answers": answers, "notes": notes}


def _clean_run(trial, checks, enter):
    """Get what is shown to the student from a run in which no hidden input was ever seen.

    Text that student code wrote after a hidden test ran could carry the hidden input out.
    """
    until = max(trial.until, time.monotonic() + trial.limits.cell)
    clean = Trial(
        *(trial.prepared, trial.plan, trial.fence, trial.limits, trial.student, trial.seed),
        *(until, trial.fatal),
    )
    seen: dict[str, Check] = {}
    only = _with_what_they_need(trial.assignment, trial.unclean)
    clean.run(lambda check: seen.setdefault(check.grade_id, check), enter, hidden=False, only=only)
    for check in checks:
        if check.grade_id not in trial.unclean or check.message == HIDDEN:
            continue
        other = seen.get(check.grade_id)
        if other is None or other.status == "passed":
            check.message = HIDDEN
        else:
            check.message = other.message
    return clean.answers


def _with_what_they_need(assignment, wanted):
    """Return the wanted tests and those that define names for them."""
    tests = [part for part in assignment.parts if part.kind == "test"]
    found = {part.grade_id for part in tests if part.grade_id in wanted}
    while True:
        missing = set().union(*(p.used - p.names for p in tests if p.grade_id in found))
        more = {p.grade_id for p in tests if p.names & missing} - found
        if not more:
            return found
        found |= more


def manual_checks(assignment: Assignment, plan: Plan) -> list[Check]:
    """Return the checks of cells that are graded by hand."""
    found = []
    for part in assignment.parts:
        if part.kind != "manual":
            continue
        check = Check(part.grade_id, part.problem, part.points, status="manual")
        task = part.released == part.source
        texts = plan.answers.get(part.grade_id, [])
        if not task and is_unanswered(part.released, texts):
            check.status, check.message = "failed", "no answer was given"
            check.detail = check.message
        found.append(check)
    return found
