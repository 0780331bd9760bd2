"""One look for every figure, in light and dark, on a wide screen and on a phone."""

import sys
from typing import NamedTuple

import matplotlib as mpl
import matplotlib.figure
import matplotlib.pyplot as plt

# Told apart without colour vision (Okabe and Ito, darkened), at least 3:1 against white, and
# after the pages' dark mode (invert, then turn the hue back) as well against their dark ground.
COLORS = {
    "blue": "#0072b2",
    "orange": "#c04d00",
    "green": "#00805c",
    "purple": "#a3447e",
    "grey": "#6b6b6b",
    "ink": "#222222",
}

_RC = {
    # A transparent ground shows the page's own, light or dark.
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "savefig.transparent": True,
    "legend.framealpha": 0.0,
    # Identifiers that depend on the drawing alone, and text as outlines, so that the same
    # figure is the same file on every machine.
    "svg.hashsalt": "mcalclib",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "cm",
    # 12 points in a figure 5 to 6 inches wide are still 9.5 pixels on a screen 390 pixels wide.
    "font.size": 12.0,
    "axes.labelsize": 13.0,
    "axes.titlesize": 12.0,
    "xtick.labelsize": 11.0,
    "ytick.labelsize": 11.0,
    "legend.fontsize": 11.0,
    "legend.frameon": False,
    "figure.figsize": (5.2, 3.5),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "lines.linewidth": 2.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": COLORS["ink"],
    "axes.labelcolor": COLORS["ink"],
    "text.color": COLORS["ink"],
    "xtick.color": COLORS["ink"],
    "ytick.color": COLORS["ink"],
    "grid.color": COLORS["grey"],
    "grid.alpha": 0.3,
    "grid.linewidth": 0.7,
    "axes.prop_cycle": mpl.cycler(
        color=[COLORS[name] for name in ("blue", "orange", "green", "purple", "grey")]
    ),
}

# Without a date and without the version of matplotlib.
SVG_METADATA = {"Date": None, "Creator": None}


def use_style():
    """Give every figure of this session the look of the book; notebooks show them as SVG.

    The ground is transparent, colours survive colour blindness and the pages' dark mode, and
    the same figure gives the same bytes on every machine.

    Examples
    --------
    >>> use_style()
    >>> mpl.rcParams["svg.hashsalt"]
    'mcalclib'
    """
    mpl.rcParams.update(_RC)
    _show_svg_inline()


def _show_svg_inline():
    """Make a running IPython kernel show figures as SVG; do nothing elsewhere."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        return
    from matplotlib_inline.backend_inline import set_matplotlib_formats
    from matplotlib_inline.config import InlineBackend

    # Kept in the configuration too: the inline backend reads it again when it is activated.
    config = InlineBackend.instance(parent=shell)
    config.figure_formats = {"svg"}
    config.print_figure_kwargs = {"bbox_inches": "tight", "metadata": SVG_METADATA}
    set_matplotlib_formats("svg", bbox_inches="tight", metadata=SVG_METADATA)


class Drawn(NamedTuple):
    """What a figure function returns: unpacks as (fig, ax), and shows no text in a notebook.

    The notebook shows the figure by itself. A semicolon would hide the text too, but not where
    notebooks are executed to compare their outputs.
    """

    fig: mpl.figure.Figure
    ax: object

    def _ipython_display_(self):
        pass


def axes(ax=None, **options):
    """Return the figure and the axes to draw on: those given, or new ones in the book's look."""
    if ax is not None:
        fig = ax.figure
    else:
        with mpl.rc_context(_RC):
            fig, ax = plt.subplots(**options)
    if not hasattr(fig, "numbers"):
        fig.numbers = {}
    return fig, ax


def arrow(ax, start, vector, color, label=None, **options):
    """Draw a vector as an arrow with a label at its tip, and make room for it."""
    end = (start[0] + vector[0], start[1] + vector[1])
    ax.annotate(
        "",
        xy=end,
        xytext=start,
        arrowprops={
            "arrowstyle": "-|>,head_width=0.25,head_length=0.5",
            "color": color,
            "linewidth": 2.2,
            "shrinkA": 0,
            "shrinkB": 0,
            **options,
        },
    )
    ax.plot(*zip(start, end, strict=True), alpha=0)  # annotations do not enlarge the axes
    if label:
        length = max((vector[0] ** 2 + vector[1] ** 2) ** 0.5, 1e-12)
        ax.annotate(
            label,
            xy=end,
            xytext=(13 * vector[0] / length, 13 * vector[1] / length),
            textcoords="offset points",
            color=color,
            fontsize=14,
            ha="center",
            va="center",
        )
