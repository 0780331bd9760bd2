"""Our end of a session behind the fence: requests with a deadline, answers as plain data.

Where a test names something the student defined it gets a `StandIn`. Calls, attributes,
items and products with it are done on the far side and come back as plain data, or as
another stand-in when the result is no plain data. Comparing or testing the truth of a
stand-in is an error: the student's object would be deciding about its own mark. So is
subtracting from it: told what was expected, the object would answer that nothing is left.
"""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import secrets
import socket
import struct
import time

import numpy as np

from .. import errors
from .frames import FrameError, Remote, decode, length_of, pack
from .limits import Limits

# What a session may say an error was. Anything else becomes the nearest of these.
_RAISABLE = {
    kind.__name__: kind
    for kind in (
        *(ArithmeticError, AssertionError, AttributeError, BufferError, EOFError, Exception),
        *(FileNotFoundError, FloatingPointError, ImportError, IndexError, KeyError),
        *(LookupError, MemoryError, ModuleNotFoundError, NameError, NotImplementedError),
        *(OSError, OverflowError, PermissionError, RecursionError, RuntimeError),
        *(SyntaxError, TimeoutError, TypeError, ValueError, ZeroDivisionError),
        np.linalg.LinAlgError,
        *(
            e
            for e in vars(errors).values()
            if isinstance(e, type) and e.__module__ == errors.__name__
        ),
    )
}


SLACK = 0.05  # seconds
MOST_FRAMES = 8  # for the values of all names together
_OTHER = "its reply was not what was asked for"
_BUFFER = memoryview(bytearray(1 << 16))  # one for all: a new one for each reply costs more


class SessionLost(BaseException):
    """The session is over: it died, stalled, or broke the protocol.

    Not an `Exception`, so that a test which expects an error does not take a dead process
    for one.
    """

    def __init__(self, kind: str, message: str, name: str = ""):
        super().__init__(message)
        self.kind, self.name = kind, name


class FromStudent:
    """Marks an error that was raised by the student's code.

    ``kind`` is the name of the class that was raised; ``shown`` names it where ours is another.
    """

    kind = message = shown = ""
    line = 0
    output = ""

    def __str__(self):
        return self.shown


_raised_classes: dict[type, type] = {}


def student_error(names, message, line=0, output="") -> Exception:
    """Return an error as the student's code raised it, of a class the test can catch."""
    if not (isinstance(names, list) and all(isinstance(name, str) for name in names)):
        names = []
    names = names[:20]
    base = next((_RAISABLE[name] for name in names if name in _RAISABLE), RuntimeError)
    if base not in _raised_classes:
        _raised_classes[base] = type(base.__name__, (FromStudent, base), {})
    kind = names[0][:80] if names else base.__name__
    message = message if isinstance(message, str) else ""
    shown = message if kind == base.__name__ else f"{kind}: {message}"
    error = _raised_classes[base](shown)
    error.kind, error.message, error.shown = kind, message, shown
    error.line = line if isinstance(line, int) else 0
    error.output = output if isinstance(output, str) else ""
    return error


class Session:
    """One session, from opening to its end.

    Parameters
    ----------
    fence : Fence
        Where it runs.
    limits : Limits
        ``cell`` bounds each request.
    until : float
        Monotonic time at which the whole submission has used its time up.
    """

    def __init__(self, fence, limits: Limits, until: float):
        self.fence, self.limits, self.until = fence, limits, until
        self.over = None
        self.callbacks: dict[int, object] = {}
        self.interrupted = False
        self.depth = 0  # requests under way: more than one while a test's function is called
        self.received = bytearray()
        # Of each object that was called, by number: its name, and what it gave last.
        self.given: dict[int, tuple[str, object]] = {}
        self.known: tuple = (None, None)  # names, and their values until anything else is asked
        self.socket: socket.socket = fence.open()
        self.patience = 0.0  # seconds that the next call on it may take

    def end(self):
        """End the session and everything in it."""
        if self.over is None:
            self.over = SessionLost("error", "the session is over")
        self.socket.close()
        self.fence.drop()

    # -- what can be asked ------------------------------------------------------------------

    def run(self, source: str, name: str, seed: int, names=()) -> str:
        """Run a cell and return what it printed.

        Parameters
        ----------
        source, name : str
            The cell, and what it is called in errors.
        seed : int
            For what it draws.
        names : iterable of str
            Names whose values are asked for right after it, and come with this reply.

        Raises
        ------
        FromStudent
            If the cell raised; ``output`` holds what it printed before.
        SessionLost
            If it did not survive.
        """
        names = sorted(names)
        reply = self._ask(("run", source, name, seed, names))
        if not (isinstance(reply, tuple) and len(reply) == 2):
            raise self._lose("refused", _OTHER)
        self.known = names, reply[1]
        return reply[0] if isinstance(reply[0], str) else ""

    def values(self, names) -> dict:
        """Return what the session's namespace holds under those of ``names`` it knows.

        A value that cannot cross comes as an `Unsendable`.
        """
        asked, found = self.known
        if asked != sorted(names) or found is None:
            found = self._values(sorted(names))
        if not isinstance(found, dict):
            raise self._lose("refused", _OTHER)
        result = {}
        for name in names:
            pair = found.get(name)
            if isinstance(pair, tuple) and len(pair) == 2:
                value = pair[1] if pair[0] is True else Unsendable(name, str(pair[1])[:300])
                if isinstance(value, StandIn):
                    object.__setattr__(value, "_name", name)
                result[name] = value
        return result

    def _values(self, names):
        """Ask for values until all are here: together they may be too much for one frame."""
        values = {}
        for _ in range(MOST_FRAMES):
            reply = self._ask(("values", names))
            if not (type(reply) is tuple and [type(part) for part in reply] == [dict, list]):
                raise self._lose("refused", _OTHER)
            found, later = reply
            values |= found
            if not later:
                return values
            if not all(type(name) is str for name in later) or not set(later) < set(names):
                raise self._lose("refused", _OTHER)
            names = sorted(later)
        return values | dict.fromkeys(names, (False, "all its values together are too large"))

    def do(self, operation: str, target: "StandIn", *args, **kwargs):
        """Do something to an object on the far side and return what comes of it."""
        name = object.__getattribute__(target, "_name")
        try:
            result = self._ask(("do", operation, target, args, kwargs))
        except SessionLost as lost:
            lost.name = lost.name or name
            raise
        if isinstance(result, StandIn):
            object.__setattr__(result, "_name", name)
        if operation == "call":
            self.given[number_of(target)] = name, result
        return result

    # -- frames -----------------------------------------------------------------------------

    def _ask(self, request):
        if self.over is not None:
            # A new one each time: a traceback belongs to the test that met it.
            raise SessionLost(self.over.kind, str(self.over), self.over.name)
        if self.depth > 20:
            raise RecursionError("test and submission call each other more than 20 deep")
        self.known = None, None
        # Every frame about a request names it. A number that cannot be guessed shows at once
        # which cell sent a reply nobody had asked for.
        ticket = secrets.randbits(62)
        data = pack((ticket, *request), self._export)  # FrameError: the test's own mistake
        deadline = min(time.monotonic() + self.limits.cell, self.until)
        self.depth += 1
        try:
            self._send(data, deadline)
            while True:
                reply = self._receive(deadline)
                if type(reply) is tuple and len(reply) > 1 and reply[0] == ticket:
                    kind, *content = reply[1:]
                    if kind == "value" and len(content) == 1:
                        return content[0]
                    if kind == "raised" and len(content) == 4:
                        raise student_error(*content)
                    if kind == "callback" and len(content) == 3:
                        self._send(self._call_back(ticket, *content), deadline)
                        continue
                raise self._lose("refused", "it sent a frame that answers nothing")
        except (Exception, SessionLost):
            raise
        except BaseException:
            self.interrupted = True  # an answer may still be on its way
            raise
        finally:
            self.depth -= 1

    def _call_back(self, ticket, number, args, kwargs):
        try:
            function = self.callbacks[number]
            if type(args) is not tuple or type(kwargs) is not dict:
                raise TypeError("a call needs a tuple and a dict")
            return pack((ticket, "value", function(*args, **kwargs)), self._export)
        except Exception as error:
            names = [kind.__name__ for kind in type(error).__mro__]
            return pack((ticket, "raised", names, str(error)[:1000], 0, ""))

    def _export(self, value):
        if isinstance(value, StandIn):
            if object.__getattribute__(value, "_session") is not self:
                raise self.over or FrameError("an object of an earlier session")
            return Remote("h", object.__getattribute__(value, "_number"))
        if callable(value):
            self.callbacks[id(value)] = value
            return Remote("c", id(value))
        return None

    def _resolve(self, kind, number):
        if kind == "h":
            return StandIn(self, number)
        if kind == "c" and number in self.callbacks:
            return self.callbacks[number]
        raise FrameError("the frame refers to an object that does not exist.")

    def _send(self, data, deadline):
        view = memoryview(data)
        while view:
            self._allow(deadline)
            try:
                view = view[self.socket.send(view) :]
            except BlockingIOError:
                continue
            except OSError:
                raise self._died() from None

    def _receive(self, deadline):
        try:
            body = self._read(length_of(self._read(4, deadline)), deadline)
            return decode(body, self._resolve)
        except FrameError as error:
            raise self._lose("refused", f"it sent a broken reply: {error}") from None

    def _read(self, size, deadline):
        while len(self.received) < size:
            self._allow(deadline)
            try:
                count = self.socket.recv_into(_BUFFER)
            except BlockingIOError:
                continue
            except OSError:
                count = 0
            if not count:
                raise self._died()
            self.received += _BUFFER[:count]
        data = bytes(self.received[:size])
        del self.received[:size]
        return data

    def _allow(self, deadline):
        """Let the next call on the socket wait until the deadline, and not much longer.

        The deadline is one for the whole request: a trickle of bytes does not move it. The
        kernel keeps the time, which is cheaper than to poll before each call.
        """
        left = deadline - time.monotonic()
        if left <= 0:
            raise self._lose("timed_out", self._time_message())
        if abs(left - self.patience) > SLACK:
            self.patience = left
            value = struct.pack("@ll", int(left), max(int(left % 1 * 1e6), 1))
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)

    def _time_message(self):
        if time.monotonic() >= self.until:
            return f"stopped: the submission used up its {self.limits.total:g} seconds"
        return f"stopped after {self.limits.cell:g} seconds"

    def _died(self):
        self.socket.close()
        why = self.fence.close(patience=0.5)
        self.over = SessionLost("error", why or "it closed its connection")
        return self.over

    def _lose(self, kind, message):
        self.socket.close()
        self.fence.drop()
        self.over = SessionLost(kind, message)
        return self.over


class Unsendable:
    """A value of the submission that cannot cross the fence; says so when it is used."""

    def __init__(self, name, why):
        self._name, self._why = name, why

    def __getattr__(self, name):
        if name.startswith("__array"):
            raise AttributeError(name)
        raise TypeError(f"`{self._name}` cannot be read: {self._why}")

    def __eq__(self, other):
        raise TypeError(f"`{self._name}` cannot be read: {self._why}")

    __hash__ = None
    __array_ufunc__ = None

    def __bool__(self):
        raise TypeError(f"`{self._name}` cannot be read: {self._why}")


def _forward(operation):
    def method(self, *args):
        return object.__getattribute__(self, "_session").do(operation, self, *args)

    return method


def _forward_as(operation, kind):
    def method(self, *args):
        result = object.__getattribute__(self, "_session").do(operation, self, *args)
        if type(result) is not kind:
            raise TypeError(f"the submission's object gives no {kind.__name__}")
        return result

    return method


def _refuse(what):
    def method(self, *_):
        raise TypeError(
            f"cannot {what} what `{object.__getattribute__(self, '_name')}` gives: it is no plain "
            "data, and the submission's own object must not decide. Compare numbers, arrays, "
            "strings or lists taken from it."
        )

    return method


def _combine(operation):
    """Let operators be applied, scaled, raised to a power and combined, but not subtracted from.

    An object that is told in ``f(x) - expected`` what was expected would answer 0.
    """

    def method(self, other):
        is_number = isinstance(other, int | float | complex | np.number)
        applied = operation in ("matmul", "rmatmul") and not isinstance(other, StandIn)
        scaled = operation in ("mul", "rmul", "pow") and is_number
        if not (isinstance(other, StandIn) or scaled or applied):
            calculate(self)
        result = object.__getattribute__(self, "_session").do(operation, self, other)
        if not (isinstance(result, StandIn) or applied):
            calculate(self)
        return result

    calculate = _refuse("calculate with")
    return method


def number_of(value) -> int | None:
    """Return the number of what a stand-in stands for, None for anything else."""
    return object.__getattribute__(value, "_number") if type(value) is StandIn else None


class StandIn:
    """Stands for an object on the far side of the fence."""

    __slots__ = ("_name", "_number", "_session")
    __array_ufunc__ = None  # so that array * stand-in asks the stand-in

    def __init__(self, session, number, name="the submission"):
        object.__setattr__(self, "_session", session)
        object.__setattr__(self, "_number", number)
        object.__setattr__(self, "_name", name)

    def __call__(self, *args, **kwargs):
        return object.__getattribute__(self, "_session").do("call", self, *args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return object.__getattribute__(self, "_session").do("getattr", self, name)

    def __setattr__(self, name, value):
        object.__getattribute__(self, "_session").do("setattr", self, name, value)

    def __iter__(self):
        return iter(_forward_as("list", list)(self))

    def __array__(self, dtype=None, copy=None):
        array = _forward("array")(self)
        if type(array) is not np.ndarray:
            raise TypeError("the submission's object gives no numeric array")
        return array if dtype is None else array.astype(dtype)

    __getitem__ = _forward("getitem")
    __setitem__ = _forward("setitem")
    __next__ = _forward("next")
    __neg__, __pos__, __abs__ = _forward("neg"), _forward("pos"), _forward("abs")
    __len__, __index__ = _forward_as("len", int), _forward_as("index", int)
    __int__, __float__ = _forward_as("int", int), _forward_as("float", float)
    __complex__ = _forward_as("complex", complex)
    __str__, __repr__ = _forward_as("str", str), _forward_as("repr", str)
    __bool__ = _refuse("decide by")
    __eq__ = __ne__ = _refuse("compare")
    __lt__ = __le__ = __gt__ = __ge__ = _refuse("compare")
    __hash__ = object.__hash__


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"):
    setattr(StandIn, f"__{_name}__", _combine(_name))
    setattr(StandIn, f"__r{_name}__", _combine("r" + _name))
