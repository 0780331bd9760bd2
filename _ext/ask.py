"""Ask the book: the page on which a reader's own expression is derived.

``ask-box`` writes the form and, as data, the rules that its script fills in; ``ask-examples``
writes derivations by the engine itself, which are there also without scripts.
"""

import json
from html import escape

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from . import derivations

BOX = """\
<form id="ask" class="ask" hidden>
<p class="ask-row"><label for="ask-text">Derive</label>
<input id="ask-text" type="text" autocomplete="off" autocapitalize="off" spellcheck="false"
  aria-describedby="ask-problem" placeholder="tr(X' A X B); A symmetric"></p>
<p class="ask-row"><label for="ask-wrt">with respect to</label> <select id="ask-wrt"></select>
<button type="submit">Show the derivation</button></p>
<p id="ask-preview" class="ask-preview"></p>
<p id="ask-problem" class="ask-problem" role="alert"></p>
</form>
<noscript><p>Without scripts this page shows examples; the command below answers everywhere.</p></noscript>
<div id="ask-answer" class="ask-answer" role="region" aria-live="polite"
  aria-label="derivation" hidden></div>
<script type="application/json" id="ask-rules">%s</script>
<script>addEventListener("DOMContentLoaded", () => window.mcalc.load("lazy/ask/page.js"));</script>"""


class AskBox(SphinxDirective):
    """``{ask-box}``: the form, hidden until its script has come."""

    def run(self):
        from mcalclib.symbolic.templates import templates

        rules = json.dumps(templates(), separators=(",", ":")).replace("<", r"\u003c")
        return [nodes.raw("", BOX % rules, format="html")]


class AskExamples(SphinxDirective):
    """``{ask-examples}``: a line "expression | variable" each, derived while building."""

    has_content = True

    def run(self):
        found = []
        for line in filter(str.strip, self.content):
            text, wrt = (part.strip() for part in line.split("|"))
            found.append(self.example(text, wrt))
        return found

    def example(self, text, wrt):
        from mcalclib.symbolic import anchors, derivation
        from mcalclib.symbolic.parsing import parse_node
        from mcalclib.symbolic.writing import write

        node, symbols = parse_node(text)
        known = anchors()
        steps = derivation(write(node), write(symbols[wrt]))
        title = nodes.paragraph(classes=["ask-question"])
        title += [nodes.literal("", text), nodes.Text(f" with respect to {wrt} ")]
        title += nodes.raw("", button(text, wrt), format="html")
        whole = nodes.container(classes=["ask-shown"])
        rows = derivations.rows_of(steps.latex, known)
        whole += [title, derivations.derivation(rows, known, self.env.docname)]
        return whole


def button(text, wrt):
    q, name = escape(text, quote=True), escape(wrt, quote=True)
    return (
        f'<button type="button" class="ask-example" data-q="{q}" data-wrt="{name}" '
        f'aria-label="Ask this: {q}, with respect to {name}" hidden>Ask this</button>'
    )


def setup(app):
    app.add_directive("ask-box", AskBox)
    app.add_directive("ask-examples", AskExamples)
