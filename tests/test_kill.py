from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seednb._files import sweep

OLD, NEW = b"old" * 500_000, b"new" * 900_000
KILLS = 120

# Forks a writer for each line that it reads; `WHICH step NAME` kills it in that step, `WHICH delay SECONDS` after that time.
WRITERS = """
import os, signal, sys, time
from pathlib import Path
from seednb._files import replace

path, contents = Path(sys.argv[1]), {name: Path(sys.argv[2] + name).read_bytes() for name in ("old", "new")}
for line in sys.stdin:
    which, kind, value = line.split()
    begun = time.perf_counter()
    writer = os.fork()
    if not writer:
        replace(path, contents[which], _step=lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == value else None)
        os._exit(0)
    if kind == "delay":
        time.sleep(float(value))
        os.kill(writer, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(writer, 0)[1])
    print(status, time.perf_counter() - begun, flush=True)
"""

Writer = Callable[[str, str, object], tuple[int, float]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file with the old bytes in a folder of its own."""
    path = tmp_path / "folder" / "nb.ipynb"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


@pytest.fixture
def write(path: Path, tmp_path: Path) -> Iterator[Writer]:
    """Return a function that starts a writer, has it killed, and returns its exit status and how long it lived."""
    for name, data in (("old", OLD), ("new", NEW)):
        (tmp_path / f"nb.ipynb{name}").write_bytes(data)
    command = [sys.executable, "-c", WRITERS, str(path), str(tmp_path / "nb.ipynb")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process:

        def run(which: str, kind: str, value: object) -> tuple[int, float]:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"{which} {kind} {value}\n")
            process.stdin.flush()
            status, seconds = process.stdout.readline().split()
            return int(status), float(seconds)

        yield run
        assert process.stdin is not None
        process.stdin.close()
    assert process.returncode == 0


@pytest.mark.parametrize("step", ["created", "part", "written", "synced", "replaced"])
def test_a_writer_killed_in_any_step_leaves_a_whole_file(path: Path, write: Writer, step: str) -> None:
    """After kill -9 in each step of a write the file is the old or the new one, and a sweep removes what is left."""
    assert write("new", "step", step)[0] == -signal.SIGKILL
    assert path.read_bytes() == (NEW if step == "replaced" else OLD)
    assert len(os.listdir(path.parent)) == (1 if step == "replaced" else 2)
    sweep(path)
    assert os.listdir(path.parent) == [path.name]


def test_a_writer_killed_at_any_time_leaves_a_whole_file(path: Path, write: Writer) -> None:
    """After kill -9 at 120 random moments of a write the file is the old or the new one, and a sweep removes what is left."""
    rng = random.Random(2)
    status, longest = write("old", "step", "none")
    assert status == 0
    killed = 0
    while killed < KILLS:
        other = "old" if path.read_bytes() == NEW else "new"
        status, _ = write(other, "delay", rng.uniform(0, longest))
        killed += status == -signal.SIGKILL
        longest *= 0.95 if status == 0 else 1
        assert path.read_bytes() in (OLD, NEW)
        sweep(path)
        assert os.listdir(path.parent) == [path.name]
