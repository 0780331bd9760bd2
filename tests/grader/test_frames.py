"""What crosses the fence: every plain value comes back the same, no bytes can do harm."""

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mcalclib.grader.frames import (
    DTYPES,
    MAX_DEPTH,
    MAX_FRAME,
    FrameError,
    Remote,
    decode,
    encode,
    length_of,
)

hashable = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.binary()
)
scalars = st.one_of(hashable, st.complex_numbers(allow_nan=False))
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=4, min_side=0))
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=5).map(tuple),
        st.dictionaries(hashable, inner, max_size=5),
        st.sets(hashable, max_size=5),
    ),
    max_leaves=20,
)


def same_types(left, right):
    """Equal and of exactly the same types all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same_types, left, right))
    if isinstance(left, dict):
        return list(map(type, left)) == list(map(type, right)) and all(
            same_types(left[key], right[key]) for key in left
        )
    return left == right


@given(values)
def test_plain_values_come_back_with_the_types_they_had(value):
    assert same_types(decode(encode(value)), value)


@given(arrays)
def test_arrays_come_back_bit_for_bit(array):
    copy = decode(encode(array))
    assert type(copy) is np.ndarray
    assert (copy.dtype, copy.shape, copy.tobytes()) == (array.dtype, array.shape, array.tobytes())
    assert copy.flags.writeable


@given(st.sampled_from(DTYPES))
def test_numpy_scalars_come_back_as_numpy_scalars(dtype):
    value = np.ones((), dtype)[()]
    copy = decode(encode(value))
    assert type(copy) is type(value)
    assert copy == value


@settings(max_examples=2000)
@given(st.binary(max_size=200))
def test_random_bytes_are_a_value_or_a_frame_error(data):
    with contextlib.suppress(FrameError):
        decode(data)


@settings(max_examples=500)
@given(values | arrays, st.data())
def test_damaged_frames_are_a_value_or_a_frame_error(value, data):
    frame = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame) - 1))
        frame[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(frame)))
    for damaged in (bytes(frame), bytes(frame[:cut])):
        with contextlib.suppress(FrameError):
            decode(damaged)


class LoudArray(np.ndarray):
    """An array that claims to equal everything."""

    def __eq__(self, other):
        return np.ones(self.shape, bool)


class LoudFloat(float):
    """A number that claims to equal everything."""

    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


@pytest.mark.parametrize(
    ("value", "plain"), [(LoudFloat(2.0), float), (np.zeros(3).view(LoudArray), np.ndarray)]
)
def test_subclasses_arrive_as_the_plain_type_they_extend(value, plain):
    copy = decode(encode(value))
    assert type(copy) is plain
    assert not np.all(copy == 7)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        print,
        np.array([object()]),
        np.array(["text"]),
        np.zeros(2, dtype=[("a", "f8")]),
        np.array("2020-01-01", dtype="M8[D]"),
        1 << 10_000,
        [0] * 300_000,
        np.zeros(MAX_FRAME, dtype="u1").repeat(2),
        "x" * (MAX_FRAME + 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_or_too_large_is_refused_with_its_reason(value):
    with pytest.raises(FrameError, match="cannot cross the fence"):
        encode(value)


def test_a_list_inside_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(FrameError, match=f"more than {MAX_DEPTH} deep"):
        encode(loop)


def nested(depth):
    return b"l\1\0\0\0" * depth + b"N"


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "ends in the middle"),
        (b"NN", "goes on"),
        (nested(100_000), "too deep"),
        (b"l\xff\xff\xff\xff", "announces more"),
        (b"s\xff\xff\xff\x7fabc", "announces more"),
        (b"s\1\0\0\0\xff", "impossible"),
        (b"a\xff\0", "dtype number 255"),
        (b"a\x0b\x02" + struct.pack("<QQ", 1 << 63, 1 << 63), "ends in the middle"),
        (b"a\x0b\x02" + struct.pack("<QQ", 0, 1 << 63), "impossible"),
        (b"a\x0b\xff", "255 dimensions"),
        (b"a\x00\x01" + struct.pack("<Q", 1) + b"\x02", "neither 0 nor 1"),
        (b"I" + struct.pack("<I", 5000) + bytes(5000), "too many digits"),
        (b"e\1\0\0\0l\0\0\0\0", "impossible"),
        (b"m\1\0\0\0l\0\0\0\0N", "impossible"),
        (b"rh" + bytes(8), "where none is expected"),
        (b"\x80\x04N.", "unknown tag"),
    ],
    ids=lambda x: x if isinstance(x, str) else None,
)
def test_hostile_frames_are_refused_with_their_reason(frame, reason):
    with pytest.raises(FrameError, match=reason):
        decode(frame)


def colliding(tag, values):
    """A set, or a dict with a None after each key, of integers that have the same hash."""
    keys = [b"I" + struct.pack("<I", 9) + (k * (2**61 - 1)).to_bytes(9, "little") for k in values]
    return tag + struct.pack("<I", len(keys)) + b"".join(k + b"N" * (tag == b"m") for k in keys)


@pytest.mark.parametrize("tag", [b"e", b"m"])
def test_keys_that_collide_are_refused_before_they_are_compared(tag):
    assert len({hash(k * (2**61 - 1)) for k in range(300)}) == 1
    assert len(decode(colliding(tag, range(64)))) == 64
    with pytest.raises(FrameError, match="made to collide"):
        decode(colliding(tag, range(100)))
    assert len(decode(encode(set(range(100_000))))) == 100_000


def test_a_frame_too_long_is_refused_before_it_is_read():
    with pytest.raises(FrameError, match="was announced"):
        length_of(struct.pack("<I", 0xFFFFFFFF))


def test_other_objects_travel_as_a_number_only():
    frame = encode([print], export=lambda value: Remote("h", 12))
    assert decode(frame, resolve=lambda kind, number: (kind, number)) == [("h", 12)]
