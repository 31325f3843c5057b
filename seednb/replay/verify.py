"""`seednb verify`: replay in a fresh runtime with the recorded seed, and compare; the notebook is never written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seednb.compare import Comparison, compare_notebooks
from seednb.determinism import RESTORED_SWITCHES
from seednb.launch import Environment, plan_environment
from seednb.notebook import Notebook
from seednb.record import Record
from seednb.replay.execute import Execution, Progress, execute, make_plan
from seednb.replay.run import make_record, refuse_when_off
from seednb.settings import Choice, generate_seed
from seednb.streams import PER_CELL, STREAM

OTHER_HASH_SEED = 1


@dataclass(frozen=True)
class VerifyOptions:
    """What `seednb verify` was asked for. `seed` None: the recorded one."""

    seed: int | None = None
    timeout: float | None = None
    kernel: str | None = None


@dataclass(frozen=True)
class Verification:
    """The comparison of a notebook with its replay, or, where it had no record, of two fresh runs with each other."""

    path: Path
    comparison: Comparison
    seed: int
    had_record: bool
    failed: int | None
    reason: str
    interrupted: bool
    notices: tuple[str, ...]

    @property
    def reproduced(self) -> bool:
        """Tell whether every cell ran and none differed."""
        return self.failed is None and self.comparison.reproduced

    def to_json(self) -> dict[str, Any]:
        """Return the comparison's JSON form, with the notebook's path and the seed."""
        return {"notebook": str(self.path), "seed": self.seed, "record": self.had_record, **self.comparison.to_json()}


@dataclass(frozen=True)
class _Replay:
    execution: Execution
    nb: dict[str, Any]
    record: Record | None

    @property
    def notes(self) -> dict[str, list[Any]]:
        keys = self.execution.keys
        return {keys[index]: list(cell.event["notes"]) for index, cell in self.execution.cells.items() if cell.event is not None}


def verify_notebook(path: Path, options: VerifyOptions, progress: Progress | None = None) -> Verification:
    """Replay a notebook with its recorded seed and compare outputs and fingerprints.

    A notebook without a record is run twice with one new seed and two different hash seeds, and the runs are compared
    with each other. Raises NotebookError, RecordError, SeedError, SettingsError or KernelError.
    """
    refuse_when_off(path.parent)
    notebook = Notebook.read(path)
    record = notebook.record()
    if record is None:
        return _verify_without_record(notebook, options, progress)
    replay = _replay(
        notebook, options, progress, record=record, choice=Choice(record.seed, record.origin), environment=_as_recorded(record)
    )
    comparison = compare_notebooks(notebook.nb, replay.nb, record_a=record, record_b=replay.record, notes_b=replay.notes)
    return _verification(notebook, comparison, replay, seed=record.seed if options.seed is None else options.seed, had_record=True)


def _verify_without_record(notebook: Notebook, options: VerifyOptions, progress: Progress | None) -> Verification:
    choice = Choice(generate_seed() if options.seed is None else options.seed, "generated")
    first = _replay(notebook, options, progress, record=None, choice=choice, environment=plan_environment())
    if not first.execution.complete:
        comparison = compare_notebooks(notebook.nb, first.nb, record_a=None, record_b=first.record, notes_b=first.notes)
        return _verification(notebook, comparison, first, seed=choice.seed, had_record=False)
    other = plan_environment(hash_seed=OTHER_HASH_SEED)
    second = _replay(notebook, options, progress, record=None, choice=choice, environment=other)
    comparison = compare_notebooks(first.nb, second.nb, record_a=first.record, record_b=second.record, notes_b=second.notes)
    return _verification(notebook, comparison, second, seed=choice.seed, had_record=False)


def _replay(
    notebook: Notebook,
    options: VerifyOptions,
    progress: Progress | None,
    *,
    record: Record | None,
    choice: Choice,
    environment: Environment,
) -> _Replay:
    folder = notebook.path.resolve().parent
    plan = make_plan(
        choice.seed if options.seed is None else options.seed,
        choice.origin if options.seed is None else "command-line",
        environment,
        override=options.seed is not None,
        seal=record.sealed if record is not None else True,
        replay=record is not None and options.seed is None,
        reseeds=tuple(record.reseeds) if record is not None else (),
        settings={} if record is None else {name: value for name, value in record.determinism.items() if name in RESTORED_SWITCHES},
        **_streams(notebook, record),
    )
    execution = execute(
        notebook.nb,
        notebook.keys(),
        folder=folder,
        plan=plan,
        environment=environment,
        timeout=options.timeout,
        kernel=options.kernel,
        progress=progress,
    )
    execution.notices.extend(environment.notices)
    return _Replay(execution, _replayed(notebook.nb, execution), make_record(execution, environment, folder=folder))


def _streams(notebook: Notebook, record: Record | None) -> dict[str, Any]:
    """Return the mode of the first cell, and the recorded keys of cells' own streams: they win over the cells' keys."""
    lines = [] if record is None else [record.cells[key] for key in notebook.keys().values() if key in record.cells]
    streams = {} if record is None else {key: line.stream for key, line in record.cells.items() if line.stream is not None}
    return {"mode": PER_CELL if lines and lines[0].stream is not None else STREAM, "streams": streams}


def _replayed(nb: dict[str, Any], execution: Execution) -> dict[str, Any]:
    """Return the notebook as the replay left it: cells that did not run have no outputs."""
    cells = []
    for index, cell in enumerate(nb["cells"]):
        if index in execution.keys:
            ran = execution.cells.get(index)
            cell = {**cell, "outputs": ran.outputs if ran is not None else [], "execution_count": ran.execution_count if ran else None}
        cells.append(cell)
    return {**nb, "cells": cells}


def _as_recorded(record: Record) -> Environment:
    known = record.environment
    return plan_environment(hash_seed=record.hash_seed or 0, threads=known.get("threads"), flags=known.get("flags"))


def _verification(notebook: Notebook, comparison: Comparison, replay: _Replay, *, seed: int, had_record: bool) -> Verification:
    execution = replay.execution
    return Verification(
        path=notebook.path,
        comparison=comparison,
        seed=seed,
        had_record=had_record,
        failed=execution.failed,
        reason=execution.reason,
        interrupted=execution.interrupted,
        notices=tuple(execution.notices),
    )
