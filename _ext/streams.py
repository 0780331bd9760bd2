"""Printed text is shown as it was printed.

A kernel sends what a cell prints in pieces, cut anywhere. MyST-NB puts a line break after every piece
when it merges them, so that a line comes out broken or not from one run to the next; pieces that are
joined unchanged before it sees them stay whole.
"""

from myst_nb.core import render

theirs = render.coalesce_streams


def merge(outputs):
    """Return a cell's outputs with the pieces of each stream joined where the first one stands."""
    whole, first = [], {}
    for output in outputs:
        name = output.get("name") if output["output_type"] == "stream" else None
        if name in first:
            first[name]["text"] += output["text"]
        else:
            whole.append(output)
            if name is not None:
                first[name] = output
    return theirs(whole)


def setup(app):
    render.coalesce_streams = merge
