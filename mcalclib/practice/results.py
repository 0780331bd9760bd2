"""How the result of a check shows itself: as text, and as HTML for light and dark pages."""

import re
from html import escape

from .formulas import show, times
from .messages import MESSAGES
from .typesetting import latex_of, matrix_text, number
from .variants import question_of

_INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"(?<!\w)\*([^*]+)\*(?!\w)"), r"<em>\1</em>"),
)
_MATH = re.compile(r"(\$\$.+?\$\$|\$[^$]+\$)", re.DOTALL)

LAID_OUT = {"gradient", "jacobian", "hessian"}  # what books lay out in two ways


class Result:
    """What `check` found.

    Attributes
    ----------
    ok : bool
    code : str
        Of the diagnosis, such as ``"symmetric"``; ``"correct"`` if it is right.
    message : str
    """

    def __init__(self, exercise, finding, numbers=None, points=None, came=None, formula=None):
        self.exercise, self.finding, self.numbers = exercise, finding, numbers
        self.ok, self.code = finding.ok, finding.code
        self._points, self._came, self._formula = points, came, formula

    def __bool__(self):
        raise TypeError("a result has no truth value by itself; ask for its .ok")

    @property
    def answered(self):
        return self.code != "unanswered"

    @property
    def message(self):
        data = self.finding.data
        if self.code == "shape" and self._points is not None:  # in the letters of the exercise
            data = {"came": self._shape_read(), "expected": show(self.exercise.result)}
        lays_out = self.exercise.asks in LAID_OUT and self.exercise.linear_in is None
        return sentence("transposed" if self.code == "layout" and not lays_out else self.code, data)

    @property
    def read(self):
        """How the answer was read: its shape, and its formula if it was a text."""
        if self._formula is not None or isinstance(self._came, list):
            return self._shape_read()
        return "" if self._came is None else numbers_by(self._came.shape)

    @property
    def notes(self):
        """How a text was read that some would read otherwise."""
        return [] if self._formula is None else self._formula.notes

    def _shape_read(self):
        if self._formula is not None:
            return show(self._formula.shape)
        first = next(i for i, p in enumerate(self._points) if p.family in ("generic", "text"))
        return named_shape(self.exercise, self._points[first], self._came[first].shape)

    @property
    def example(self):
        """The smallest example on which the answer differs: (values, answer's, right), or None."""
        i = self.finding.example
        if i is None or self._points is None:
            return None
        return self._points[i].values, self._came[i], self._points[i].right

    def __repr__(self):
        lines = []
        if not self.answered:
            lines += [f"{self.exercise.id}: {question_of(self.exercise, self.numbers)}"]
            lines += [f"  {k}. {text}" for k, (text, _) in enumerate(self.exercise.choices, 1)]
        lines.append(self.message)
        lines += self._where()
        if self.answered and self.read:
            lines[:0] = [f"Your answer: {self.read}.", *self.notes]
        lines += [f"  {label:<14}{text}" for label, text in self._example_rows()]
        return "\n".join(lines)

    def _where(self):
        """Point at the place of what cannot be read, or at the line that raised."""
        data = self.finding.data
        if self.code == "unreadable" and "place" in data:
            return [f"  {data['text']}", f"  {' ' * data['place']}^"]
        if self.code == "error" and data["line"] is not None:
            return [f"  line {data['line']}: {data['source']}"]
        return []

    def _example_rows(self):
        if self.example is None:
            return []
        values, came, right = self.example
        given = ", ".join(f"{name} = {matrix_text(x)}" for name, x in values.items())
        return [
            ("for example", given),
            ("your answer", matrix_text(came)),
            ("right is", matrix_text(right)),
        ]

    def _lead_html(self):
        """What stands before the verdict."""
        return ""

    def _repr_html_(self):
        state = "right" if self.ok else "wrong" if self.answered else "open"
        parts = [self._lead_html()]
        if not self.answered:
            parts.append(html_text(question_of(self.exercise, self.numbers)))
            if self.exercise.choices:
                items = "".join(f"<li>{html_inline(t)}</li>" for t, _ in self.exercise.choices)
                parts.append(f"<ol>{items}</ol>")
        elif self._formula is not None:
            parts.append(
                f"<p>Your answer: ${escape(latex_of(self._formula.tree))}$ ({escape(self.read)})</p>"
            )
            parts += [f"<p>{escape(note)}</p>" for note in self.notes]
        elif self.read:
            parts.append(f"<p>Your answer: {escape(self.read)}</p>")
        mark = {"right": "✓ ", "wrong": "✗ ", "open": ""}[state]
        parts.append(f"<p><strong>{mark}</strong>{html_inline(self.message)}</p>")
        if where := self._where():
            parts.append(f"<pre>{escape(chr(10).join(line[2:] for line in where))}</pre>")
        if rows := self._example_rows():
            cells = "".join(
                f'<tr><th scope="row" style="text-align:left">{escape(label)}</th>'
                f'<td style="text-align:left"><code>{escape(text)}</code></td></tr>'
                for label, text in rows
            )
            parts.append(f"<table>{cells}</table>")
        return (
            # colours come from the page, so that dark ones stay dark
            f'<div class="mcalc-result mcalc-{state}" role="status" style="border-left:3px '
            f'{BORDER[state]} currentColor;padding:.2em 1em">{"".join(parts)}</div>'
        )


BORDER = {"right": "solid", "wrong": "dashed", "open": "dotted"}


def sentence(code, data):
    """Return the sentence for a diagnosis."""
    return MESSAGES[code].format(**{k: _shown(k, x) for k, x in data.items()})


def _shown(key, x):
    if key in ("came", "expected") and isinstance(x, tuple):
        return numbers_by(x)
    if key == "factor":
        return number(round(x, 6))
    if isinstance(x, tuple | list):
        *most, last = map(str, x or ["nothing"])
        return f"{', '.join(most)} and {last}" if most else last
    return str(x)


def numbers_by(shape):
    return "a number" if shape == (1, 1) else " by ".join(map(str, shape))


def named_shape(exercise, point, shape):
    """Return a shape in the letters of the exercise where they tell it, else in numbers."""
    names = {1: ()}
    for name, sizes in exercise.arguments.items():
        for size, count in zip(sizes, point.values[name].shape, strict=True):
            names.setdefault(count, size)
    for (a, x), (b, y) in [(p, q) for p in list(names.items()) for q in list(names.items())]:
        names.setdefault(a * b, times(x, y))
    if any(count not in names for count in shape):
        return numbers_by(shape)
    return show(tuple(names[count] for count in shape))


def html_inline(text):
    """Return a line of markdown as HTML; formulas are left for the page to typeset."""
    parts = _MATH.split(text)
    for k in range(0, len(parts), 2):
        parts[k] = escape(parts[k])
        for pattern, by in _INLINE:
            parts[k] = pattern.sub(by, parts[k])
    parts[1::2] = map(escape, parts[1::2])
    return "".join(parts)


def html_text(text):
    """Return paragraphs of markdown as HTML."""
    return "".join(f"<p>{html_inline(p)}</p>" for p in re.split(r"\n\s*\n", text.strip()))


class LinesResult(Result):
    """What `check_lines` found.

    Attributes
    ----------
    line : int or None
        The first line that does not follow, from 1.
    """

    def __init__(self, exercise, finding, lines, formulas, points=None, came=None):
        super().__init__(exercise, finding, None, points, came)
        self.lines, self._formulas = lines, formulas
        broken = not finding.ok and self.answered and finding.code != "unfinished"
        self.line = len(formulas) + (finding.code == "unreadable") if broken else None

    @property
    def read(self):
        return ""

    @property
    def message(self):
        told = super().message
        if self.line is None or self.code == "unreadable":
            return told
        code = "first-line" if self.line == 1 else "line"
        return sentence(code, {"line": self.line, "problem": told})

    def _shape_read(self):
        return show(self._formulas[-1].shape)

    def _marks(self):
        """Yield (mark, line): what follows, what does not, what was not looked at."""
        for k, text in enumerate(self.lines, 1):
            yield (
                "✓" if self.line is None or k < self.line else "✗" if k == self.line else "·",
                text,
            )

    def __repr__(self):
        head = [f"  {mark} {k}. {text}" for k, (mark, text) in enumerate(self._marks(), 1)]
        return "\n".join([*head, super().__repr__()])

    def _lead_html(self):
        items = []
        for k, (mark, text) in enumerate(self._marks()):
            shown = f"<code>{escape(text)}</code>"
            if k < len(self._formulas):
                shown = f"${escape(latex_of(self._formulas[k].tree))}$"
            items.append(f"<li>{mark} {shown}</li>")
        return f"<ol>{''.join(items)}</ol>" if items else ""
