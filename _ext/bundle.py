"""One style sheet and one script for each page, without what the book has no use for.

The theme is written for every site that may use it: a third of a megabyte of its style sheets
applies to nothing in this book, and they come in a dozen files, each a round trip before the first
line of text shows. After each build PurgeCSS drops the rules that no page and no script mentions,
esbuild drops blanks and comments, and each page loads one file of each kind. The fonts of formulas
and icons stand in the style sheet itself, so that a formula is readable when it is first painted.
"""

import base64
import hashlib
import json
import os
import posixpath
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from sphinx.errors import ExtensionError

from .dark import without_scripts
from .formulas import node

FOLDER = "_static/pages"
DARK = "_dark.css"
STYLED = (
    '<link rel="stylesheet" href="{}"><noscript><link rel="stylesheet" href="{dark}"></noscript>'
    "<script>/* fonts */</script>"
)
PROGRAM = Path(__file__).with_name("shrink.cjs")
# A script that asks where it lies cannot move, and Sphinx's scripts ask whether those of its search
# have been loaded, in a way that stops a script in which they come later.
FIXED = re.compile(r"currentScript|\bconst Search =|\bvar stopwords =")
# Read before anything is painted: in the page it costs less than a request.
OPTIONS = re.compile(r'<script src="([^"]*documentation_options\.js)[^"]*"></script>')

_SHEET = re.compile(r'<link\b(?=[^>]*rel="stylesheet")[^>]*?href="([^"]+)"[^>]*>\s*')
_SCRIPT = re.compile(r'<script defer(?:="defer")? src="([^"]+)"></script>\s*')
# A font in a style sheet is read a moment after it: the page waits for that moment, and for no
# longer than a second, so that its first line is not set in another font and then again.
_WAITING = re.compile(r"(<script>/\* fonts \*/)[^<]*(</script>)")
_WAIT = """\
(root => {{
  const show = () => root.classList.remove("fonts-to-come");
  root.classList.add("fonts-to-come");
  Promise.all({faces}.map(([font, sign]) => document.fonts.load(font, sign))).then(show, show);
  setTimeout(show, 1000);
}})(document.documentElement);"""
_FACE = re.compile(r"@font-face\{[^}]*url\(data:[^}]*\}")
_BUNDLE = re.compile(rf'({FOLDER}/(\w+)\.(?:css|js))(?:\?v=\w+)?"')
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_IMPORT = re.compile(r"""@import\s+["']([^"']+)["'];""")
_TAG = re.compile(r"<[a-z][^>]*>")
_TOKEN = re.compile(r"[\w-]+")
_VARIABLE = re.compile(r"--[\w-]+")
_URL = re.compile(r"""url\(\s*["']?(?!data:|#)([^"')]+)["']?\s*\)""")


def key_of(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]


class Page:
    """A built page: its text, its place, and what it loads."""

    def __init__(self, path: Path, out: Path):
        self.path, self.out = path, out
        self.html = path.read_text(encoding="utf-8")
        self.folder = path.parent.relative_to(out).as_posix()

    def name_of(self, address: str) -> str | None:
        """Return the file below _static that an address names, by its path from the site's root."""
        name = posixpath.normpath(posixpath.join(self.folder, address.partition("?")[0]))
        own = name.startswith("_static/") and not name.startswith(FOLDER)
        return name if own and (self.out / name).is_file() else None

    def gather(self, pattern: re.Pattern, form: str, suffix: str) -> list[str]:
        """Put one bundle, written as ``form``, where the first of several files was loaded.

        Return the names of these files, none where the page was bundled by an earlier build.
        """
        names: list[str] = []

        def collect(match: re.Match) -> str:
            name = self.name_of(match[1])
            if name is None or FIXED.search((self.out / name).read_text(encoding="utf-8")):
                return match[0]
            names.append(name)
            return "\0" if len(names) == 1 else ""

        html = pattern.sub(collect, self.html)
        if names:
            address = posixpath.relpath(f"{FOLDER}/{key_of(names)}{suffix}", self.folder)
            dark = address.removesuffix(".css") + DARK
            self.html = html.replace("\0", form.format(address, dark=dark) + "\n")
        return names

    def put_options(self) -> None:
        """Write the page's options into it instead of loading them."""

        def written(match: re.Match) -> str:
            name = posixpath.normpath(posixpath.join(self.folder, match[1]))
            return f"<script>{(self.out / name).read_text(encoding='utf-8')}</script>"

        self.html = OPTIONS.sub(written, self.html)


def styles(names: Iterable[str], out: Path) -> str:
    """Return the style sheets in one, their addresses written from the site's root."""
    parts = []
    for name in names:

        def from_root(address: str, folder: str = posixpath.dirname(name)) -> str:
            return posixpath.normpath(posixpath.join(folder, address))

        text = _COMMENT.sub("", (out / name).read_text(encoding="utf-8"))
        imported = styles(map(from_root, _IMPORT.findall(text)), out)
        text = _IMPORT.sub("", text)
        text = _URL.sub(lambda m, at=from_root: f"url({at(m[1])})", text)
        parts += [imported, text]
    return "\n".join(parts)


def scripts(names: list[str], out: Path) -> str:
    """Return the scripts in one. The first line keeps it from being strict as a whole."""
    return ";\n" + "\n;\n".join((out / name).read_text(encoding="utf-8") for name in names)


def with_fonts(css: str, out: Path) -> str:
    """Return the style sheet with the fonts that pages show in it, and other addresses from it."""

    def written(match: re.Match) -> str:
        name = match[1].partition("?")[0].partition("#")[0]
        if name.endswith(".woff2") and not name.endswith(".rest.woff2"):
            data = base64.b64encode((out / name).read_bytes()).decode()
            return f"url(data:font/woff2;base64,{data})"
        return f"url({posixpath.relpath(match[1], FOLDER)})"

    return _URL.sub(written, css)


def embedded(css: str) -> list[tuple[str, str]]:
    """Return each font in a style sheet, in CSS's own words, with a sign that it shows."""
    faces = []
    for face in _FACE.findall(css):
        rules = dict(rule.split(":", 1) for rule in face[11:-1].split(";") if ":" in rule)
        style, weight = rules.get("font-style", "normal"), rules.get("font-weight", "400")
        first = re.search(r"U\+([0-9A-Fa-f]+)", rules.get("unicode-range", "U+20"))
        family = rules["font-family"].strip("\"'")
        faces.append((f"{style} {weight} 1em '{family}'", chr(int(first[1], 16))))
    return faces


def shrink(app, task: dict) -> dict:
    """Return what shrink.cjs makes of the task, done once and kept beside the doctrees."""
    text = json.dumps(task, sort_keys=True)
    key = hashlib.sha256(text.encode() + PROGRAM.read_bytes()).hexdigest()
    kept = Path(app.doctreedir, "bundles", f"{key}.json")
    if not kept.is_file():
        done = subprocess.run(
            [node(), str(PROGRAM)],
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env={**os.environ, "NODE_PATH": str(Path(app.confdir, "node_modules"))},
        )
        if done.returncode:
            raise ExtensionError(
                f"the style sheets and scripts could not be shrunk:\n{done.stderr}\n"
                "If a module is missing, `npm ci` brings what package-lock.json names."
            )
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(done.stdout, encoding="utf-8")
    return json.loads(kept.read_text(encoding="utf-8"))


def mentioned(pages: list[Page], static: Path) -> tuple[list[str], list[str]]:
    """Return the words and the CSS variables that the tags of pages and the scripts mention.

    A formula that a reader types may need any of KaTeX's rules.
    """
    texts = set().union(*(_TAG.findall(page.html) for page in pages))
    for path in static.rglob("*.js"):
        if "vendor" not in path.relative_to(static).parts:
            texts.add(path.read_text(encoding="utf-8"))
    texts.update(path.read_text(encoding="utf-8") for path in static.rglob("katex*.css"))
    words = set().union(*map(_TOKEN.findall, texts))
    return sorted(words), sorted({word for text in texts for word in _VARIABLE.findall(text)})


def bundle(app, exception):
    if exception or app.builder.name not in {"html", "dirhtml"}:
        return
    out = Path(app.outdir)
    # Pages that were not written anew have forgotten what their bundles are made of.
    known = Path(app.doctreedir, "bundles", "names.json")
    made_of = json.loads(known.read_text(encoding="utf-8")) if known.is_file() else {}
    pages = [Page(path, out) for path in sorted(out.rglob("*.html"))]
    pages = [page for page in pages if not page.folder.startswith("_static")]
    before = [page.html for page in pages]
    for page in pages:
        page.put_options()
        for pattern, form, suffix in (
            (_SHEET, STYLED, ".css"),
            (_SCRIPT, '<script defer src="{}"></script>', ".js"),
        ):
            if names := page.gather(pattern, form, suffix):
                made_of[f"{key_of(names)}{suffix}"] = names
    linked = {name for page in pages for name in _BUNDLE.findall(page.html)}
    needed = sorted({Path(address).name for address, _ in linked if not address.endswith(DARK)})
    words, variables = mentioned(pages, out / "_static")
    task = {
        "css": {n: styles(made_of[n], out) for n in needed if n.endswith(".css")},
        "js": {n: scripts(made_of[n], out) for n in needed if n.endswith(".js")},
        "words": words,
        "variables": variables,
    }
    done = shrink(app, task)
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    for path in (out / FOLDER).iterdir():
        path.unlink()
    version, wait = {}, {}
    dark = {name.removesuffix(".css") + DARK: without_scripts(t) for name, t in done["css"].items()}
    for name, text in (done["css"] | dark | done["js"]).items():
        text = with_fonts(text, out) if name.endswith(".css") else text
        (out / FOLDER / name).write_text(text, encoding="utf-8")
        version[name] = key_of([text])
        wait[name] = _WAIT.format(faces=json.dumps(embedded(text)))
    for page, old in zip(pages, before, strict=True):
        page.html = _BUNDLE.sub(lambda m: f'{m[1]}?v={version[Path(m[1]).name]}"', page.html)
        code = "".join(wait[Path(name).name] for name, _ in _BUNDLE.findall(page.html)[:1])
        page.html = _WAITING.sub(lambda m, code=code: m[1] + code + m[2], page.html)
        if page.html != old:
            page.path.write_text(page.html, encoding="utf-8")
    known.parent.mkdir(parents=True, exist_ok=True)
    known.write_text(json.dumps(made_of, indent=1), encoding="utf-8")


def setup(app):
    app.connect("build-finished", bundle, priority=700)
