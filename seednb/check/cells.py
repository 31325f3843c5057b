"""What is checked: the code cells of a notebook, or of a script in percent format, with what suppresses findings in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_COMMENT = re.compile(r"#\s*seednb:\s*ignore(?:\[(?P<codes>[^\]]*)\])?", re.IGNORECASE)
_TAG = re.compile(r"seednb-ignore(?:-(?P<code>SNB\w*))?", re.IGNORECASE)
_PERCENT = re.compile(r"#\s*%%.*")
_PYTHON = {"python", "python3", "ipython", "python2", ""}
EVERYTHING = ""
"""The prefix that all codes have."""


@dataclass(frozen=True)
class Code:
    """A code cell: its number among all cells, its id, its text, after how many lines of its file it begins (0 in notebooks).

    displays: whether the value of its last line is shown.
    """

    number: int
    id: str
    source: str
    tags: tuple[str, ...] = ()
    offset: int = 0
    displays: bool = True

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines."""
        return self.source.split("\n")

    @cached_property
    def _ignored(self) -> list[str]:
        found = [match["code"] or EVERYTHING for tag in self.tags if (match := _TAG.fullmatch(tag))]
        first = next((line for line in self.lines if line.strip() and not _PERCENT.fullmatch(line)), "")
        return [*found, *_codes(first)]

    def ignores(self, code: str, first: int, last: int) -> bool:
        """Tell whether a tag, the cell's first line, or a comment on the lines of a finding suppresses its code."""
        if any(code.startswith(prefix.upper()) for prefix in self._ignored):
            return True
        lines = {line for line in (first, last) if 1 <= line <= len(self.lines)}
        return any(code.startswith(prefix.upper()) for line in lines for prefix in _codes(self.lines[line - 1]))


def _codes(line: str) -> Iterator[str]:
    for match in _COMMENT.finditer(line):
        if match["codes"] is None:
            yield EVERYTHING
        yield from (code.strip() for code in (match["codes"] or "").split(",") if code.strip())


def language_of(nb: Mapping[str, Any]) -> str:
    """Return the notebook's language: `python`, `r`, or the name that it gives."""
    metadata = nb["metadata"]
    for key, name in (("language_info", "name"), ("kernelspec", "language"), ("kernelspec", "name")):
        table = metadata.get(key)
        value = table.get(name) if isinstance(table, dict) else None
        if isinstance(value, str) and value:
            value = value.lower()
            return "python" if value in _PYTHON else "r" if value in {"r", "ir"} else value
    return "python"


def notebook_cells(nb: Mapping[str, Any]) -> list[Code]:
    """Return the code cells of a checked notebook."""
    found = []
    for number, cell in enumerate(nb["cells"], 1):
        if cell["cell_type"] == "code":
            tags, id_ = cell["metadata"].get("tags"), cell.get("id")
            texts = tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else ()
            source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            found.append(Code(number, id_ if isinstance(id_, str) else "", source.replace("\r\n", "\n").replace("\r", "\n"), texts))
    return found


def script_cells(text: str) -> list[Code]:
    """Return the cells of a script; one without `# %%` lines is one cell."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    starts = [0, *(at for at, line in enumerate(lines) if at and _PERCENT.fullmatch(line))]
    ends = [*starts[1:], len(lines)]
    spans = enumerate(zip(starts, ends, strict=True), 1)
    return [Code(number, "", "\n".join(lines[start:end]), offset=start, displays=len(starts) > 1) for number, (start, end) in spans]
