"""A multilayer perceptron as a graph."""

from itertools import pairwise

import numpy as np
from matplotlib.collections import LineCollection

from ..errors import ShapeError
from .style import COLORS, Drawn, axes


def network(sizes, labels=None, weights=None, ax=None):
    """Draw a multilayer perceptron: one column of nodes for each layer, an edge per weight.

    Parameters
    ----------
    sizes : sequence of int
        Nodes of each layer, input first; at least two layers.
    labels : sequence of str, optional
        Under the layers; default: input, hidden, ..., output.
    weights : sequence of str, optional
        Above the gaps between layers; default: W_1, W_2, ...
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers` has "nodes" and "edges", as many as there are weights.

    Raises
    ------
    ShapeError
        If there are fewer than two layers, or an empty one.

    Examples
    --------
    >>> fig, ax = network([3, 4, 2])
    >>> fig.numbers["nodes"], fig.numbers["edges"]
    (9, 20)
    """
    sizes = [int(n) for n in sizes]
    if len(sizes) < 2 or min(sizes) < 1:
        raise ShapeError(
            f"network: sizes must name at least two layers of at least one node, got {sizes}."
        )
    hidden = [f"hidden {k}" if len(sizes) > 3 else "hidden" for k in range(1, len(sizes) - 1)]
    labels = ["input", *hidden, "output"] if labels is None else labels
    weights = [f"W_{{{k}}}" for k in range(1, len(sizes))] if weights is None else weights
    tall = max(sizes)
    fig, ax = axes(ax, figsize=(min(6.0, 1.6 * len(sizes) + 0.6), min(4.6, 0.55 * tall + 1.2)))
    columns = [
        np.column_stack([np.full(n, 2.0 * k), np.arange(n)[::-1] - (n - 1) / 2])
        for k, n in enumerate(sizes)
    ]
    edges = [(a, b) for left, right in pairwise(columns) for a in left for b in right]
    ax.add_collection(LineCollection(edges, colors=COLORS["grey"], linewidths=0.8, alpha=0.7))
    for k, nodes in enumerate(columns):
        color = COLORS["blue"] if 0 < k < len(sizes) - 1 else COLORS["ink"]
        ax.plot(*nodes.T, "o", color=color, markersize=14, zorder=3)
        ax.text(2.0 * k, -tall / 2 - 0.25, labels[k], ha="center", va="top")
    for k, name in enumerate(weights):
        ax.text(
            2.0 * k + 1,
            tall / 2 + 0.05,
            f"${name}$",
            ha="center",
            va="bottom",
            color=COLORS["orange"],
        )
    ax.set(xlim=(-0.8, 2.0 * len(sizes) - 1.2), ylim=(-tall / 2 - 0.8, tall / 2 + 0.55))
    ax.axis("off")
    fig.numbers.update(nodes=sum(sizes), edges=len(edges))
    return Drawn(fig, ax)
