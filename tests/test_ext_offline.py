"""What nobody uses leaves the page, and nothing else does."""

import pytest

from _ext import offline


@pytest.mark.parametrize(
    "element",
    [
        '<script defer src="../_static/scripts/fontawesome.js?digest=55c2"></script>',
        '<script>const THEBE_JS_URL = "https://unpkg.com/thebe@0.8.2/lib/index.js"</script>',
        '<script async="async" src="../_static/sphinx-thebe.js?v=1"></script>',
        '<link rel="stylesheet" href="../_static/sphinx-thebe.css?v=4fa983c6" />',
        '<script type="text/x-thebe-config">\n{ requestKernel: true, path: "thebe" }\n</script>',
        "<script>kernelName = 'python3'</script>",
        '<script src="../_static/lazy/grammar.js?v=1"></script>',
    ],
)
def test_unused_elements_are_removed(element):
    assert (
        offline.clean(f"<head>{element}\n<title>x</title></head>")
        == "<head><title>x</title></head>"
    )


@pytest.mark.parametrize(
    "element",
    [
        '<script src="../_static/book.js"></script>',
        '<link rel="stylesheet" href="../_static/styles/theme.css" />',
        "<p>thebe and fontawesome.js are names</p>",
    ],
)
def test_everything_else_stays(element):
    page = f"<script>let a;</script>{element}<script>let b;</script>"
    assert offline.clean(page) == page


DESIGN = '<link href="_static/sphinx-design.min.css"><script src="_static/design-tabs.js"></script>'


@pytest.mark.parametrize(
    ("element", "kept"),
    [
        ("<p>sd-tab</p>", 0),
        ('<div class="tsd-x">x</div>', 0),
        ('<div class="sd-card docutils">x</div>', 1),
        ('<div class="docutils sd-tab-set">x</div>', 2),
    ],
)
def test_styles_and_scripts_of_cards_and_tabs_stay_where_there_are_any(element, kept):
    cleaned = offline.clean(DESIGN + element)
    assert ("sphinx-design" in cleaned) + ("design-tabs" in cleaned) == kept
    assert cleaned.endswith(element)
