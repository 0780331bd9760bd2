"""The page for marking by hand: what it stores, and whom it answers."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from mcalclib.classroom.review import Desk, Server, way_in
from mcalclib.cli import main
from mcalclib.grader.gradebook import Gradebook
from mcalclib.grader.limits import GraderError
from mcalclib.grader.records import to_text


@pytest.fixture
def desk(class_folder):
    desk = Desk(class_folder / "out")
    yield desk
    desk.close()


@pytest.fixture
def server(class_folder):
    server = Server(class_folder / "out")
    yield server
    server.stop()


def ask(server, path, body=None, token=None, host=None):
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}")
    if body is not None:
        request.data = json.dumps(body).encode()
    if token:
        request.add_header("X-Token", token)
    if host:
        request.add_header("Host", host)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_what_waits_for_a_person_comes_first(desk):
    overview = desk.overview()
    assert overview["checks"][0]["grade_id"] == "proof"
    assert [check["by_hand"] for check in overview["checks"]] == [True] + 12 * [False]


def test_a_mark_is_stored_and_published(class_folder):
    desk = Desk(class_folder / "out")
    after = desk.mark("Ada Lovelace", "proof", 3.5, [], "short, and right")
    assert after["points"] == 3.5 and after["history"][0]["comment"] == "short, and right"
    desk.close()
    with open(class_folder / "out" / "scores.csv", newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows["Ada Lovelace"]["proof"] == "3.5" and rows["Ada Lovelace"]["score"] == "19.5"
    assert rows["Kurt Gödel"]["proof"] == ""


def test_no_regrade_loses_a_mark(class_folder):
    desk = Desk(class_folder / "out")
    desk.mark("Emmy Noether", "commutation-transposes", 1.0, [], "half of it")
    desk.close()
    command = ["grade", class_folder / "in", "--source", class_folder / "source" / "operators"]
    command += ["--out", class_folder / "out", "--quiet", "--jobs", "1", "--no-resume"]
    assert main(list(map(str, command))) == 0
    again = Desk(class_folder / "out")
    assert again.answer("Emmy Noether", "commutation-transposes")["points"] == 1.0
    again.close()


def test_comments_and_items_are_offered_again(desk):
    desk.item("proof", "says why", 1)
    problem = desk.item("proof", "uses the definition", 2)
    assert [item["text"] for item in problem["items"]] == ["says why", "uses the definition"]
    numbers = [item["id"] for item in problem["items"]]
    assert desk.mark("Ada Lovelace", "proof", None, numbers, "Good.")["points"] == 3
    desk.mark("Kurt Gödel", "proof", 1, [], "Good.")
    assert desk.problem("proof")["comments"] == ["Good."]


def test_an_item_that_is_sent_twice_counts_once(desk):
    ((item,),) = [desk.item("proof", "says why", 1)["items"]]
    assert desk.mark("Ada Lovelace", "proof", None, [item["id"], item["id"]])["points"] == 1


def rewrite(folder, student, change):
    """Change one record behind the desk's back, as a grading run does."""
    with Gradebook(folder, "operators") as book:
        row, record = book.row(student), book.record(student)
        change(record)
        book.write(to_text(record), row["submission"], row["assignment"], row["grader"])


def test_records_from_before_a_cell_was_added_or_unread_do_not_stand_in_the_way(class_folder):
    first, second = "=cmd()", "Ada Lovelace"

    def unread(record):
        record["checks"] = [c | {"status": "unreadable"} for c in record["checks"]]

    rewrite(class_folder / "out", first, unread)
    rewrite(class_folder / "out", second, lambda record: record["checks"].pop(0))
    desk = Desk(class_folder / "out")
    checks = {check["grade_id"]: check["by_hand"] for check in desk.overview()["checks"]}
    assert len(checks) == 13 and checks["proof"]
    problem = desk.problem("commutation-shape")
    assert second not in [one["student"] for one in problem["students"]]
    with pytest.raises(GraderError, match="older than the check 'commutation-shape'"):
        desk.answer(second, "commutation-shape")
    desk.close()


def test_what_was_graded_meanwhile_is_shown(server, class_folder):
    ask(server, "/call/overview", {}, token=server.token)

    def answer_anew(record):
        record["answers"]["proof"]["source"] = ["Another proof."]

    rewrite(class_folder / "out", "Ada Lovelace", answer_anew)
    question = {"student": "Ada Lovelace", "grade_id": "proof"}
    status, text = ask(server, "/call/answer", question, token=server.token)
    assert status == 200
    assert json.loads(text)["answers"][0]["source"] == ["Another proof."]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Ada Lovelace", "proof", 5.0), "points must be from 0 to 4, got 5"),
        (("Ada Lovelace", "proof", "3"), "points must be a number, got '3'"),
        (("Ada Lovelace", "proof", float("nan")), "points must be from 0 to 4"),
        (("Ada Lovelace", "nothing", 1), "no check 'nothing'"),
        (("Nobody", "proof", 1), "no submission of 'Nobody'"),
        (("Ada Lovelace", "proof", None, [99]), "no such rubric item"),
    ],
)
def test_marks_that_make_no_sense_are_refused(desk, arguments, message):
    with pytest.raises(GraderError, match=message):
        desk.mark(*arguments)
    assert desk.reviews.marks() == {}


def test_the_page_listens_on_this_machine_alone_and_wants_its_token(server):
    assert server.address.startswith("http://127.0.0.1:")
    status, page = ask(server, f"/?token={server.token}")
    assert status == 200 and "<title>Review</title>" in page
    assert "src=" not in page and 'href="http' not in page
    assert ask(server, "/")[0] == 403
    assert ask(server, "/?token=guess")[0] == 403
    assert ask(server, "/call/overview", {})[0] == 403
    assert ask(server, "/call/overview", {}, token="guess")[0] == 403
    assert ask(server, "/call/overview", {}, token=server.token)[0] == 200


def test_another_hosts_name_for_this_machine_is_refused(server):
    path = f"/?token={server.token}"
    assert ask(server, path, host=f"evil.example:{server.port}")[0] == 403
    assert ask(server, path, host=f"localhost:{server.port}")[0] == 200


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("nothing", {}, 404),
        ("mark", {"student": "Ada Lovelace"}, 400),
        ("mark", {"student": "Ada Lovelace", "grade_id": "proof", "points": 99}, 400),
        ("answer", [1, 2], 400),
    ],
)
def test_calls_that_make_no_sense_are_answered(server, name, body, status):
    assert ask(server, f"/call/{name}", body, token=server.token)[0] == status
    assert ask(server, "/call/overview", {}, token=server.token)[0] == 200


def test_a_port_that_is_taken_is_named(server, class_folder):
    with pytest.raises(GraderError, match=f"port {server.port}: .*--port"):
        Server(class_folder / "out", server.port)


def test_a_port_that_cannot_be_is_refused_and_nothing_hangs(class_folder):
    with pytest.raises(GraderError, match="port 80000: .*0 to 65535.*--port"):
        Server(class_folder / "out", 80000)


# Notes what it was started with, and the page's rights and content.
BROWSER = """#!/bin/sh
printf '%s\\n' "$*" > "$LOG.part"
for one in "$@"; do path="${one#file://}"; done
stat -c %a "$path" >> "$LOG.part"
cat "$path" >> "$LOG.part"
mv "$LOG.part" "$LOG"
"""


def soon(condition):
    until = time.monotonic() + 30
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


@pytest.mark.parametrize("is_opened", [True, False])
def test_the_token_stands_in_no_command_line(class_folder, tmp_path, is_opened):
    program, log, out = tmp_path / "browser", tmp_path / "log", class_folder / "out"
    program.write_text(BROWSER)
    program.chmod(0o700)
    root = str(Path(__file__).resolve().parents[2])
    env = {**os.environ, "PYTHONPATH": root, "BROWSER": f"{program} %s", "LOG": str(log)}
    command = [sys.executable, "-m", "mcalclib.cli", "review", str(out)]
    with subprocess.Popen(
        ["env", "--default-signal=INT", *command], env=env, stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            address = running.stdout.readline().strip()
            token = address.partition("token=")[2]
            assert token and soon(log.exists)
            started_with, rights, page = log.read_text().split("\n", 2)
            assert token not in started_with and started_with.startswith("file:///")
            assert rights == "600" and f'content="0;url={address}"' in page
            if is_opened:  # the printed address works, and the file is then of no more use
                with urllib.request.urlopen(address, timeout=10) as reply:
                    assert reply.status == 200
                assert soon(lambda: not list(out.glob("review-*.html")))
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=30)
        finally:
            running.kill()
    assert running.returncode == 0 and not list(out.glob("review-*.html"))


def test_where_files_cannot_be_private_none_is_written(tmp_path, monkeypatch):
    about = os.stat_result((0o100666, *[0] * 9))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fstat", lambda handle: about)
        assert way_in("http://127.0.0.1:1/?token=secret", tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_a_mark_whose_cell_went_is_kept_and_noted(class_folder):
    desk = Desk(class_folder / "out")
    desk.mark("Ada Lovelace", "commutation-shape", 0.5)
    desk.close()

    def drop(record):
        record["checks"] = [c for c in record["checks"] if c["grade_id"] != "commutation-shape"]

    rewrite(class_folder / "out", "Ada Lovelace", drop)
    desk = Desk(class_folder / "out")
    desk.close()
    with open(class_folder / "out" / "scores.csv", newline="", encoding="utf-8") as file:
        notes = {row["student"]: row["note"] for row in csv.DictReader(file)}
    assert "commutation-shape: marked by hand, and no longer in" in notes["Ada Lovelace"]
