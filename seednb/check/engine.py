"""Checks one file: reads it, lets the rules look, and leaves out what is suppressed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seednb import _files
from seednb._files import shown
from seednb.check.cells import Code, language_of, notebook_cells, script_cells
from seednb.check.rscan import RNode, scan_r
from seednb.check.rule import Finding, Hit, Rule, View
from seednb.check.rules import RULES
from seednb.check.scan import scan
from seednb.errors import NotebookError
from seednb.notebook import Notebook

MAX_MESSAGE = 300
MAX_SCRIPT = 10_000_000


@dataclass
class Checked:
    """What was found in one file. notes: what could not be looked at, in one line each."""

    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def check_file(path: Path, codes: Collection[str] | None = None) -> Checked:
    """Check a notebook, or a script (`.py`), by the rules of these codes (None: all).

    Raises NotebookError with one line where the file cannot be read.
    """
    if path.suffix != ".py":
        return check_notebook(Notebook.read(path).nb, codes)
    data = _files.read(path)
    if len(data) > MAX_SCRIPT:
        raise NotebookError(f"{shown(path)} is larger than 10 MB: check the parts that people wrote")
    try:
        return check_cells(script_cells(data.decode("utf-8-sig")), codes)
    except UnicodeDecodeError as error:
        raise NotebookError(f"{shown(path)} is not UTF-8 text (byte {error.start}): convert it") from None


def check_notebook(nb: dict[str, Any], codes: Collection[str] | None = None) -> Checked:
    """Check a notebook, as `Notebook.nb` has it."""
    return check_cells(notebook_cells(nb), codes, language=language_of(nb))


def check_cells(cells: Sequence[Code], codes: Collection[str] | None = None, *, language: str = "python") -> Checked:
    """Check code cells in Python or R. Of other languages nothing is known, which a note says."""
    if language not in {"python", "r"}:
        return Checked(notes=[f"its language is {language[:40]!r}: only Python and R are checked"])
    facts = scan(cells if language == "python" else [])
    checked = Checked(notes=[f"cell {skipped.cell.number} {skipped.reason}: skipped" for skipped in facts.skipped])
    in_r = cells if language == "r" else [cell for text, cell, _ in facts.magics if text.startswith("%%R")]
    view = View(facts, scan_r(in_r))
    for code, rule in RULES.items():
        if codes is None or code in codes:
            checked.findings += _found(rule, view)
    checked.findings.sort(key=lambda finding: (finding.cell, finding.line, finding.column, finding.code))
    return checked


def _found(rule: Rule, view: View) -> Iterator[Finding]:
    done: set[tuple[int, int, int]] = set()
    for hit in rule.find(view):
        finding = _finding(rule, hit)
        place = (finding.cell, finding.line, finding.column)
        if place not in done and not _suppressed(rule, hit, view):
            done.add(place)
            yield finding


def _suppressed(rule: Rule, hit: Hit, view: View) -> bool:
    line = hit.node.lineno
    sealed = view.timeline.sealed_from if rule.closed else None
    if sealed is not None and sealed <= (hit.cell.number, line):
        return True
    return hit.cell.ignores(rule.code, line, getattr(hit.node, "end_lineno", None) or line)


def _finding(rule: Rule, hit: Hit) -> Finding:
    column = _column(hit)
    cell = hit.cell
    line = hit.node.lineno + cell.offset
    message = " ".join((hit.message or rule.message).split())[:MAX_MESSAGE]
    return Finding(rule.code, rule.name, rule.severity, cell.number, cell.id, line, column, message, hit.instead or rule.instead)


def _column(hit: Hit) -> int:
    """Return the column in characters: `ast` counts bytes."""
    lines = hit.cell.lines
    text = lines[hit.node.lineno - 1] if hit.node.lineno <= len(lines) else ""
    if text.isascii() or isinstance(hit.node, RNode):
        return int(hit.node.col_offset) + 1
    return len(text.encode()[: hit.node.col_offset].decode("utf-8", "ignore")) + 1
