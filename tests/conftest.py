from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seednb.environment import FLAGS

pytest_plugins = ["tests.caffe_root", "tests.fakes"]

REPOSITORY = Path(__file__).parent.parent
Cells = list[str]


def environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without what would change a run's seed, plus some variables."""
    kept = {name: value for name, value in os.environ.items() if name not in {"SEEDNB", "SEEDNB_SEED", "PYTHONHASHSEED"}}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "OMP_NUM_THREADS": "1", **extra}


def machine_flags() -> dict[str, str]:
    """Return the flags that this machine sets for every process: some set OPENBLAS_CORETYPE for a processor that OpenBLAS mistakes."""
    return {name: os.environ[name] for name in FLAGS if name in os.environ}


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of a seednb command."""
    return [sys.executable, "-m", "seednb", *map(str, arguments)]


@pytest.fixture
def seednb(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the command line in the test's folder."""

    def run(*arguments: str | Path, cwd: Path = tmp_path, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*arguments), cwd=cwd, env=environment(**extra), capture_output=True, text=True, timeout=300)

    return run


@pytest.fixture
def make_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a notebook of code cells; with ids unless the minor version is older than 5."""

    def make(
        *sources: str, name: str = "nb.ipynb", minor: int = 5, metadata: dict[str, Any] | None = None, tags: dict[int, str] | None = None
    ) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(notebook(*sources, minor=minor, metadata=metadata, tags=tags), indent=1) + "\n", encoding="utf-8")
        return path

    return make


def notebook(*sources: str, minor: int = 5, metadata: dict[str, Any] | None = None, tags: dict[int, str] | None = None) -> dict[str, Any]:
    """Return a notebook of code cells as nbformat stores it."""
    cells: list[dict[str, Any]] = []
    for index, source in enumerate(sources):
        cell: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {},
            "outputs": [],
            "source": source.splitlines(keepends=True),
        }
        if tags and index in tags:
            cell["metadata"]["tags"] = [tags[index]]
        if minor >= 5:
            cell["id"] = f"cell-{index}"
        cells.append(cell)
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": spec, **(metadata or {})}, "nbformat": 4, "nbformat_minor": minor}


def load(path: Path) -> dict[str, Any]:
    """Return a notebook file's content."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def texts(path: Path) -> list[str]:
    """Return the text of each code cell: its streams and its results."""
    found = []
    for cell in load(path)["cells"]:
        parts = ["".join(output.get("text", output.get("data", {}).get("text/plain", ""))) for output in cell.get("outputs", [])]
        found.append("".join(parts))
    return found


def leftovers(folder: Path) -> list[str]:
    """Return the names of temporary files in a folder."""
    return sorted(entry.name for entry in folder.iterdir() if ".tmp" in entry.name or entry.name.startswith(".nb"))
