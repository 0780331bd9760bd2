"""What the pages get from npm."""

import re

from tools import assets


def test_only_the_fonts_that_are_shipped_are_named():
    css = (
        '@font-face{src:url(fonts/A.woff2) format("woff2"),url(fonts/A.woff) format("woff"),'
        'url(fonts/A.ttf) format("truetype")}.katex{color:red}'
    )
    kept = '@font-face{src:url(fonts/A.woff2) format("woff2")}.katex{color:red}'
    assert assets.woff2_only(css) == kept


def test_the_copied_style_sheet_finds_every_file_it_names(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "vendor")
    assets.copy()
    katex = tmp_path / "vendor" / "_static" / "vendor" / "katex"
    named = set(re.findall(r"url\(([^)]+)\)", (katex / "katex.min.css").read_text()))
    assert named == {f"fonts/{font.name}" for font in (katex / "fonts").iterdir()}
    assert len(named) > 10


def test_what_typesets_and_evaluates_typed_formulas_is_there_with_its_licence(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(assets, "VENDOR", tmp_path)
    assets.copy()
    vendor = tmp_path / "_static" / "vendor"
    assert "katex" in (vendor / "katex" / "katex.min.js").read_text(encoding="utf-8")[:2000]
    assert "math.js" in (vendor / "mathjs" / "math.js").read_text(encoding="utf-8")[:500]
    assert (vendor / "mathjs" / "math.js").stat().st_size < 300_000
    assert "Apache License" in (vendor / "mathjs" / "LICENSE").read_text(encoding="utf-8")


def test_what_the_scripts_use_of_math_js_is_found():
    found = assets.functions_of_math()
    assert {"inv", "eigs", "expm", "sqrtm", "pinv", "det"} <= set(found)
    assert "js" not in found
