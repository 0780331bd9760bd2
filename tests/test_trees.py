"""Nested structures: what is taken apart goes together again."""

from collections import namedtuple

import pytest

from mcalclib.errors import ShapeError
from mcalclib.trees import flatten, flatten_like, unflatten

Pair = namedtuple("Pair", "left right")
TREES = [
    (1.0, [1.0]),
    ([1.0, [2.0, 3.0]], [1.0, 2.0, 3.0]),
    ({"W": [1.0, 2.0], "b": (3.0,)}, [1.0, 2.0, 3.0]),
    (Pair(1.0, {"x": 2.0}), [1.0, 2.0]),
    ([], []),
]


@pytest.mark.parametrize(("tree", "leaves"), TREES)
def test_unflatten_undoes_flatten(tree, leaves):
    found, structure = flatten(tree)
    assert found == leaves
    back = unflatten(structure, found)
    assert back == tree
    assert type(back) is type(tree)


def test_dicts_are_matched_by_key_not_by_order():
    _, structure = flatten({"a": 1.0, "b": 2.0})
    assert flatten_like(structure, {"b": 20.0, "a": 10.0}, "here") == [10.0, 20.0]


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"a": 1.0}, r"keys \['a', 'b'\], got \['a'\]"),
        ([1.0, 2.0], "got list"),
    ],
)
def test_other_structures_are_refused(tree, words):
    _, structure = flatten({"a": 1.0, "b": 2.0})
    with pytest.raises(ShapeError, match=words):
        flatten_like(structure, tree, "here")


def test_lists_of_other_length_are_refused():
    _, structure = flatten([1.0, 2.0])
    with pytest.raises(ShapeError, match="2 parts, got 3"):
        flatten_like(structure, [1.0, 2.0, 3.0], "here")
