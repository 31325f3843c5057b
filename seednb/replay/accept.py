"""What becomes of a replay that was asked to be kept: `--update` makes it the new record, `--keep` writes it to a file of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from seednb.compare import Verdict
from seednb.errors import NotebookError, SettingsError
from seednb.notebook import KEEP, Notebook, check_writable, is_trusted, sign
from seednb.record import CellLine, Record
from seednb.replay.verify import Verification
from seednb.replay.widgets import write_widgets

_KEPT = {Verdict.IDENTICAL, Verdict.EQUIVALENT}


def check(paths: Sequence[Path], *, update: bool, keep: Path | None, seed: int | None) -> None:
    """Raise SettingsError or NotebookError for what cannot be done with these notebooks: before they run."""
    if update and seed is not None:
        raise SettingsError("--update keeps the recorded seed, and --seed gives another: seednb run --seed N records that one")
    for path in paths if update else ():
        check_writable(path)
        if Notebook.read(path).record() is None:
            raise NotebookError(f"{path} has no record that could be updated: seednb run makes one")
    if keep is None:
        return
    if len(paths) > 1:
        raise SettingsError("--keep writes one replay: give one notebook")
    if keep.exists() and paths[0].exists() and keep.samefile(paths[0]):
        raise NotebookError(f"{keep} is the notebook itself: --keep writes another file; --update accepts the replay")
    check_writable(keep)


def accept(verification: Verification) -> list[int]:
    """Write the outputs of the cells that differ, and their record, into the notebook; return these cells' indices.

    All other cells keep their bytes and their lines of the record. Raises NotebookError, with the file untouched, where
    there is nothing that could be accepted.
    """
    known, new = verification.sides[0].record, _succeeded(verification)
    assert known is not None
    keys = verification.execution.keys
    verdicts = {cell.id: cell.verdict for cell in verification.comparison.cells}
    kept = {key for key, verdict in verdicts.items() if keeps(verdict, known.cells.get(key), new.cells.get(key))}
    accepted = [index for index in verification.execution.cells if keys[index] not in kept]
    if not accepted:
        return []
    edited = Notebook(verification.notebook.text, verification.path)
    for index in accepted:
        outputs = (
            KEEP if _stripped(edited.nb["cells"][index], known.cells.get(keys[index])) else verification.execution.cells[index].outputs
        )
        count = KEEP if outputs is KEEP else verification.execution.cells[index].execution_count
        edited.set_cell(index, outputs=outputs, execution_count=count)
    write_widgets(edited, verification.execution, accepted)
    edited.set_record(merged(known, new, kept, set(keys.values())).to_json())
    edited.write()
    if is_trusted(verification.notebook.nb):
        sign(edited.edited())
    return accepted


def keep(verification: Verification, path: Path) -> Verification:
    """Write the replay, with its record, to a file of its own."""
    written = Notebook(verification.notebook.text, verification.path)
    for index, cell in verification.execution.cells.items():
        written.set_cell(index, outputs=cell.outputs, execution_count=cell.execution_count)
    write_widgets(written, verification.execution, verification.execution.cells)
    record = verification.sides[1].record
    if record is not None:
        written.set_record(record.to_json())
    written.write(path)
    return replace(verification, kept=path)


def _succeeded(verification: Verification) -> Record:
    """Return the record of a replay that succeeded."""
    known, new = (side.record for side in verification.sides)
    if known is not None and known.newer:
        raise NotebookError(f"{verification.path}: a newer seednb has written its record: update seednb to update it")
    failed = next((cell.index for cell in verification.comparison.cells if cell.verdict is Verdict.FAILED), verification.failed)
    if failed is not None or new is None:
        where = "the kernel died" if failed is None else f"cell {failed + 1} failed"
        raise NotebookError(f"{verification.path} is left as it was: {where}, and a replay that did not succeed is not accepted")
    return new


def keeps(verdict: Verdict, known: CellLine | None, new: CellLine | None) -> bool:
    """Tell whether a cell stays as it is: nothing new is known of it, or its outputs agree and its code is the recorded one."""
    if verdict is Verdict.MISSING:
        return new is None or known == new
    return verdict in _KEPT and known is not None and new is not None and known.source == new.source


def _stripped(cell: Mapping[str, Any], line: CellLine | None) -> bool:
    """Tell whether a cell's outputs were taken out on purpose, and only the record speaks of them."""
    return not cell["outputs"] and cell["execution_count"] is None and line is not None and line.outputs is not None


def merged(known: Record, new: Record, kept: set[str], cells: set[str]) -> Record:
    """Return the record once a replay is accepted: the new one, with lines of cells that keep theirs and what this version does not know.

    kept, cells: keys of those that keep their outputs, and of all that the notebook has.
    """
    lines = {**new.cells, **{key: line for key, line in known.cells.items() if key in cells and (key in kept or key not in new.cells)}}
    return replace(new, cells=lines, parameters=known.parameters, extra=known.extra)
