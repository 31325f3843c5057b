"""The verification job: what it writes on standard output, and how it is stopped."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys

import psutil
import pytest

from tests.conftest import environment


def job(*arguments):
    """Return the command line of a job."""
    return [sys.executable, "-m", "seednb.replay.job", *map(str, arguments)]


def run(*arguments, **extra):
    """Run a job to its end; return its exit code and events."""
    done = subprocess.run(job(*arguments), env=environment(**extra), capture_output=True, text=True, timeout=120)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@contextlib.contextmanager
def started(path):
    """Give a job whose first cell is running, and its kernel's process."""
    with subprocess.Popen(job(path), env=environment(), stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if json.loads(line)["event"] == "cell":
                break
        (kernel,) = psutil.Process(process.pid).children()
        yield process, kernel
        psutil.wait_procs([kernel], timeout=10)
        assert not kernel.is_running()


def test_a_recorded_notebook(seednb, make_notebook, tmp_path):
    """A job tells the run, each cell that begins, and the result, and writes the report but not the notebook."""
    path = make_notebook("import random", "random.random()")
    assert seednb("run", path, "--seed", "42").returncode == 0
    before = path.read_bytes()
    code, events = run(path, "--html", tmp_path / "report.html")
    assert 0 == code
    assert {"event": "started", "run": 1, "runs": 1, "cells": 2} == events[0]
    assert [
        {"event": "cell", "run": 1, "position": 0, "index": 0},
        {"event": "cell", "run": 1, "position": 1, "index": 1},
    ] == events[1:3]
    assert ("done", str(tmp_path / "report.html")) == (events[3]["event"], events[3]["report"])
    assert (True, 42, None) == tuple(events[3]["result"][name] for name in ("reproduced", "seed", "first"))
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    assert before == path.read_bytes()


def test_without_a_record(make_notebook):
    """A notebook without a record has two runs, and both are told."""
    code, events = run(make_notebook("import random; random.random()"), "--seed", "7")
    assert 0 == code
    assert [(1, 2), (2, 2)] == [(event["run"], event["runs"]) for event in events if event["event"] == "started"]
    assert (True, 7) == (events[-1]["result"]["reproduced"], events[-1]["result"]["seed"])


def test_a_folder_of_its_own(make_notebook, tmp_path):
    """With --folder the kernel works there, wherever the notebook's file lies."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.txt").write_text("1 2 3")
    _, events = run(make_notebook("print(open('numbers.txt').read())"), "--folder", tmp_path / "data")
    assert events[-1]["result"]["reproduced"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.ipynb"], "missing.ipynb"),
        (["nb.ipynb", "--seed", "-1"], "--seed"),
        (["nb.ipynb", "--kernel", "nobody"], "'nobody' is not installed"),
    ],
)
def test_bad_input(make_notebook, arguments, said):
    """What cannot be done is told in one line, as an event."""
    folder = make_notebook("1").parent
    code, (event,) = run(folder / arguments[0], *arguments[1:])
    assert (2, "error") == (code, event["event"])
    assert said in event["text"]
    assert "\n" not in event["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not asked to end there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped(make_notebook, number):
    """A job that is asked to end ends its kernel first, and says so by its exit code."""
    with started(make_notebook("import time; time.sleep(600)")) as (process, _):
        process.send_signal(number)
        assert 130 == process.wait(60)


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not asked to end there")
def test_nobody_listens(make_notebook, tmp_path):
    """A job whose listener has gone ends with its kernel as soon as it has something to tell."""
    path = make_notebook(f"import os, time\nwhile not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)", "time.sleep(600)")
    with started(path) as (process, _):
        process.stdout.close()
        (tmp_path / "go").touch()
        assert 0 != process.wait(60)


def test_printing_code_does_not_disturb(make_notebook):
    """What is printed in the kernel does not reach the job's lines."""
    _, events = run(make_notebook("print('not json', flush=True); import os; os.write(1, b'neither\\n')", minor=5))
    assert events[-1]["event"] == "done"
