"""Real R kernels, with the kernelspec in the test's own folder; without R each test is skipped, and says so."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.conftest import environment, notebook
from tests.kernel.conftest import TIMEOUT, Kernel

R = {"kernelspec": {"display_name": "R", "language": "R", "name": "ir"}}


@lru_cache(maxsize=1)
def missing() -> str:
    """Return why no R kernel can be started here, or nothing."""
    if shutil.which("R") is None:
        return "there is no R on this machine: make test-r installs it where it may"
    asked = subprocess.run(["R", "--slave", "-e", "stopifnot(requireNamespace('IRkernel'))"], capture_output=True, text=True)
    return "R is here, but not its package IRkernel: make test-r installs it where it may" if asked.returncode else ""


@pytest.fixture(autouse=True)
def _needs_r() -> None:
    if missing():
        pytest.skip(missing())


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return variables for a user for whom Jupyter finds one R kernel, in a folder of the test's own."""
    spec = {"argv": ["R", "--slave", "-e", "IRkernel::main()", "--args", "{connection_file}"], "display_name": "R", "language": "R"}
    folder = tmp_path / "jupyter" / "kernels" / "ir"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(spec))
    (tmp_path / "home").mkdir()
    return {
        "HOME": str(tmp_path / "home"),
        "IPYTHONDIR": str(tmp_path / "home" / ".ipython"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
        "JUPYTER_PATH": str(tmp_path / "jupyter"),
    }


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """Return the file of that kernel's specification."""
    return tmp_path / "jupyter" / "kernels" / "ir" / "kernel.json"


@pytest.fixture
def run(seednb: Callable[..., Any], home: dict[str, str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the command line as that user."""
    return lambda *arguments, **extra: seednb(*arguments, **{**home, **extra})


@pytest.fixture
def make(make_notebook: Callable[..., Path]) -> Callable[..., Path]:
    """Return a function that writes an R notebook."""
    return lambda *sources, **options: make_notebook(*sources, metadata=R, **options)


class RKernel(Kernel):
    """A kernel as a front end starts it: by its kernelspec."""

    def __init__(self, folder: Path, spec: Path, variables: dict[str, str]) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="seednb-")
        local = {"transport": "ipc", "ip": f"{self._sockets.name}/k"} if hasattr(socket, "AF_UNIX") else {}
        specs = KernelSpecManager(kernel_dirs=[str(spec.parent.parent)])
        self._manager = KernelManager(kernel_name="ir", kernel_spec_manager=specs, **local)
        self._manager.start_kernel(cwd=str(folder), env=environment(**variables), stderr=subprocess.DEVNULL)
        self.client = self._manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)
        self.displays: dict[str, dict[str, Any]] = {}


@pytest.fixture
def kernels(tmp_path: Path, spec: Path, home: dict[str, str]) -> Iterator[Callable[..., RKernel]]:
    """Return a function that starts R kernels in the folder `work`."""
    started: list[RKernel] = []
    (tmp_path / "work").mkdir()

    def start(**variables: str) -> RKernel:
        started.append(RKernel(tmp_path / "work", spec, {**home, **variables}))
        return started[-1]

    yield start
    for kernel in started:
        kernel.stop()


def r_notebook(*sources: str) -> dict[str, Any]:
    """Return an R notebook."""
    return notebook(*sources, metadata=R)
