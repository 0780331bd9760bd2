"""Errors against step lengths on log-log axes, where an order is a slope."""

import numpy as np
from matplotlib.ticker import LogLocator, NullLocator

from .style import COLORS, Drawn, axes

_MARKS = "osD^v"


def error_against_step(
    steps, errors, slopes=(), fitted=None, xlabel="step $t$", ylabel="error", ax=None
):
    """Draw errors against steps on log-log axes, with reference lines of given slopes.

    Parameters
    ----------
    steps : (k,) array
    errors : (k,) array, or dict of label to (k,) array
        Zeros and NaN are left out.
    slopes : sequence of float
        Slopes of dotted reference lines, drawn through the largest step of the first errors.
    fitted : (k,) array of bool, optional
        Steps to draw with filled marks; the others are pale.
    xlabel, ylabel : str
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers["slopes"]` holds the slope of each curve, fitted to what is filled.

    Examples
    --------
    >>> t = 10.0 ** -np.arange(5)
    >>> fig, ax = error_against_step(t, {"quadratic": t**2}, slopes=(1, 2))
    >>> round(fig.numbers["slopes"]["quadratic"], 6)
    2.0
    """
    fig, ax = axes(ax)
    steps = np.asarray(steps, dtype=float)
    curves = errors if isinstance(errors, dict) else {"": errors}
    chosen = np.ones(len(steps), dtype=bool) if fitted is None else np.asarray(fitted)
    colors = [COLORS[name] for name in ("blue", "orange", "green", "purple", "grey")]
    measured = {}
    for k, (label, values) in enumerate(curves.items()):
        values = np.asarray(values, dtype=float)
        color, mark = colors[k % 5], _MARKS[k % 5]
        pale = len(curves) == 1 and fitted is not None
        ax.plot(
            steps,
            values,
            marker=mark,
            markersize=4.5,
            linewidth=1.2,
            color=color,
            markerfacecolor="none" if pale else color,
            label=label or None,
        )
        clear = chosen & (np.nan_to_num(values) > 0)
        if pale:
            ax.plot(steps[clear], values[clear], mark, markersize=4.5, color=color)
        measured[label] = (
            float(np.polyfit(np.log(steps[clear]), np.log(values[clear]), 1)[0])
            if clear.sum() > 1
            else np.nan
        )
    ax.set_xscale("log")
    ax.set_yscale("log")
    first = np.nan_to_num(np.asarray(next(iter(curves.values())), dtype=float))
    if (first > 0).any():
        _reference_lines(ax, steps, first, slopes)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(numticks=7))
        axis.set_minor_locator(NullLocator())
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(True)
    if any(curves):
        ax.legend()
    fig.numbers["slopes"] = measured
    return Drawn(fig, ax)


def _reference_lines(ax, steps, values, slopes):
    start = int(np.flatnonzero(values > 0)[np.argmax(steps[values > 0])])
    low = 0.5 * values[values > 0].min()
    for slope in slopes:
        line = 4 * values[start] * (steps / steps[start]) ** slope
        shown = line >= low
        ax.plot(steps[shown], line[shown], ":", color=COLORS["grey"], linewidth=1.5)
        half = np.flatnonzero(shown)[shown.sum() // 2]
        ax.annotate(
            f"slope {slope:g}",
            xy=(steps[half], line[half]),
            xytext=(-5, 5),
            textcoords="offset points",
            ha="right",
            color=COLORS["grey"],
            fontsize=10.5,
        )


def increment_against_derivative(f, df, x, dx, steps=None, ax=None):
    """Draw ‖f(x + t dx) - f(x)‖, ‖t df(dx)‖ and the norm of their difference against t.

    Increment and derivative fall with slope 1 and run together; their difference falls with
    slope 2 until rounding takes over. That is what the best linear approximation means.

    Parameters
    ----------
    f, df : callable
        The function and its claimed derivative at x, dx to dF.
    x, dx : arrays of one shape, or floats
    steps : (k,) array, optional
        Values of t, falling; default: 1 down to 1e-10.
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax
        `fig.numbers` has "steps", "increment", "linear", "remainder" and "slope", the slope
        of the remainder where it stands clear of rounding.

    Examples
    --------
    >>> fig, ax = increment_against_derivative(np.exp, lambda dx: dx, 0.0, 1.0)
    >>> round(fig.numbers["slope"], 1)
    2.0
    """
    steps = 10.0 ** -np.arange(0, 10.1, 0.5) if steps is None else np.asarray(steps, dtype=float)
    value, dF = np.asarray(f(x)), np.asarray(df(dx))
    change = [np.asarray(f(x + t * dx)) - value for t in steps]
    increment = np.array([np.linalg.norm(d) for d in change])
    linear = steps * np.linalg.norm(dF)
    remainder = np.array([np.linalg.norm(d - t * dF) for t, d in zip(steps, change, strict=True)])
    fig, ax = error_against_step(
        steps,
        {
            r"$\|f(x+t\,dx)-f(x)\|$": increment,
            r"$\|t\,f'(x)[dx]\|$": linear,
            "their difference": remainder,
        },
        ylabel="norm",
        ax=ax,
    )
    # Rounding of f is near 1e-16; a remainder a thousand times that shows its slope cleanly.
    clear = remainder > 1e3 * np.finfo(float).eps * max(1.0, float(np.linalg.norm(value)))
    clear &= steps <= 0.1 * steps.max()
    slope = (
        float(np.polyfit(np.log(steps[clear]), np.log(remainder[clear]), 1)[0])
        if clear.sum() > 1
        else np.inf
    )
    fig.numbers = {
        "steps": steps,
        "increment": increment,
        "linear": linear,
        "remainder": remainder,
        "slope": slope,
    }
    return Drawn(fig, ax)


def gaps_by_trial(gaps, tolerance, ax=None):
    """Draw the relative gap of each random trial on a log scale, with the tolerance.

    Parameters
    ----------
    gaps : (k,) array
        Zeros are drawn at 1e-17, below any rounding error.
    tolerance : float
    ax : matplotlib axes, optional

    Returns
    -------
    fig, ax

    Examples
    --------
    >>> fig, ax = gaps_by_trial([1e-16, 0.0], 1e-10)
    >>> fig.numbers["largest"]
    1e-16
    """
    fig, ax = axes(ax)
    gaps = np.asarray(gaps, dtype=float)
    ax.semilogy(np.arange(1, len(gaps) + 1), np.maximum(gaps, 1e-17), "o", color=COLORS["blue"])
    ax.axhline(tolerance, linestyle=":", color=COLORS["orange"])
    ax.annotate(
        "tolerance",
        xy=(1, tolerance),
        xytext=(0, 4),
        textcoords="offset points",
        color=COLORS["orange"],
    )
    ax.set(xlabel="trial", ylabel="relative gap", xticks=np.arange(1, len(gaps) + 1))
    ax.set_ylim(3e-18, max(10 * tolerance, 3 * float(np.max(gaps, initial=0.0))))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.grid(True, axis="y")
    fig.numbers["largest"] = float(gaps.max())
    return Drawn(fig, ax)
