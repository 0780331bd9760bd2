"""Rule cards: the page of all rules, written from the rules themselves while building.

The directive ``rule-cards`` computes every mark again; a rule that does not agree with
differences stops the build.
"""

from docutils import nodes
from sphinx.addnodes import index
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from . import derivations

FILTER = """\
<form class="rule-filter" role="search" hidden>
<label for="rule-filter">Show rules about</label>
<input id="rule-filter" type="search" autocomplete="off" spellcheck="false"
  placeholder="inverse, np.linalg, norm …">
<output for="rule-filter" aria-live="polite"></output>
</form>"""
MARK = '<span class="verified-mark"><span aria-hidden="true">✓</span> verified</span>'


class RuleCards(SphinxDirective):
    """``{rule-cards} symbolic``, ``numeric`` or ``steps``: the cards of one kind, by name."""

    required_arguments = 1

    def run(self):
        from mcalclib.symbolic import anchors, rule_cards, step_cards

        kind = self.arguments[0]
        cards = step_cards() if kind == "steps" else rule_cards()
        if kind != "steps":
            cards = [card for card in cards if (card.example is not None) == (kind == "symbolic")]
        refuse_unverified(cards, self.env.docname)
        known = anchors()
        return [self.section(card, known) for card in cards]

    def section(self, card, known):
        section = nodes.section(ids=[card.anchor], names=[card.anchor], classes=["rule-card"])
        self.state.document.note_explicit_target(section, section)
        section += nodes.title("", card.name[0].upper() + card.name[1:])
        # a title is found by its words, a card by what it is called in code too
        section += index(entries=[("single", w, card.anchor, "", None) for w in card_words(card)])
        section += nodes.raw("", MARK, format="html")
        section += nodes.math_block(card.statement, card.statement, nowrap=False, number=None)
        section += self.facts(card, known)
        if card.code:
            section += nodes.raw("", "<details><summary>Its lines in the package</summary>", format="html")  # fmt: skip
            section += nodes.literal_block(card.code, card.code, language="python")
            section += nodes.raw("", "</details>", format="html")
        return section

    def facts(self, card, known):
        rows = [
            ("Pushforward", math("dF = ", card.pushforward)),
            ("Pullback", math(r"\bar X = ", card.pullback)),
            ("Holds for", text(card.condition)),
            ("In code", names_of(card)),
            ("Source", text(card.source)),
            ("Example", self.worked(card, known)),
        ]
        found = nodes.definition_list(classes=["rule-facts"])
        for term, body in rows:
            if body is not None:
                item = nodes.definition_list_item("", nodes.term("", term))
                item += nodes.definition("", body)
                found += item
        return found

    def worked(self, card, known):
        """Return the line of the example in which the rule is used, or its numbers."""
        if card.example is not None:
            for row in derivations.rows_of(card.example.latex, known):
                names = [n for n in row.names if known.get(n) == card.anchor]
                if names:
                    return derivations.derivation([row], known, self.env.docname)
        first = card.evidence[0]
        return text(
            f"At a sample point, along a random direction, Σ F̄·dF is {first.forward:.6g} by the "
            f"pushforward, {first.backward:.6g} by the pullback and {first.differences:.6g} by "
            "differences."
        )


def card_words(card):
    """Return what the book's search and its index list a card under."""
    called = [*card.functions, *(f.rpartition(".")[2] for f in card.functions)]
    return list(dict.fromkeys([*called, *card.also, *filter(None, [card.node])]))


def refuse_unverified(cards, docname):
    """Stop the build over rules whose formulas are not right."""
    if wrong := [card.name for card in cards if not card.verified]:
        raise ExtensionError(
            f"{docname}: not verified: {', '.join(wrong)}. Their formulas disagree with "
            "differences at their own sample points; no page is built on them."
        )


def math(lead, latex):
    if not latex:
        return None
    return nodes.math_block(lead + latex, lead + latex, nowrap=False, number=None)


def text(words):
    return nodes.paragraph("", words) if words else None


def names_of(card):
    """Return the functions that a rule serves and the other names it goes by."""
    if not (card.functions or card.also):
        return None
    found = nodes.paragraph()
    for position, name in enumerate((*card.functions, *filter(None, [card.node]))):
        found += [nodes.Text(", " if position else ""), nodes.literal("", name)]
    if card.also:
        found += nodes.Text(f"; in derivations also {', '.join(card.also)}")
    return found


class RuleFilter(SphinxDirective):
    """``{rule-filter}``: the box that shows some of the cards; hidden where scripts do not run."""

    def run(self):
        return [nodes.raw("", FILTER, format="html")]


def setup(app):
    app.add_directive("rule-cards", RuleCards)
    app.add_directive("rule-filter", RuleFilter)
