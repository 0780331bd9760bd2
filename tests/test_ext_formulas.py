"""The server that renders formulas is waited for, however slowly it starts."""

import sys

import pytest
from sphinxcontrib import katex

from _ext import formulas

# Binds, and only later listens: the order in which a server of node comes up.
SLOW_SERVER = """
import socket, sys, time
server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
server.bind(sys.argv[1])
time.sleep(float(sys.argv[2]))
server.listen()
server.accept()[0].sendall(b"ready")
"""


def server_that_listens_after(seconds):
    class Server(katex.KaTeXServer):
        @classmethod
        def build_command(cls, socket=None, port=None):
            return [sys.executable, "-c", SLOW_SERVER, str(socket), str(seconds)]

    return Server


def test_a_server_that_is_slow_to_listen_is_connected_to(tmp_path):
    process, sock = formulas.start_and_wait(server_that_listens_after(0.3), tmp_path, timeout=20)
    with process, sock:
        assert sock.recv(5) == b"ready"
        process.kill()


def test_a_server_that_never_listens_is_ended_and_reported(tmp_path):
    with pytest.raises(katex.KaTeXError, match="STARTUP_TIMEOUT"):
        formulas.start_and_wait(server_that_listens_after(60), tmp_path, timeout=0.3)
