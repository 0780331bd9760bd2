"""The promises every built page keeps; a build that breaks one fails, naming page and element.

No page loads anything from another host, no link inside the book is broken, every image has a
text alternative, every formula was rendered, every claim is verified.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sphinx.util import logging

from . import claims

logger = logging.getLogger(__name__)

LOADING_RELATIONS = {
    "stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "dns-prefetch",
    "manifest", "apple-touch-icon",
}  # fmt: skip
_LOADING = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src", "srcdoc"), "embed": ("src",),
    "source": ("src", "srcset"), "video": ("src", "poster"), "audio": ("src",),
    "track": ("src",), "object": ("data",), "image": ("href", "xlink:href"),
    "use": ("href", "xlink:href"), "input": ("src",), "figure": ("data-frames",),
}  # fmt: skip
_CSS_URL = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)|@import\s+["']([^"']+)["']""")
_RAW_MATH = re.compile(r"\\\(|\\\[|\$\$|\\begin\{")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Where characters are shown as written, or not shown at all.
_UNREAD = {"script", "style", "pre", "code", "annotation", "textarea", "title", "noscript"}
_VOID = {
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
}  # fmt: skip


class Facts(HTMLParser):
    """What one page contains, as far as the promises speak about it."""

    def __init__(self, html: str):
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[tuple[str, str]] = []  # (target, element)
        self.assets: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self._open: list[tuple[str, bool]] = []  # (tag, hidden from readers)
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        element = self.get_starttag_text().replace("\n", " ")
        if len(element) > 160:
            element = element[:157] + "..."
        for name in ("id", "name") if tag == "a" else ("id",):
            if attrs.get(name):
                if attrs[name] in self.ids and name == "id":
                    self.faults.append(f"id {attrs[name]!r} is used twice: {element}")
                self.ids.add(attrs[name])
        self._collect(tag, attrs, element)
        self._judge(tag, attrs, element)
        if tag not in _VOID:
            self._open.append((tag, hidden(attrs)))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self._open.pop()

    def handle_endtag(self, tag):
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data):
        tags = {name for name, _ in self._open}
        if "style" in tags:
            self.assets += [(url, "<style>") for url in css_urls(data)]
        elif not tags & _UNREAD and (match := _RAW_MATH.search(data)):
            around = data[max(0, match.start() - 20) : match.end() + 40].replace("\n", " ")
            self.faults.append(f"math left as text: ...{around}...")

    def _collect(self, tag, attrs, element):
        if tag in {"a", "area"} and "href" in attrs:
            self.links.append((attrs["href"], element))
        if tag == "link" and LOADING_RELATIONS & set(attrs.get("rel", "").lower().split()):
            self.assets.append((attrs.get("href", ""), element))
        for name in _LOADING.get(tag, ()):
            if name == "srcset":
                candidates = [
                    part.split()[0] for part in attrs.get(name, "").split(",") if part.strip()
                ]
                self.assets += [(url, element) for url in candidates]
            elif name == "srcdoc":
                self.assets += [(url, element) for url, _ in Facts(attrs.get(name, "")).assets]
            elif attrs.get(name):
                self.assets.append((attrs[name], element))
        self.assets += [(url, element) for url in css_urls(attrs.get("style", ""))]

    def _judge(self, tag, attrs, element):
        if tag in {"img", "area"} or (tag == "input" and attrs.get("type") == "image"):
            alt, source = attrs.get("alt"), attrs.get("src", "")
            # docutils falls back to the file's name, which tells a reader nothing.
            if alt is None or (not alt.strip() and not hidden(attrs)) or named_after(alt, source):
                self.faults.append(f"image without alt text: {element}")
        if tag == "svg" and not hidden(attrs):
            labelled = attrs.get("aria-label") or attrs.get("aria-labelledby")
            if not labelled and not any(is_hidden for _, is_hidden in self._open):
                self.faults.append(f"drawing without aria-label or aria-hidden: {element}")
        if "katex-error" in attrs.get("class", ""):
            self.faults.append(f"formula that KaTeX refuses: {attrs.get('title', element)}")
        if tag == "mstyle" and attrs.get("mathcolor", "").lower() == "#cc0000":
            self.faults.append("formula with a command that KaTeX does not know (shown in red)")


def hidden(attrs: dict[str, str]) -> bool:
    return attrs.get("aria-hidden") == "true" or attrs.get("role") in {"presentation", "none"}


def named_after(alt: str, source: str) -> bool:
    name = Path(unquote(urlsplit(source).path)).name
    return bool(name) and Path(alt.strip()).name == name


def css_urls(css: str) -> list[str]:
    return [a or b for a, b in _CSS_URL.findall(_COMMENT.sub("", css))]


def is_remote(url: str) -> bool:
    return url.startswith("//") or urlsplit(url).scheme not in {"", "data", "blob", "about"}


def faults(out: Path) -> Iterator[str]:
    """Yield what is wrong with the pages and style sheets below ``out``, one line each."""
    pages = {path: Facts(path.read_text(encoding="utf-8")) for path in sorted(out.rglob("*.html"))}
    pages = {
        path: facts for path, facts in pages.items() if "_static" not in path.relative_to(out).parts
    }
    for path, facts in pages.items():
        name = path.relative_to(out).as_posix()
        yield from (f"{name}: {fault}" for fault in facts.faults)
        for url, element in facts.assets:
            if is_remote(url):
                yield f"{name}: loads from another host: {element}"
            elif missing(out, path, url):
                yield f"{name}: loads {url}, which is not there: {element}"
        for url, element in facts.links:
            yield from (f"{name}: {fault}: {element}" for fault in broken(out, path, url, pages))
    for path in sorted(out.rglob("*.css")):
        name = path.relative_to(out).as_posix()
        for url in css_urls(path.read_text(encoding="utf-8")):
            if is_remote(url):
                yield f"{name}: loads from another host: url({url})"
            elif missing(out, path, url):
                yield f"{name}: loads {url}, which is not there"


def target(out: Path, page: Path, url: str) -> Path | None:
    """Return the file that a local ``url`` on ``page`` names, or None where it names no file."""
    path = unquote(urlsplit(url).path)
    if urlsplit(url).scheme or not path:
        return None
    found = out / path.lstrip("/") if path.startswith("/") else page.parent / path
    return found / "index.html" if found.is_dir() else found


def missing(out: Path, page: Path, url: str) -> bool:
    file = target(out, page, url)
    return file is not None and not file.is_file()


def broken(out: Path, page: Path, url: str, pages: dict[Path, Facts]) -> Iterator[str]:
    if url.startswith("//") or urlsplit(url).scheme:
        return
    file = target(out, page, url) or page
    if not file.is_file():
        yield f"link to {url}, which is not there"
        return
    fragment = unquote(urlsplit(url).fragment)
    facts = pages.get(Path(file.resolve())) or pages.get(file)
    if fragment and facts is not None and fragment not in facts.ids:
        yield f"link to #{fragment}, which {'this page' if file == page else file.name} lacks"


def guard(app, exception):
    """Read every page again after the build, and report all faults at once."""
    if exception or app.builder.name not in {"html", "dirhtml"}:
        return
    found = list(faults(Path(app.outdir).resolve()))
    for docname in sorted(app.env.found_docs):
        path = Path(app.env.doc2path(docname))
        found += [f"{docname}: {problem}" for problem in claims.problems(claims.read(path))]
    for fault in dict.fromkeys(found):
        logger.error(fault)
    if found:
        # Logged errors alone fail only a build that treats warnings as errors.
        app.statuscode = 1


def setup(app):
    app.connect("build-finished", guard, priority=900)
