"""The order of the notebook's cells, from the file that the front end has open: read between cells, trusted in nothing."""

from __future__ import annotations

import contextvars
import json
import os
import re
from typing import Any, NamedTuple, Optional

from seednb.digest import source_digest
from seednb.kernel.frontend import notebook_path
from seednb.tasks import running_loop

MAX_BYTES = 4_000_000
MAX_CELLS = 10_000
_DELAY = 0.05
_URI = re.compile(r"vscode-notebook-cell:(?://[^/#]*)?(/[^#?]*)")


class _Cell(NamedTuple):
    id: str
    source: str


class Outline:
    """Knows which cell stands where, as of the file's last save; without a file it knows nothing and claims nothing."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._cells: list[_Cell] = []
        self._stat: Optional[tuple[int, int]] = None
        self._handle: Any = None
        self._lowest = -1
        self._uri_path = ""

    def count(self, source: str) -> Optional[int]:
        """Return how many cells have this source digest; None where no file tells."""
        return sum(cell.source == source for cell in self._cells) if self._cells else None

    def id_of(self, source: str) -> str:
        """Return the id of the only cell with this source digest, or nothing."""
        ids = [cell.id for cell in self._cells if cell.source == source]
        return ids[0] if len(ids) == 1 else ""

    def ran(self, key: str) -> bool:
        """A cell has run for the first time: tell whether one that stands below it had run before."""
        position = next((position for position, cell in enumerate(self._cells) if cell.id == key), -1)
        late = 0 <= position < self._lowest
        self._lowest = max(self._lowest, position)
        return late

    def opened(self, uri: str) -> None:
        """VS Code has sent a cell's URI, which names the notebook's file."""
        match = _URI.match(uri)
        if match:
            from urllib.parse import unquote

            self._uri_path = unquote(match[1])

    def refresh(self) -> None:
        """Read the file soon, on the kernel's event loop, if it has changed; nothing waits for it."""
        path = self.path()
        if not path or self._handle is not None:
            return
        try:
            found = os.stat(path)
        except OSError:
            return
        stat = (found.st_mtime_ns, found.st_size)
        loop = running_loop()
        if stat != self._stat and loop is not None and stat[1] <= MAX_BYTES:
            self._stat = stat
            self._handle = loop.call_later(_DELAY, self.read, path, context=contextvars.Context())

    def stop(self) -> None:
        """Read nothing any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def read(self, path: str) -> None:
        """Read the file; whatever is not a notebook is no outline."""
        self._handle = None
        try:
            with open(path, encoding="utf-8") as file:
                cells = json.loads(file.read(MAX_BYTES + 1))["cells"]
            self._cells = [_cell(cell) for cell in cells[:MAX_CELLS] if cell["cell_type"] == "code"]
        except Exception:  # half-written, not JSON, not a notebook, gone
            self._cells = []

    def path(self) -> str:
        """Return the path of the notebook's file, or nothing where the front end does not tell."""
        return notebook_path(self._shell, self._uri_path)


def _cell(cell: Any) -> _Cell:
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    # Colab keeps its ids in the metadata.
    found = cell.get("id") or cell.get("metadata", {}).get("id") or ""
    return _Cell(found if isinstance(found, str) and len(found) <= 200 else "", source_digest(text))
