"""Names that a replay does not find: a fresh runtime knows only what the cells above have defined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from seednb.compare.align import CodeCell
from seednb.compare.unseeded import without_magics
from seednb.order import assigned_by

_MISSED = re.compile(r"\bname '([^']{1,100})' is not defined")


def undefined_name(cells: Sequence[CodeCell | None], number: int) -> str:
    """Return in words where the name is defined that a failed cell misses; nothing where it misses none, or a cell above assigns it."""
    name = _missed(cells[number])
    if not name or any(_assigning(name, cells[:number])):
        return ""
    place = next((cell.index + 1 for cell in _assigning(name, cells[number + 1 :])), None)
    return f"no cell above defines {name!r}" + ("" if place is None else f"; cell {place}, below, does")


def _missed(cell: CodeCell | None) -> str:
    for output in cell.outputs if cell is not None else ():
        if isinstance(output, Mapping) and output.get("ename") == "NameError":
            found = _MISSED.search(str(output.get("evalue", "")))
            return found[1] if found else ""
    return ""


def _assigning(name: str, cells: Iterable[CodeCell | None]) -> Iterator[CodeCell]:
    return (cell for cell in cells if cell is not None and name in assigned_by(without_magics(cell.source)))
