"""How evidence shows itself: numbers as text, a text table, an HTML table."""

import html

import numpy as np

BOUNDS = (1e-12, 1e-6, 1e-3)


def order(error):
    """Return an error as a bound from a short list, so that the text is the same everywhere.

    The digits of a rounding error depend on the machine; that it is below 1e-12 does not.

    Examples
    --------
    >>> order(3.1e-16), order(2e-10), order(0.25)
    ('< 1e-12', '< 1e-06', '0.25')
    """
    if np.isnan(error):
        return "nan"
    for bound in BOUNDS:
        if error < bound:
            return f"< {bound:.0e}"
    # Nudged up, so that an exact 0.125 does not round both ways on two machines.
    return f"{error * (1 + 1e-7):.2g}"


def slope_text(slope):
    """Return a slope to one decimal; infinite means that only rounding was left.

    Examples
    --------
    >>> slope_text(1.9996), slope_text(np.inf)
    ('2.0', 'rounding only')
    """
    return "rounding only" if np.isinf(slope) else f"{slope + 1e-7:.1f}"


def verdict(ok):
    """Return yes, no, or a dash for what was not tried."""
    return "–" if ok is None else ("yes" if ok else "no")


def text_table(title, header, rows, notes=()):
    """Return a table of strings, columns aligned by spaces."""
    lines = [header, *rows]
    widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
    body = [
        "  " + "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip()
        for line in lines
    ]
    return "\n".join([title, *body, *(f"  {note}" for note in notes)])


def html_table(title, header, rows, notes=(), ok=None):
    """Return an accessible table; colours are left to the page's CSS classes."""
    state = {True: "mcalc-holds", False: "mcalc-fails", None: "mcalc-untried"}
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in header)
    body = []
    for first, *rest in rows:
        cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in rest)
        body.append(f'<tr><th scope="row">{html.escape(first)}</th>{cells}</tr>')
    foot = "".join(f'<p class="mcalc-note">{html.escape(note)}</p>' for note in notes)
    return (
        f'<div class="mcalc-evidence {state[ok]}"><table>'
        f"<caption>{html.escape(title)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{foot}</div>"
    )


class Shown:
    """Evidence that shows as one table: subclasses give title, header, rows and notes."""

    header = ("test", "measured", "expected", "holds")
    notes = ()

    def __bool__(self):
        raise TypeError("evidence has no truth value by itself; ask for its .ok")

    def __repr__(self):
        return text_table(self.title, self.header, self.rows, self.notes)

    def _repr_html_(self):
        return html_table(self.title, self.header, self.rows, self.notes, self.ok)
