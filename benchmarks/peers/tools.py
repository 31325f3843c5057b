"""The comparers: how each is run on a notebook, and which of its cells it says differ. All run the notebook in the echo kernel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

LIMIT = 600
PEAK = """
def peak():  # of this program: ru_maxrss, where /proc is not there, may be that of the process that started it
    try:
        return next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
"""
PYTEST = f"""{PEAK}
import sys, pytest
code = pytest.main(sys.argv[1:])
print("PEAK", peak(), int(code))
"""
NOTEBOOK = (
    PEAK
    + """
import json, sys
from pytest_notebook.diffing import diff_notebooks, filter_diff
from pytest_notebook.execution import execute_notebook
from pytest_notebook.notebook import load_notebook_with_config
ignored = ("/metadata", "/cells/*/execution_count", "/cells/*/metadata", "/cells/*/outputs/*/execution_count")
first, _ = load_notebook_with_config(sys.argv[1])
second = execute_notebook(first, cwd=".", timeout=600, allow_errors=True).notebook
def cells(one, other):
    found = filter_diff(diff_notebooks(one, other), ignored)
    return {op.key for part in found if part.key == "cells" for op in part.diff}
def differs(number):
    try:
        return bool(cells(*(type(nb)(nb, cells=nb["cells"][number : number + 1]) for nb in (first, second))))
    except RuntimeError:
        return True
try:
    found = cells(first, second)
except RuntimeError:
    found = {number for number in range(len(first.cells)) if differs(number)}
print("CELLS", json.dumps(sorted(found)))
print("PEAK", peak(), 0)
"""
)
SEEDNB = (
    PEAK
    + """
import sys
from seednb.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    print("PEAK", peak(), end.code, file=sys.stderr)
"""
)
_PEAK = re.compile(r"^PEAK (\d+) (\d+)$", re.MULTILINE)
_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Outcome:
    """What a comparer said: the numbers of the cells that differ (None: nothing within the limit), seconds, peak of its memory in bytes."""

    cells: frozenset[int] | None
    seconds: float
    peak: int


@dataclass(frozen=True)
class Places:
    """Where things are: the interpreter of the other comparers, and the folder in which Jupyter finds the echo kernel."""

    python: Path
    jupyter: Path

    def environment(self, outputs: Path) -> dict[str, str]:
        """Return the environment in which the kernel gives these outputs."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEDNB")}
        return {**kept, "JUPYTER_PATH": str(self.jupyter), "ECHO_OUTPUTS": str(outputs), "PYTHONWARNINGS": "ignore"}


Told = Callable[[Path, str, int], frozenset[int]]
"""Reads which cells differ: the folder, what was printed, the exit code."""


def nbval(nb: Path, places: Places) -> Outcome:
    """Run `pytest --nbval`: a test for each cell."""
    command = [places.python, "-c", PYTEST, "--nbval", "-q", "--tb=no", "-p", "no:cacheprovider", "--junitxml=nbval.xml", nb.name]
    return _run(command, nb, places, lambda folder, _out, _code: _failed_cells(folder / "nbval.xml"))


def pytest_notebook(nb: Path, places: Places) -> Outcome:
    """Run what pytest-notebook's check does, and read from its difference which cells it is in; all but outputs is ignored.

    Where nbdime, which it stands on, cannot compare a notebook, cells are compared one by one; those that it cannot compare differ.
    """
    return _run([places.python, "-c", NOTEBOOK, nb.name], nb, places, lambda _folder, out, _code: _told_cells(out))


def nbmake(nb: Path, places: Places) -> Outcome:
    """Run `pytest --nbmake`: a test for each notebook, which fails where a cell raises."""
    command = [places.python, "-c", PYTEST, "--nbmake", "-q", "--tb=no", "-p", "no:cacheprovider", nb.name]
    return _run(command, nb, places, lambda _folder, _out, code: frozenset({0} if code else ()))


def seednb(nb: Path, places: Places) -> Outcome:
    """Run `seednb verify` on the notebook that `seednb run` has recorded."""
    made = subprocess.run(
        [sys.executable, "-m", "seednb", "run", nb.name, "--output", "recorded.ipynb", "--seed", "1"],
        cwd=nb.parent,
        env=places.environment(nb.parent / "first"),
        capture_output=True,
        text=True,
    )
    if made.returncode:
        raise RuntimeError(made.stderr)
    command = [sys.executable, "-c", SEEDNB, "verify", "recorded.ipynb", "--json"]
    return _run(command, nb, places, lambda _folder, out, _code: _diverged(out))


def _run(command: list[Path | str], nb: Path, places: Places, told: Told) -> Outcome:
    begun = time.perf_counter()
    try:
        done = subprocess.run(
            list(map(str, command)),
            cwd=nb.parent,
            env=places.environment(nb.parent / "second"),
            capture_output=True,
            text=True,
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        return Outcome(None, LIMIT, 0)
    seconds = time.perf_counter() - begun
    found = _PEAK.search(done.stdout + "\n" + done.stderr)
    if found is None:
        raise RuntimeError(f"{command[:4]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return Outcome(told(nb.parent, done.stdout, int(found[2])), seconds, int(found[1]) * _UNIT)


def _failed_cells(report: Path) -> frozenset[int]:
    cases = ET.parse(report).getroot().iter("testcase")
    failed = [case.get("name", "") for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return frozenset(int(name.rpartition(" ")[2]) for name in failed)


def _told_cells(out: str) -> frozenset[int]:
    line = next(line for line in out.splitlines() if line.startswith("CELLS "))
    return frozenset(json.loads(line[len("CELLS ") :]))


def _diverged(out: str) -> frozenset[int]:
    cells = json.loads(out)["cells"]
    return frozenset(cell["index"] for cell in cells if cell["verdict"] in {"diverged", "failed", "missing"})


TOOLS: dict[str, Callable[[Path, Places], Outcome]] = {
    "seednb": seednb,
    "nbval": nbval,
    "pytest-notebook": pytest_notebook,
    "nbmake": nbmake,
}
