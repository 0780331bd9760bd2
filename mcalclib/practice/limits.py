"""A limit on time that stops an endless loop, also one that catches everything."""

import ctypes
import signal
import sys
import threading
import time

AGAIN = 0.05  # seconds between two rings: an answer may catch one, or keep it


class TimeLimitReached(BaseException):
    """Not an Exception, so that ``except Exception`` in the answer does not swallow it.

    A bare ``except:`` does. So it comes back at the line after, and once more when it is dropped,
    for Python takes a trace function away once it has raised.
    """

    limit = None

    def __init__(self):
        super().__init__()
        self._again(sys._getframe(1))

    def __del__(self):
        self._again(sys._getframe(1))

    def _again(self, frame):
        if self.limit is not None:
            self.limit.raise_at_next_line(frame)


class TimeLimit:
    """Raise TimeLimitReached in what runs inside `armed` when the time is over.

    Where the system has a timer and this is the main thread, the timer raises; elsewhere another
    thread has it raised here, which cannot cut a long sleep short. Between two armed parts nothing
    is interrupted, so what has to be cleaned up there is. Limits may be nested; a timer that was
    running before runs on afterwards.

    Parameters
    ----------
    seconds : float
        From the start of the block, for all armed parts together.
    """

    def __init__(self, seconds):
        self.seconds = seconds
        self.armed_now = False
        self.lock = threading.Lock()  # of armed_now, where another thread looks at it
        self.left = threading.Event()
        self.Reached = type(TimeLimitReached.__name__, (TimeLimitReached,), {"limit": self})

    @property
    def over(self):
        return time.monotonic() >= self.deadline

    def __enter__(self):
        self.started = time.monotonic()
        self.deadline = self.started + self.seconds
        main = threading.current_thread() is threading.main_thread()
        self.timed = main and hasattr(signal, "setitimer")
        if self.timed:
            self.old_handler = signal.signal(signal.SIGALRM, self._ring)
            self.old_timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
        else:
            here = threading.get_ident()
            threading.Thread(target=self._ring_in, args=(here,), daemon=True).start()
        return self

    def __exit__(self, *raised):
        self.left.set()
        if not self.timed:
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self.old_handler)
        remaining, interval = self.old_timer
        if remaining:
            left = max(remaining - (time.monotonic() - self.started), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, left, interval)

    def armed(self, function, *arguments):
        """Return what a function of ours gives, which calls the answer.

        Raises
        ------
        TimeLimitReached
            If the time was over before it ended, whatever the answer made of that.
        """
        before = sys.gettrace()
        try:
            self.armed_now = True
            return function(*arguments)
        finally:
            self._disarm()
            sys.settrace(before)
            if self.over:
                raise self.Reached from None

    def _disarm(self):
        """Let nothing be raised from here on, neither what is on its way from another thread."""
        while self.armed_now:
            try:
                with self.lock:
                    self.armed_now = False
                for _ in range(2):  # a turn of a loop is where it arrives
                    pass
            except TimeLimitReached:
                continue

    def raise_at_next_line(self, frame):
        """Raise in this frame of an answer, or in the next one that runs."""
        if not self.armed_now:
            return
        sys.settrace(self._raise)
        while frame is not None and _is_answer(frame):
            frame.f_trace = self._raise
            frame = frame.f_back

    def _ring(self, signum, frame):
        self.raise_at_next_line(frame)
        if self.armed_now and _is_answer(frame):
            raise self.Reached

    def _ring_in(self, thread):
        wait = self.seconds
        while not self.left.wait(wait):
            wait = AGAIN
            with self.lock:
                frame = sys._current_frames().get(thread)
                if self.armed_now and frame is not None and _is_answer(frame):
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(
                        ctypes.c_ulong(thread), ctypes.py_object(self.Reached)
                    )

    def _raise(self, frame, event, argument):
        if event == "line" and self.armed_now and _is_answer(frame):
            raise self.Reached
        return self._raise


def _is_answer(frame):
    """Whether a frame is not of this room: ours must be able to clean up."""
    return not frame.f_globals.get("__name__", "").startswith(__package__)
