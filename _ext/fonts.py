"""Fonts cut down to what the pages show.

The theme ships all of Font Awesome (300 kB of fonts and 100 kB of rules) and KaTeX every glyph it
may ever need. After each build the icon fonts keep the glyphs in use, the theme's style sheet the
icons in use, and KaTeX's fonts are cut in two: what the pages show, and the rest.
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
_OLD_SOURCE = re.compile(r',url\([^)]*\.ttf\) format\("truetype"\)')


def subset(font: bytes, codepoints: set[int]) -> bytes:
    """Return the WOFF2 font with only the glyphs for ``codepoints``."""
    options = Options()
    options.flavor = "woff2"
    options.layout_features = []
    options.hinting = False
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


# Which of KaTeX's fonts a sign's own classes choose; signs of all others are set in Main-Regular.
CHOSEN = {
    "mathnormal": "Math-Italic",
    "mathit": "Main-Italic",
    "textit": "Main-Italic",
    "boldsymbol": "Math-BoldItalic",
    "mathbf": "Main-Bold",
    "textbf": "Main-Bold",
    "mathsf": "SansSerif-Regular",
    "mathbb": "AMS-Regular",
    "amsrm": "AMS-Regular",
    "mathcal": "Caligraphic-Regular",
    "mathscr": "Script-Regular",
    "mathtt": "Typewriter-Regular",
    "texttt": "Typewriter-Regular",
    "small-op": "Size1-Regular",
    "large-op": "Size2-Regular",
    **{f"delim-size{k}": f"Size{k}-Regular" for k in (1, 4)},
}
_SIZE = re.compile(r"\bdelimsizing size([1-4])\b")
_SIGN = re.compile(
    r'<span class="((?:m(?:ord|op|bin|rel|open|close|punct|inner)|delim)[^"]*)"[^>]*>'
    r"(?:<span>)?([^<]+)<"
)
_FACE = re.compile(r"@font-face\{[^}]*?url\((fonts/KaTeX_([\w-]+)\.woff2)\)[^}]*\}")


def signs_in(html: str) -> dict[str, set[int]]:
    """Return the code points that the formulas of a page show in each of KaTeX's fonts.

    KaTeX sets each sign in a span of its own, whose classes choose the font. Where they do so from
    further out, the sign is missed here and comes from the rest of the font.
    """
    found: dict[str, set[int]] = {}
    for classes, text in set(_SIGN.findall(html)):
        size = _SIZE.search(classes)
        fonts = {f"Size{size[1]}-Regular"} if size else set()
        fonts |= {CHOSEN[name] for name in classes.split() if name in CHOSEN}
        for font in fonts or {"Main-Regular"}:
            found.setdefault(font, set()).update(map(ord, unescape(text)))
    return found


def unicode_range(codepoints: set[int]) -> str:
    """Return the value of the CSS descriptor that names these code points, runs as ranges."""
    runs: list[list[int]] = []
    for code in sorted(codepoints):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in runs)


def split_formulas(app, exception):
    """Cut each of KaTeX's fonts in two: the signs on the book's pages, and the rest.

    A browser loads the rest only where a formula that a reader types needs it.
    """
    if exception or app.builder.format != "html":
        return
    out, sheet = Path(app.outdir), Path("_static", app.config.katex_css_path)
    shown: dict[str, set[int]] = {}
    for path in out.rglob("*.html"):
        for font, codepoints in signs_in(path.read_text(encoding="utf-8")).items():
            shown.setdefault(font, set()).update(codepoints)
    for folder in app.config.html_extra_path:
        source = Path(app.confdir, folder, sheet)

        def split(match: re.Match, home: Path = source.parent) -> str:
            face, (address, name) = match[0], match.groups()
            whole = (home / address).read_bytes()
            with TTFont(io.BytesIO(whole)) as font:
                there = set(font.getBestCmap())
            used = shown.get(name, set()) & there
            faces = []
            for part, codepoints in (("", used), (".rest", there - used)):
                target = address.replace(".woff2", f"{part}.woff2")
                (out / sheet.parent / target).unlink(missing_ok=True)
                if codepoints:
                    (out / sheet.parent / target).write_bytes(remembered(app, whole, codepoints))
                    range_ = f";unicode-range:{unicode_range(codepoints)}}}"
                    faces.append(face.replace(address, target).removesuffix("}") + range_)
            return "".join(faces)

        if source.is_file():
            css = _FACE.sub(split, source.read_text(encoding="utf-8"))
            (out / sheet).write_text(css, encoding="utf-8")


def setup(app):
    app.connect("build-finished", shrink_icons)
    app.connect("build-finished", split_formulas)
