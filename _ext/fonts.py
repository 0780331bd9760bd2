"""Fonts cut down to what the pages show.

The theme ships all of Font Awesome (300 kB of fonts and 100 kB of rules) and KaTeX every glyph it
may ever need. After each build the fonts keep the glyphs in use, and the theme's style sheet the
icons in use.
"""

import hashlib
import io
import re
from html import unescape
from pathlib import Path

import pydata_sphinx_theme
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

THEME = Path(pydata_sphinx_theme.__file__).parent / "theme" / "pydata_sphinx_theme" / "static"
STYLES = Path("styles", "pydata-sphinx-theme.css")
WEBFONTS = Path("vendor", "fontawesome", "webfonts")

_ICON_RULE = re.compile(r"(?<=})((?:\.fa-[\w-]+:before,?)+)\{content:[^}]*\}")
_ICON = re.compile(r"\bfa-[a-z0-9-]+")
_ESCAPE = re.compile(r'"\\([0-9a-f]{2,5})"')
_IN_SPAN = re.compile(r"<span[^>]*>([^<]+)<")
_OLD_SOURCE = re.compile(r',url\([^)]*\.ttf\) format\("truetype"\)')


def subset(font: bytes, codepoints: set[int]) -> bytes:
    """Return the WOFF2 font with only the glyphs for ``codepoints``."""
    options = Options()
    options.flavor = "woff2"
    options.layout_features = []
    options.notdef_outline = True
    with TTFont(io.BytesIO(font)) as opened:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=codepoints)
        subsetter.subset(opened)
        opened.flavor = "woff2"
        # Otherwise the time of the build would be written into the font.
        opened.recalcTimestamp = False
        written = io.BytesIO()
        opened.save(written)
    return written.getvalue()


def remembered(app, font: bytes, codepoints: set[int]) -> bytes:
    """Return ``subset(font, codepoints)``, made once and kept beside the doctrees.

    Sphinx puts the whole font back in each build, and most builds change no glyph.
    """
    key = hashlib.sha256(font + repr(sorted(codepoints)).encode()).hexdigest()
    kept = Path(app.doctreedir, "fonts", f"{key}.woff2")
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(subset(font, codepoints))
    return kept.read_bytes()


def only_icons(css: str, wanted: set[str]) -> str:
    """Return the theme's style sheet without the rules of icons that no page shows."""

    def keep(match: re.Match) -> str:
        names = {selector.removesuffix(":before").lstrip(".") for selector in match[1].split(",")}
        return match[0] if names & wanted else ""

    return _OLD_SOURCE.sub("", _ICON_RULE.sub(keep, css))


def icons_in(text: str) -> set[str]:
    """Return the icon names in a page or a script."""
    return set(_ICON.findall(text))


def icons_written_in(css: str) -> set[int]:
    """Return the code points of icons that a style sheet shows, escaped or as themselves."""
    escaped = {int(code, 16) for code in _ESCAPE.findall(css)}
    return escaped | {ord(sign) for sign in css if "\ue000" <= sign <= "\uf8ff"}


def shrink_icons(app, exception):
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    sources = [*out.rglob("*.html"), *static.rglob("*.js")]
    wanted = set().union(*(icons_in(path.read_text(encoding="utf-8")) for path in sources))
    css = only_icons((THEME / STYLES).read_text(encoding="utf-8"), wanted)
    (static / STYLES).write_text(re.sub(r"/\*# sourceMappingURL.*", "", css), encoding="utf-8")
    sheets = [path.read_text(encoding="utf-8") for path in static.rglob("*.css")]
    codepoints = {code for sheet in sheets for code in icons_written_in(sheet)}
    for path in (THEME / WEBFONTS).glob("*.woff2"):
        (static / WEBFONTS / path.name).write_bytes(remembered(app, path.read_bytes(), codepoints))
    for path in (static / WEBFONTS).glob("*.ttf"):
        path.unlink()


# Formulas that are typed into a page may use what none of the book's formulas does.
TYPED = {*map(chr, range(0x20, 0x7F)), *map(chr, range(0x391, 0x3D7))} | set(
    "±·×÷†′″∂∇∈∉∋∏∑−∓∗∘√∞∥∧∨∩∪∫∼≅≈≠≡≤≥⊂⊃⊆⊇⊕⊖⊗⊙⊤⊥⋅⋮⋯⋱…←→↔↦⇐⇒⇔⟨⟩⌈⌉⌊⌋∀∃∅ℓℜℑℵ¬‖∣∖⊺⊛⊞⊠"
)


def signs_in(html: str) -> set[str]:
    """Return every character that a span of the page begins with, formulas' among them.

    KaTeX sets each sign in a span of its own.
    """
    return set().union(*map(unescape, _IN_SPAN.findall(html)))


def shrink_formulas(app, exception):
    if exception or app.builder.format != "html":
        return
    out, sheet = Path(app.outdir), Path("_static", app.config.katex_css_path)
    pages = (path.read_text(encoding="utf-8") for path in out.rglob("*.html"))
    codepoints = {ord(sign) for sign in TYPED.union(*map(signs_in, pages))}
    for folder in app.config.html_extra_path:
        for path in Path(app.confdir, folder, sheet).parent.glob("fonts/*.woff2"):
            target = out / sheet.parent / "fonts" / path.name
            target.write_bytes(remembered(app, path.read_bytes(), codepoints))


def setup(app):
    app.connect("build-finished", shrink_icons)
    app.connect("build-finished", shrink_formulas)
