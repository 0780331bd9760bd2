"""The book's Sphinx extension: one idea per module.

``claims`` reads which cell verifies which claim; ``marks`` shows it on the pages; ``formulas``
fixes how math is rendered; ``streams`` keeps printed text whole; ``punctuation`` keeps a full stop
on the line of its formula; ``derivations`` lays out what the symbolic engine derives and links
every line to its rule; ``cards`` writes the page of the rules and ``ask`` the one that derives what
a reader types; ``practice`` turns the cells of exercises into answer boxes; ``results`` writes the
index of results and tells the search their other names, ``searching`` lets it say what it found;
``freshness`` says what a page was built from; ``launching`` adds to the launch menu; ``offline``
removes what needs a network; ``mends`` corrects the theme's markup and drops names of pages that
are not there; ``fonts`` keeps the icons and glyphs in use; ``figures`` and ``frames``
say when pictures load; ``bundle`` makes one style sheet and one script of many; ``guard`` fails the
build over a page that breaks a promise, ``budget`` over one that is too heavy.
"""

from . import (
    ask,
    budget,
    bundle,
    cards,
    derivations,
    figures,
    fonts,
    formulas,
    frames,
    freshness,
    guard,
    launching,
    marks,
    mends,
    offline,
    practice,
    punctuation,
    results,
    searching,
    streams,
)


def setup(app):
    # The order matters where several listen to build-finished: the guard reads what the others
    # leave behind.
    for module in (
        formulas,
        streams,
        practice,
        punctuation,
        derivations,
        cards,
        ask,
        marks,
        results,
        searching,
        freshness,
        launching,
        offline,
        mends,
        fonts,
        frames,
        figures,
        bundle,
        guard,
        budget,
    ):
        module.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
