"""The fence where only a container engine may build one: Podman or Docker, found by name.

The image is empty and made here from nothing; what bubblewrap would show is mounted into it, so
both worlds hold the same and nothing is fetched from anywhere.
"""

import hashlib
import io
import os
import secrets
import shutil
import socket
import subprocess
import tarfile
import tempfile
from pathlib import Path

from .world import NOBODY, Contents, FenceError, contents, environment, inner_path

ENGINES = ("podman", "docker")
VARIABLE = "MCALC_ENGINE"  # names the one to use
CHANNEL = "/channel"  # where the grader's socket lies inside
SECONDS = 60


def choices() -> list[str]:
    """Return the engines that may be tried: the one that was asked for, or all, the best first."""
    asked = os.environ.get(VARIABLE)
    return [asked] if asked else [name for name in ENGINES if shutil.which(name)] or [ENGINES[0]]


def engine() -> str:
    """Return the container engine to use: the first of the choices that answers.

    Raises
    ------
    FenceError
        If there is none that does.
    """
    reasons = []
    for name in choices():
        program = shutil.which(name)
        if program is None:
            continue
        answer = _run([program, "info"])
        if answer.returncode == 0:
            return program
        reasons.append(f"{name}: {_last_line(answer.stderr)}")
    asked = os.environ.get(VARIABLE)
    missing = f"{asked} is not installed" if asked else "neither podman nor docker is installed"
    raise FenceError("; ".join(reasons) or f"{missing}.")


class Container:
    """One container with one process in it, which is told where to call back.

    Parameters
    ----------
    program : list of str
        What runs inside; the path of a socket to connect to is added.
    files : sequence of path
        Data files shown in ``/data``.
    megabytes : int
        Size of ``/tmp``.
    """

    def __init__(self, program, files=(), megabytes=64):
        self.engine, self.name = engine(), f"mcalc-{secrets.token_hex(8)}"
        inside = contents(files)
        image = _image(self.engine, inside)
        self.folder = tempfile.mkdtemp(prefix="mcalc-")
        os.chmod(self.folder, 0o711)  # the user inside reaches the socket by its name
        path = Path(self.folder) / "socket"
        listener = socket.socket(socket.AF_UNIX)
        try:
            listener.bind(str(path))
            path.chmod(0o666)
            listener.listen(1)
            listener.settimeout(SECONDS)
            shown = (*inside.shown, (self.folder, CHANNEL))
            self.process = subprocess.Popen(
                [*command(self.engine, self.name, image, shown, megabytes), *program]
                + [f"{CHANNEL}/socket"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
            self.control = self._accept(listener)
        finally:  # once the process inside has called, nobody else is let in
            listener.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self, listener):
        listener.settimeout(0.2)
        for _ in range(5 * SECONDS):
            try:
                return listener.accept()[0]
            except TimeoutError:
                if self.process.poll() is not None:
                    break
        why = ""
        if self.process.poll() is not None:
            why = _last_line(self.process.stderr.read().decode("utf-8", "replace"))
        self._remove()
        raise FenceError(f"the container did not start: {why or 'it does not answer'}")

    def stop(self):
        """End the container and everything in it."""
        self.control.close()  # the process inside ends by itself when we are gone
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self._remove()
        self.process.stderr.close()

    def _remove(self):
        _run([self.engine, "rm", "--force", self.name])
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()


def command(engine: str, name: str, image: str, shown, megabytes: int) -> list[str]:
    """Return the command that starts a container, without the program that runs in it."""
    parts = [engine, "run", "--rm", f"--name={name}", "--log-driver=none", "--ipc=none"]
    parts += ["--network=none", "--read-only", f"--user={NOBODY}:{NOBODY}", "--workdir=/tmp"]
    parts += ["--cap-drop=ALL", "--security-opt=no-new-privileges", "--hostname=grader"]
    # Engines raise these limits unless told otherwise, which not everybody may.
    parts += ["--ulimit=nofile=1024:1024", "--ulimit=nproc=256:256"]
    parts += [f"--tmpfs=/tmp:rw,nosuid,nodev,noexec,size={megabytes}m,mode=1777"]
    if Path(engine).name == "podman":  # which otherwise leaves other folders to write to
        parts.append("--read-only-tmpfs=false")
    for here, there in shown:
        parts.append(f"--mount=type=bind,source={here},target={there},readonly")
    for key, value in environment(inner_path()).items():
        parts.append(f"--env={key}={value}")
    return [*parts, image]


def _image(engine: str, inside: Contents) -> str:
    """Return an image that holds nothing but empty folders and links, made on first use."""
    archive = io.BytesIO()
    modes = {"tmp": 0o1777, "proc": 0o555, "dev": 0o755, "data": 0o755}
    # What is mounted deeper: an engine makes missing folders as its own umask says, which may
    # leave a user no way through them.
    above = {parent for _, there in inside.shown for parent in Path(there.lstrip("/")).parents}
    for parent in sorted(above - {Path()}):
        modes.setdefault(str(parent), 0o755)
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for folder, mode in modes.items():
            member = tarfile.TarInfo(folder)
            member.type, member.mode = tarfile.DIRTYPE, mode
            tar.addfile(member)
        for link, target in inside.links:
            member = tarfile.TarInfo(link.lstrip("/"))
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
    name = f"mcalc-world:{hashlib.sha256(archive.getvalue()).hexdigest()[:16]}"
    if _run([engine, "image", "inspect", name]).returncode == 0:
        return name
    made = _run([engine, "import", "-", name], archive.getvalue())
    if made.returncode:
        raise FenceError(f"{engine} cannot make an image: {_last_line(made.stderr)}")
    return name


def _run(command, data=b""):
    try:
        return subprocess.run(
            command, input=data, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(command, 1, b"", str(error).encode())


def _last_line(text):
    text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    # Docker says at the very end where to read on, which is no reason.
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("Run '")]
    return lines[-1].strip() if lines else "no reason given"
