"""The real Jupyter Server of an enabled environment, through its REST interface."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.prefixes import Prefix
from tests.server.servers import Server

SECRET = (
    "import ctypes, os, random; print(bytes((ctypes.c_ubyte * 24).in_dll(ctypes.pythonapi, '_Py_HashSecret')) == bytes(24), "
    "[name for name in os.environ if name in ('PYTHONHASHSEED', 'SEEDNB_LAUNCH')], random.random())"
)


@pytest.fixture
def prefix(tmp_path):
    """Return an environment in which seednb is enabled."""
    return Prefix.enabled(tmp_path)


@pytest.fixture
def serve(prefix):
    """Return a function that starts the environment's server."""
    servers = []

    def start(**extra):
        servers.append(Server(prefix, **extra))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def test_start_and_restart(serve):
    """A kernel that the server starts, or restarts, has the hash seed and the seed in force, and a clean environment."""
    server = serve(SEEDNB_SEED="42")
    kernel = server.post("api/kernels")["id"]
    assert server.run(kernel, SECRET) == "True [] 0.6394267984578837"
    server.post(f"api/kernels/{kernel}/restart")
    assert server.run(kernel, SECRET) == "True [] 0.6394267984578837"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="restarting in place works on Linux only")
def test_restart_in_place(serve):
    """A kernel that restarts in place is the server's kernel still: it was not found dead, and restarts as before."""
    server = serve(SEEDNB_SEED="42")
    kernel = server.post("api/kernels")["id"]
    epoch, pid = "print(get_ipython()._seednb.runtime.epoch)", "import os; print(os.getpid())"
    before, process = server.run(kernel, epoch), server.run(kernel, pid)
    server.run(kernel, "mine = 1\n%seed restart")
    end = time.monotonic() + 10
    while "again.py" not in Path(f"/proc/{process}/cmdline").read_text():
        assert time.monotonic() < end, "not restarted within ten seconds"
    assert server.run(kernel, epoch) != before
    assert server.run(kernel, "print('mine' in globals())") == "False"
    assert server.run(kernel, SECRET) == "True [] 0.6394267984578837"
    assert server.run(kernel, pid) == process
    assert "died" not in server.log.read_text()
    server.post(f"api/kernels/{kernel}/restart")
    assert server.run(kernel, SECRET) == "True [] 0.6394267984578837"


def test_opted_out(serve, prefix):
    """A kernel in a folder that opts out is started as if seednb were not there."""
    (prefix.work / "pyproject.toml").write_text("[tool.seednb]\nenabled = false\n")
    server = serve(SEEDNB_SEED="42")
    assert server.run(server.post("api/kernels")["id"], SECRET).startswith("False []")


def test_chosen_by_the_administrator(serve):
    """A provisioner that was configured stays."""
    server = serve(JUPYTER_DEFAULT_PROVISIONER_NAME="another-provisioner")
    assert "started by another-provisioner, which was configured; it is left as it is" in server.log.read_text()


def test_left_behind(serve, prefix):
    """What enable wrote does not stop a server, nor its kernels, in an environment that seednb was removed from."""
    lines = (prefix.packages / "shared.pth").read_text().split("\n")
    (prefix.packages / "shared.pth").write_text(lines[1] + "\n")
    for path in (prefix.packages / "seednb").parent.glob("seednb-*.dist-info/*"):
        path.unlink()
    server = serve()
    kernel = server.post("api/kernels")["id"]
    assert server.run(kernel, "print(1)") == "1"
