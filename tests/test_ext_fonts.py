"""Fonts and style sheets lose what no page shows, and keep what one does."""

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from _ext import fonts

ROOT = Path(__file__).resolve().parent.parent
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


@pytest.mark.parametrize(
    ("markup", "font", "sign"),
    [
        ('<span class="mrel">∈</span>', "Main-Regular", "∈"),
        ('<span class="mord">&lt;</span>', "Main-Regular", "<"),
        ('<span class="mord mathnormal" style="margin-right:1em;">X</span>', "Math-Italic", "X"),
        ('<span class="mord mathsf mtight">T</span>', "SansSerif-Regular", "T"),
        ('<span class="mord mathbb">R</span>', "AMS-Regular", "R"),
        ('<span class="mop op-symbol large-op" style="top:0;">∑</span>', "Size2-Regular", "∑"),
        ('<span class="delimsizing size3">(</span>', "Size3-Regular", "("),
        ('<span class="delimsizinginner delim-size4"><span>⎡</span>', "Size4-Regular", "⎡"),
    ],
)
def test_signs_are_found_with_the_font_that_shows_them(markup, font, sign):
    assert fonts.signs_in(f'<p><span class="n">no</span>{markup}</p>') == {font: {ord(sign)}}


def test_code_points_are_named_in_runs():
    assert fonts.unicode_range({0x41, 0x43, 0x42, 0x2208}) == "U+41-43,U+2208"


def test_no_sign_is_lost_when_a_font_is_cut_in_two():
    whole = (ROOT / "node_modules/katex/dist/fonts/KaTeX_Main-Regular.woff2").read_bytes()
    there = glyphs(whole)
    used = {ord("x"), ord("∇")}
    assert glyphs(fonts.subset(whole, used)) == used
    assert glyphs(fonts.subset(whole, there - used)) == there - used
