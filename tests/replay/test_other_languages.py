"""Notebooks of languages that seednb knows nothing of, in a real kernel of a tiny one."""

from __future__ import annotations

import json
import sys

import pytest

from tests.conftest import load, texts
from tests.replay.test_verify import edit, verdicts

KERNEL = '''
import os, sys, time
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Echo(Kernel):
    """Says what it is told; `$NAME` is a variable of its environment, `now` the clock, and `fail` an error."""

    implementation, implementation_version, banner = "echo", "1", "echo"
    language_info = {"name": "echo", "mimetype": "text/plain", "file_extension": ".txt"}

    async def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **_):
        if code == "fail":
            error = {"ename": "Failed", "evalue": "as told", "traceback": []}
            self.send_response(self.iopub_socket, "error", error)
            return {"status": "error", "execution_count": self.execution_count, **error}
        if code == "die":
            os._exit(1)
        words = [os.environ.get(word[1:], "unset") if word[0] == "$" else word for word in code.split()]
        text = str(time.time_ns()) if code == "now" else " ".join(words)
        if not silent:
            self.send_response(self.iopub_socket, "stream", {"name": "stdout", "text": text})
        return {"status": "ok", "execution_count": self.execution_count, "payload": [], "user_expressions": {}}

IPKernelApp.launch_instance(kernel_class=Echo)
'''
LINE = (
    "seednb: kernel 'echo' runs echo, which seednb cannot seed (the seed is in SEEDNB_SEED): "
    "cells run and outputs are compared, without fingerprints\n"
)


@pytest.fixture
def run(tmp_path, seednb):
    """Return a function that runs the command line where that kernel is installed."""
    folder = tmp_path / "jupyter" / "kernels" / "echo"
    folder.mkdir(parents=True)
    (folder / "echo.py").write_text(KERNEL)
    argv = [sys.executable, str(folder / "echo.py"), "-f", "{connection_file}"]
    for name, language in (("echo", "echo"), ("not-irkernel", "R")):
        folder.with_name(name).mkdir(exist_ok=True)
        (folder.with_name(name) / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": name, "language": language}))
    return lambda *arguments, **extra: seednb(*arguments, JUPYTER_PATH=str(tmp_path / "jupyter"), **extra)


@pytest.fixture
def make(make_notebook):
    """Return a function that writes a notebook of that kernel."""
    spec = {"display_name": "Echo", "language": "echo", "name": "echo"}
    return lambda *sources, **options: make_notebook(*sources, metadata={"kernelspec": spec}, **options)


def test_run_and_verify(run, make):
    """One line says what is not done; outputs are written and recorded without fingerprints, and a replay compares them."""
    path = make("hello", "the seed is $SEEDNB_SEED and the hash seed $PYTHONHASHSEED")
    result = run("run", path, "--seed", "42")
    assert (0, LINE) == (result.returncode, result.stderr)
    assert ["hello", "the seed is 42 and the hash seed unset"] == texts(path)
    record = load(path)["metadata"]["seednb"]
    assert (42, None, False, "echo") == (record["seed"], record["hash_seed"], record["sealed"], record["environment"]["kernel"])
    assert all(["b2", "s", "o"] == [word.partition("=")[0] for word in line.split()] for line in record["cells"].values())
    result = run("verify", path, "--json")
    assert (0, {0: "identical", 1: "identical"}) == (result.returncode, verdicts(result))


def test_what_differs_is_found(run, make):
    """Outputs that change from run to run diverge, and edited code does."""
    path = make("hello", "now")
    run("run", path)
    assert {0: "identical", 1: "diverged"} == verdicts(run("verify", path, "--json"))
    edit(path, lambda nb: nb["cells"][0].update(source="goodbye"))
    assert {0: "diverged", 1: "diverged"} == verdicts(run("verify", path, "--json"))


def test_a_notebook_without_a_record(run, make):
    """Two fresh runs are compared."""
    assert 0 == run("verify", make("hello")).returncode
    assert 1 == run("verify", make("now", name="now.ipynb")).returncode


@pytest.mark.parametrize(("code", "reason"), [("fail", "Failed: as told"), ("die", "the kernel died")])
def test_a_cell_that_ends_the_run(run, make, code, reason):
    """A cell that fails, and one that takes the kernel with it, end the run with their reason."""
    path = make("hello", code, "after")
    result = run("run", path)
    assert 1 == result.returncode
    assert f"cell 2 failed: {reason}" in result.stderr
    assert ["hello", ""] == texts(path.with_name("nb.partial.ipynb"))[::2]


def test_another_kernel_of_r(run, make):
    """A kernel of R's that is not IRkernel is told of in one line, and runs without fingerprints."""
    path = make("hello", "now")
    result = run("run", path, "--kernel", "not-irkernel")
    assert 0 == result.returncode
    assert result.stderr.startswith(
        "seednb: kernel 'not-irkernel' is not IRkernel, the only one of R's that seednb can seed: cells run and"
    )
    assert {0: "identical", 1: "diverged"} == verdicts(run("verify", path, "--kernel", "not-irkernel", "--json"))
