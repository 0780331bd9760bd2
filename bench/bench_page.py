"""Each chapter as this book builds it beside the same chapter with Jupyter Book's defaults.

Both are served by one local server that compresses, over the same slowed-down line, to the same
Chromium with an empty cache. The defaults ask other hosts for scripts that cannot be fetched
without a network: MathJax is served from here instead, without which no formula would ever show
(kind to the defaults: no name to look up, no second connection); the rest is named and counts as
nothing.
"""

import gzip
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

from _ext import budget
from tools import chromium
from tools.execute import notebooks
from tools.paths import BUILD, HTML, ROOT, environment

from .tables import show

CHAPTERS = [f"chapters/{path.stem}" for path in notebooks() if path.stem[0].isdigit()]
MATHJAX = "3.2.2"
CDN = re.compile(r"https://cdn\.jsdelivr\.net/npm/mathjax@3/es5/")
REPETITIONS = 3
# A good connection at home.
LINE = {"offline": False, "latency": 40, "downloadThroughput": 1.25e6, "uploadThroughput": 1.25e6}

FIRST_FORMULA = """
window.firstFormula = null;
(function look() {
  const box = document.querySelector(
    ".bd-article mjx-container, .bd-article .katex-html, article mjx-container");
  const size = box && box.getBoundingClientRect();
  const fonts = !box || box.matches("mjx-container") || document.fonts.check("16px KaTeX_Main", "=");
  const painted = performance.getEntriesByName("first-contentful-paint").length > 0;
  if (size && size.width > 0 && size.height > 0 && fonts && painted)
    window.firstFormula = performance.now();
  else requestAnimationFrame(look);
})();
window.shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


class Compressing(SimpleHTTPRequestHandler):
    """Serve files as a static host does: texts compressed, connections kept."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        body, kind = path.read_bytes(), self.guess_type(path)
        self.send_response(200)
        if not path.suffix.startswith((".woff", ".png")):
            body = gzip.compress(body, 9)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a browser may drop a connection


def default_book(folder: Path) -> Path:
    """Build the chapters with the defaults, changed only so far that they can be parsed."""
    (folder / "chapters").mkdir(parents=True)
    for chapter in CHAPTERS:
        shutil.copyfile(ROOT / f"{chapter}.ipynb", folder / f"{chapter}.ipynb")
    for name in ("intro", "notation", "references"):
        source = ROOT / "chapters" / f"{name}.md"
        if source.is_file():
            shutil.copyfile(source, folder / "chapters" / source.name)
    shutil.copyfile(ROOT / "references.bib", folder / "references.bib")
    chapters = [{"file": chapter} for chapter in CHAPTERS]
    toc = {"format": "jb-book", "root": "chapters/intro", "chapters": chapters}
    (folder / "_toc.yml").write_text(yaml.safe_dump(toc), encoding="utf-8")
    ours = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    config = {
        "only_build_toc_files": True,
        "execute": {"execute_notebooks": "off"},
        "bibtex_bibfiles": ["references.bib"],
        "parse": ours["parse"],
        "sphinx": {"extra_extensions": ["sphinx_proof", "sphinx_exercise"]},
    }
    (folder / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    subprocess.run(
        ["jupyter-book", "build", str(folder), "-q"],
        env=environment(),
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    html = folder / "_build" / "html"
    shutil.copytree(mathjax(), html / "mathjax")
    for chapter in CHAPTERS:
        page = html / f"{chapter}.html"
        page.write_text(CDN.sub("/mathjax/", page.read_text(encoding="utf-8")), encoding="utf-8")
    return html


def mathjax() -> Path:
    """Return the folder of MathJax's browser scripts, from npm on first use."""
    home = BUILD / "bench"
    found = home / "node_modules" / "mathjax" / "es5"
    if not found.is_dir():
        home.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                "npm",
                "install",
                "--silent",
                "--no-save",
                "--prefix",
                str(home),
                f"mathjax@{MATHJAX}",
            ],
            env=environment(),
            cwd=home,
            check=True,
        )
    return found


def visit(browser, address: str) -> dict[str, object]:
    """Open the page once with an empty cache; return what it cost."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    sizes, remote = [], set()
    inside: set[str] = set()  # a font within a style sheet is announced like one that was fetched

    def answered(event):
        if event["response"]["url"].startswith("data:"):
            inside.add(event["requestId"])

    def finished(event):
        if event["requestId"] not in inside:
            sizes.append(event["encodedDataLength"])

    line.on("Network.responseReceived", answered)
    line.on("Network.loadingFinished", finished)

    def route(route):
        if route.request.url.startswith("http://127.0.0.1"):
            route.continue_()
        else:
            remote.add(route.request.url)
            route.abort()

    # Only other hosts are intercepted, so that local requests travel the slowed-down line.
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1)"), route)
    page.add_init_script(FIRST_FORMULA)
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_function("window.firstFormula !== null", timeout=120_000)
    seen = -1
    while seen != len(sizes):  # scripts may ask for more
        seen = len(sizes)
        page.wait_for_timeout(1500)
    result = {
        "kB": sum(sizes) / 1000,
        "requests": len(sizes),
        "formula": page.evaluate("window.firstFormula"),
        "shift": page.evaluate("window.shift"),
        "remote": remote,
    }
    context.close()
    return result


def measure(browser, html: Path, repetitions: int = REPETITIONS) -> list[dict[str, object]]:
    """Return what a first visit to each chapter costs, in their order."""
    server = Server(("127.0.0.1", 0), partial(Compressing, directory=str(html)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    numbers = ("kB", "requests", "formula", "shift")
    found = []
    for chapter in CHAPTERS:
        rounds = [visit(browser, f"{address}/{chapter}.html") for _ in range(repetitions)]
        result = {key: statistics.median(turn[key] for turn in rounds) for key in numbers}
        found.append(result | {"remote": rounds[0]["remote"]})
    server.shutdown()
    server.server_close()
    return found


def largest(html: Path, count: int = 6) -> list[tuple[str, float]]:
    """Return the heaviest files that the first chapter loads at once, compressed, in kB."""
    files = budget.first_visit(html / f"{CHAPTERS[0]}.html", html)
    sizes = [(name, size / 1000) for name, size in files.items()]
    return sorted(sizes, key=lambda item: -item[1])[:count]


def main() -> None:
    """Print one table for both."""
    if not (HTML / f"{CHAPTERS[0]}.html").is_file():
        raise SystemExit("no built book; run `make book` first")
    program = os.environ.get(chromium.VARIABLE) or chromium.ensure()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        defaults = default_book(Path(folder))
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        ours, theirs = (measure(browser, html) for html in (HTML, defaults))
        browser.close()
    rows = []
    for chapter, mine, default in zip(CHAPTERS, ours, theirs, strict=True):
        for name, one in (("this book", mine), ("defaults", default)):
            numbers = [one["kB"], one["requests"], one["formula"], one["shift"]]
            rows.append([chapter.removeprefix("chapters/"), name, *numbers])
    show(
        f"First visit to each chapter, median of {REPETITIONS}, 10 Mbit/s and 40 ms",
        ["chapter", "built by", "kB compressed", "requests", "first formula, ms", "layout shift"],
        rows,
    )
    remote = sorted(set().union(*(one["remote"] for one in theirs)))
    print(f"\nMathJax {MATHJAX} is served locally for the defaults and counts.")
    print("Asked of other hosts, not loaded here, not counted:", *remote or ["nothing"], sep="\n  ")
    show(
        "This book's largest files on the first visit to the first chapter",
        ["file", "kB compressed"],
        [[name, size] for name, size in largest(HTML)],
    )


if __name__ == "__main__":
    main()
