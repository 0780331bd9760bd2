"""The fence where bubblewrap cannot be had: a container for each session."""

import io
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from mcalclib.grader import containers, fence
from mcalclib.grader.fence import Fence, FenceError, World, holes_in, probe
from mcalclib.grader.limits import Limits
from mcalclib.grader.session import Session, SessionLost
from mcalclib.grader.world import Contents, contents

LIMITS = Limits(cell=10, total=60)


@pytest.fixture(params=containers.ENGINES)
def holes(request, monkeypatch):
    """What a session in a container can do that it must not; skips where the engine does not run."""
    monkeypatch.setenv(containers.VARIABLE, request.param)
    try:
        return holes_in("container", LIMITS)
    except FenceError as error:
        pytest.skip(f"{request.param} does not run here: {error}")


def test_a_session_in_a_container_has_no_way_out(holes):
    assert holes == []


@pytest.mark.usefixtures("holes")
def test_each_session_has_a_container_of_its_own_and_leaves_nothing(tmp_path):
    (tmp_path / "d.csv").write_text("1,2")
    world = World(files=(str(tmp_path / "d.csv"),), folder=str(tmp_path), limits=LIMITS)
    with Fence(world, "container") as made:
        for _ in range(2):
            session = Session(made, LIMITS, time.monotonic() + 60)
            session.run(
                "import os\nfound = os.path.exists('/tmp/planted'), open('d.csv').read()\n"
                "open('/tmp/planted', 'w').close()",
                "<cell 0>",
                0,
            )
            assert session.values(["found"])["found"] == (False, "1,2")
            assert not os.path.exists(made.container.folder)
            with pytest.raises(SessionLost, match="ended its own process"):
                session.run("os._exit(0)", "<cell 1>", 0)
            session.end()
            assert made.container is None


def test_a_container_is_asked_for_with_everything_closed():
    shown = contents().shown
    asked = containers.command("docker", "name", "image", shown, 16)
    assert asked[-1] == "image"
    for option in (
        *("--network=none", "--read-only", "--cap-drop=ALL", "--ipc=none", "--rm"),
        *("--security-opt=no-new-privileges", "--user=65534:65534"),
    ):
        assert option in asked
    mounts = [part for part in asked if part.startswith("--mount=")]
    assert len(mounts) == len(shown)
    assert all(part.endswith(",readonly") for part in mounts)


def test_every_folder_on_the_way_to_a_mount_lets_everybody_through(monkeypatch):
    archives = []

    def run(command, data=b""):
        archives.append(data)
        return subprocess.CompletedProcess(command, "inspect" in command, b"", b"")

    monkeypatch.setattr(containers, "_run", run)
    inside = Contents((("/srv/a", "/srv/deep/down/a"), ("/usr", "/usr")), (("/lib", "usr/lib"),))
    containers._image("docker", inside)
    with tarfile.open(fileobj=io.BytesIO(archives[-1])) as tar:
        modes = {member.name: member.mode for member in tar if member.isdir()}
    assert {name: modes.get(name) for name in ("srv", "srv/deep", "srv/deep/down", "tmp")} == {
        **dict.fromkeys(("srv", "srv/deep", "srv/deep/down"), 0o755),
        "tmp": 0o1777,
    }


def test_the_reason_is_what_docker_says_before_it_says_where_to_read_on():
    said = b"docker: Error response from daemon: no room\n\nRun 'docker run --help' for more\n"
    assert containers._last_line(said) == "docker: Error response from daemon: no room"


def test_of_an_environment_made_in_a_course_s_folder_only_python_is_shown(monkeypatch, tmp_path):
    for name in ("bin", "lib", "source"):
        (tmp_path / name).mkdir()
    (tmp_path / "lib64").symlink_to("lib")
    (tmp_path / "pyvenv.cfg").write_text("home = /usr/bin")
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    inside = contents()
    shown = {there for _, there in inside.shown if there.startswith(str(tmp_path))}
    assert shown == {str(tmp_path / name) for name in ("bin", "lib", "pyvenv.cfg")}
    assert (str(tmp_path / "lib64"), "lib") in inside.links
    assert (sys.base_prefix, sys.base_prefix) in inside.shown or sys.base_prefix == "/usr"


@pytest.fixture
def engines(monkeypatch, tmp_path):
    """A machine with Podman and Docker, where only a container of Docker's makes a fence."""
    for name in containers.ENGINES:
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv(containers.VARIABLE, "")
    tried = []

    def found(kind, limits):
        tried.append((kind, os.environ[containers.VARIABLE]))
        if kind == "container" and Path(containers.engine()).name == "docker":
            return []
        raise FenceError("not here")

    monkeypatch.setattr(fence, "holes_in", found)
    return tried


def test_containers_come_after_bubblewrap_and_one_engine_after_the_other(engines):
    assert probe(LIMITS) == "container"
    assert engines == [
        *(("forked", ""), ("fresh", "")),
        *(("container", "podman"), ("container", "docker")),
    ]
    assert os.environ[containers.VARIABLE] == "docker"  # which the lanes are started with


def test_an_engine_that_is_asked_for_is_the_only_one(engines, monkeypatch):
    monkeypatch.setenv(containers.VARIABLE, "podman")
    with pytest.raises(FenceError, match="no fence can be built"):
        probe(LIMITS)
    assert [engine for kind, engine in engines if kind == "container"] == ["podman"]
    assert os.environ[containers.VARIABLE] == "podman"
    monkeypatch.setenv(containers.VARIABLE, "nerdctl")
    with pytest.raises(FenceError, match="nerdctl is not installed"):
        containers.engine()


def test_without_any_engine_the_reason_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FenceError, match="neither podman nor docker is installed"):
        containers.engine()


def test_an_engine_that_does_not_answer_is_named_with_its_own_words(monkeypatch, tmp_path):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho 'the daemon sleeps' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FenceError, match="docker: the daemon sleeps"):
        containers.engine()
