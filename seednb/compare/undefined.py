"""Names that a replay does not find: a fresh runtime knows only what the cells above have defined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from seednb.compare.align import CodeCell
from seednb.order import assigned_by

_MISSED = re.compile(r"\bname '([^']{1,100})' is not defined")
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


def undefined_name(cell: CodeCell, above: Sequence[CodeCell], below: Sequence[CodeCell]) -> str:
    """Return in words where the name is defined that a failed cell misses; nothing where it misses none, or a cell above assigns it."""
    name = _missed(cell)
    if not name or any(name in _assigned(other) for other in above):
        return ""
    place = next((other.index + 1 for other in below if name in _assigned(other)), None)
    return f"no cell above defines {name!r}" + ("" if place is None else f"; cell {place}, below, does")


def _missed(cell: CodeCell) -> str:
    for output in cell.outputs:
        if isinstance(output, Mapping) and output.get("ename") == "NameError":
            found = _MISSED.search(str(output.get("evalue", "")))
            return found[1] if found else ""
    return ""


def _assigned(cell: CodeCell) -> frozenset[str]:
    return assigned_by(_MAGIC.sub("", cell.source))
