"""Matrices: what they do to the plane, and what their entries look like."""

import numpy as np
from matplotlib.colors import ListedColormap, to_rgb

from ..errors import ShapeError
from .style import COLORS, Drawn, arrow, axes


def linear_map(M, vectors=None, reach=2, window=None, ax=None):
    """Draw the plane before and after a linear map: a grid, the unit square, vectors.

    Parameters
    ----------
    M : (2, 2) array
    vectors : dict of label to (2,) array, optional
        Drawn with their images; default: the two basis vectors.
    reach : int
        The grid covers -reach to reach.
    window : float, optional
        Both panels show -window to window; give it where pictures are compared. Default: each
        is as wide as what it shows, on one scale.
    ax : sequence of two matplotlib axes, optional

    Returns
    -------
    fig, (before, after)
        `fig.numbers` has "images" (label to vector) and "area" of the image of the unit
        square, with the sign of the orientation.

    Raises
    ------
    ShapeError
        If M is not 2 by 2.

    Examples
    --------
    >>> fig, ax = linear_map([[1.0, 1.0], [0.0, 2.0]])
    >>> fig.numbers["images"]["e_2"], fig.numbers["area"]
    (array([1., 2.]), 2.0)
    """
    M = np.asarray(M, dtype=float)
    if M.shape != (2, 2):
        raise ShapeError(
            f"linear_map: M must map the plane to itself, so be of shape (2, 2); got {M.shape}."
        )
    vectors = {"e_1": (1, 0), "e_2": (0, 1)} if vectors is None else vectors
    corners = reach * np.array([[-1, -1, 1, 1], [-1, 1, -1, 1]])
    ends = [np.array([*vectors.values()], dtype=float).T, corners]
    widths, heights = zip(
        *(
            np.abs(np.hstack([matrix @ points for points in ends])).max(axis=1) * 1.15
            if window is None
            else (window, window)
            for matrix in (np.eye(2), M)
        ),
        strict=True,
    )
    # One scale for both, so that lengths and areas can be compared.
    height = max(heights)
    size = (6.0, float(np.clip(6.0 * height / sum(widths) + 0.4, 1.8, 5.0)))
    fig, (before, after) = axes(ax, ncols=2, figsize=size, width_ratios=widths)
    images = {}
    for side, matrix, title in ((before, np.eye(2), "before"), (after, M, "after")):
        ticks = np.arange(-reach, reach + 1)
        side_to_side = np.array([-reach, reach])
        for c in ticks:
            for line in (np.array([[c, c], side_to_side]), np.array([side_to_side, [c, c]])):
                side.plot(
                    *(matrix @ line),
                    color=COLORS["grey"],
                    linewidth=1.6 if c == 0 else 0.8,
                    alpha=0.9 if c == 0 else 0.55,
                )
        square = matrix @ np.array([[0, 1, 1, 0], [0, 0, 1, 1]])
        side.fill(*square, color=COLORS["blue"], alpha=0.25, linewidth=0)
        for k, (label, v) in enumerate(vectors.items()):
            color = COLORS[("orange", "blue", "green", "purple")[k % 4]]
            image = matrix @ np.asarray(v, dtype=float)
            text = label if side is before else f"L[{label}]"
            arrow(side, (0, 0), image, color, f"${text}$")
            images[label] = image
        side.set(aspect="equal", title=title, xticks=[], yticks=[])
        side.spines[:].set_visible(False)
    for side, width in ((before, widths[0]), (after, widths[1])):
        side.set(xlim=(-width, width), ylim=(-height, height))
    fig.numbers.update(images=images, area=float(np.linalg.det(M)))
    return Drawn(fig, (before, after))


def _signed_colors():
    """Blue for positive, orange for negative, nothing for zero, whatever the ground."""
    depth = np.linspace(0, 0.75, 128)[:, None]
    low = np.hstack([np.tile(to_rgb(COLORS["orange"]), (128, 1)), depth[::-1]])
    high = np.hstack([np.tile(to_rgb(COLORS["blue"]), (128, 1)), depth])
    return ListedColormap(np.vstack([low, high]))


def _short(entry):
    """Two digits, but 177 as it is: 1.8e+02 is longer and says less."""
    entry = entry + 0.0  # turns -0.0 into 0
    text = f"{entry:.0f}" if 99.5 <= abs(entry) < 9999.5 else f"{entry:.2g}"
    return text.replace("-", "−")


def heat_map(M, blocks=None, values=None, labels=None, ax=None):
    """Draw the entries of a matrix as colours, with lines around its blocks.

    Zero is transparent, positive entries are blue, negative ones orange.

    Parameters
    ----------
    M : (p, q) array
    blocks : (int, int), optional
        Rows and columns of one block, for Jacobians in vec form and Kronecker products.
    values : bool, optional
        Write the entries; default: where there are at most 100.
    labels : (list of str, list of str), optional
        Of rows and columns.
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers` has "matrix" and "nonzero", the number of entries that are not 0.

    Raises
    ------
    ShapeError
        If M is not a matrix, or the blocks do not tile it.

    Examples
    --------
    >>> fig, ax = heat_map(np.kron(np.eye(2), [[1.0, 2.0], [3.0, 4.0]]), blocks=(2, 2))
    >>> fig.numbers["nonzero"]
    8
    """
    M = np.asarray(M, dtype=float)
    if M.ndim != 2:
        raise ShapeError(f"heat_map: M must be a matrix, got shape {M.shape}.")
    p, q = M.shape
    if blocks is not None and (p % blocks[0] or q % blocks[1]):
        raise ShapeError(
            f"heat_map: blocks of shape {tuple(blocks)} do not tile a matrix of shape {M.shape}."
        )
    cell = float(np.clip(4.6 / max(p, q), 0.12, 0.6))
    fig, ax = axes(ax, figsize=(max(2.2, q * cell + 0.9), max(1.8, p * cell + 0.5)))
    top = float(np.abs(M).max()) or 1.0
    # Filled cells instead of an image: sharp at every size, no resampling between them.
    edges = np.arange(q + 1) - 0.5, np.arange(p + 1) - 0.5
    ax.pcolormesh(
        *edges, M, cmap=_signed_colors(), vmin=-top, vmax=top, linewidth=0, antialiased=False
    )
    if values or (values is None and M.size <= 100):
        size = float(np.clip(30 * cell, 7, 13))
        for i, j in np.ndindex(p, q):
            ax.text(j, i, _short(M[i, j]), ha="center", va="center", fontsize=size)
    step = blocks or (p, q)
    for r in range(0, p + 1, step[0]):
        ax.plot([-0.5, q - 0.5], [r - 0.5] * 2, color=COLORS["ink"], linewidth=1.2)
    for c in range(0, q + 1, step[1]):
        ax.plot([c - 0.5] * 2, [-0.5, p - 0.5], color=COLORS["ink"], linewidth=1.2)
    ax.set(aspect="equal", xticks=[], yticks=[], xlim=(-0.6, q - 0.4), ylim=(p - 0.4, -0.6))
    if labels is not None:
        ax.set_yticks(range(p), labels[0])
        ax.set_xticks(range(q), labels[1])
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    fig.numbers.update(matrix=M, nonzero=int(np.count_nonzero(M)))
    return Drawn(fig, ax)
