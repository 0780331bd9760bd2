"""Pictures with a slider: frames rendered while building, or a live widget in a notebook.

A slider of ipywidgets is dead in a built page, so there every frame is rendered beforehand and
a native range input picks one (`_static/explore.js`); no kernel and no network are needed.
"""

import html
import inspect
import io
import itertools
import json
import os
import sys

import numpy as np

from .errors import DomainError, DtypeError, ShapeError

# A frame of 20 kB shares most of its lines with the others; a hundred still fit a page.
MOST_FRAMES = 100


def explore(draw, *, label=None, alt=None, caption=None, **values):
    """Return a picture that follows one or two sliders.

    In a live notebook (JupyterLab, Notebook 7, VS Code, Colab) an ipywidgets slider calls
    `draw`. Everywhere else, above all in the built book, all frames are rendered at once and
    stand in the page behind a native slider. The environment variable ``MCALC_EXPLORE``, set
    to ``static`` or ``live``, decides; without it, an execution request that names its cell,
    as front ends do and book builders do not, means live.

    Parameters
    ----------
    draw : callable
        Takes one value per slider, and draws a Matplotlib figure, or returns one (also as
        (fig, ax)), or returns text, HTML or an object that shows as HTML. Give the axes fixed
        limits, so that frames can be compared.
    label : str or dict of str to str, optional
        What a slider is called, by keyword; a plain string for a single slider.
    alt : str or callable, optional
        Says what a picture shows: a format string such as ``"tangent at t = {t}"`` or a
        function of the values. Needed for figures, unless there is a caption.
    caption : str, optional
        Shown below.
    **values : sequences of numbers or strings
        One or two: the stops of each slider, by the name of draw's parameter.

    Returns
    -------
    Exploration

    Raises
    ------
    ShapeError
        If there are no stops, fewer than two on a slider, more than two sliders, or more than
        100 frames in all.
    DtypeError
        If draw does not take these names, or a stop is neither a number nor a string.
    DomainError
        If a stop is not finite, or a figure has no alternative text.

    Examples
    --------
    >>> explore(lambda t: f"t squared is {t * t:.2f}", t=np.linspace(0, 1, 5))
    exploration of t, 5 frames: t = 0.00 to t = 1.00
    """
    sliders = [
        Slider(name, stops, _label_of(name, label, values)) for name, stops in values.items()
    ]
    _check_sliders(sliders)
    return Exploration(_by_name(draw, sliders), sliders, _alt_text(alt, caption, sliders), caption)


class Slider:
    """The stops of one slider and how they read."""

    def __init__(self, name, stops, label):
        self.name, self.label = name, label
        self.stops = list(stops) if isinstance(stops, list | tuple | range) else _listed(stops)
        where = f"explore: {name}"
        if len(self.stops) < 2:
            raise ShapeError(f"{where} must have at least two stops, got {len(self.stops)}.")
        if all(isinstance(stop, str) for stop in self.stops):
            self.texts = list(self.stops)
            return
        try:
            numbers = np.array([float(stop) for stop in self.stops])
        except (TypeError, ValueError):
            raise DtypeError(
                f"{where} must hold numbers, or only strings; got {self.stops!r}."
            ) from None
        if not np.isfinite(numbers).all():
            raise DomainError(f"{where} must hold finite numbers, got {self.stops!r}.")
        self.texts = _short(numbers)

    def reads(self, k):
        """Return the k-th stop as a reader sees it."""
        return f"{self.label} = {self.texts[k]}"


def _listed(stops):
    array = np.asarray(stops)
    if array.ndim != 1:
        raise ShapeError(
            "explore: the stops of a slider must be a one-dimensional sequence, "
            f"got shape {array.shape}; for example t=np.linspace(0, 1, 21)."
        )
    return array.tolist()


def _short(numbers):
    """Return the numbers with as few decimals as keep them apart and nearly exact."""
    spacing = np.abs(np.diff(np.unique(numbers))).min(initial=np.inf)
    sizes = np.abs(numbers)
    smallest = sizes[sizes > 1e-12 * sizes.max()].min(initial=np.inf)  # less is a rounded 0
    allowed = 0.01 * min(spacing, smallest)
    for decimals in range(7):
        texts = [f"{round(x, decimals) + 0.0:.{decimals}f}" for x in numbers]  # no -0.0
        if max(abs(float(text) - x) for text, x in zip(texts, numbers, strict=True)) < allowed:
            break
    else:
        texts = [f"{x:.4g}" for x in numbers]
    return [text.replace("-", "−") for text in texts]


def _label_of(name, label, values):
    if isinstance(label, dict):
        return label.get(name, name)
    return label if label is not None and len(values) == 1 else name


def _check_sliders(sliders):
    if not 1 <= len(sliders) <= 2:
        raise ShapeError(
            f"explore: expected one or two sliders, got {len(sliders)}; "
            "for example explore(draw, t=np.linspace(0, 1, 21))."
        )
    count = int(np.prod([len(slider.stops) for slider in sliders]))
    if count > MOST_FRAMES:
        sizes = " times ".join(str(len(slider.stops)) for slider in sliders)
        raise ShapeError(
            f"explore: at most {MOST_FRAMES} frames fit a page, got {sizes} = {count}; "
            "use fewer stops."
        )


def _by_name(draw, sliders):
    """Return draw as a function of the stops in the order of the sliders."""
    names = [slider.name for slider in sliders]
    try:
        inspect.signature(draw).bind(**dict.fromkeys(names))
    except TypeError as error:
        raise DtypeError(
            f"explore: draw must take the arguments {', '.join(names)}; {error}."
        ) from None
    except ValueError:  # a built-in without a signature
        return draw
    return lambda *stops: draw(**dict(zip(names, stops, strict=True)))


def _alt_text(alt, caption, sliders):
    """Return a function of the indices of the stops that gives the text."""

    def text(indices):
        pairs = list(zip(sliders, indices, strict=True))
        if callable(alt):
            return str(alt(**{s.name: s.stops[k] for s, k in pairs}))
        if alt is not None:
            return alt.format(**{s.name: s.texts[k] for s, k in pairs})
        if caption is not None:
            return f"{caption} ({', '.join(s.reads(k) for s, k in pairs)})"
        return None

    return text


class Exploration:
    """What `explore` returns; shows itself as frames with a slider, or as a live widget.

    Attributes
    ----------
    sliders : list of Slider
    live : bool
        Whether it shows as a widget.
    frames : list of Frame
        One for each combination of stops, the last slider fastest; rendered when asked for.
    """

    def __init__(self, draw, sliders, alt, caption):
        self._draw, self.sliders, self._alt, self.caption = draw, sliders, alt, caption
        self._cache = {}
        self.live = is_live()
        # Rendered now and not when shown: an error while showing would not stop a build.
        first = self.frame(*[0] * len(sliders))
        if not self.live:
            kinds = {frame.kind for frame in self.frames}
            if len(kinds) > 1:
                raise DtypeError(
                    f"explore: draw must return figures only or texts only, got {first.kind} "
                    "first and then the other."
                )

    def frame(self, *indices):
        """Return the frame at these stops, given by index."""
        if indices not in self._cache:
            stops = [s.stops[k] for s, k in zip(self.sliders, indices, strict=True)]
            self._cache[indices] = rendered(self._draw, stops, self._alt(indices))
        return self._cache[indices]

    @property
    def frames(self):
        ranges = [range(len(slider.stops)) for slider in self.sliders]
        return [self.frame(*indices) for indices in itertools.product(*ranges)]

    def __repr__(self):
        names = " and ".join(slider.label for slider in self.sliders)
        count = int(np.prod([len(slider.stops) for slider in self.sliders]))
        spans = "; ".join(f"{s.reads(0)} to {s.reads(-1)}" for s in self.sliders)
        return f"exploration of {names}, {count} frames: {spans}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.live:
            bundle = self.widget()._repr_mimebundle_()
            return {**bundle, "text/plain": repr(self)}
        return {"text/html": self.to_html(), "text/plain": repr(self)}

    def widget(self):
        """Return the ipywidgets form: sliders above a picture that `draw` redraws."""
        import ipywidgets

        controls = [
            ipywidgets.SelectionSlider(
                options=[(text, k) for k, text in enumerate(slider.texts)],
                description=slider.label,
                tooltip=slider.label,
                style={"description_width": "initial"},
            )
            for slider in self.sliders
        ]
        picture = ipywidgets.HTML(self.frame(*[0] * len(controls)).to_html())

        def update(_):
            picture.value = self.frame(*[control.value for control in controls]).to_html()

        for control in controls:
            control.observe(update, names="value")
        caption = [ipywidgets.HTML(html.escape(self.caption))] if self.caption else []
        return ipywidgets.VBox([*controls, picture, *caption])

    def to_html(self):
        """Return the frames behind native sliders, as a <figure>.

        Without JavaScript the first frame stands there alone, with its values.
        """
        rows = "".join(_range_input(slider) for slider in self.sliders)
        reading = ", ".join(slider.reads(0) for slider in self.sliders)
        caption = f"<span>{html.escape(self.caption)}</span>" if self.caption else ""
        data = json.dumps(_payload(self.frames), ensure_ascii=False, separators=(",", ":"))
        data = data.replace("</", "<\\/").replace("<!--", "<\\u0021--")
        return (
            '<figure class="mcalc-explore">'
            f'<div class="mcalc-frame">{self.frames[0].to_html()}</div>'
            f'<div class="mcalc-controls" hidden>{rows}</div>'
            f'<noscript><p class="mcalc-note">{html.escape(reading)} '
            "(the slider needs JavaScript)</p></noscript>"
            f"<figcaption>{caption}</figcaption>"
            f'<script type="application/json" class="mcalc-frames">{data}</script>'
            "</figure>"
        )


def _range_input(slider):
    texts = html.escape(json.dumps(slider.texts, ensure_ascii=False))
    reading = html.escape(slider.reads(0))
    return (
        '<div class="mcalc-control"><label>'
        f"<span>{html.escape(slider.label)}</span>"
        f'<input type="range" min="0" max="{len(slider.stops) - 1}" step="1" value="0" '
        f'autocomplete="off" aria-valuetext="{html.escape(slider.texts[0])}" '
        f'data-texts="{texts}" data-label="{html.escape(slider.label)}">'
        f"</label><output>{reading}</output></div>"
    )


def _payload(frames):
    """Return the frames with every line that they share stored once."""
    place, lists = {}, []
    for frame in frames:
        lists.append([place.setdefault(line, len(place)) for line in frame.body.split("\n")])
    return {
        "kind": frames[0].kind,
        "lines": list(place),
        "frames": lists,
        "alts": [frame.alt or "" for frame in frames],
    }


class Frame:
    """One rendered picture: SVG with its alternative text, or HTML."""

    def __init__(self, kind, body, alt=None, size=None):
        self.kind, self.body, self.alt, self.size = kind, body, alt, size

    def to_html(self):
        """Return the frame as HTML."""
        if self.kind == "html":
            return self.body
        from urllib.parse import quote

        width, height = self.size
        return (
            f'<img alt="{html.escape(self.alt)}" width="{width}" height="{height}" '
            f'decoding="async" src="data:image/svg+xml,{quote(self.body, safe=_SAFE)}">'
        )


# What may stand unquoted in a data URI inside a double-quoted attribute; fewer escapes keep
# the page small.
_SAFE = " !$'()*+,-./:;=?@[]^_`{|}~\n"


def rendered(draw, stops, alt):
    """Return what draw shows for these stops as a frame."""
    import matplotlib.pyplot as plt

    before = set(plt.get_fignums())
    try:
        result = draw(*stops)
        fresh = [number for number in plt.get_fignums() if number not in before]
        fig = _figure_in(result)
        if fig is None and result is None and fresh:
            fig = plt.figure(fresh[-1])
        if fig is not None:
            if not alt:
                raise DomainError(
                    "explore: alt must say what the picture shows, got nothing; for example "
                    'alt="the tangent at t = {t}".'
                )
            return Frame("svg", _svg(fig), alt, _pixels(fig))
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)  # or the notebook would show every frame once more
    if hasattr(result, "_repr_html_"):
        return Frame("html", result._repr_html_())
    if isinstance(result, str) and result.lstrip().startswith("<"):
        return Frame("html", result)
    text = result if isinstance(result, str) else repr(result)
    return Frame("html", f"<pre>{html.escape(text)}</pre>")


def _figure_in(result):
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    first = result[0] if isinstance(result, tuple) and result else result
    if isinstance(first, Axes):
        return first.figure
    return first if isinstance(first, Figure) else None


def _svg(fig):
    import matplotlib as mpl

    from .plots.style import SVG_METADATA

    stream = io.StringIO()
    # Not cut to the tight box: that differs from frame to frame, and the picture would jump.
    with mpl.rc_context({"svg.hashsalt": "mcalclib"}):
        fig.savefig(stream, format="svg", metadata=SVG_METADATA)
    text = stream.getvalue()
    return text[text.index("<svg") :].strip()


def _pixels(fig):
    return tuple(round(96 * inches) for inches in fig.get_size_inches())


def is_live():
    """Return whether a front end that can show widgets is asking.

    ``MCALC_EXPLORE`` set to ``live`` or ``static`` decides. Otherwise the request that runs
    the cell tells: interactive front ends name the cell in it, programs that execute whole
    notebooks (nbclient, jupyter-cache, nbval) do not.
    """
    wish = os.environ.get("MCALC_EXPLORE", "")
    if wish not in ("", "live", "static"):
        raise DomainError(
            f"explore: the environment variable MCALC_EXPLORE must be live or static, got {wish!r}."
        )
    if wish:
        return wish == "live"
    if "google.colab" in sys.modules:
        return True
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    request = kernel.get_parent() if hasattr(kernel, "get_parent") else None
    return "cellId" in ((request or {}).get("metadata") or {})
