"""Verifications in the background: of the saved file, in a process of their own, bounded, and never left behind."""

from __future__ import annotations

import json
import os
import signal
import sys

import psutil
import pytest

from tests.conftest import notebook
from tests.prefixes import Prefix
from tests.server.frontend import API
from tests.server.servers import Server, install_extension

WAITS = "import os, time\nwhile not os.path.exists({!r}): time.sleep(0.01)"


def written(work, name, *sources, **more):
    """Write a notebook into the server's root."""
    (work / name).write_text(json.dumps(notebook(*sources, **more)))
    return name


def start(server, path, **more):
    """Start a verification; return its id."""
    answer = server.ask("POST", f"{API}verifications", {"path": path, **more})
    assert answer.status == 201, answer
    return answer.json["id"]


def states(server, name, *, until=lambda state: state["state"] != "running"):
    """Return the states of a verification, up to the first that is waited for."""
    found = [{"n": 0}]
    while len(found) == 1 or not until(found[-1]):
        answer = server.ask("GET", f"{API}verifications/{name}?after={found[-1]['n']}")
        assert answer.status == 200, answer
        assert len(found) < 100
        found.append(answer.json)
    return found[1:]


def jobs(server):
    """Return the processes of verifications, and all that these have started."""
    own = [child for child in psutil.Process(server.process.pid).children() if "seednb.replay.job" in " ".join(child.cmdline())]
    return own + [kernel for job in own for kernel in job.children(recursive=True)]


def gone(processes):
    """Tell whether processes have ended, or do so soon."""
    return not psutil.wait_procs(processes, timeout=30)[1]


def test_a_verification(server, work, environment_with_server):
    """A verification tells its cells and its result, has a report, and does not write the file."""
    path = written(work, "verified.ipynb", "import random", "random.random()")
    assert environment_with_server.seednb("run", path, "--seed", "42").returncode == 0
    before = (work / path).read_bytes()
    found = states(server, start(server, path))
    assert [state["n"] for state in found] == sorted({state["n"] for state in found})
    end = found[-1]
    assert ("done", 1, 1, 2, 2, "") == tuple(end[name] for name in ("state", "run", "runs", "cell", "cells", "text"))
    assert (True, "identical", 42, None) == tuple(end["result"][name] for name in ("reproduced", "verdict", "seed", "first_id"))
    assert "verified.ipynb" in server.ask("GET", end["report"].lstrip("/")).text
    assert before == (work / path).read_bytes()


def test_without_a_record(server, work):
    """A notebook without a record is run twice, with the seed that was asked for; the first cell that differs is named."""
    end = states(server, start(server, written(work, "unrecorded.ipynb", "1", "import os; os.urandom(9)"), seed=5))[-1]
    assert (2, 2, "done", 5) == (end["run"], end["runs"], end["state"], end["result"]["seed"])
    assert (False, "cell-1") == (end["result"]["reproduced"], end["result"]["first_id"])


def test_the_folder_of_the_notebook(server, work):
    """The kernel works in the notebook's folder; modules in it are the kernel's business, not the verification's."""
    (work / "sub").mkdir()
    (work / "sub" / "json.py").write_text("raise SystemExit('imported from the notebook')")
    (work / "sub" / "data.txt").write_text("found")
    end = states(server, start(server, written(work, "sub/nb.ipynb", "print(open('data.txt').read())")))[-1]
    assert ("done", True) == (end["state"], end["result"]["reproduced"])


def test_what_cannot_be_verified(server, work):
    """A file that is no notebook, a broken record, a seed that is none: refused in one line, before anything starts."""
    (work / "broken.ipynb").write_text("{")
    written(work, "record.ipynb", "1", metadata={"seednb": {"version": "x"}})
    good = written(work, "good.ipynb", "1")
    for body in ({"path": "broken.ipynb"}, {"path": "record.ipynb"}, {"path": good, "seed": -1}, {"path": 3}, {}):
        answer = server.ask("POST", f"{API}verifications", body)
        assert (400, 1) == (answer.status, len(answer.json["message"].splitlines())), body


def test_a_kernel_that_is_not_allowed(tmp_path):
    """Kernels that the server does not allow run no verification."""
    prefix = Prefix(tmp_path)
    install_extension(prefix)
    server = Server(prefix, "--KernelSpecManager.allowed_kernelspecs={'python3'}")
    try:
        folder = prefix.root / "share" / "jupyter" / "kernels" / "other"
        folder.mkdir(parents=True)
        argv = [prefix.python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "other", "language": "echo"}))
        path = written(prefix.work, "nb.ipynb", "1", metadata={"kernelspec": {"name": "other", "language": "echo", "display_name": "o"}})
        answer = server.ask("POST", f"{API}verifications", {"path": path})
        assert (409, True) == (answer.status, "'other' is not installed" in answer.json["message"])
    finally:
        server.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="its processes are found in another way there")
def test_cancelled_and_bounded(server, work):
    """Two run at a time; one that is stopped ends with its kernel and makes room."""
    path = written(work, "waits.ipynb", WAITS.format("never there"))
    names = [start(server, path), start(server, path)]
    for name in names:
        states(server, name, until=lambda state: state["cell"] == 1)
    refused = server.ask("POST", f"{API}verifications", {"path": path})
    assert (429, "2 verifications are running: wait until one has ended, or stop one") == (refused.status, refused.json["message"])
    running = jobs(server)
    assert 4 == len(running)
    for name in names:
        assert 204 == server.ask("DELETE", f"{API}verifications/{name}").status
        assert "cancelled" == states(server, name)[-1]["state"]
    assert gone(running)
    end = states(server, start(server, written(work, "short.ipynb", "1")))[-1]
    assert "done" == end["state"]


@pytest.mark.skipif(sys.platform == "win32", reason="its processes are found in another way there")
def test_a_job_that_is_killed(server, work):
    """A verification whose process dies has failed, and says so."""
    name = start(server, written(work, "killed.ipynb", WAITS.format("never there")))
    states(server, name, until=lambda state: state["cell"] == 1)
    job, kernel = jobs(server)
    job.kill()
    end = states(server, name)[-1]
    assert ("failed", True) == (end["state"], end["text"].startswith("the verification ended with code -9"))
    kernel.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="its processes are found in another way there")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_the_server_ends(tmp_path, number):
    """A server that ends, or is killed, leaves no verification behind, and no kernel of one."""
    prefix = Prefix(tmp_path)
    install_extension(prefix)
    server = Server(prefix)
    try:
        name = start(server, written(prefix.work, "nb.ipynb", WAITS.format("never there")))
        states(server, name, until=lambda state: state["cell"] == 1)
        running = jobs(server)
        assert 2 == len(running)
        os.kill(server.process.pid, number)
        server.process.wait(60)
        assert gone(running)
    finally:
        server.stop()


def test_unknown(server):
    """A verification that is not known, and a state that is none, are refused in one line."""
    assert 404 == server.ask("GET", f"{API}verifications/nobody").status
    assert 404 == server.ask("DELETE", f"{API}verifications/nobody").status
