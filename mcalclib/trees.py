"""Nested lists, tuples and dicts of arrays, taken apart and put together again."""

from .errors import ShapeError

LEAF = object()  # marks the place of an array in a structure


def flatten(tree):
    """Return the arrays of a nested list, tuple or dict in order, and its structure.

    Parameters
    ----------
    tree : array, or list, tuple or dict of trees
        Dicts are taken in the order of their keys' insertion.

    Returns
    -------
    leaves : list
    structure : object
        What `unflatten` needs to put leaves back.

    Examples
    --------
    >>> leaves, structure = flatten({"W": [1.0, 2.0], "b": 3.0})
    >>> leaves
    [1.0, 2.0, 3.0]
    >>> unflatten(structure, [x * 10 for x in leaves])
    {'W': [10.0, 20.0], 'b': 30.0}
    """
    if not isinstance(tree, list | tuple | dict):
        return [tree], LEAF
    children = tree.values() if isinstance(tree, dict) else tree
    leaves, parts = [], []
    for child in children:
        inner, part = flatten(child)
        leaves += inner
        parts.append((len(inner), part))
    keys = tuple(tree) if isinstance(tree, dict) else None
    return leaves, (type(tree), keys, tuple(parts))


def unflatten(structure, leaves):
    """Return the tree with this structure and these leaves; the inverse of `flatten`."""
    if structure is LEAF:
        (leaf,) = leaves
        return leaf
    kind, keys, parts = structure
    children, start = [], 0
    for count, part in parts:
        children.append(unflatten(part, leaves[start : start + count]))
        start += count
    if keys is not None:
        return dict(zip(keys, children, strict=True))
    if hasattr(kind, "_fields"):
        return kind(*children)
    return kind(children)


def flatten_like(structure, tree, where):
    """Return the leaves of a tree that must have the given structure.

    Raises
    ------
    ShapeError
        If the tree is nested otherwise, or a dict has other keys.
    """
    if structure is LEAF:
        return [tree]
    _, keys, parts = structure
    if keys is not None:
        if not isinstance(tree, dict) or set(tree) != set(keys):
            came = sorted(map(str, tree)) if isinstance(tree, dict) else type(tree).__name__
            raise ShapeError(
                f"{where}: expected a dict with keys {sorted(map(str, keys))}, got {came}."
            )
        children = [tree[key] for key in keys]
    else:
        if not isinstance(tree, list | tuple) or len(tree) != len(parts):
            came = f"{len(tree)}" if isinstance(tree, list | tuple) else type(tree).__name__
            raise ShapeError(
                f"{where}: expected a list or tuple of {len(parts)} parts, got {came}."
            )
        children = tree
    leaves = []
    for child, (_, part) in zip(children, parts, strict=True):
        leaves += flatten_like(part, child, where)
    return leaves
