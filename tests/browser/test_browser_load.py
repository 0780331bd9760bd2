"""Scripts that load when a reader first needs them, from a folder as from a server."""

import shutil

import pytest
from conftest import ROOT, serve

PAGE = '<!DOCTYPE html><title>t</title><script defer src="_static/load.js"></script>'


@pytest.fixture(params=["file", "localhost"])
def page(request, tmp_path, visit):
    (tmp_path / "_static" / "lazy").mkdir(parents=True)
    shutil.copy(ROOT / "_static" / "load.js", tmp_path / "_static")
    for name, script in {"a": "window.order = ['a']", "b": "window.order.push('b')"}.items():
        (tmp_path / "_static" / "lazy" / f"{name}.js").write_text(script, encoding="utf-8")
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    server, address = serve(tmp_path)
    yield visit().open(
        (tmp_path / "page.html").as_uri() if request.param == "file" else address + "page.html"
    )
    server.shutdown()
    server.server_close()


def test_scripts_run_once_and_in_order(page):
    page.page.evaluate("mcalc.load('lazy/a.js', 'lazy/b.js')")
    page.page.evaluate("mcalc.load('lazy/b.js')")
    assert page.page.evaluate("window.order") == ["a", "b"]
    assert page.trouble == []


def test_a_script_that_is_not_there_is_named_and_tried_again(page):
    failing = "mcalc.load('lazy/c.js').then(() => '', e => e.message)"
    assert "lazy/c.js" in page.page.evaluate(failing)
    assert "lazy/c.js" in page.page.evaluate(failing)
    assert sum("request failed" in line or "404" in line for line in page.trouble) >= 2
