"""What is compared: honest cells, small changes to them, a large notebook. Each is a notebook, and what its cells give when run again."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench_compare import CELLS, output
from tests.compare.catching import changes, honest

REPOSITORY = Path(__file__).parents[2]
_RUNS = 6
RUN = """
import sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(nb, timeout=300, kernel_name="python3", allow_errors=True).execute()
nbformat.write(nb, sys.argv[2])
"""


@dataclass(frozen=True)
class Cell:
    """A cell: the kind that it belongs to, its source, its stored outputs, and those of the second run."""

    kind: str
    source: str
    stored: list[Any]
    again: list[Any]


def harmless() -> list[Cell]:
    """Return cells whose two real runs differ in nothing that means something, if in anything."""
    return [Cell(kind, each["source"], *each["runs"]) for kind, each in honest().items()]


def nondeterministic(folder: Path) -> list[Cell]:
    """Return the cells of the honest notebook that no seed controls, run until each has given two different outputs, if it does so soon."""
    nb = json.loads((REPOSITORY / "tests" / "notebooks" / "honest.ipynb").read_text(encoding="utf-8"))
    nb["cells"] = [cell for cell in nb["cells"] if any(tag.startswith("cause:") for tag in cell["metadata"].get("tags", []))]
    (folder / "six.ipynb").write_text(json.dumps(nb), encoding="utf-8")
    first, found = _run(folder), {}
    for _ in range(_RUNS - 1):
        found.update(
            {
                one["id"]: Cell(one["id"], "".join(one["source"]), one["outputs"], two["outputs"])
                for one, two in _differing(first, _run(folder))
            }
        )
        if len(found) == len(first):
            break
    return list(found.values())


def _run(folder: Path) -> list[Any]:
    subprocess.run([sys.executable, "-c", RUN, "six.ipynb", "ran.ipynb"], cwd=folder, check=True, capture_output=True)
    cells: list[Any] = json.loads((folder / "ran.ipynb").read_text(encoding="utf-8"))["cells"]
    return cells


def _differing(first: list[Any], second: list[Any]) -> list[tuple[Any, Any]]:
    return [(one, two) for one, two in zip(first, second) if one["outputs"] != two["outputs"]]


def changed() -> list[Cell]:
    """Return the cells of the first run, each with one small change in what it gives the second time."""
    return [Cell(change.cell, honest()[change.cell]["source"], honest()[change.cell]["runs"][0], change.outputs) for change in changes()]


def large(megabytes: int) -> list[Cell]:
    """Return 1,000 cells with large outputs, in each of which an object has another address the second time."""
    size, cells = megabytes * 1_000_000 // CELLS, []
    for number in range(CELLS):
        made = []
        for run in (0, 1):
            address = hex(0x7F0000000000 + 16 * random.Random(1000 * run + number).getrandbits(30))
            made.append([output(number, size, address, str(number), random.Random(number))])
        cells.append(Cell("large", f"show({number})", *made))
    return cells


def write(folder: Path, cells: Iterable[Cell], kernel: str) -> Path:
    """Write a notebook with stored outputs, and beside it what the echo kernel gives: `first` the same again, `second` the other run."""
    made = []
    for name in ("first", "second"):
        (folder / name).mkdir(parents=True)
    for number, cell in enumerate(cells):
        key = f"c{number}"
        for name, outputs in (("first", cell.stored), ("second", cell.again)):
            (folder / name / f"{key}.json").write_text(json.dumps(outputs), encoding="utf-8")
        fails = any(one["output_type"] == "error" for one in cell.stored)
        metadata = {"tags": ["raises-exception"]} if fails else {}
        source = f"{cell.source.rstrip()}\n# cell {key}"
        stored = [{**one, "execution_count": 1} if one["output_type"] == "execute_result" else one for one in cell.stored]
        made.append({"cell_type": "code", "id": key, "metadata": metadata, "execution_count": 1, "source": source, "outputs": stored})
    spec = {"display_name": "echo", "language": "echo", "name": kernel}
    nb = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": made}
    path = folder / "nb.ipynb"
    path.write_text(json.dumps(nb), encoding="utf-8")
    return path
