"""Fonts and style sheets lose what no page shows, and keep what one does."""

import io

import pytest
from fontTools.ttLib import TTFont

from _ext import fonts

SOLID = fonts.THEME / fonts.WEBFONTS / "fa-solid-900.woff2"
BARS, ROCKET = 0xF0C9, 0xF135


def glyphs(font):
    with TTFont(io.BytesIO(font)) as opened:
        return set(opened.getBestCmap())


def test_a_subset_holds_the_glyphs_asked_for_and_no_others():
    assert {BARS, ROCKET} < glyphs(SOLID.read_bytes())
    assert glyphs(fonts.subset(SOLID.read_bytes(), {BARS})) == {BARS}


def test_a_subset_is_the_same_each_time():
    once, again = (fonts.subset(SOLID.read_bytes(), {BARS, ROCKET}) for _ in range(2))
    assert once == again


CSS = (
    '.a{color:red}.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}'
    '.fa-rocket:before{content:"\\f135"}.fa-0:before{content:"\\30 "}.b{color:red}'
)


@pytest.mark.parametrize("name", ["fa-bars", "fa-navicon"])
def test_a_rule_stays_where_any_of_its_names_is_shown(name):
    kept = fonts.only_icons(CSS, {name})
    assert kept == '.a{color:red}.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.b{color:red}'


def test_the_themes_own_style_sheet_loses_most_of_its_rules():
    css = (fonts.THEME / fonts.STYLES).read_text(encoding="utf-8")
    kept = fonts.only_icons(css, {"fa-bars"})
    assert ".fa-bars:before" in kept
    assert ".fa-rocket:before" not in kept
    assert ".fa-solid" in kept
    assert len(kept) < 0.85 * len(css)


def test_icons_are_found_in_classes():
    assert fonts.icons_in('<i class="fa-solid fa-bars"></i>') == {"fa-solid", "fa-bars"}


def test_icons_written_in_a_style_sheet_are_found_escaped_and_as_themselves():
    assert fonts.icons_written_in('a{content:"\\f135"} b{--icon:"\uf0c9"}') == {BARS, ROCKET}


def test_signs_are_read_from_spans_as_they_show():
    html = '<p>ß<span class="mrel">∈</span><span class="mord">&lt;</span><span><b>x</b></span>'
    assert fonts.signs_in(html) == {"∈", "<"}
