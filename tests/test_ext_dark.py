"""The colours of dark pages, said again for readers without scripts."""

import pytest

from _ext.budget import Loaded
from _ext.dark import MEDIA, dark_rules, without_scripts


@pytest.mark.parametrize(
    ("css", "rules"),
    [
        ("html[data-theme=dark]{--a:1}", "html[data-theme=light]{--a:1}"),
        ('html[data-theme="dark"] a{b:c}', "html[data-theme=light] a{b:c}"),
        ("html[data-theme=light]{--a:1}a{b:c}", ""),
        ("x,html[data-theme=dark] :is(p,q),y{b:c}", "html[data-theme=light] :is(p,q){b:c}"),
        (
            "html[data-theme=dark] :is(i,.t:not(:has(b.c))){d:e}",
            "html[data-theme=light] :is(i,.t:not(:has(b.c))){d:e}",
        ),
        (":is(html,body)[data-theme=dark]{b:c}", ":is(html,body)[data-theme=light]{b:c}"),
        (
            "@media print{html[data-theme=dark] i{b:c}p{d:e}}@media print{p{d:e}}",
            "@media print{html[data-theme=light] i{b:c}}",
        ),
        (
            '@charset "UTF-8";@font-face{src:url(data:a;b)}html[data-theme=dark]{b:c}',
            "html[data-theme=light]{b:c}",
        ),
        ("@keyframes k{0%{a:b}}p{}html[data-theme=dark]{b:url(data:a;b,c)}",
         "html[data-theme=light]{b:url(data:a;b,c)}"),
    ],
)  # fmt: skip
def test_rules_for_dark_pages_are_said_of_light_ones_and_no_others(css, rules):
    assert dark_rules(css) == rules


def test_the_sheet_holds_only_where_the_system_is_dark_and_never_in_print():
    assert without_scripts("html[data-theme=dark]{b:c}").startswith(f"{MEDIA}{{html[")
    assert "screen" in MEDIA and "prefers-color-scheme:dark" in MEDIA


def test_a_first_visit_does_not_count_what_only_readers_without_scripts_load():
    page = '<link rel="stylesheet" href="a.css"><noscript><link rel="stylesheet" href="b.css"></noscript>'
    assert Loaded(page + '<script src="c.js"></script>').addresses == ["a.css", "c.js"]
