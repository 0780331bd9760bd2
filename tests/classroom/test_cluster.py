"""The same grading on a Dask cluster: the same database, also when a worker is killed midway."""

import os
import signal
import sqlite3
import time

import pytest
from small_class import FAILS, WRONG, hand_in

from mcalclib.cli import main
from mcalclib.grader import cluster as cluster_module
from mcalclib.grader.grading import grader_digest
from mcalclib.grader.limits import Limits

distributed = pytest.importorskip("distributed")

# Threads of the cluster's own loop end in their own time.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="module")
def local(scratch):
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs="CRITICAL",
        local_directory=scratch,
    ) as cluster:
        yield cluster


def rows(folder):
    connection = sqlite3.connect(folder / "gradebook.db")
    found = connection.execute("SELECT * FROM results ORDER BY student").fetchall()
    connection.close()
    return found


def grade(root, out, *options):
    command = ["grade", root / "in", "--source", root / "source" / "operators", "--out", root / out]
    return main(list(map(str, [*command, "--quiet", *options])))


def test_a_cluster_grades_as_one_machine_does(class_folder, local):
    assert grade(class_folder, "far", "--dask", local.scheduler_address) == 0
    assert rows(class_folder / "far") == rows(class_folder / "out")
    first, second = (class_folder / name / "gradebook.db" for name in ("far", "out"))
    assert first.read_bytes() == second.read_bytes()


def test_a_worker_killed_midway_loses_nothing(class_folder, local, scratch):
    kinds = [{}, {"commutation": WRONG}, {"inverse": FAILS}, {"slope": None}]
    for number in range(20):
        hand_in(class_folder / "in", f"s{number:02}", **kinds[number % 4])
    killed, folders = [], []

    def kill_one(done, total, graded, seconds):
        if graded == 4 and not killed:
            with distributed.Client(local.scheduler_address, set_as_default=False) as client:
                victim = min(client.run(os.getpid).values())
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)
            folders.extend(scratch.rglob("mcalc-*"))

    from mcalclib.grader.grading import Run, Settings

    settings = Settings(
        class_folder / "in",
        class_folder / "source" / "operators",
        class_folder / "far",
        dask=local.scheduler_address,
    )
    summary = Run(settings, kill_one)()
    assert killed and summary.graded == 26 and not summary.interrupted
    assert folders  # below Dask's own folder, which it clears of what a killed worker leaves
    assert grade(class_folder, "near", "--jobs", "2") == 0
    assert rows(class_folder / "far") == rows(class_folder / "near")


def test_a_scheduler_that_is_not_there_is_named(class_folder, capsys, monkeypatch):
    monkeypatch.setattr(cluster_module, "_REACH", "1s")
    assert grade(class_folder, "far", "--dask", "tcp://127.0.0.1:9") == 2
    assert "no scheduler answers at 'tcp://127.0.0.1:9'" in capsys.readouterr().err


def test_a_worker_of_another_version_is_named(class_folder, local, capsys, monkeypatch):
    monkeypatch.setattr("mcalclib.grader.grading.grader_digest", lambda *_: "0" * 64)
    assert grade(class_folder, "far", "--dask", local.scheduler_address) == 2
    said = capsys.readouterr().err
    assert "runs another version of mcalclib" in said and "tcp://" in said


def test_a_worker_with_another_numpy_is_named(class_folder, local, capsys, monkeypatch):
    there = cluster_module.versions("0" * 64)["numpy"]
    monkeypatch.setattr(cluster_module, "version", lambda name: "0.1")
    assert grade(class_folder, "far", "--dask", local.scheduler_address) == 2
    said = capsys.readouterr().err
    assert f"another version of numpy ({there}, here 0.1)" in said and "tcp://" in said
    assert not (class_folder / "far" / "scores.csv").exists()


def test_a_worker_that_comes_later_is_looked_at_too():
    config = {"limits": Limits().as_dict(), "seed": 0, "secret": b"", "digest": "d"}
    config["versions"] = cluster_module.versions(grader_digest(Limits(), 0)) | {"Python": "2.7"}
    with pytest.raises(cluster_module.ClusterError, match=r"version of Python \(3.*, here 2\.7\)"):
        cluster_module._grade("d", config, (0, "ada", b"", []))


def test_a_cluster_without_workers_is_named(class_folder, capsys):
    with distributed.LocalCluster(
        n_workers=0, dashboard_address=":0", silence_logs="CRITICAL"
    ) as empty:
        assert grade(class_folder, "far", "--dask", empty.scheduler_address) == 2
    assert "no worker yet" in capsys.readouterr().err
    time.sleep(0.1)
