"""A real Chromium, a local server, and pages that nothing outside this machine can reach.

Every test here is marked ``browser``: it needs the built book in _build/html.
"""

import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sphinx_external_toc.parsing import parse_toc_yaml

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"


def pages() -> list[str]:
    """Return every page of the book that a reader can reach, by address below the site's root."""
    named = [f"{docname}.html" for docname in parse_toc_yaml(ROOT / "_toc.yml")]
    return [*named, "genindex.html", "search.html"]


def chapters() -> list[str]:
    return [page for page in pages() if (ROOT / page).with_suffix(".ipynb").is_file()]


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site():
    if not (HTML / "index.html").is_file():
        pytest.fail("there is no _build/html/index.html; run `make book` first")
    return HTML


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    # A browser drops connections as it likes; that is no error of the pages.
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def serve(folder):
    """Serve ``folder`` on a free local port; return the server and the address of its root."""
    server = Server(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/"


@pytest.fixture(scope="session")
def localhost(site):
    server, address = serve(site)
    yield address
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def origins(site, localhost):
    return {"file": site.resolve().as_uri() + "/", "localhost": localhost}


class Visit:
    """One page in a context of its own, with everything that went wrong while it opened."""

    def __init__(self, context):
        self.trouble: list[str] = []
        self.requests: list[str] = []
        context.route("**/*", self._route)
        context.set_default_timeout(20_000)
        self.page = context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.trouble.append(f"script error: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _route(self, route):
        url = route.request.url
        self.requests.append(url)
        if (
            urlsplit(url).scheme in {"file", "data", "blob"}
            or urlsplit(url).hostname == "127.0.0.1"
        ):
            route.continue_()
        else:
            self.trouble.append(f"asks another host: {url}")
            route.abort()

    def _console(self, message):
        if message.type in {"error", "warning"}:
            self.trouble.append(f"console {message.type}: {message.text}")

    def _failed(self, request):
        # What a page asked for and no longer wants, because the reader goes on to another.
        if request.failure != "net::ERR_ABORTED":
            self.trouble.append(f"request failed: {request.url} ({request.failure})")

    def _answered(self, response):
        if response.status >= 400:
            self.trouble.append(f"answered {response.status}: {response.url}")

    def open(self, address):
        self.page.goto(address, wait_until="load")
        self.page.evaluate("() => document.fonts.ready.then(() => true)")
        return self

    def at(self, width):
        """Give the page a screen of this width; return the page."""
        self.page.set_viewport_size({"width": width, "height": 900 if width > 600 else 844})
        return self.page


def context_for(browser, javascript=True, width=1280, scheme="light", **options):
    return browser.new_context(
        viewport={"width": width, "height": 900 if width > 600 else 844},
        color_scheme=scheme,
        java_script_enabled=javascript,
        **options,
    )


@pytest.fixture
def visit(browser):
    """Open pages in a context of their own: ``visit(javascript=..., width=..., scheme=...)``."""
    contexts = []

    def new(**options):
        contexts.append(context_for(browser, **options))
        return Visit(contexts[-1])

    yield new
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def opened(browser, origins):
    """Open a page of the book once for all tests that only look at it.

    ``opened(name, origin="file", javascript=True, scheme="light")`` gives the same Visit each
    time; a chapter takes a second or two to load, and most questions leave it as it is.
    """
    visits, contexts = {}, []

    def get(name, origin="file", javascript=True, scheme="light"):
        key = (name, origin, javascript, scheme)
        if key not in visits:
            contexts.append(context_for(browser, javascript=javascript, scheme=scheme))
            visits[key] = Visit(contexts[-1]).open(origins[origin] + name)
        return visits[key]

    yield get
    for context in contexts:
        context.close()
