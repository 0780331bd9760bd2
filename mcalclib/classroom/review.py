"""`mcalc review`: a page on this machine for marking by hand, one problem over all students."""

import hmac
import json
import os
import secrets
import socket
import tempfile
import threading
from html import escape
from importlib import resources
from pathlib import Path

from ..grader.gradebook import Gradebook, GradebookError
from ..grader.limits import GraderError
from ..grader.publishing import publish
from ..grader.reviews import Reviews, answer_digest, with_marks
from .results import Results

MAX_BODY = 64 << 10
MAX_COMMENT = 10_000


class Desk:
    """What the page shows and stores; knows nothing of the web.

    Parameters
    ----------
    folder : path
        An output folder of `mcalc grade`.
    """

    def __init__(self, folder):
        self.results = Results(folder)
        self._read()
        if not self.raw:
            raise GradebookError(f"{folder}: nobody's submission is in it yet.")
        self.reviews = Reviews(folder, write=True)

    def _stamp(self):
        about = (self.results.folder / "gradebook.db").stat()
        return about.st_ino, about.st_mtime_ns, about.st_size

    def _read(self):
        self._seen = self._stamp()
        self.raw = {record["student"]: record for record in self.results.raw()}
        # A record may be older than a cell of the assignment, or lie there unread: all are asked.
        self.checks: dict[str, dict] = {}
        self.by_hand: set[str] = set()
        for record in self.raw.values():
            for check in record["checks"]:
                self.checks.setdefault(check["grade_id"], check)
                if check["status"] == "manual":
                    self.by_hand.add(check["grade_id"])

    def close(self):
        """Write scores and feedback anew and close the files."""
        try:
            self.publish()
        finally:
            self.reviews.close()

    def publish(self):
        """Write ``scores.csv`` and the feedback of everybody who was marked."""
        with Gradebook(self.results.folder, self.results.assignment) as book:
            publish(book)

    def refresh(self):
        """Read the results again if somebody graded meanwhile."""
        if self._stamp() != self._seen:
            self._read()

    def overview(self) -> dict:
        """Return every check with how many are marked, and every student."""
        marks = self.reviews.marks()
        checks = []
        for grade_id, check in self.checks.items():
            marked = sum(grade_id in marks.get(student, {}) for student in self.raw)
            checks.append(
                {
                    "grade_id": grade_id,
                    "problem": check["problem"],
                    "max_points": check["max_points"],
                    "by_hand": grade_id in self.by_hand,
                    "marked": marked,
                }
            )
        return {
            "assignment": self.results.assignment,
            "students": len(self.raw),
            # What waits for a person comes first.
            "checks": sorted(checks, key=lambda check: not check["by_hand"]),
        }

    def problem(self, grade_id: str) -> dict:
        """Return one check over all students, without their answers."""
        self._known(grade_id)
        marks, items = self.reviews.marks(), self.reviews.items()
        students = []
        for student, record in self.raw.items():
            check = _find(with_marks(record, marks.get(student, {}), items), grade_id)
            if check is None:
                continue
            students.append(
                {
                    "student": student,
                    "points": None if check["status"] == "manual" else check["points"],
                    "marked": grade_id in marks.get(student, {}),
                }
            )
        rubric = [{"id": n, **item} for n, item in items.items() if item["grade_id"] == grade_id]
        return {
            "grade_id": grade_id,
            "max_points": self.checks[grade_id]["max_points"],
            "students": students,
            "items": rubric,
            "comments": self.reviews.comments(grade_id)[:50],
        }

    def answer(self, student: str, grade_id: str) -> dict:
        """Return what one student wrote, what the machine said, and what was decided."""
        self._known(grade_id, student)
        record = self.raw[student]
        mark = self.reviews.marks(student).get(grade_id)
        check = _find(record, grade_id)
        if check is None:
            raise GraderError(f"{student}'s record is older than the check {grade_id!r}; regrade.")
        shown = _find(
            with_marks(record, {grade_id: mark} if mark else {}, self.reviews.items()), grade_id
        )
        answers = [
            {key: answer[key] for key in ("type", "source", "output", "error")}
            for name, answer in record["answers"].items()
            if answer["problem"] == check["problem"] or name == grade_id
        ]
        return {
            "student": student,
            "answers": answers,
            "machine": {key: check[key] for key in ("status", "points", "message", "detail")},
            "points": None if shown["status"] == "manual" else shown["points"],
            "mark": mark,
            "changed": bool(mark and mark["answer"])
            and mark["answer"] != answer_digest(record, grade_id),
            "history": self.reviews.history(student, grade_id),
        }

    def mark(self, student, grade_id, points=None, items=(), comment="") -> dict:
        """Store one decision and return the answer as it stands now."""
        self._known(grade_id, student)
        most = self.checks[grade_id]["max_points"]
        if points is not None:
            points = _points(points)
            if not 0 <= points <= most:
                raise GraderError(f"points must be from 0 to {most:g}, got {points:g}.")
        known = {n for n, item in self.reviews.items().items() if item["grade_id"] == grade_id}
        if not isinstance(items, list | tuple) or not set(items) <= known:
            raise GraderError("there is no such rubric item in this problem.")
        items = sorted(set(items))
        if not isinstance(comment, str) or len(comment) > MAX_COMMENT:
            raise GraderError(f"a comment is a text of at most {MAX_COMMENT} characters.")
        digest = answer_digest(self.raw[student], grade_id)
        self.reviews.mark(student, grade_id, points, items, comment.strip(), digest)
        return self.answer(student, grade_id)

    def withdraw(self, student, grade_id) -> dict:
        """Let the machine's verdict count again."""
        self._known(grade_id, student)
        self.reviews.withdraw(student, grade_id)
        return self.answer(student, grade_id)

    def item(self, grade_id, text, points, number=None) -> dict:
        """Add or change a rubric item and return the problem."""
        self._known(grade_id)
        if not isinstance(text, str) or not 0 < len(text.strip()) <= 500:
            raise GraderError("a rubric item needs a text of at most 500 characters.")
        points = _points(points)
        if number is None:
            self.reviews.add_item(grade_id, text.strip(), points)
        elif self.reviews.items().get(number, {}).get("grade_id") == grade_id:
            self.reviews.change_item(number, text.strip(), points)
        else:
            raise GraderError("there is no such rubric item in this problem.")
        return self.problem(grade_id)

    def _known(self, grade_id, student=None):
        if grade_id not in self.checks:
            raise GraderError(f"there is no check {grade_id!r} in this assignment.")
        if student is not None and student not in self.raw:
            raise GraderError(f"there is no submission of {student!r}.")


def _find(record, grade_id):
    return next((check for check in record["checks"] if check["grade_id"] == grade_id), None)


def _points(value):
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e6:
        raise GraderError(f"points must be a number, got {value!r}.")
    return float(value)


def application(desk: Desk, token: str, port: int, opened=lambda: None):
    """Return the web application: one page, a handful of calls, nothing without the token.

    Parameters
    ----------
    desk : Desk
    token : str
        Stands in the address of the page; every call must carry it.
    port : int
        The port that is listened on, because requests to any other host name are refused.
    opened : callable
        Called whenever somebody who has the token gets the page.
    """
    from tornado import web

    calls = {
        "overview": desk.overview,
        "problem": desk.problem,
        "answer": desk.answer,
        "mark": desk.mark,
        "withdraw": desk.withdraw,
        "item": desk.item,
        "publish": lambda: desk.publish() or {},
    }
    hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}

    class Guarded(web.RequestHandler):
        def prepare(self):
            # A name that somebody else's server resolves to this machine is not ours.
            if self.request.host not in hosts:
                raise web.HTTPError(403)

        def allowed(self, given):
            if not hmac.compare_digest(given.encode(), token.encode()):
                raise web.HTTPError(403)

        def set_default_headers(self):
            self.set_header("Cache-Control", "no-store")
            self.set_header("Referrer-Policy", "no-referrer")
            self.set_header("X-Content-Type-Options", "nosniff")

    class Page(Guarded):
        def get(self):
            self.allowed(self.get_query_argument("token", ""))
            nonce = secrets.token_urlsafe(16)
            self.set_header(
                "Content-Security-Policy",
                f"default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; "
                f"style-src 'nonce-{nonce}'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
            )
            self.finish(page_text().replace("NONCE", nonce))
            opened()

    class Call(Guarded):
        def check_xsrf_cookie(self):
            pass  # no cookie is used: a foreign page cannot know the token

        def post(self, name):
            self.allowed(self.request.headers.get("X-Token", ""))
            if name not in calls:
                raise web.HTTPError(404)
            try:
                desk.refresh()
                result = calls[name](**json.loads(self.request.body or b"{}"))
            except (GraderError, TypeError, ValueError) as error:
                self.set_status(400)
                result = {"problem": str(error)}
            self.finish(result)

    return web.Application([(r"/", Page), (r"/call/([a-z]+)", Call)])


def page_text() -> str:
    """Return the page, with its style and script."""
    return resources.files(__package__).joinpath("review.html").read_text(encoding="utf-8")


class Server:
    """The review page, served from a thread of its own until `stop`.

    Parameters
    ----------
    folder : path
        An output folder of `mcalc grade`.
    port : int
        0 takes any that is free.
    """

    def __init__(self, folder, port: int = 0):
        if not 0 <= port <= 65535:
            raise GraderError(f"port {port}: ports go from 0 to 65535; choose another with --port.")
        self.desk = Desk(folder)
        self.token = secrets.token_urlsafe(24)
        self.port, self._wanted = 0, port
        self.opened = threading.Event()  # somebody has got the page
        self._ready = threading.Event()
        self._problem = None
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._problem:
            self.desk.reviews.close()
            raise GraderError(f"port {port}: {self._problem}; choose another with --port.")

    def _serve(self):
        import asyncio

        from tornado.httpserver import HTTPServer

        async def serve():
            try:
                listening = socket.create_server(("127.0.0.1", self._wanted))
            except OSError as error:
                self._problem = error.strerror
                return
            listening.setblocking(False)
            self.port = listening.getsockname()[1]
            self._stop = asyncio.Event()
            self._loop = asyncio.get_running_loop()
            app = application(self.desk, self.token, self.port, self.opened.set)
            server = HTTPServer(app, max_body_size=MAX_BODY)
            server.add_sockets([listening])
            self._ready.set()
            await self._stop.wait()
            server.stop()
            await server.close_all_connections()

        try:
            asyncio.run(serve())
        finally:
            self._ready.set()  # whatever went wrong, nobody waits for it

    @property
    def address(self) -> str:
        """The page's address, token included."""
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def stop(self):
        """Stop serving; write scores and feedback anew."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self.desk.close()


def way_in(address: str, folder) -> Path | None:
    """Write a page that leads on to an address, for its owner's eyes alone, and return its path.

    What a browser is started with stands in the list of processes, where everybody on the machine
    can read it; an address with a token in it does not belong there. The page lies among the
    results because browsers that are shut in (snap, flatpak) see no other program's ``/tmp``.

    Parameters
    ----------
    address : str
    folder : path

    Returns
    -------
    path or None
        None where the file system cannot keep others from reading the file.
    """
    handle, name = tempfile.mkstemp(".html", "review-", Path(folder).resolve())  # mode 0600
    path, to = Path(name), escape(address)
    with open(handle, "w", encoding="utf-8") as file:
        is_private = not os.fstat(handle).st_mode & 0o077
        if is_private:
            file.write(
                '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Review</title>'
                '<meta name="referrer" content="no-referrer">'
                f'<meta http-equiv="refresh" content="0;url={to}"></head>'
                f'<body><p><a href="{to}">Review</a></p></body></html>\n'
            )
    if not is_private:
        path.unlink()
        return None
    return path


def review(folder: Path, port: int = 0, open_browser: bool = True):
    """Serve the page until the keyboard interrupts."""
    import signal
    import webbrowser

    server, page = Server(folder, port), None
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(f"{server.address}\nCtrl+C ends and writes scores.csv and the feedback.", flush=True)
        if open_browser:
            page = way_in(server.address, folder)
            if page is None:
                print("No file is private in that folder: open the address yourself.", flush=True)
            else:
                webbrowser.open(page.as_uri())
                server.opened.wait()
                page.unlink(missing_ok=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        if page is not None:
            page.unlink(missing_ok=True)
        server.stop()
