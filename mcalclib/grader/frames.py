"""Frames: the only thing that crosses the fence, plain values in a fixed binary form.

A frame is a four-byte length and one value. The decoder builds exact built-in types and
exact NumPy arrays of the dtypes in a table; it calls nothing that the sender names. What
does not fit (a length, a tag, a depth, a dtype) is a :class:`FrameError`, never a guess.
"""

import struct
from collections import Counter
from functools import lru_cache

import numpy as np

from ..errors import McalcError

MAX_FRAME = 32 << 20  # bytes of one frame
MAX_DEPTH = 32  # containers inside containers
MAX_ITEMS = 200_000  # values in one frame
MAX_COLLISIONS = 64  # keys with the same hash in one set or dict
MAX_DIGITS = 1024  # bytes of one integer, so that printing it stays cheap

# Position in the table is what travels, so a sender can never name a dtype of its own.
DTYPES = tuple(
    np.dtype(code)
    for code in ("?", "i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8")
    + ("<f2", "<f4", "<f8", "<c8", "<c16")
)
_CODE_OF = {dtype: code for code, dtype in enumerate(DTYPES)}
_LENGTH = struct.Struct("<I")
_INT, _FLOAT, _COMPLEX = struct.Struct("<q"), struct.Struct("<d"), struct.Struct("<dd")


class FrameError(McalcError):
    """Bytes that are no frame, or a value that no frame can carry."""


class Remote:
    """An object that stays on its own side; only its number travels."""

    __slots__ = ("kind", "number")

    def __init__(self, kind: str, number: int):
        self.kind, self.number = kind, number


def encode(value, export=None) -> bytes:
    """Return the bytes of ``value``.

    Parameters
    ----------
    value : object
        None, bool, int, float, complex, str, bytes, list, tuple, dict, set, slice, a NumPy
        scalar or array of a dtype in ``DTYPES``, or a container of these. Subclasses travel
        as the plain type they extend.
    export : callable, optional
        Called with anything else; returns the `Remote` to send in its place, or None.

    Returns
    -------
    bytes
        One value without the length that `send` puts before it.

    Raises
    ------
    FrameError
        If the value is none of these, too deep, or too large.

    Examples
    --------
    >>> decode(encode({"A": [1, 2.5, None]}))
    {'A': [1, 2.5, None]}
    """
    out: list[bytes] = []
    _write(value, export, out, 0, [MAX_ITEMS, MAX_FRAME])
    return b"".join(out)


def _write(value, export, out, depth, budget):
    budget[0] -= 1
    if depth > MAX_DEPTH:
        raise FrameError(f"a value nested more than {MAX_DEPTH} deep cannot cross the fence.")
    if budget[0] < 0 or budget[1] < 0:
        raise FrameError(
            f"a value of more than {MAX_ITEMS} parts or {MAX_FRAME >> 20} MB "
            "cannot cross the fence; use an array, or a smaller one."
        )
    writer = _WRITERS.get(type(value)) or _writer_of(value.__class__)
    writer(value, export, out, depth, budget)


def _write_none(value, export, out, depth, budget):
    out.append(b"N")


def _write_bool(value, export, out, depth, budget):
    out.append(b"T" if value else b"F")


def _write_int(value, export, out, depth, budget):
    value = int(value)
    if -(1 << 63) <= value < 1 << 63:
        out.append(b"i" + _INT.pack(value))
        return
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if len(raw) > MAX_DIGITS:
        raise FrameError(f"an integer of more than {MAX_DIGITS} bytes cannot cross the fence.")
    out.append(b"I" + _LENGTH.pack(len(raw)) + raw)


def _write_float(value, export, out, depth, budget):
    out.append(b"d" + _FLOAT.pack(float(value)))


def _write_complex(value, export, out, depth, budget):
    value = complex(value)
    out.append(b"c" + _COMPLEX.pack(value.real, value.imag))


def _write_str(value, export, out, depth, budget):
    _write_bytes(b"s", str.encode(value, "utf-8", "backslashreplace"), out, budget)


def _write_buffer(value, export, out, depth, budget):
    _write_bytes(b"b", bytes(value), out, budget)


def _write_scalar(value, export, out, depth, budget):
    array = _plain_array(np.asarray(value))
    out.append(b"n" + bytes([_CODE_OF[array.dtype]]) + array.tobytes())


def _write_array(value, export, out, depth, budget):
    array = _plain_array(value)
    budget[1] -= array.nbytes
    if budget[1] < 0:
        raise FrameError(f"an array of {array.nbytes >> 20} MB cannot cross the fence.")
    shape = struct.pack(f"<B{array.ndim}Q", array.ndim, *array.shape)
    out.append(b"a" + bytes([_CODE_OF[array.dtype]]) + shape)
    out.append(array.tobytes())


def _write_dict(value, export, out, depth, budget):
    items = list(value.items())
    out.append(b"m" + _LENGTH.pack(len(items)))
    for key, item in items:
        _write(key, export, out, depth + 1, budget)
        _write(item, export, out, depth + 1, budget)


def _write_items(tag):
    def write(value, export, out, depth, budget):
        items = list(value)
        out.append(tag + _LENGTH.pack(len(items)))
        for item in items:
            _write(item, export, out, depth + 1, budget)

    return write


def _write_slice(value, export, out, depth, budget):
    out.append(b"S")
    for item in (value.start, value.stop, value.step):
        _write(item, export, out, depth + 1, budget)


def _write_ellipsis(value, export, out, depth, budget):
    out.append(b".")


def _write_remote(value, export, out, depth, budget):
    remote = value if isinstance(value, Remote) else export(value) if export else None
    if remote is None:
        raise FrameError(
            f"a value of type {type(value).__name__} cannot cross the fence; numbers, "
            "strings, lists, tuples, dicts, sets and numeric arrays can."
        )
    out.append(b"r" + remote.kind.encode("ascii")[:1] + _INT.pack(remote.number))


@lru_cache(1024)
def _writer_of(kind):
    """Return how a subclass travels: as what it extends or claims to."""
    if not issubclass(type(kind), type):
        return _write_remote
    return next((w for known, w in _WRITERS.items() if issubclass(kind, known)), _write_remote)


# In this order for subclasses: np.float64 is a float too, and has to arrive as what it was.
_WRITERS = {
    str: _write_str,
    np.ndarray: _write_array,
    np.generic: _write_scalar,
    tuple: _write_items(b"t"),
    bool: _write_bool,
    int: _write_int,
    float: _write_float,
    dict: _write_dict,
    list: _write_items(b"l"),
    type(None): _write_none,
    complex: _write_complex,
    set: _write_items(b"e"),
    frozenset: _write_items(b"e"),
    bytes: _write_buffer,
    bytearray: _write_buffer,
    slice: _write_slice,
    type(Ellipsis): _write_ellipsis,
}


def _write_bytes(tag, raw, out, budget):
    budget[1] -= len(raw)
    if budget[1] < 0:
        raise FrameError(f"a text of {len(raw) >> 20} MB cannot cross the fence.")
    out.append(tag + _LENGTH.pack(len(raw)) + raw)


def _plain_array(value):
    array = np.asarray(value)
    if array.dtype.kind in "fc" and array.dtype not in _CODE_OF:  # longdouble, big-endian
        array = array.astype("<c16" if array.dtype.kind == "c" else "<f8")
    if array.dtype.kind in "iu" and not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    if array.dtype not in _CODE_OF:
        raise FrameError(
            f"an array of dtype {array.dtype} cannot cross the fence; "
            "bool, integer, float and complex arrays can."
        )
    return array


def decode(data: bytes, resolve=None):
    """Return the value that `encode` wrote as ``data``.

    Parameters
    ----------
    data : bytes
        Anything at all: it may come from the far side of the fence.
    resolve : callable, optional
        Called with a kind and a number where the sender refers to an object that stayed
        on its side. Without it such a reference is an error.

    Returns
    -------
    object
        Exact built-in types and exact NumPy arrays.

    Raises
    ------
    FrameError
        If ``data`` is anything but one well-formed value within the limits.

    Examples
    --------
    >>> decode(b"a")
    Traceback (most recent call last):
    ...
    mcalclib.grader.frames.FrameError: the frame ends in the middle of a value.
    """
    if len(data) > MAX_FRAME + (1 << 20):
        raise FrameError(f"a frame of {len(data)} bytes is larger than {MAX_FRAME}.")
    reader = _Reader(bytes(data), resolve)
    try:
        value = reader.value(0)
    except (IndexError, struct.error):
        raise FrameError("the frame ends in the middle of a value.") from None
    except (ValueError, TypeError, OverflowError, MemoryError, RecursionError) as error:
        raise FrameError(f"the frame holds an impossible value: {error}") from None
    if reader.at != len(data):
        raise FrameError("the frame goes on after its value.")
    return value


class _Reader:
    def __init__(self, data, resolve):
        self.data, self.resolve = data, resolve
        self.at, self.items = 0, MAX_ITEMS

    def take(self, size):
        start, self.at = self.at, self.at + size
        if self.at > len(self.data):
            raise FrameError("the frame ends in the middle of a value.")
        return self.data[start : self.at]

    def count(self):
        (size,) = _LENGTH.unpack_from(self.data, self.at)
        self.at += 4
        # Every item takes at least one byte, so a count beyond the frame is a lie that
        # must not reach an allocation.
        if size > len(self.data) - self.at:
            raise FrameError("the frame announces more than it holds.")
        return size

    def dtype(self):
        code = self.data[self.at]
        self.at += 1
        if code >= len(DTYPES):
            raise FrameError(f"the frame names dtype number {code}, which does not exist.")
        return DTYPES[code]

    def value(self, depth):
        self.items -= 1
        if depth > MAX_DEPTH or self.items < 0:
            raise FrameError("the frame holds a value too deep or with too many parts.")
        tag = self.data[self.at]  # IndexError and struct.error: the frame has come to its end
        self.at += 1
        reader = _READERS.get(tag)
        if reader is None:
            raise FrameError(f"the frame holds the unknown tag {bytes([tag])!r}.")
        return reader(self, depth + 1)

    def number(self, form):
        (value,) = form.unpack_from(self.data, self.at)
        self.at += form.size
        return value

    def values(self, depth):
        return [self.value(depth) for _ in range(self.count())]

    def text(self, _):
        return self.take(self.count()).decode("utf-8")

    def long(self, _):
        size = self.count()
        if size > MAX_DIGITS:
            raise FrameError("the frame holds an integer with too many digits.")
        return int.from_bytes(self.take(size), "little", signed=True)

    def mapping(self, depth):
        pairs = [(self.value(depth), self.value(depth)) for _ in range(self.count())]
        return dict(self.hashed(pairs, [key for key, _ in pairs]))

    def set(self, depth):
        items = self.values(depth)
        return set(self.hashed(items, items))

    def hashed(self, items, keys):
        # Keys made to collide would keep us comparing them for minutes.
        if len(keys) > MAX_COLLISIONS and max(Counter(map(hash, keys)).values()) > MAX_COLLISIONS:
            raise FrameError("the frame holds keys that were made to collide.")
        return items

    def slice(self, depth):
        return slice(self.value(depth), self.value(depth), self.value(depth))

    def remote(self, _):
        kind, number = self.take(1), self.number(_INT)
        if self.resolve is None:
            raise FrameError("the frame refers to an object where none is expected.")
        return self.resolve(kind.decode("latin-1"), number)

    def scalar(self, _):
        dtype = self.dtype()
        return self.numbers(dtype, self.take(dtype.itemsize))[0]

    def array(self, _):
        dtype = self.dtype()
        ndim = self.data[self.at]
        self.at += 1
        if ndim > 16:
            raise FrameError(f"the frame holds an array of {ndim} dimensions.")
        shape = struct.unpack(f"<{ndim}Q", self.take(8 * ndim))
        size = 1
        for length in shape:
            size *= length  # Python's own integers: no overflow to hide behind
        return self.numbers(dtype, self.take(size * dtype.itemsize)).reshape(shape)

    def numbers(self, dtype, raw):
        if dtype.kind == "b" and raw.strip(b"\0\1"):
            raise FrameError("the frame holds a truth value that is neither 0 nor 1.")
        return np.frombuffer(raw, dtype=dtype).copy()


_READERS = {
    ord("N"): lambda reader, _: None,
    ord("T"): lambda reader, _: True,
    ord("F"): lambda reader, _: False,
    ord("i"): lambda reader, _: reader.number(_INT),
    ord("d"): lambda reader, _: reader.number(_FLOAT),
    ord("c"): lambda reader, _: complex(*_COMPLEX.unpack(reader.take(16))),
    ord("I"): _Reader.long,
    ord("s"): _Reader.text,
    ord("b"): lambda reader, _: reader.take(reader.count()),
    ord("a"): _Reader.array,
    ord("n"): _Reader.scalar,
    ord("l"): _Reader.values,
    ord("t"): lambda reader, depth: tuple(reader.values(depth)),
    ord("e"): _Reader.set,
    ord("m"): _Reader.mapping,
    ord("S"): _Reader.slice,
    ord("."): lambda reader, _: Ellipsis,
    ord("r"): _Reader.remote,
}


def pack(value, export=None) -> bytes:
    """Return the bytes of a whole frame, length first."""
    body = encode(value, export)
    return _LENGTH.pack(len(body)) + body


def length_of(header: bytes) -> int:
    """Return how many bytes follow a frame's four-byte ``header``; refuse more than allowed."""
    (length,) = _LENGTH.unpack(header)
    if length > MAX_FRAME + (1 << 20):
        raise FrameError(f"a frame of {length} bytes was announced; {MAX_FRAME} is the limit.")
    return length
