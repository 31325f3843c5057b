"""`seednb run`: a notebook, a seed, a fresh runtime; outputs and record written when all went well."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from seednb.compare import CANON, Verdict, compare_outputs, output_digests, worst
from seednb.determinism import DISPLAY_IDS, STRICT
from seednb.digest import DIGEST_BYTES, blake2b
from seednb.errors import NotebookError, SettingsError
from seednb.inputs import MAX_FILES
from seednb.launch import Environment, plan_environment
from seednb.notebook import Notebook, check_writable, is_trusted, sign
from seednb.record import CellLine, Record
from seednb.replay.client import CellRun
from seednb.replay.doors import PYTHON
from seednb.replay.execute import Execution, Progress, execute, make_plan
from seednb.replay.widgets import Kept, write_widgets
from seednb.settings import Choice, choose_seed, environment_seed, switched_off, wants_display_ids
from seednb.streams import STREAM
from seednb.wire import cell_line

_PIECE = 1_000_000


@dataclass(frozen=True)
class RunOptions:
    """What `seednb run` was asked for. `seed` None: SEEDNB_SEED, the notebook's own `%seed N`, pyproject.toml, or a new one."""

    seed: int | None = None
    seal: bool = True
    timeout: float | None = None
    kernel: str | None = None
    output: Path | None = None
    mode: str = STREAM
    strict: bool = False
    display_ids: bool = False


@dataclass(frozen=True)
class RunResult:
    """What a run did: how the cells went, the record, and where the notebook was written."""

    execution: Execution
    record: Record | None
    written: Path
    kept: int


def run_notebook(path: Path, options: RunOptions, progress: Progress | None = None) -> RunResult:
    """Run a notebook in a fresh runtime and write it with its record.

    Without `options.output` the notebook is replaced when every cell ran; otherwise the result goes to
    `NAME.partial.ipynb` beside it. Raises NotebookError, SeedError, SettingsError or KernelError, with the file
    untouched.
    """
    refuse_when_off(path.parent)
    target = options.output or path
    check_writable(target)
    notebook = Notebook.read(path, sweep=True)
    choice, override = choose(options.seed, path.parent)
    environment = plan_environment()
    asked = {STRICT: options.strict, DISPLAY_IDS: options.display_ids or wants_display_ids(path.resolve().parent)}
    settings = {name: True for name, on in asked.items() if on}
    plan = make_plan(choice.seed, choice.origin, environment, override=override, seal=options.seal, mode=options.mode, settings=settings)
    execution = execute(
        notebook.nb,
        notebook.keys(),
        folder=path.resolve().parent,
        plan=plan,
        environment=environment,
        timeout=options.timeout,
        kernel=options.kernel,
        progress=progress,
    )
    return _write(notebook, execution, environment, target=target, in_place=options.output is None)


def choose(asked: int | None, folder: Path) -> tuple[Choice, bool]:
    """Return the seed for a run, and whether it overrides the notebook's own `%seed N`."""
    if asked is not None:
        return Choice(asked, "command-line"), True
    found = environment_seed()
    return (found, True) if found is not None else (choose_seed(folder.resolve()), False)


def refuse_when_off(folder: Path) -> None:
    """Raise SettingsError where SEEDNB=off, or the nearest pyproject.toml, asks seednb to keep out."""
    reason = switched_off(folder.resolve())
    if reason:
        raise SettingsError(f"{reason}: change that to run notebooks with seednb")


def make_record(execution: Execution, environment: Environment, *, nb: dict[str, Any], folder: Path) -> Record | None:
    """Return the record of a run, or None where the kernel died before it could be asked."""
    current = execution.current
    if current is None or current["seed"] is None:
        return None
    return Record.from_json(
        {
            "version": Record.VERSION,
            "canon": CANON,
            "seed": current["seed"],
            "origin": current["origin"],
            "mode": current["mode"],
            "reseeds": current["reseeds"],
            "sealed": current["sealed"],
            "hash_seed": environment.hash_seed if execution.language == PYTHON else None,
            "determinism": current["determinism"],
            "environment": current["environment"],
            "inputs": digest_inputs(current["inputs"], folder),
            "parameters": {},
            "cells": {
                execution.keys[index]: str(line(cell, nb["cells"][index]["source"]))
                for index, cell in execution.cells.items()
                if cell.event is not None
            },
        }
    )


def line(cell: CellRun, source: Any) -> CellLine:
    """Return a cell's line of the record."""
    canonical, ruled = output_digests(cell.outputs, source)
    assert cell.event is not None
    return CellLine.parse(f"{cell_line(cell.event)} o={canonical}/{ruled}")


def digest_inputs(names: list[str], folder: Path) -> dict[str, str]:
    """Return the digests of the files that a run has read, as far as they are still there."""
    digests = {}
    for name in names:
        try:
            path = folder / name
            found = path.stat()
            digests[name] = _file_digest(str(path), found.st_mtime_ns, found.st_size)
        except OSError:
            continue
    return digests


@lru_cache(maxsize=MAX_FILES)
def _file_digest(path: str, _changed: int, _size: int) -> str:
    """Digest a file in pieces, for it may be larger than memory; a server is asked for the same ones after each run."""
    hasher = blake2b(digest_size=DIGEST_BYTES)
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            hasher.update(piece)
    return hasher.hexdigest()


def reproduced(recorded: list[dict[str, Any]], outputs: list[dict[str, Any]]) -> bool:
    """Tell whether outputs are identical or equivalent to recorded ones, so that these keep their bytes."""
    return worst(result.verdict for result in compare_outputs(recorded, outputs)) in {Verdict.IDENTICAL, Verdict.EQUIVALENT}


def _write(notebook: Notebook, execution: Execution, environment: Environment, *, target: Path, in_place: bool) -> RunResult:
    folder = notebook.path.resolve().parent
    record = make_record(execution, environment, nb=notebook.nb, folder=folder)
    known = notebook.record()
    widgets, rewritten = Kept(notebook.nb, execution), []
    for index, cell in execution.cells.items():
        has_line = known is not None and execution.keys[index] in known.cells
        if not (has_line and reproduced(notebook.nb["cells"][index].get("outputs", []), cell.outputs) and widgets.reproduced(index)):
            notebook.set_cell(index, outputs=cell.outputs, execution_count=cell.execution_count)
            rewritten.append(index)
    write_widgets(notebook, execution, rewritten)
    if record is not None and not notebook.set_record(record.to_json()):
        execution.notices.append("a newer seednb has written this notebook's record; it is kept, and this run's is not stored")
    if in_place and not execution.complete:
        target = target.with_name(target.stem + ".partial.ipynb")
    try:
        notebook.write(target)
    except NotebookError as error:
        raise NotebookError(f"{error}; the result is in {_rescue(notebook)}") from None
    if is_trusted(notebook.nb):
        sign(notebook.edited())
    return RunResult(execution, record, target, len(execution.cells) - len(rewritten))


def _rescue(notebook: Notebook) -> Path:
    """Write what a run gave to the temporary directory: hours of work must not be lost to a full disk."""
    descriptor, name = tempfile.mkstemp(prefix=f"{notebook.path.stem}-", suffix=".ipynb")
    os.close(descriptor)
    notebook.write(Path(name))
    return Path(name)
