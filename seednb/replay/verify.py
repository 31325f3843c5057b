"""`seednb verify`: replay in a fresh runtime with the recorded seed, and compare; the notebook is never written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from seednb.compare import Comparison, compare_notebooks, policy_for
from seednb.determinism import RESTORED_SWITCHES
from seednb.launch import Environment, plan_environment
from seednb.notebook import Notebook
from seednb.record import Record
from seednb.replay.execute import Execution, Progress, execute, make_plan
from seednb.replay.run import make_record, refuse_when_off
from seednb.report import Facts, Side, gather
from seednb.report.facts import RECORDED
from seednb.settings import Choice, generate_seed
from seednb.streams import PER_CELL, STREAM

OTHER_HASH_SEED = 1


@dataclass(frozen=True)
class VerifyOptions:
    """What `seednb verify` was asked for. `seed` None: the recorded one; `folder` None: the notebook's, where its kernel works."""

    seed: int | None = None
    folder: Path | None = None
    timeout: float | None = None
    kernel: str | None = None
    rtol: float | None = None
    atol: float | None = None
    ulp: int | None = None


@dataclass(frozen=True)
class Verification:
    """The comparison of a notebook with its replay, or, where it had no record, of two fresh runs with each other.

    sides: the two runs that were compared, the replay last. execution: of the replay. kept: where the replay was written.
    """

    notebook: Notebook
    comparison: Comparison
    choice: Choice
    sides: tuple[Side, Side]
    execution: Execution
    kept: Path | None = None

    @property
    def seed(self) -> int:
        """The seed that the replay had."""
        return self.choice.seed

    @property
    def had_record(self) -> bool:
        """Whether the notebook had a record, so that the replay was compared with that."""
        return self.sides[0].name == RECORDED

    @property
    def path(self) -> Path:
        """The notebook's file."""
        return self.notebook.path

    @property
    def failed(self) -> int | None:
        """The index of the cell that ended the replay, if one did."""
        return self.execution.failed

    @property
    def reason(self) -> str:
        """Why that cell failed."""
        return self.execution.reason

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped the replay."""
        return self.execution.interrupted

    @property
    def notices(self) -> tuple[str, ...]:
        """What is to be told beside the comparison."""
        return tuple(self.execution.notices)

    @property
    def reproduced(self) -> bool:
        """Tell whether every cell ran and none differed."""
        return self.failed is None and self.comparison.reproduced

    @cached_property
    def facts(self) -> Facts:
        """What reports tell of this verification."""
        return gather(
            "verify",
            str(self.path),
            self.comparison,
            *self.sides,
            other=str(self.kept) if self.kept is not None and self.had_record else None,
            seed=self.seed,
            origin=self.choice.origin,
            failed=self.failed,
            reason=self.reason,
        )


@dataclass(frozen=True)
class _Replay:
    execution: Execution
    nb: dict[str, Any]
    record: Record | None

    @property
    def notes(self) -> dict[str, list[Any]]:
        keys = self.execution.keys
        return {keys[index]: list(cell.event["notes"]) for index, cell in self.execution.cells.items() if cell.event is not None}

    @property
    def variables(self) -> dict[str, Any]:
        found = ((self.execution.keys[index], cell.event) for index, cell in self.execution.cells.items())
        return {key: event["variables"] for key, event in found if event is not None and event["variables"] is not None}


def verify_notebook(path: Path, options: VerifyOptions, progress: Progress | None = None) -> Verification:
    """Replay a notebook with its recorded seed and compare outputs and fingerprints.

    A notebook without a record is run twice with one new seed and two different hash seeds, and the runs are compared
    with each other. Raises NotebookError, RecordError, SeedError, SettingsError or KernelError.
    """
    refuse_when_off(options.folder or path.parent)
    return verify_read(Notebook.read(path), options, progress)


def verify_read(notebook: Notebook, options: VerifyOptions, progress: Progress | None = None) -> Verification:
    """Do what `verify_notebook` does, with a notebook that has been read."""
    record = notebook.record()
    if record is None:
        return _verify_without_record(notebook, options, progress)
    replay = _replay(
        notebook, options, progress, record=record, choice=Choice(record.seed, record.origin), environment=_as_recorded(record)
    )
    sides = (Side(notebook.nb, record, RECORDED), Side(replay.nb, replay.record, "replayed"))
    comparison = _compare(sides[0], replay, notebook, options)
    choice = _choice(Choice(record.seed, record.origin), options)
    return Verification(notebook, comparison, choice, sides, replay.execution)


def _verify_without_record(notebook: Notebook, options: VerifyOptions, progress: Progress | None) -> Verification:
    choice = _choice(Choice(generate_seed(), "generated"), options)
    first = _replay(notebook, options, progress, record=None, choice=choice, environment=plan_environment())
    if not first.execution.complete:
        sides = (Side(notebook.nb, None, "as it is"), Side(first.nb, first.record, "first run"))
        comparison = _compare(sides[0], first, notebook, options)
        return Verification(notebook, comparison, choice, sides, first.execution)
    other = plan_environment(hash_seed=OTHER_HASH_SEED)
    second = _replay(notebook, options, progress, record=None, choice=choice, environment=other)
    sides = (Side(first.nb, first.record, "first run"), Side(second.nb, second.record, "second run"))
    comparison = _compare(sides[0], second, notebook, options, variables=first.variables)
    return Verification(notebook, comparison, choice, sides, second.execution)


def _compare(
    recorded: Side, replay: _Replay, notebook: Notebook, options: VerifyOptions, *, variables: dict[str, Any] | None = None
) -> Comparison:
    return compare_notebooks(
        recorded.nb,
        replay.nb,
        record_a=recorded.record,
        record_b=replay.record,
        notes_b=replay.notes,
        variables_a=variables,
        variables_b=replay.variables,
        rtol=options.rtol,
        atol=options.atol,
        ulp=options.ulp,
        policy=policy_for(options.folder or notebook.path.parent),
    )


def _replay(
    notebook: Notebook,
    options: VerifyOptions,
    progress: Progress | None,
    *,
    record: Record | None,
    choice: Choice,
    environment: Environment,
) -> _Replay:
    folder = (options.folder or notebook.path.parent).resolve()
    chosen = _choice(choice, options)
    plan = make_plan(
        chosen.seed,
        chosen.origin,
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
    return _Replay(execution, _replayed(notebook.nb, execution), make_record(execution, environment, nb=notebook.nb, folder=folder))


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


def _choice(choice: Choice, options: VerifyOptions) -> Choice:
    """Return the seed that was asked for, or else the one that is there."""
    return choice if options.seed is None else Choice(options.seed, "command-line")
