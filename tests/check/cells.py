"""What the tests of the lint share."""

from __future__ import annotations

from seednb.check import check_cells
from seednb.check.cells import Code


def cells(*sources: str) -> list[Code]:
    """Return code cells, numbered from 1."""
    return [Code(number, "", source) for number, source in enumerate(sources, 1)]


def places(*sources: str, codes: set[str] | None = None, language: str = "python") -> list[tuple[str, int, int, int]]:
    """Return what is found in cells: code, cell, line, column."""
    found = check_cells(cells(*sources), codes, language=language).findings
    return [(finding.code, finding.cell, finding.line, finding.column) for finding in found]


def codes(*sources: str, language: str = "python") -> set[str]:
    """Return the codes of what is found in cells."""
    return {place[0] for place in places(*sources, language=language)}
