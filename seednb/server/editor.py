"""A notebook as a front end has it open: what is recorded in it, and exactly what is to be put back into which cell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seednb.notebook import Notebook
from seednb.record import KEY, Record
from seednb.replay.execute import runs

MAX_ID = 200


@dataclass(frozen=True)
class OpenNotebook:
    """A notebook that a front end has sent.

    raw: as it was sent. read: checked, with its record. ids: how the front end and its kernel call each code cell, by index;
    the record may have other keys.
    """

    raw: dict[str, Any]
    read: Notebook
    record: Record | None
    ids: dict[int, str]

    @classmethod
    def of(cls, raw: dict[str, Any], path: str) -> OpenNotebook:
        """Check a notebook. Raises NotebookError or RecordError."""
        read = Notebook(json.dumps(_as_stored(raw)), Path(path))
        return cls(raw, read, read.record(), _ids(raw["cells"], read.keys()))

    @property
    def keys(self) -> dict[int, str]:
        """The key of each code cell in the record, by index."""
        return self.read.keys()

    @property
    def cells(self) -> list[Any]:
        """All cells, checked and complete."""
        found: list[Any] = self.read.nb["cells"]
        return found

    @property
    def stored(self) -> Any:
        """What its metadata hold as its record, as it was sent; None for nothing."""
        return self.raw["metadata"].get(KEY) if isinstance(self.raw.get("metadata"), dict) else None

    def to_run(self) -> list[str]:
        """Return the ids of the cells that a replay runs, in their order."""
        return [name for index, name in self.ids.items() if runs(self.cells[index])]

    def record_by_id(self) -> Record | None:
        """Return the record as a kernel must know it that calls cells by their ids."""
        if self.record is None:
            return None
        return self.record.renamed({self.keys[index]: name for index, name in self.ids.items()})

    def held(self, index: int) -> dict[str, Any]:
        """Return what a cell held when the notebook was sent: to be put back exactly."""
        cell = self.raw["cells"][index]
        return {
            "outputs": cell.get("outputs", []),
            "execution_count": cell.get("execution_count"),
            "execution": cell.get("metadata", {}).get("execution"),
        }

    def without_outputs(self) -> dict[str, Any]:
        """Return the notebook as if no cell had run: what it shows was made with a seed that nobody knows."""
        cells = [{**cell, "outputs": [], "execution_count": None} if index in self.ids else cell for index, cell in enumerate(self.cells)]
        return {**self.read.nb, "cells": cells}


def _as_stored(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a notebook without the ids that its format does not store: they are others whenever it is opened."""
    minor, cells = raw.get("nbformat_minor"), raw.get("cells")
    if not isinstance(minor, int) or minor >= 5 or not isinstance(cells, list):
        return raw
    return {**raw, "cells": [{k: v for k, v in cell.items() if k != "id"} if isinstance(cell, dict) else cell for cell in cells]}


def _ids(cells: list[Any], keys: dict[int, str]) -> dict[int, str]:
    found: dict[int, str] = {}
    used: set[str] = set()
    for index, key in keys.items():
        own = cells[index].get("id")
        usable = isinstance(own, str) and 0 < len(own) <= MAX_ID and own not in used
        found[index] = own if usable else key
        used.add(found[index])
    return found
