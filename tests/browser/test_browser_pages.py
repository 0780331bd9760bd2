"""Every page of the book opens in a real browser with nothing but the files of the book."""

import pytest
import reading
from conftest import ROOT, chapters, pages

every_page = pytest.mark.parametrize("name", pages())
every_chapter = pytest.mark.parametrize("name", chapters())
with_and_without_javascript = pytest.mark.parametrize(
    "javascript", [True, False], ids=["js", "nojs"]
)
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PHONE, DESK = 390, 1280


@with_and_without_javascript
@pytest.mark.parametrize("origin", ["file", "localhost"])
@every_page
def test_the_page_opens_without_a_network_and_without_errors(opened, name, origin, javascript):
    visit = opened(name, origin, javascript)
    assert visit.trouble == []
    asked = len(visit.requests)
    assert visit.page.evaluate(reading.BROKEN_IMAGES) == []
    del visit.requests[asked:]  # of images that no reader has come to yet


def test_the_front_door_leads_into_the_book(visit, origins):
    for origin in origins.values():
        door = visit()
        door.page.goto(origin + "index.html")
        door.page.wait_for_url(f"**/{pages()[0]}")
        assert door.trouble == []


@with_and_without_javascript
@every_page
def test_math_is_typeset_and_carries_mathml(opened, name, javascript):
    page = opened(name, javascript=javascript).page
    assert page.evaluate(reading.RAW_MATH) == []
    assert page.evaluate(reading.FORMULAS_WITHOUT_MATHML) == []


@every_chapter
def test_formulas_can_be_read_without_javascript(opened, name):
    page = opened(name, javascript=False).at(DESK)
    width, height = reading.first_formula(page)
    assert width > 4
    assert height > 4
    assert page.evaluate("() => document.fonts.check('16px KaTeX_Main', '=')")
    assert page.locator("mjx-container, .MathJax").count() == 0


@with_and_without_javascript
@every_page
def test_nothing_overflows_a_phone(opened, name, javascript):
    page = opened(name, javascript=javascript).at(PHONE)
    assert page.evaluate(reading.OVERFLOWING) == []
    assert page.evaluate(reading.CUT_OFF) == []
    assert page.evaluate(reading.SCROLLING_WITHOUT_CUE) == []


@every_page
def test_what_scrolls_sideways_can_be_reached_by_keyboard(opened, name):
    page = opened(name).at(PHONE)
    page.evaluate("() => new Promise(requestAnimationFrame)")
    assert page.evaluate(reading.UNREACHABLE) == []


@every_chapter
def test_verified_marks_lead_to_the_cells_that_check(opened, name):
    page = opened(name).page
    assert page.locator("a.verified-mark").count() > 0
    assert page.evaluate(reading.DEAD_MARKS) == []


@every_chapter
def test_a_verified_mark_brings_its_cell_into_view_and_the_cell_leads_back(visit, origins, name):
    page = visit(javascript=False).open(origins["file"] + name).page
    mark = page.locator("a.verified-mark").first
    anchor = mark.get_attribute("href").removeprefix("#")
    mark.click()
    cell = page.locator(f"[id='{anchor}']")
    assert 0 <= cell.bounding_box()["y"] < 900
    labels = [
        link.get_attribute("href").partition("#")[2] for link in cell.locator("p.verifies a").all()
    ]
    marked = [
        page.locator(f"[id='{label}'] > p > a.verified-mark").count()
        + page.locator(f"[id='{label}'] + a.verified-mark").count()
        for label in labels
    ]
    assert marked == [1] * len(labels)


@with_and_without_javascript
@every_page
def test_dark_pages_have_no_light_boxes_and_turn_their_figures(
    opened, visit, origins, name, javascript
):
    if javascript:
        page = opened(name, scheme="dark").page
        assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
    else:
        page = visit(javascript=False, scheme="dark").open(origins["file"] + name).page
    assert page.evaluate("() => getComputedStyle(document.body).colorScheme") == "dark"
    assert page.evaluate(reading.LIGHT_BOXES) == []
    assert page.evaluate(reading.UNTURNED_FIGURES) == []


@every_chapter
def test_a_dark_page_has_the_same_colours_without_javascript(opened, visit, origins, name):
    bare = visit(javascript=False, scheme="dark").open(origins["file"] + name)
    ours = opened(name, scheme="dark").at(DESK).evaluate(reading.COLOURS)
    theirs = bare.at(DESK).evaluate(reading.COLOURS)
    both = ours.keys() & theirs.keys()
    assert len(both) > 100
    assert {k: theirs[k] for k in both} == {k: ours[k] for k in both}


@pytest.mark.parametrize(("scheme", "media"), [("light", "screen"), ("dark", "print")])
def test_without_javascript_a_light_screen_and_paper_are_light(opened, scheme, media):
    page = opened(chapters()[0], javascript=False, scheme=scheme).page
    page.emulate_media(media=media)
    ground = page.evaluate(
        "() => getComputedStyle(document.body).getPropertyValue('--pst-color-background')"
    )
    page.emulate_media(media="screen")
    assert ground.strip() in {"#fff", "#ffffff", "white"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@every_page
def test_axe_finds_nothing_serious(opened, name, scheme):
    page = opened(name, scheme=scheme).at(DESK)
    rules = ["color-contrast"] if scheme == "dark" else None
    assert reading.axe(page, AXE.read_text(encoding="utf-8"), rules) == []


def test_the_first_stop_of_the_keyboard_skips_to_the_text_and_shows_its_focus(visit, origins):
    page = visit().open(origins["file"] + pages()[0]).page
    page.keyboard.press("Tab")
    # The link slides into view.
    page.wait_for_function("() => document.activeElement.getBoundingClientRect().top >= 0")
    focused = page.evaluate(
        """() => {
          const {outlineStyle, outlineWidth} = getComputedStyle(document.activeElement);
          return [document.activeElement.textContent, outlineStyle, outlineWidth];
        }"""
    )
    assert focused == ["Skip to main content", "solid", "3px"]


def test_nothing_moves_for_readers_who_ask_for_no_motion(visit, origins):
    page = visit(reduced_motion="reduce").open(origins["file"] + pages()[0]).page
    assert page.evaluate(reading.MOVING) == []


@every_chapter
def test_on_paper_there_is_the_text_alone_and_nothing_is_cut(opened, name):
    page = opened(name).at(700)
    page.emulate_media(media="print")
    try:
        assert page.locator(".bd-header-article").first.is_hidden()
        assert page.locator("#pst-primary-sidebar").is_hidden()
        assert page.evaluate(reading.CUT_OFF) == []
        scrolling = page.evaluate(
            """() => [...document.querySelectorAll(".bd-article pre, .bd-article .katex-display")]
              .filter(box => getComputedStyle(box).overflowX !== "visible").length"""
        )
    finally:
        page.emulate_media(media="screen")
    assert scrolling == 0


def test_menus_open_by_keyboard_and_close_with_escape(visit, origins):
    page = visit().open(origins["file"] + chapters()[0]).page
    menu = page.locator("details.dropdown-launch-buttons")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    assert menu.get_by_role("link", name="Binder").is_visible()
    page.keyboard.press("Escape")
    assert menu.get_by_role("link", name="Binder").is_hidden()
    menu.locator("summary").click()
    page.locator(".bd-article h1").click(position={"x": 5, "y": 5})  # where no menu lies on it
    assert menu.get_by_role("link", name="Binder").is_hidden()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_an_open_menu_lies_on_the_screen(visit, origins, width):
    page = visit(width=width).open(origins["file"] + chapters()[0]).page
    menus = page.locator(".bd-header-article details.dropdown")
    for k in range(menus.count()):
        menus.nth(k).locator("summary").click()
        box = menus.nth(k).locator(".dropdown-menu").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= menus.nth(k).bounding_box()["y"]
    assert menus.count() > 2


@pytest.mark.parametrize("sidebar", ["primary", "secondary"])
def test_without_javascript_a_phone_reaches_both_sidebars_and_comes_back(visit, origins, sidebar):
    page = visit(javascript=False, width=PHONE).open(origins["file"] + chapters()[0]).page
    box = page.locator(f"#pst-{sidebar}-sidebar")
    assert box.is_hidden()
    page.locator(f"a.sidebar-link[href='#pst-{sidebar}-sidebar']").click()
    box.locator("a:not(.sidebar-close)").first.wait_for(state="visible")
    assert page.evaluate(reading.OVERFLOWING) == []
    box.get_by_role("link", name="Close").click()
    box.wait_for(state="hidden")


@pytest.mark.parametrize("sidebar", ["primary", "secondary"])
def test_with_javascript_the_sidebars_open_as_dialogs(visit, origins, sidebar):
    page = visit(width=PHONE).open(origins["file"] + chapters()[0]).page
    page.locator(f"button.{sidebar}-toggle").click()
    dialog = page.locator(f"#pst-{sidebar}-sidebar-modal[open]")
    dialog.locator("a:not(.sidebar-close)").first.wait_for(state="visible")
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
