"""An exploration is a working slider in a built page and in a live notebook."""

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

import mcalclib as mc
from _ext import frames
from mcalclib.errors import DomainError, DtypeError, ShapeError

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.setenv("MCALC_EXPLORE", "static")
    yield
    plt.close("all")


def draw(t):
    fig, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1], [0, t])
    ax.set_ylim(0, 1)
    return fig, ax


def payload(markup):
    data = re.search(r'class="mcalc-frames">(.*?)</script>', markup, re.DOTALL).group(1)
    return json.loads(data)


def bodies(markup):
    data = payload(markup)
    return ["\n".join(data["lines"][k] for k in frame) for frame in data["frames"]]


def test_every_frame_stands_in_the_page_with_its_own_alternative_text():
    shown = mc.explore(draw, t=np.linspace(0, 1, 3), alt="slope {t}").to_html()
    frames = bodies(shown)
    assert len(set(frames)) == 3
    assert all(body.startswith("<svg") and body.endswith("</svg>") for body in frames)
    assert payload(shown)["alts"] == ["slope 0.0", "slope 0.5", "slope 1.0"]


def test_shared_lines_are_stored_once():
    shown = mc.explore(draw, t=np.linspace(0, 1, 21), alt="slope {t}")
    whole = sum(len(frame.body) for frame in shown.frames)
    assert len(shown.to_html()) < whole / 3


def test_two_sliders_count_the_last_one_fastest():
    shown = mc.explore(lambda a, b: f"{a}{b}", a=["x", "y"], b=["0", "1", "2"]).to_html()
    assert [re.sub("<.*?>", "", body) for body in bodies(shown)] == [
        "x0", "x1", "x2", "y0", "y1", "y2",
    ]  # fmt: skip
    assert [int(m) for m in re.findall(r'max="(\d+)"', shown)] == [1, 2]


def test_stops_reach_draw_by_name_whatever_the_order():
    shown = mc.explore(lambda a, b: f"a={a} b={b}", b=[1.0, 2.0], a=[8.0, 9.0])
    assert "a=9.0 b=1.0" in shown.frame(0, 1).body


def test_draw_may_leave_the_figure_to_pyplot_or_return_text_or_html_or_evidence():
    def implicit(t):
        plt.figure()
        plt.plot([0, t])

    assert mc.explore(implicit, t=[1.0, 2.0], alt="a line").frame(0).kind == "svg"
    assert "<pre>1.0 &lt; 2</pre>" in mc.explore(lambda t: f"{t} < 2", t=[1.0, 2.0]).to_html()
    assert mc.explore(lambda t: f"<b>{t}</b>", t=[1.0, 2.0]).frame(1).body == "<b>2.0</b>"
    table = mc.explore(lambda n: mc.linearity_gap(np.transpose, (n, n)), n=[1, 2])
    assert "<caption>" in table.frame(0).body


def test_no_figure_stays_open_to_be_shown_once_more():
    plt.figure()
    mc.explore(draw, t=[0.0, 1.0], alt="a line").to_html()
    assert len(plt.get_fignums()) == 1


def test_figures_are_closed_when_draw_fails():
    def broken(t):
        plt.figure()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        mc.explore(broken, t=[0.0, 1.0], alt="nothing")
    assert plt.get_fignums() == []


def test_text_is_fixed_and_markup_repeats():
    first, second = (mc.explore(draw, t=[-0.5, 0.5], alt="{t}") for _ in range(2))
    assert repr(first) == "exploration of t, 2 frames: t = −0.5 to t = 0.5"
    assert first.to_html() == second.to_html()


@pytest.mark.parametrize(
    ("stops", "texts"),
    [
        (np.linspace(0, 1, 3), ["0.0", "0.5", "1.0"]),
        ([1, 2, 10], ["1", "2", "10"]),
        (np.linspace(0, 1, 4), ["0.000", "0.333", "0.667", "1.000"]),
        (["row", "column"], ["row", "column"]),
        ([1e-8, 1e-4], ["1e−08", "0.0001"]),
        (np.array([-1.0, -1e-17, 1.0]), ["−1", "0", "1"]),
    ],
)
def test_stops_read_with_as_few_decimals_as_needed(stops, texts):
    shown = mc.explore(lambda t: "", t=stops)
    assert shown.sliders[0].texts == texts


def test_a_script_end_in_a_frame_does_not_end_the_data():
    shown = mc.explore(lambda t: f"<b></script>{t}</b>", t=["a", "b"]).to_html()
    assert bodies(shown) == ["<b></script>a</b>", "<b></script>b</b>"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mc.explore(draw, alt="x"), ShapeError, "one or two sliders, got 0"),
        (
            lambda: mc.explore(lambda a, b, c: "", a=[1, 2], b=[1, 2], c=[1, 2]),
            ShapeError,
            "one or two sliders, got 3",
        ),
        (lambda: mc.explore(draw, t=[1.0], alt="x"), ShapeError, "t must have at least two"),
        (lambda: mc.explore(draw, t=np.eye(2), alt="x"), ShapeError, r"shape \(2, 2\)"),
        (
            lambda: mc.explore(lambda a, b: "", a=range(11), b=range(10)),
            ShapeError,
            "at most 100 frames.*11 times 10 = 110",
        ),
        (lambda: mc.explore(draw, s=[0.0, 1.0], alt="x"), DtypeError, "draw must take.*s"),
        (lambda: mc.explore(draw, t=[0.0, None], alt="x"), DtypeError, "numbers, or only strings"),
        (lambda: mc.explore(draw, t=[0.0, np.nan], alt="x"), DomainError, "finite"),
        (lambda: mc.explore(draw, t=[0.0, 1.0]), DomainError, "alt must say"),
        (
            lambda: mc.explore(lambda t: draw(t) if t else "text", t=[0, 1], alt="x"),
            DtypeError,
            "figures only or texts only",
        ),
    ],
)
def test_bad_input_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# ---------------------------------------------------------------- live or static


def test_the_widget_redraws_when_its_slider_moves(monkeypatch):
    monkeypatch.setenv("MCALC_EXPLORE", "live")
    calls = []

    def recorded(t):
        calls.append(t)
        return f"t is {t}"

    shown = mc.explore(recorded, t=[0.0, 0.5, 1.0], caption="a <caption>")
    assert calls == [0.0]  # live, only what is looked at is drawn
    slider, picture, caption = shown.widget().children
    slider.value = 2
    assert "t is 1.0" in picture.value
    assert calls == [0.0, 1.0]
    assert caption.value == "a &lt;caption&gt;"


def test_an_unknown_wish_is_refused(monkeypatch):
    monkeypatch.setenv("MCALC_EXPLORE", "yes")
    with pytest.raises(DomainError, match="live or static.*yes"):
        mc.explore(lambda t: "", t=[1, 2])


SOURCE = "import mcalclib as mc\nmc.explore(lambda t: f't is {t}', t=[0.0, 1.0])"


def test_a_program_that_executes_notebooks_gets_frames(monkeypatch):
    monkeypatch.delenv("MCALC_EXPLORE")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)])
    data = NotebookClient(book, kernel_name="python3").execute().cells[0].outputs[0].data
    assert set(data) == {"text/html", "text/plain"}
    assert "mcalc-explore" in data["text/html"]


def test_a_front_end_that_names_its_cell_gets_a_widget(monkeypatch):
    monkeypatch.delenv("MCALC_EXPLORE")
    manager, client = start_new_kernel()
    try:
        # What JupyterLab, Notebook 7 and VS Code send, and Client.execute cannot.
        content = {
            "code": SOURCE,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        message = client.session.msg("execute_request", content, metadata={"cellId": "a-cell"})
        client.shell_channel.send(message)
        while True:
            answer = client.get_iopub_msg(timeout=60)
            if answer["msg_type"] == "execute_result":
                data = answer["content"]["data"]
                break
            assert answer["msg_type"] != "error", answer["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == "exploration of t, 2 frames: t = 0 to t = 1"


def test_importing_explore_loads_neither_matplotlib_nor_ipywidgets():
    code = (
        "import sys, mcalclib; mcalclib.explore; "
        "print([m for m in ('matplotlib', 'ipywidgets') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- in a real browser


def saved(path, *explorations, dark=False):
    """Write a page with the book's own script and style beside nothing else."""
    body = "".join(exploration.to_html() for exploration in explorations)
    static_files = ROOT / "_static"
    path.write_text(
        f'<!doctype html><html lang="en" data-theme="{"dark" if dark else "light"}">'
        '<head><meta charset="utf-8"><title>An exploration</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{(static_files / "explore.css").as_uri()}">'
        f'<script defer src="{(static_files / "explore.js").as_uri()}"></script>'
        f"</head><body><main><h1>An exploration</h1>{body}</main></body></html>",
        encoding="utf-8",
    )
    return path.as_uri()


@pytest.mark.browser
def test_slider_works_by_keyboard_from_a_file_without_network(browser, tmp_path):
    stops = np.linspace(0, 1, 5)
    shown = mc.explore(draw, t=stops, alt="slope {t}", caption="A line turns.")
    context = browser.new_context(offline=True)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text))
    page.goto(saved(tmp_path / "page.html", shown))
    page.keyboard.press("Tab")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    slider = page.get_by_role("slider", name="t")
    assert slider.evaluate("e => e === document.activeElement")
    page.wait_for_selector('img[alt="slope 0.75"]')
    assert slider.get_attribute("aria-valuetext") == "0.75"
    assert page.locator("output").inner_text() == "t = 0.75"
    source = page.locator("img").get_attribute("src")
    assert source.startswith("data:image/svg+xml,")
    size = page.locator("img").evaluate("e => [e.complete, e.naturalWidth, e.naturalHeight]")
    assert size[0] and size[1] > 100
    page.keyboard.press("Home")
    page.wait_for_selector('img[alt="slope 0.00"]')
    assert errors == []
    context.close()


@pytest.mark.browser
def test_every_combination_of_two_sliders_shows_its_own_frame(browser, tmp_path):
    shown = mc.explore(lambda a, b: f"{a},{b}", a=["x", "y"], b=["0", "1", "2"])
    page = browser.new_page()
    page.goto(saved(tmp_path / "page.html", shown))
    for i, a in enumerate("xy"):
        for j, b in enumerate("012"):
            page.get_by_role("slider", name="a").fill(str(i))
            page.get_by_role("slider", name="b").fill(str(j))
            page.wait_for_function(
                "text => document.querySelector('.mcalc-frame').innerText.trim() === text",
                arg=f"{a},{b}",
            )
    page.close()


@pytest.mark.browser
def test_several_explorations_on_a_page_do_not_disturb_each_other(browser, tmp_path):
    first = mc.explore(lambda t: f"first {t}", t=[0.0, 1.0])
    second = mc.explore(lambda t: f"second {t}", t=[0.0, 1.0])
    page = browser.new_page()
    page.goto(saved(tmp_path / "page.html", first, second))
    page.get_by_role("slider").nth(1).fill("1")
    page.wait_for_function("document.querySelectorAll('.mcalc-frame')[1].innerText.includes('1.0')")
    assert "first 0.0" in page.locator(".mcalc-frame").nth(0).inner_text()
    page.close()


@pytest.mark.browser
def test_without_javascript_the_first_frame_stands_alone_and_says_so(browser, tmp_path):
    shown = mc.explore(draw, t=[0.0, 1.0], alt="slope {t}")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(saved(tmp_path / "page.html", shown))
    assert page.get_by_role("img", name="slope 0").is_visible()
    assert not page.locator("input").is_visible()
    assert "t = 0" in page.locator("noscript").inner_text()
    context.close()


@pytest.mark.browser
def test_nothing_moves_when_frames_change(browser, tmp_path):
    shown = mc.explore(draw, t=np.linspace(0, 1, 5), alt="slope {t}")
    page = browser.new_page(viewport={"width": 390, "height": 700})
    page.goto(saved(tmp_path / "page.html", shown))
    box = page.locator("figure").bounding_box()
    assert box["width"] <= 390
    page.get_by_role("slider").fill("4")
    page.wait_for_selector('img[alt="slope 1.00"]')
    assert page.locator("figure").bounding_box() == box
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(browser, tmp_path, dark):
    shown = mc.explore(
        lambda a, t: draw(t), a=["x", "y"], t=[0.0, 0.5], alt="{a}: slope {t}", caption="Two."
    )
    page = browser.new_page()
    page.goto(saved(tmp_path / "page.html", shown, mc.explore(lambda t: "<", t=[1, 2]), dark=dark))
    page.add_script_tag(path=ROOT / "node_modules" / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run()")["violations"]
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found] == []
    page.close()


@pytest.mark.browser
def test_frames_of_their_own_load_when_the_slider_is_touched_even_from_a_folder(browser, tmp_path):
    shown = mc.explore(draw, t=np.linspace(0, 1, 3), alt="slope {t}").to_html()
    (tmp_path / "chapters").mkdir()
    moved = frames.move_out(shown, tmp_path, "../")
    assert "<svg" not in moved and "%3Csvg" not in moved
    page = browser.new_page()
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(saved(tmp_path / "chapters" / "page.html", SimpleNamespace(to_html=lambda: moved)))
    page.wait_for_function("document.querySelector('.mcalc-frame img').naturalWidth > 0")
    assert not [url for url in loaded if "_frames" in url and url.endswith(".js")]
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('img[alt="slope 0.5"]')
    assert len([url for url in loaded if "_frames" in url and url.endswith(".js")]) == 1
    assert page.locator("img").evaluate("e => [e.complete, e.naturalWidth > 0]") == [True, True]
    page.close()
