"""`seednb verify`: replay in a fresh runtime with the recorded seed, and compare; the notebook is never written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from seednb.compare import Comparison, Verdict, policy_for
from seednb.launch import Environment, plan_environment
from seednb.notebook import Notebook
from seednb.record import Record
from seednb.replay.execute import Execution, Progress, execute
from seednb.replay.plans import as_recorded, replay_plan
from seednb.replay.replayed import REPLAYED, Replay
from seednb.replay.run import refuse_when_off
from seednb.report import Facts, Side, gather
from seednb.report.facts import RECORDED
from seednb.settings import Choice, generate_seed

OTHER_HASH_SEED = 1
_SAME = {Verdict.IDENTICAL, Verdict.EQUIVALENT}


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
    variables: what the kernels told of the cells' variables, by key.
    """

    notebook: Notebook
    comparison: Comparison
    choice: Choice
    sides: tuple[Side, Side]
    execution: Execution
    kept: Path | None = None
    variables: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {})

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
        """The index of the cell that ended the replay, if one did, and did not end the recorded run in the same way."""
        ended = self.execution.failed
        same = any(cell.index == ended and cell.verdict in _SAME for cell in self.comparison.cells)
        return None if same and not self.interrupted else ended

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
        """What is to be told beside the comparison: also that a cell fails in both runs, which is no difference."""
        ended = self.execution.failed
        if ended is None or self.failed is not None or self.interrupted:
            return tuple(self.execution.notices)
        fails = f"cell {ended + 1} fails in both runs ({self.reason}): the comparison ends there"
        return (*self.execution.notices, fails)

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
            interrupted=self.interrupted,
            variables=self.variables,
        )


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
    choice = _choice(Choice(record.seed, record.origin), options)
    replay = _replay(notebook, options, progress, record=record, choice=choice, environment=as_recorded(record))
    sides = (Side(notebook.nb, record, RECORDED), Side(replay.nb, replay.record, REPLAYED))
    comparison = _compare(sides[0], replay, notebook, options)
    return Verification(notebook, comparison, choice, sides, replay.execution, variables=({}, replay.variables))


def _verify_without_record(notebook: Notebook, options: VerifyOptions, progress: Progress | None) -> Verification:
    choice = _choice(Choice(generate_seed(), "generated"), options)
    first = _replay(notebook, options, progress, record=None, choice=choice, environment=plan_environment())
    if not first.execution.complete:
        sides = (Side(notebook.nb, None, "as it is"), Side(first.nb, first.record, "first run"))
        comparison = _compare(sides[0], first, notebook, options)
        return Verification(notebook, comparison, choice, sides, first.execution, variables=({}, first.variables))
    other = plan_environment(hash_seed=OTHER_HASH_SEED)
    second = _replay(notebook, options, progress, record=None, choice=choice, environment=other)
    sides = (Side(first.nb, first.record, "first run"), Side(second.nb, second.record, "second run"))
    comparison = _compare(sides[0], second, notebook, options, variables=first.variables)
    return Verification(notebook, comparison, choice, sides, second.execution, variables=(first.variables, second.variables))


def _compare(
    recorded: Side, replay: Replay, notebook: Notebook, options: VerifyOptions, *, variables: dict[str, Any] | None = None
) -> Comparison:
    policy = policy_for(_folder(notebook, options))
    return replay.compared(recorded, policy, variables=variables, rtol=options.rtol, atol=options.atol, ulp=options.ulp)


def _replay(
    notebook: Notebook,
    options: VerifyOptions,
    progress: Progress | None,
    *,
    record: Record | None,
    choice: Choice,
    environment: Environment,
) -> Replay:
    keys, folder = notebook.keys(), _folder(notebook, options).resolve()
    execution = execute(
        notebook.nb,
        keys,
        folder=folder,
        plan=replay_plan(record, keys.values(), choice, environment, chosen=options.seed is not None),
        environment=environment,
        timeout=options.timeout,
        kernel=options.kernel,
        progress=progress,
    )
    execution.notices.extend(environment.notices)
    if execution.interrupted and execution.failed is not None:
        execution.cells.pop(execution.failed, None)  # half a cell cannot be compared
    return Replay.of(notebook.nb, execution, environment, folder)


def _folder(notebook: Notebook, options: VerifyOptions) -> Path:
    return options.folder or notebook.path.parent


def _choice(choice: Choice, options: VerifyOptions) -> Choice:
    """Return the seed that was asked for, or else the one that is there."""
    return choice if options.seed is None else Choice(options.seed, "command-line")
