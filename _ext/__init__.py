"""The book's Sphinx extension: one idea per module.

``claims`` reads which cell verifies which claim; ``marks`` shows it on the pages; ``formulas``
fixes how math is rendered; ``punctuation`` keeps a full stop on the line of its formula;
``derivations`` lays out what the symbolic engine derives and links every line to its rule;
``cards`` writes the page of the rules; ``offline`` removes what needs a network; ``mends`` corrects
the theme's markup; ``fonts`` keeps the icons and glyphs in use; ``figures`` says when figures load;
``guard`` fails the build over a page that breaks a promise.
"""

from . import (
    cards,
    derivations,
    figures,
    fonts,
    formulas,
    guard,
    marks,
    mends,
    offline,
    punctuation,
)


def setup(app):
    # The order matters where several listen to build-finished: the guard reads what the others
    # leave behind.
    for module in (
        formulas,
        punctuation,
        derivations,
        cards,
        marks,
        offline,
        mends,
        fonts,
        figures,
        guard,
    ):
        module.setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
