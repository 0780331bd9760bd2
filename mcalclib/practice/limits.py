"""A limit on time that stops an endless loop."""

import signal
import sys
import threading
import time
from contextlib import contextmanager


class TimeLimitReached(BaseException):
    """Not an Exception, so that ``except Exception`` in the answer does not swallow it."""


@contextmanager
def time_limit(seconds):
    """Raise TimeLimitReached in the block when the time is over.

    A timer interrupts it where the system has one and this is the main thread. Elsewhere, and
    where the answer catches everything, every line that runs looks at the clock instead. Limits
    may be nested; a timer that was running before runs on afterwards.
    """
    deadline = time.monotonic() + seconds
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        with _alarm(seconds):
            yield
    else:
        with _watched(deadline):
            yield


@contextmanager
def _alarm(seconds):
    started = time.monotonic()

    def ring(signum, frame):
        # A bare ``except:`` in a loop would catch this once a turn; a trace raises at every line.
        _trace_stack(frame, _raising)
        raise TimeLimitReached

    before = sys.gettrace()
    old_handler = signal.signal(signal.SIGALRM, ring)
    old_remaining, old_interval = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.settrace(before)
        signal.signal(signal.SIGALRM, old_handler)
        if old_remaining:
            left = max(old_remaining - (time.monotonic() - started), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, left, old_interval)


def _raising(frame, event, argument):
    if event == "line" and _is_answer(frame):
        raise TimeLimitReached
    return _raising


@contextmanager
def _watched(deadline):
    def watch(frame, event, argument):
        if time.monotonic() > deadline and event == "line" and _is_answer(frame):
            raise TimeLimitReached
        return watch

    before = sys.gettrace()
    sys.settrace(watch)
    try:
        yield
    finally:
        sys.settrace(before)


def _is_answer(frame):
    """Whether a frame is not of this package: ours must be able to clean up."""
    return not frame.f_globals.get("__name__", "").startswith("mcalclib")


def _trace_stack(frame, trace):
    sys.settrace(trace)
    while frame is not None and _is_answer(frame):
        frame.f_trace = trace
        frame = frame.f_back
