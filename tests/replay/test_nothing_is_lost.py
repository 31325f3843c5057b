"""kill -9, a full disk, a read-only file: the notebook is the old one or the new one, whole."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import psutil
import pytest

from tests.conftest import command, environment, leftovers, load

DRAW = "import random\nprint([random.random() for _ in range(2000)])"
WHOLE_RUN = 2.5
"""Seconds that a run of the small notebook takes at most on a busy machine: kills are spread over them."""


def kill_once(path: Path, *, delay: float, victim: str) -> None:
    """Start a run of a notebook, and kill the command or its kernel after a while."""
    process = subprocess.Popen(
        command("run", path, "--seed", "42"), env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        process.wait(timeout=delay)
    except subprocess.TimeoutExpired:
        if victim == "command":
            process.kill()
        else:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
    process.wait(timeout=60)


def check_kills(make_notebook, seednb, tmp_path, *, points: int, seed: int) -> None:
    """Kill runs at random points, and check the notebook after each."""
    path = make_notebook(DRAW, DRAW)
    old = path.read_bytes()
    seednb("run", path, "--seed", "42")
    new = path.read_bytes()
    assert old != new
    rng = random.Random(seed)
    seen = set()
    for point in range(points):
        path.write_bytes(old)
        kill_once(path, delay=rng.uniform(0, WHOLE_RUN), victim=("command", "kernel")[point % 2])
        now = path.read_bytes()
        assert now in (old, new)
        seen.add(now == new)
        if rng.random() < 0.2:
            assert seednb("run", path, "--seed", "42").returncode == 0
            assert leftovers(tmp_path) == []
    assert seednb("run", path, "--seed", "42").returncode == 0
    assert leftovers(tmp_path) == []


def test_a_few_kills(make_notebook, seednb, tmp_path):
    """A kill -9 of command or kernel leaves old or new bytes, and no temporary file survives the next command."""
    check_kills(make_notebook, seednb, tmp_path, points=8, seed=1)


@pytest.mark.slow
def test_a_hundred_kills(make_notebook, seednb, tmp_path):
    """A kill -9 at a hundred random points leaves old or new bytes, and no temporary file survives the next command."""
    check_kills(make_notebook, seednb, tmp_path, points=100, seed=2)


def test_no_kernel_outlives_a_killed_command(make_notebook):
    """When the command is killed its kernel goes too."""
    path = make_notebook("print('here', flush=True)\nimport time\ntime.sleep(600)")
    with subprocess.Popen(command("run", path, "--stream"), env=environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "here\n"
        kernels = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert kernels
    _, alive = psutil.wait_procs(kernels, timeout=30)
    assert alive == []


@pytest.fixture
def small_disk(tmp_path):
    """Mount a file system of 200 kB, and return its folder."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no file system can be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_keeps_the_notebook(make_notebook, seednb, small_disk):
    """When the disk is full the notebook keeps its bytes, no temporary file is left, and one line says where the result is."""
    source = make_notebook("print('x' * 500_000)")
    path = small_disk / "nb.ipynb"
    path.write_bytes(source.read_bytes())
    before = path.read_bytes()
    result = seednb("run", path)
    assert result.returncode == 2, result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "no space left on device" in result.stderr
    assert path.read_bytes() == before
    assert os.listdir(small_disk) == ["nb.ipynb"]
    rescued = Path(result.stderr.strip().rsplit(" ", 1)[1])
    assert load(rescued)["cells"][0]["outputs"]
    rescued.unlink()


def test_a_symlink_stays_one(make_notebook, seednb, tmp_path):
    """A notebook reached through a symbolic link is written where it lies, and the link stays."""
    path = make_notebook(DRAW)
    link = tmp_path / "link.ipynb"
    link.symlink_to(path.name)
    assert seednb("run", link, "--seed", "1").returncode == 0
    assert link.is_symlink()
    assert "seednb" in load(path)["metadata"]


def test_permissions_stay(make_notebook, seednb):
    """A run keeps the notebook's permissions."""
    path = make_notebook(DRAW)
    path.chmod(0o640)
    seednb("run", path)
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_trusted_notebook_stays_trusted(make_notebook, seednb, tmp_path, monkeypatch):
    """A notebook that Jupyter trusts is trusted after a run, and one that it does not trust is not."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    import nbformat
    from nbformat.sign import NotebookNotary

    trusted, other = make_notebook(DRAW), make_notebook(DRAW, "1", name="other.ipynb")
    notary = NotebookNotary()
    notary.sign(nbformat.read(trusted, as_version=4))
    for path in (trusted, other):
        seednb("run", path, JUPYTER_DATA_DIR=str(tmp_path / "data"))
    assert notary.check_signature(nbformat.read(trusted, as_version=4))
    assert not notary.check_signature(nbformat.read(other, as_version=4))
    notary.store.close()
