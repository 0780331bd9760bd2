"""What a derivation is: lines, each with the rule that leads to it, and how they are shown."""

from dataclasses import dataclass, field
from html import escape

from . import nodes as n
from .printing import latex, text
from .writing import write


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    Attributes
    ----------
    before, after : sympy expression
    rules : tuple
        The rules applied: each has ``name``, ``statement`` and ``source``.
    """

    start: n.Node
    end: n.Node
    rules: tuple = ()

    @property
    def before(self):
        return write(self.start)

    @property
    def after(self):
        return write(self.end)

    @property
    def name(self):
        """The names of the rules, as a reader knows them."""
        return ", ".join(dict.fromkeys(r.name for r in self.rules))

    @property
    def link(self):
        """Where the rule stands on the page of rule cards."""
        return [f"rules_reference.html#{slug(card_of(r))}" for r in self.rules]

    def __repr__(self):
        return f"{text(self.start)} = {text(self.end)}    [{self.name}]"


def card_of(rule):
    """Return the name of the card that a rule or a step stands on."""
    return getattr(rule, "card", "") or rule.name


def slug(name):
    """Return the anchor of a rule card."""
    return "rule-" + "".join(c if c.isalnum() else "-" for c in name.lower()).strip("-")


@dataclass
class Derivation:
    """The lines from an expression to its derivative.

    Iterating gives the lines; in a notebook it shows as one aligned formula, in a terminal as
    text. `expr` is the last expression.
    """

    of: n.Node
    wrt: n.Node
    lines: list = field(default_factory=list)
    head: str = "df"

    def __iter__(self):
        return iter(self.lines)

    def __len__(self):
        return len(self.lines)

    def __getitem__(self, i):
        return self.lines[i]

    @property
    def expr(self):
        return write(self.node)

    @property
    def node(self):
        return self.lines[-1].end

    @property
    def latex(self):
        """The whole derivation as one align block."""
        rows, previous = [], None
        for line in self.lines:
            lead = "" if line.start is previous else latex(line.start) + " "
            note = rf" && \text{{{_latex_text(line.name)}}}"
            rows.append(f"{lead}&= {latex(line.end)}{note}")
            previous = line.end
        return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"

    def _repr_latex_(self):
        # aligned, since align* may not stand inside another display
        return f"$${self.latex.replace('align*', 'aligned')}$$"

    def html(self, page="rules_reference.html"):
        """Return the names of the rules used as links to their cards."""
        seen = {r.name: card_of(r) for line in self.lines for r in line.rules}
        items = "".join(
            f'<li><a href="{page}#{slug(card)}">{escape(name)}</a></li>'
            for name, card in seen.items()
        )
        return f"<ul>{items}</ul>"

    def __str__(self):
        rows, previous = [], None
        for line in self.lines:
            left = "" if line.start is previous else text(line.start)
            rows.append((left, text(line.end), line.name))
            previous = line.end
        indent = min(max(len(left) for left, _, _ in rows), 24)
        width = min(max(len(right) for _, right, _ in rows), 60)
        out = []
        for left, right, name in rows:
            if len(left) > indent:
                out.append(left)
                left = ""
            out.append(f"{left:<{indent}} = {right:<{width}}   [{name}]".rstrip())
        return "\n".join(out)

    __repr__ = __str__


def _latex_text(s):
    return s.replace("&", r"\&").replace("_", r"\_")
