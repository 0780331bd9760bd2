"""Explorations leave their first frame on the page and the others in a file."""

import json
import re

import pytest

import mcalclib as mc
from _ext import frames


@pytest.fixture(autouse=True)
def static(monkeypatch):
    monkeypatch.setenv("MCALC_EXPLORE", "static")


def test_the_data_moves_to_a_script_that_names_itself_and_nothing_else_changes(tmp_path):
    shown = mc.explore(lambda t: f"frame {t} </script>", t=["a", "b"]).to_html()
    (data,) = re.findall(r'class="mcalc-frames">(.*?)</script>', shown)
    moved = frames.move_out(f"<p>before</p>{shown}<p>after</p>", tmp_path, "../")
    (address,) = re.findall(r'data-frames="\.\./([^"]+)"', moved)
    text = (tmp_path / address).read_text(encoding="utf-8")
    name, payload = re.fullmatch(r'mcalcFrames\("([^"]+)", (.*)\)\n', text).groups()
    assert name == (tmp_path / address).name
    assert json.loads(payload) == json.loads(data)
    assert "mcalc-frames" not in moved
    assert "<pre>frame a" in moved
    assert moved.startswith("<p>before</p><figure ")
    assert moved.endswith("</figure><p>after</p>")


def test_the_same_exploration_gives_the_same_file(tmp_path):
    shown = mc.explore(lambda t: f"frame {t}", t=["a", "b"]).to_html()
    assert frames.move_out(shown, tmp_path, "") == frames.move_out(shown, tmp_path, "")
    assert len(list((tmp_path / frames.FOLDER).iterdir())) == 1


def test_other_figures_and_drawings_stay(tmp_path):
    body = '<figure><img src="data:image/svg+xml,%3Csvg/%3E" alt="a"></figure>'
    assert frames.move_out(body, tmp_path, "") == body
