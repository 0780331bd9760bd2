"""Functions of one variable, and of two along a line."""

import numpy as np

from .style import COLORS, Drawn, arrow, axes


def tangent_line(f, slope, a, dx, interval, ax=None):
    """Draw a curve, its tangent at a, and over one dx both the increment Δy and dy.

    Parameters
    ----------
    f : callable
        Takes arrays.
    slope : float
        f'(a).
    a, dx : float
    interval : (float, float)
        Where the curve is drawn.
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers` has "increment" = f(a + dx) - f(a), "dy" = slope dx, "remainder".

    Examples
    --------
    >>> fig, ax = tangent_line(lambda x: x**2, 2.0, 1.0, 0.5, (0, 2))
    >>> fig.numbers["increment"], fig.numbers["dy"], fig.numbers["remainder"]
    (1.25, 1.0, 0.25)
    """
    fig, ax = axes(ax)
    s = np.linspace(*interval, 200)
    y, end = float(f(a)), a + dx
    dy, increment = slope * dx, float(f(end)) - y
    ax.plot(s, f(s), color=COLORS["blue"])
    reach = np.array([a - 0.6 * abs(dx), a + 1.35 * dx])
    reach = np.clip(reach, *sorted(interval))
    ax.plot(reach, y + slope * (reach - a), color=COLORS["orange"])
    ax.plot([a, end, end], [y, y, y + dy], color=COLORS["grey"], linewidth=1.2)
    ax.plot([a, end], [y, y + increment], "o", color=COLORS["blue"], markersize=6)
    width = interval[1] - interval[0]
    _brace(ax, end + 0.02 * width, y, y + dy, "$dy=f'(a)\\,dx$", COLORS["orange"])
    _brace(ax, end + 0.40 * width, y, y + increment, r"$\Delta y$", COLORS["blue"])
    ax.plot([end, end + 0.40 * width], [y + increment] * 2, ":", color=COLORS["blue"], linewidth=1)
    ax.plot([end, end + 0.40 * width], [y, y], ":", color=COLORS["grey"], linewidth=1)
    ax.annotate(
        "$dx$",
        xy=(a + dx / 2, y),
        xytext=(0, -14),
        textcoords="offset points",
        ha="center",
        color=COLORS["grey"],
    )
    ax.set_xlim(interval[0], max(interval[1], end + 0.55 * width))
    ax.set(xticks=[a, end], xticklabels=["$a$", "$a+dx$"], yticks=[], xlabel="$x$", ylabel="$y$")
    fig.numbers.update(increment=increment, dy=dy, remainder=increment - dy)
    return Drawn(fig, ax)


def _brace(ax, x, low, high, label, color):
    ax.annotate(
        "",
        xy=(x, high),
        xytext=(x, low),
        arrowprops={"arrowstyle": "<->", "color": color, "shrinkA": 0, "shrinkB": 0},
    )
    ax.annotate(
        label,
        xy=(x, (low + high) / 2),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=color,
    )


def directional_derivative(f, gradient, point, direction, reach=1.0, ax=None):
    """Draw the level sets of f with a point and a direction, and f along that direction.

    Parameters
    ----------
    f : callable
        f(x, y), takes arrays.
    gradient : (2,) array
        Of f at the point.
    point, direction : (2,) arrays
        The direction need not have length 1.
    reach : float
        The line is drawn for t from -reach to reach.
    ax : sequence of two matplotlib axes, optional

    Returns
    -------
    fig, (left, right)
        `fig.numbers["derivative"]` is the slope drawn on the right, ⟨gradient, direction⟩.

    Examples
    --------
    >>> fig, ax = directional_derivative(lambda x, y: x**2 + y**2, [2.0, 0.0], [1, 0], [1, 1])
    >>> fig.numbers["derivative"]
    2.0
    """
    fig, (left, right) = axes(ax, ncols=2, figsize=(6.0, 3.1))
    p, v = np.asarray(point, dtype=float), np.asarray(direction, dtype=float)
    slope = float(np.dot(gradient, v))
    half = 1.5 * reach * max(1.0, float(np.linalg.norm(v)))
    sx, sy = (np.linspace(c - half, c + half, 121) for c in p)
    left.contour(sx, sy, f(*np.meshgrid(sx, sy)), 10, colors=COLORS["grey"], linewidths=0.9)
    line = p[:, None] + np.outer(v, [-reach, reach])
    left.plot(*line, color=COLORS["blue"], linewidth=1.2)
    left.plot(*p, "o", color=COLORS["ink"])
    arrow(left, p, v * min(1.0, reach), COLORS["orange"], "$v$")
    left.set(aspect="equal", xlabel="$x_1$", ylabel="$x_2$", title="level sets of $f$")
    left.set(xlim=(p[0] - half, p[0] + half), ylim=(p[1] - half, p[1] + half))
    t = np.linspace(-reach, reach, 161)
    values = f(*(p[:, None] + np.outer(v, t)))
    right.plot(t, values, color=COLORS["blue"])
    value = float(f(*p))
    right.plot(t / 1.6, value + slope * t / 1.6, color=COLORS["orange"])
    right.plot(0, value, "o", color=COLORS["ink"])
    right.set(xlabel="$t$", title="$f(x+tv)$ and its tangent")
    right.grid(True)
    fig.numbers.update(derivative=slope, t=t, values=values)
    return Drawn(fig, (left, right))


def regression(x, y, degree=1, ax=None):
    """Draw data, the least-squares polynomial and the residuals as vertical lines.

    Parameters
    ----------
    x, y : (m,) arrays
    degree : int
        1 for a line, 2 for a parabola.
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers` has "coefficients" (constant first), "residuals" = y - fit, "error", the
        sum of their squares.

    Examples
    --------
    >>> fig, ax = regression([0.0, 1.0, 2.0], [0.0, 0.0, 3.0])
    >>> np.round(fig.numbers["coefficients"], 6), round(fig.numbers["error"], 6)
    (array([-0.5,  1.5]), 1.5)
    """
    fig, ax = axes(ax)
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    X = np.vander(x, degree + 1, increasing=True)
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    fit = X @ w
    margin = 0.08 * (x.max() - x.min())
    s = np.linspace(x.min() - margin, x.max() + margin, 200)
    ax.vlines(x, fit, y, color=COLORS["grey"], linewidth=1.4, label="residuals")
    kind = {1: "line", 2: "parabola"}.get(degree, f"degree {degree}")
    curve = np.vander(s, degree + 1, increasing=True) @ w
    ax.plot(s, curve, color=COLORS["orange"], label=kind)
    ax.plot(x, y, "o", color=COLORS["blue"], label="data")
    ax.set(xlabel="$x$", ylabel="$y$")
    ax.legend()
    fig.numbers.update(coefficients=w, residuals=y - fit, error=float(np.sum((y - fit) ** 2)))
    return Drawn(fig, ax)
