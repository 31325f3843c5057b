"""The real Caffe, in the root that `make test-caffe` has made, and its kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import REPOSITORY, environment, notebook

KERNEL = REPOSITORY / "tests" / "caffe" / "kernel.sh"
SPEC = {"display_name": "Caffe", "language": "python", "name": "caffe"}
RUN = """
import json, sys
from pathlib import Path
from seednb.launch import plan_environment
from seednb.replay.execute import execute, make_plan

nb, plan = json.load(sys.stdin)
keys, environment = {index: cell["id"] for index, cell in enumerate(nb["cells"])}, plan_environment()
done = execute(nb, keys, folder=Path.cwd(), plan=make_plan(42, "command-line", environment, **plan), environment=environment)
assert done.complete, done.reason
print(json.dumps([[*cell] for cell in done.cells.values()]))
"""


class Caffe:
    """The root with Caffe in it, and the folder that has its kernelspec."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root = root
        self.jupyter_path = str(folder)
        (folder / "kernels" / "caffe").mkdir(parents=True)
        spec = {"argv": [str(KERNEL), str(root), "{connection_file}"], "metadata": {"seednb": {"transport": "tcp"}}, **SPEC}
        (folder / "kernels" / "caffe" / "kernel.json").write_text(json.dumps(spec))

    def python(self, code: str) -> str:
        """Return what a script prints there, without seednb."""
        command = ["chroot", str(self.root), "/opt/k/bin/python", "-c", code]
        given = {"PATH": "/usr/bin:/bin:/usr/sbin", "HOME": "/root", "GLOG_minloglevel": "2"}
        return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=True).stdout

    def run(self, *sources: str, **plan: Any) -> list[tuple[str, list[dict[str, str]], dict[str, str]]]:
        """Run cells in a fresh runtime with seed 42; return for each what it printed, its notes and the sources that it changed."""
        given = json.dumps([notebook(*sources, metadata={"kernelspec": SPEC}), plan])
        variables = environment(JUPYTER_PATH=self.jupyter_path)
        command = [sys.executable, "-W", "ignore", "-c", RUN]
        done = subprocess.run(command, input=given, env=variables, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        cells = json.loads(done.stdout)
        return [("".join(output.get("text", "") for output in cell[0]), cell[2]["notes"], cell[2]["sources"]) for cell in cells]


@pytest.fixture(scope="session")
def caffe(tmp_path_factory: pytest.TempPathFactory) -> Caffe:
    """Return the real library, with a kernel `caffe`."""
    root = os.environ.get("SEEDNB_TEST_CAFFE_ROOT")
    if not root:
        pytest.skip("SEEDNB_TEST_CAFFE_ROOT names no folder with Caffe; `make test-caffe` makes one")
    return Caffe(Path(root), tmp_path_factory.mktemp("caffe"))
