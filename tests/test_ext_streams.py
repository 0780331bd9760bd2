"""What a cell prints is shown as it was printed, however the kernel cut it."""

import pytest
from nbformat.v4 import new_output

from _ext.streams import merge, theirs

TEXT = "weights [1 1 3]\n\nand a second line\n"


def pieces(text, *cuts):
    ends = [*cuts, len(text)]
    return [
        new_output("stream", name="stdout", text=text[start:end])
        for start, end in zip([0, *cuts], ends, strict=True)
    ]


@pytest.mark.parametrize("cuts", [(), (8,), (15,), (16,), (3, 17, 20), tuple(range(1, 30, 2))])
def test_text_does_not_depend_on_where_it_was_cut(cuts):
    (output,) = merge(pieces(TEXT, *cuts))
    assert output["text"] == TEXT


def test_the_mend_is_still_needed():
    (output,) = theirs(pieces(TEXT, 8))
    assert output["text"] != TEXT


def test_errors_and_results_keep_their_places():
    outputs = [
        new_output("stream", name="stdout", text="a"),
        new_output("display_data", data={"text/plain": "1"}),
        new_output("stream", name="stderr", text="e"),
        new_output("stream", name="stdout", text="b\n"),
    ]
    merged = merge(outputs)
    kinds = [(o["output_type"], o.get("name")) for o in merged]
    assert kinds == [("stream", "stdout"), ("display_data", None), ("stream", "stderr")]
    assert merged[0]["text"] == "ab\n"
