"""The student's process: runs cells and answers calls until it is killed.

Everything here is within the student's reach. Nothing the other side does may rely on this
code still being what it was: it answers frames, and any frame at all is a possible answer.
"""

# ruff: noqa: BLE001 - whatever untrusted code raises is an answer about it, not our error

import io
import itertools
import operator
import os
import random
import sys
import traceback
import types

import numpy as np
import numpy.random  # loaded lazily by NumPy, and needed by every session

from . import cells
from .frames import FrameError, Remote, decode, encode, length_of, pack


def _swapped(apply):
    return lambda right, left: apply(left, right)


_BUFFER = memoryview(bytearray(1 << 16))  # before the fork: most of it is never written to
SMALL = 1 << 20  # bytes of values that travel with another reply
MOST_OBJECTS = 10_000  # that stay here and travel as numbers in one frame
_TOO_MANY = f"more than {MOST_OBJECTS} objects at once cannot cross the fence"

OPERATIONS = (
    {
        "call": lambda target, *args, **kwargs: target(*args, **kwargs),
        "getattr": getattr,
        "getitem": operator.getitem,
        "setitem": operator.setitem,
        "setattr": setattr,
        "len": len,
        "list": lambda target: list(itertools.islice(target, 100_000)),
        "next": next,
        "contains": operator.contains,
        "str": str,
        "repr": repr,
        "float": float,
        "int": int,
        "complex": complex,
        "index": operator.index,
        "array": np.asarray,
        "dir": dir,
        "type": lambda target: type(target).__name__,
        "neg": operator.neg,
        "pos": operator.pos,
        "abs": abs,
    }
    | {
        name: getattr(operator, name)
        for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
    }
    | {
        "r" + name: _swapped(getattr(operator, name))
        for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
    }
)


class Output(io.TextIOBase):
    """Standard output that keeps its first so many characters and forgets the rest."""

    def __init__(self, limit):
        super().__init__()
        self.limit, self.parts, self.size = limit, [], 0

    def writable(self):
        return True

    def write(self, text):
        if self.size < self.limit:
            self.parts.append(str(text)[: self.limit - self.size])
        self.size += len(text)
        return len(text)

    def take(self):
        text = "".join(self.parts)
        if self.size > self.limit:
            text += f"\n[{self.size - self.limit} more characters]"
        self.parts, self.size = [], 0
        return text


class Callback:
    """A function of the test, as the student's code sees it."""

    def __init__(self, session, number):
        self._session, self._number = session, number
        self.__name__ = "function"

    def __call__(self, *args, **kwargs):
        return self._session.ask("callback", self._number, args, kwargs)


class Session:
    """The far end of a session: a namespace, and objects that stay here under a number."""

    def __init__(self, handle, limits):
        self.handle, self.received = handle, bytearray()
        # Pickle, dataclasses and typing look a class's module up by its name.
        sys.modules["__main__"] = types.ModuleType("__main__")
        self.namespace = cells.prepare(vars(sys.modules["__main__"]))
        self.objects, self.numbers = [], {}
        self.ticket = self.most = 0
        self.output = Output(limits["output"] << 10)

    # -- frames -----------------------------------------------------------------------------

    def receive(self):
        return decode(self._read(length_of(self._read(4))), self.resolve)

    def _read(self, size):
        while len(self.received) < size:
            count = os.readv(self.handle, [_BUFFER])
            if not count:
                os._exit(0)  # the other side has gone
            self.received += _BUFFER[:count]
        data = bytes(self.received[:size])
        del self.received[:size]
        return data

    def send(self, value):
        held = len(self.objects)
        self.most = held + MOST_OBJECTS
        try:
            data = memoryview(pack(value, self.export))
        except FrameError:
            for refused in self.objects[held:]:
                del self.numbers[id(refused)]
            del self.objects[held:]
            raise
        while data:
            data = data[os.write(self.handle, data) :]

    def export(self, value):
        if isinstance(value, Callback):
            return Remote("c", value._number)
        key = id(value)
        if key not in self.numbers:
            if len(self.objects) >= self.most:
                raise FrameError(_TOO_MANY)
            self.numbers[key] = len(self.objects)
            self.objects.append(value)  # kept alive, so its id stays its own
        return Remote("h", self.numbers[key])

    def resolve(self, kind, number):
        return self.objects[number] if kind == "h" else Callback(self, number)

    # -- requests ---------------------------------------------------------------------------

    def serve(self):
        """Answer requests for ever."""
        while True:
            self.answer(self.receive())

    def ask(self, *request):
        """Ask the test's side something and answer its own requests meanwhile."""
        ticket = self.ticket
        self.send((ticket, *request))
        while True:
            reply = self.receive()
            if reply[0] != ticket:
                self.answer(reply)
                self.ticket = ticket
            elif reply[1] == "value":
                return reply[2]
            else:
                raise RuntimeError(f"the test's function raised {reply[2][0]}: {reply[3]}")

    def answer(self, request):
        """Do what was asked and send what came of it."""
        ticket = self.ticket = request[0]
        try:
            reply = ("value", getattr(self, "on_" + request[1])(*request[2:]))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are answers too
            reply = ("raised", *describe(error), self.output.take())
        try:
            self.send((ticket, *reply))
        except FrameError as error:
            self.send((ticket, "raised", ["TypeError"], str(error), 0, self.output.take()))

    def on_run(self, source, name, seed, names):
        self.output.take()  # printed while tests called: no cell's own output
        random.seed(seed)
        np.random.seed(seed % (1 << 32))
        value = cells.run(source, name, self.namespace)
        if value is not None:
            print(repr(value))
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        return self.output.take(), self.small(names)

    def small(self, names):
        """Return values along with a reply, None where they are too large or cannot be had."""
        try:
            found = self.known(names)
            return found if measure(found) < SMALL else None
        except BaseException:  # whoever asks for them by themselves will be told why
            return None

    def known(self, names):
        return {name: (True, self.namespace[name]) for name in names if name in self.namespace}

    def on_values(self, names):
        """Return values, and the names of those that one frame has no room for beside them."""
        found, later = self.known(names), []
        if is_refused(found):
            for name, pair in found.items():
                if why := is_refused({name: pair}, names):
                    found[name] = (False, why)
            while is_refused(found, later):
                kept = list(found)[: len(found) // 2]
                later += [name for name in found if name not in kept]
                found = {name: found[name] for name in kept}
        return found, later

    def on_do(self, operation, target, args, kwargs):
        return OPERATIONS[operation](target, *args, **kwargs)


def measure(found, later=()):
    """Return the bytes of a reply that brings values; raise FrameError where it cannot be sent."""
    objects = itertools.count(1)

    def number(_):
        if next(objects) > MOST_OBJECTS:
            raise FrameError(_TOO_MANY)
        return Remote("h", 0)

    return len(encode((0, "value", (found, list(later))), number))


def is_refused(found, later=()):
    """Return why a reply that brings values cannot be sent, an empty string if it can."""
    try:
        measure(found, later)
    except FrameError as error:
        return str(error)
    return ""


def describe(error):
    """Return an exception as plain data: names of its classes, message, line in the cell."""
    names = [kind.__name__ for kind in type(error).__mro__]
    line = 0
    if isinstance(error, SyntaxError):
        line = error.lineno or 0
    else:
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename.startswith("<cell"):
                line = frame.lineno or 0
            elif frame.filename.startswith("<test"):
                line = -(frame.lineno or 0)
    try:
        message = str(error)[:4000]
    except Exception:
        message = "(an error whose message cannot be shown)"
    return names, message, line


def serve(handle, limits, given):
    """Become the student's process on an open socket."""
    session = Session(handle, limits)
    session.namespace.update(given)
    sys.stdout = sys.stderr = session.output
    sys.argv = ["notebook"]
    session.serve()
