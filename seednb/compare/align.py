"""Which cell of one notebook is which of another: by key, and where keys do not tell, by source and place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from seednb.compare.texts import text_of
from seednb.digest import source_digest

if TYPE_CHECKING:
    from seednb.record import CellLine, Record

_GOOD_OVERLAP = 0.5
Pair = tuple["CodeCell | None", "CodeCell | None"]


@dataclass(frozen=True)
class CodeCell:
    """A code cell, and its line of the record."""

    index: int
    key: str
    source: str
    outputs: list[Any]
    count: Any
    tags: tuple[str, ...]
    line: CellLine | None

    @property
    def code(self) -> str:
        """The digest of the source that gave the outputs: the recorded one if there is a record."""
        return source_digest(self.source) if self.line is None else self.line.source


def code_cells(nb: Mapping[str, Any], record: Record | None) -> list[CodeCell]:
    """Return the code cells of a notebook."""
    from seednb.notebook import cell_keys

    cells = [_complete(cell) for cell in nb.get("cells", [])]
    lines: Mapping[str, CellLine] = {} if record is None else record.cells
    return [_code_cell(index, key, cells[index], lines.get(key)) for index, key in cell_keys({"cells": cells}, record).items()]


def align(a: Sequence[CodeCell], b: Sequence[CodeCell]) -> list[Pair]:
    """Pair the cells of two notebooks, in the order of the first; a cell that the other lacks stands alone."""
    matches = _by_key(a, b)
    pairs: list[Pair] = []
    starts, taken = sorted(matches), set(matches.values())
    for low, high in zip([-1, *starts], [*starts, len(a)]):
        if low >= 0:
            pairs.append((a[low], b[matches[low]]))
        pairs += _by_source(a[low + 1 : high], _gap(b, matches[low] + 1 if low >= 0 else 0, taken))
    return pairs


def _by_key(a: Sequence[CodeCell], b: Sequence[CodeCell]) -> dict[int, int]:
    """Pair places by key, unless the notebooks share too few keys to trust these."""
    places = {cell.key: number for number, cell in enumerate(b)}
    matches = {number: places[cell.key] for number, cell in enumerate(a) if cell.key in places}
    if len(matches) < _GOOD_OVERLAP * max(len(a), len(b)):
        return {}
    return matches


def _gap(b: Sequence[CodeCell], start: int, taken: set[int]) -> list[CodeCell]:
    """Return the cells from a place on up to the next one that has a partner."""
    end = next((place for place in range(start, len(b)) if place in taken), len(b))
    return list(b[start:end])


def _by_source(a: Sequence[CodeCell], b: Sequence[CodeCell]) -> list[Pair]:
    """Pair cells by their sources; those between are pairs of an old and a new version, as far as there are two."""
    pairs: list[Pair] = []
    matcher = SequenceMatcher(None, [source_digest(cell.source) for cell in a], [source_digest(cell.source) for cell in b], autojunk=False)
    for _, start_a, end_a, start_b, end_b in matcher.get_opcodes():
        shared = min(end_a - start_a, end_b - start_b)
        pairs += zip(a[start_a:end_a], b[start_b:end_b])
        pairs += [(cell, None) for cell in a[start_a + shared : end_a]]
        pairs += [(None, cell) for cell in b[start_b + shared : end_b]]
    return pairs


def _complete(cell: Any) -> dict[str, Any]:
    """Return a cell that has all members and no odd types."""
    if not isinstance(cell, Mapping) or cell.get("cell_type") != "code":
        return {"cell_type": "markdown"}
    metadata, outputs = cell.get("metadata"), cell.get("outputs")
    return {
        **cell,
        "source": text_of(cell.get("source", "")),
        "metadata": metadata if isinstance(metadata, Mapping) else {},
        "outputs": outputs if isinstance(outputs, list) else [],
    }


def _code_cell(index: int, key: str, cell: Mapping[str, Any], line: CellLine | None) -> CodeCell:
    tags = cell["metadata"].get("tags")
    known = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
    return CodeCell(index, key, cell["source"], cell["outputs"], cell.get("execution_count"), known, line)
