"""The answers of a comparison: for each output, for each cell, for the notebook. Plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

VERSION = 1


class Verdict(str, Enum):
    """How two runs of one thing compare, from best to worst."""

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    CLOSE = "close"
    MISSING = "missing"
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def bad(self) -> bool:
        """Whether the runs differ."""
        return self in {Verdict.DIVERGED, Verdict.FAILED}


_ORDER = {verdict: rank for rank, verdict in enumerate(Verdict)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; `identical` for none."""
    return max(verdicts, key=_ORDER.__getitem__, default=Verdict.IDENTICAL)


def total(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Add up the rules that fired, sorted by name."""
    added = Counter[str]()
    for count in counts:
        added.update(count)
    return dict(sorted(added.items()))


@dataclass(frozen=True)
class OutputResult:
    """How one output compares. `mime` is `stdout`, `stderr`, `error` or a MIME type; `detail` says where the first difference is."""

    verdict: Verdict
    mime: str
    rules: dict[str, int] = field(default_factory=dict)
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {"verdict": self.verdict.value, "mime": self.mime, "rules": self.rules, "detail": self.detail}


@dataclass(frozen=True)
class CellResult:
    """How one code cell compares.

    index: among all cells of the first notebook; of the second for a cell that only that one has. unanswered: the first
    notebook has something of this cell that the second has not, so that nothing was compared. source: the cell's text.
    """

    index: int
    id: str
    verdict: Verdict
    cause: str | None = None
    rules: dict[str, int] = field(default_factory=dict)
    outputs: list[OutputResult] = field(default_factory=list)
    detail: str = ""
    unanswered: bool = False
    source: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON."""
        return {
            "index": self.index,
            "id": self.id,
            "verdict": self.verdict.value,
            "cause": self.cause,
            "rules": self.rules,
            "outputs": [output.to_json() for output in self.outputs],
            "detail": self.detail,
        }


@dataclass(frozen=True)
class Comparison:
    """How two runs of a notebook compare."""

    verdict: Verdict
    cells: list[CellResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def first_diverged(self) -> CellResult | None:
        """The first cell that differs or failed."""
        return next((cell for cell in self.cells if cell.verdict.bad), None)

    @property
    def reproduced(self) -> bool:
        """Whether no cell differs, something was compared (if there are cells), and the second notebook answers all that the first has."""
        compared = not self.cells or any(cell.verdict is not Verdict.MISSING for cell in self.cells)
        return compared and not any(cell.verdict.bad or cell.unanswered for cell in self.cells)

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON."""
        cells = [cell.to_json() for cell in self.cells]
        return {"version": VERSION, "verdict": self.verdict.value, "cells": cells, "notes": self.notes}
