"""`pytest --seednb`: notebooks are collected, one item for each code cell; a cell whose replay differs fails, with the reason.

pytest loads this in every run, so the module itself imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from _pytest._code.code import ExceptionInfo, TerminalRepr

SUFFIX = ".ipynb"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options."""
    group = parser.getgroup("seednb", "reproducible notebooks")
    group.addoption("--seednb", action="store_true", help="collect notebooks, and replay them with their recorded seeds")
    group.addoption("--seednb-timeout", type=float, metavar="SECONDS", help="how long a cell of a notebook may run")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NotebookFile | None:
    """Collect notebooks where that is asked for; not those that Jupyter keeps as checkpoints."""
    if file_path.suffix != SUFFIX or not parent.config.getoption("seednb") or ".ipynb_checkpoints" in file_path.parts:
        return None
    return NotebookFile.from_parent(parent, path=file_path)


class CellDiffersError(Exception):
    """A cell's replay is not what its record says. `cell`: as `seednb verify --json` tells of it."""

    def __init__(self, cell: dict[str, Any]) -> None:
        super().__init__(cell["detail"])
        self.cell = cell

    def __str__(self) -> str:
        known = [self.cell[name] for name in ("cause", "meaning") if self.cell[name]]
        cause = f"cause: {'. '.join(known)}" if known else "no cause is known"
        lines = [f"{self.cell['verdict']}: {self.cell['detail'] or 'see the other cells'}", cause, self.cell["remedy"]]
        return "\n".join(line for line in lines if line)


class NoReplayError(Exception):
    """A notebook could not be replayed; the message is that of `seednb verify`."""


class NotebookFile(pytest.File):
    """A notebook; it is replayed once, when the first of its cells is asked for."""

    _cells: dict[int, dict[str, Any]] | None = None

    def collect(self) -> Iterator[CellItem]:
        """Yield an item for each code cell that has code."""
        from seednb.errors import SeednbError
        from seednb.notebook import Notebook

        try:
            cells = Notebook.read(self.path).nb["cells"]
        except SeednbError as error:
            raise self.CollectError(str(error)) from None
        for index, cell in enumerate(cells):
            if cell.get("cell_type") == "code" and "".join(cell.get("source", "")).strip():
                yield CellItem.from_parent(self, name=f"cell {index + 1}", index=index)

    def cell(self, index: int) -> dict[str, Any] | None:
        """Return what the replay gave for a cell; None where that cell is none of those that run."""
        if self._cells is None:
            with self._shared() as file:
                self._cells = {cell["index"]: cell for cell in _read(file) or self._verify(file)}
        return self._cells.get(index)

    def _verify(self, file: Path | None) -> list[dict[str, Any]]:
        """Replay the notebook in a process of its own: loops and sockets that live on there are none of this run's."""
        timeout = self.config.getoption("seednb_timeout")
        options = [] if timeout is None else ["--timeout", str(timeout)]
        command = [sys.executable, "-m", "seednb", "verify", str(self.path), "--json", *options]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        if done.returncode not in {0, 1}:
            raise NoReplayError(done.stderr.strip().removeprefix("seednb: ") or f"seednb verify ended with {done.returncode}")
        cells: list[dict[str, Any]] = json.loads(done.stdout)["cells"]
        if file is not None:
            file.write_text(json.dumps(cells), encoding="utf-8")
        return cells

    @contextmanager
    def _shared(self) -> Iterator[Path | None]:
        """Give the file that the workers of one run of pytest-xdist share; whoever is first replays, the others wait for it."""
        run = getattr(self.config, "workerinput", {}).get("testrunuid")
        if run is None:
            yield None
            return
        folder = Path(tempfile.gettempdir()) / f"seednb-pytest-{run}"
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / f"{blake2b(os.fsencode(self.path), digest_size=8).hexdigest()}.json"
        with _lock(file.with_suffix(".lock")):
            yield file


class CellItem(pytest.Item):
    """One code cell of a notebook."""

    def __init__(self, *, index: int, **keywords: Any) -> None:
        super().__init__(**keywords)
        self._index = index

    def runtest(self) -> None:
        """Fail if the cell differs, or could not be run."""
        assert isinstance(self.parent, NotebookFile)
        cell = self.parent.cell(self._index)
        if cell is None or cell["verdict"] == "missing":
            pytest.skip("nothing to compare with" if cell is None else cell["detail"] or "nothing to compare with")
        if cell["verdict"] in {"diverged", "failed"}:
            raise CellDiffersError(cell)

    def repr_failure(self, excinfo: ExceptionInfo[BaseException], style: Any = None) -> str | TerminalRepr:
        """Tell what differs in words; pytest's own report is of no help there."""
        if isinstance(excinfo.value, (CellDiffersError, NoReplayError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Name the notebook and the cell."""
        return self.path, None, f"{self.path.name}: {self.name}"


def _read(file: Path | None) -> list[dict[str, Any]] | None:
    if file is None or not file.exists():
        return None
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _lock(file: Path) -> Any:
    try:
        import fcntl
    except ImportError:  # Windows: each worker replays for itself
        return nullcontext()
    return _locked(file, fcntl)


@contextmanager
def _locked(file: Path, fcntl: Any) -> Iterator[None]:
    with file.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
