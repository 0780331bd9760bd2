"""The same lanes on the workers of a Dask cluster.

What travels is plain data: the source notebook, its data files, one submission; back come a record
and a page. Each worker builds its own fence and keeps one lane per thread. A task may run twice,
on two workers, when one of them is lost: the results are the same, and this process alone writes.
"""

import contextlib
import platform
import shutil
import tempfile
import threading
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from .assignment import Assignment
from .fence import FenceError, probe
from .lane import start_lane
from .limits import GraderError, Limits

AHEAD = 3  # submissions per core on their way, so that no core waits
_REACH = "15s"
_GONE = (
    "--dask: the scheduler has gone; what was graded so far is safe. Start it again, and the same "
    "command goes on from there."
)


class ClusterError(GraderError):
    """The cluster cannot be used; the message says why and what to do."""


class Cluster:
    """Lanes on the workers of an existing Dask cluster.

    Parameters
    ----------
    address : str
        The scheduler's, such as ``tcp://10.0.0.1:8786``.
    assignment : Assignment
    source : bytes
        The source notebook.
    limits : Limits
    seed : int
    secret : bytes
        What numbers that are drawn per student depend on.
    digest : str
        Hash of this side's grader: every worker must run the same.
    trusted : bool
        Whether to run without a fence.
    """

    def __init__(
        self, address, assignment: Assignment, source, limits, seed, secret, digest, trusted=False
    ):
        try:  # by name: whoever has a cluster has it, nobody else needs it
            self.distributed = import_module("distributed")
        except ImportError:
            raise ClusterError(
                "--dask: distributed is not installed: pip install distributed."
            ) from None
        try:
            self.client = self.distributed.Client(address, timeout=_REACH, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise ClusterError(
                f"--dask: no scheduler answers at {address!r} ({error}); is it running there?"
            ) from None
        try:
            config = {
                "source": source,
                "name": assignment.name,
                "files": {Path(file).name: Path(file).read_bytes() for file in assignment.files},
                "limits": limits.as_dict(),
                "seed": seed,
                "secret": secret,
                "kind": "trusted" if trusted else "",
                "digest": f"{assignment.digest} {digest}",
                "versions": versions(digest),
            }
            self.config = config
            if not self.client.nthreads():
                raise ClusterError(
                    "--dask: the cluster has no worker yet; start one, and try again."
                )
            self._tell()
        except BaseException:
            self.client.close()
            raise

    def _tell(self):
        """Tell every worker what the tasks are about; raise if one of them cannot do them."""
        answers = self.client.run(_learn, self.config, on_error="return")
        for worker, answer in sorted(answers.items()):
            if "No module named" in str(answer):  # distributed may have wrapped it
                raise ClusterError(
                    f"--dask: the worker {worker} cannot load what it needs ({answer}); install "
                    "mcalclib[grader] there, in the same version as here."
                )
            if isinstance(answer, ClusterError):
                raise ClusterError(f"--dask: the worker {worker} {answer}")
            if isinstance(answer, BaseException):
                raise ClusterError(f"--dask: the worker {worker} failed: {answer!r}")

    def cores(self) -> int:
        """Return how many lanes there are now."""
        return sum(self.client.nthreads().values()) or 1

    def grade(self, tasks):
        """Yield each task with its record, page and seconds as they are done, alone if it is lost.

        Parameters
        ----------
        tasks : iterator
            With ``number``, ``submission`` and ``data``.
        """
        waiting: dict = {}
        done = self.distributed.as_completed(loop=self.client.loop)
        try:
            for task in tasks:
                while len(waiting) >= AHEAD * self.cores():
                    yield from self._collect(waiting, done)
                self._submit(task, waiting, done, None)
            while waiting:
                yield from self._collect(waiting, done)
        except self.distributed.comm.CommClosedError:
            raise ClusterError(_GONE) from None

    def _submit(self, task, waiting, done, config):
        about = task.number, task.called, task.data, task.submission.notes
        future = self.client.submit(
            _grade, self.config["digest"], config, about, pure=False, retries=1
        )
        waiting[future.key] = task, future
        done.add(future)

    def _collect(self, waiting, done):
        future = next(done)
        task, _ = waiting.pop(future.key)
        if future.cancelled():
            raise ClusterError(_GONE)
        error = future.exception()
        if error is None:
            yield task, *future.result()
        elif isinstance(error, _NotLearned):  # a worker that came later
            self._submit(task, waiting, done, self.config)
        elif isinstance(error, FenceError | ClusterError):
            raise error
        elif isinstance(error, EOFError | OSError) or type(error).__name__ == "KilledWorker":
            # The second death over the same submission: it is listed, and the others go on.
            yield (task,)
        else:
            raise ClusterError(f"--dask: a worker failed: {error!r}") from None

    def close(self):
        """Leave the cluster as it was found."""
        with contextlib.suppress(Exception):  # a cluster that is gone needs no goodbye
            self.client.run(_stop)
        self.client.close()


# -- on the workers ---------------------------------------------------------------------------

_here = threading.local()
_lanes: list = []
_known: dict = {}  # what tasks are about; sent once, since it outweighs a submission


class _NotLearned(Exception):
    """This worker was not there when the others were told what the tasks are about."""


def versions(digest: str) -> dict[str, str]:
    """Return what a result depends on: this very package, and what student code meets.

    Parameters
    ----------
    digest : str
        As `grader_digest` returns it.
    """
    found = {"mcalclib": digest[:12], "Python": ".".join(platform.python_version_tuple()[:2])}
    for name in ("numpy", "scipy", "sympy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "none"
    return found


def _learn(config):
    """Remember what the tasks are about, unless this worker would grade them otherwise."""
    from .grading import grader_digest

    limits = Limits(**config["limits"])
    here = versions(grader_digest(limits, config["seed"], config["secret"]))
    for name, wanted in config["versions"].items():
        if here[name] != wanted:
            raise ClusterError(
                f"on {platform.node()} runs another version of {name} ({here[name]}, here "
                f"{wanted}); install the same everywhere."
            )
    _known.clear()
    _known[config["digest"]] = config


def _grade(digest, config, task):
    """Grade one submission in this thread's own lane; runs on a worker."""
    if config is not None:
        try:
            _learn(config)
        except ClusterError as error:
            raise ClusterError(f"--dask: a worker {error}") from None
    config = _known.get(digest)
    if config is None:
        raise _NotLearned
    lane = getattr(_here, "lane", None)
    if lane is None or lane.digest != digest or not lane.lives():
        if lane is not None:
            lane.stop()
        lane = _here.lane = _Lane(config)
        _lanes.append(lane)
    return lane.grade(task)


def _stop():
    while _lanes:
        _lanes.pop().stop()


class _Lane:
    """A lane process of a worker, and the data files that its assignment reads."""

    def __init__(self, config):
        self.digest = config["digest"]
        # In the worker's own folder: what one that was killed leaves, Dask clears away.
        place = import_module("distributed").get_worker().local_directory
        self.folder = Path(tempfile.mkdtemp(prefix="mcalc-", dir=place))
        for name, data in config["files"].items():
            (self.folder / Path(name).name).write_bytes(data)
        files = sorted(str(path) for path in self.folder.iterdir())
        try:
            kind = config["kind"] or probe(Limits(**config["limits"]))
        except FenceError as error:
            raise FenceError(f"on the worker {platform.node()}: {error}") from None
        self.process, self.wire, self.socket = start_lane(config | {"files": files, "kind": kind})
        message = self.wire.receive()
        if message[0] != "ready":
            self.stop()
            raise FenceError(message[1])

    def lives(self):
        """Whether the process is still there."""
        return self.process.poll() is None

    def grade(self, task):
        """Return record, page and seconds; an `EOFError` if the lane died."""
        self.wire.send(task)
        message = self.wire.receive()
        return message[2:]

    def stop(self):
        """End the process and remove the files."""
        self.socket.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
