"""The honest notebook: 59 kinds of cells, run five times. Harmless differences pass, true nondeterminism is named."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from seednb.compare import Verdict, compare_notebooks, output_digests
from tests.conftest import REPOSITORY, environment

NOTEBOOK = json.loads((REPOSITORY / "tests" / "notebooks" / "honest.ipynb").read_text(encoding="utf-8"))
RUNS = 5
RUN = """
import sys, nbformat
from nbclient import NotebookClient
nb = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(nb, timeout=300, kernel_name="python3", allow_errors=True).execute()
nbformat.write(nb, sys.argv[2])
"""


def tagged(cell, word):
    """Return what a cell's tags say under a word."""
    return [tag.partition(":")[2] for tag in cell["metadata"].get("tags", []) if tag.startswith(f"{word}:")]


CODE = {cell["id"]: cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"}
LACKING = {key: [name for name in tagged(cell, "needs") if importlib.util.find_spec(name) is None] for key, cell in CODE.items()}
CAUSES = {key: tagged(cell, "cause")[0] for key, cell in CODE.items() if tagged(cell, "cause")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return five runs of the notebook in kernels that know nothing of seednb; only the hash seed is fixed, as seednb fixes it."""
    folder = tmp_path_factory.mktemp("honest")
    kept = [cell for cell in NOTEBOOK["cells"] if not LACKING.get(cell["id"])]
    (folder / "nb.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": kept}), encoding="utf-8")
    paths = [folder / f"{number}.ipynb" for number in range(RUNS)]
    for path in paths:
        command = [sys.executable, "-c", RUN, "nb.ipynb", path.name]
        done = subprocess.run(command, cwd=folder, env=environment(PYTHONHASHSEED="0"), capture_output=True, text=True)
        assert 0 == done.returncode, done.stderr
    return [json.loads(path.read_text(encoding="utf-8")) for path in paths]


@pytest.fixture(scope="module")
def found(runs):
    """Return the results of comparing the first run with each other one, by cell."""
    comparisons = [compare_notebooks(runs[0], other, record_a=None, record_b=None) for other in runs[1:]]
    return {key: [next(cell for cell in each.cells if cell.id == key) for each in comparisons] for key in CODE if not LACKING[key]}


def test_there_are_49_kinds_and_six_that_no_seed_controls():
    """The notebook has at least the 49 kinds that were measured, and six of true nondeterminism."""
    assert len(CODE) >= 49
    assert len(CAUSES) == 6


@pytest.mark.slow
@pytest.mark.parametrize("key", CODE)
def test_each_kind(found, runs, key):
    """A harmless cell is identical or equivalent in all runs, by outputs and by digests; the others diverge with the right cause."""
    if LACKING[key]:
        pytest.skip(f"{key} is not tried: {', '.join(LACKING[key])} is not installed")
    verdicts = {result.verdict for result in found[key]}
    digests = {output_digests(cell["outputs"], cell["source"])[1] for run in runs for cell in run["cells"] if cell["id"] == key}
    if key in CAUSES:
        assert {(Verdict.DIVERGED, CAUSES[key])} == {(result.verdict, result.cause) for result in found[key]}
        assert len(digests) > 1
    else:
        assert verdicts <= {Verdict.IDENTICAL, Verdict.EQUIVALENT}, [result.detail for result in found[key]]
        assert len(digests) == 1
