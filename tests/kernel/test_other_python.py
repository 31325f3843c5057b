"""Notebooks whose kernel lives in another environment, which has no seednb."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.conftest import load, texts


@pytest.fixture
def other_python() -> Path:
    """Return an interpreter of another environment with ipykernel, named by SEEDNB_TEST_KERNEL_PYTHON."""
    found = os.environ.get("SEEDNB_TEST_KERNEL_PYTHON")
    if not found:
        pytest.skip("SEEDNB_TEST_KERNEL_PYTHON names no other interpreter")
    return Path(found)


def test_a_kernel_of_another_environment_is_seeded_and_recorded(seednb, make_notebook, tmp_path, other_python):
    """A kernel of an environment without seednb, maybe in another Python, is seeded, recorded and replayed just so."""
    folder = tmp_path / "share" / "kernels" / "other"
    folder.mkdir(parents=True)
    argv = ["env", "-u", "PYTHONPATH", str(other_python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (folder / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "other", "language": "python"}))
    spec = {"display_name": "other", "language": "python", "name": "other"}
    path = make_notebook("import random\nprint(random.random())", "import sys\nprint(sys.executable)", metadata={"kernelspec": spec})
    for verb, arguments in (("run", ["--seed", "42"]), ("verify", [])):
        result = seednb(verb, path, *arguments, JUPYTER_PATH=str(tmp_path / "share"))
        assert result.returncode == 0, result.stdout + result.stderr
    assert texts(path) == ["0.6394267984578837\n", f"{other_python}\n"]
    assert "python=" in load(path)["metadata"]["seednb"]["cells"]["cell-0"]
