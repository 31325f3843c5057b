"""A replay that has run, whoever ran it: the notebook as it left it, its record, and how both compare with what is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seednb.compare import Comparison, compare_notebooks
from seednb.compare.policy import Policy
from seednb.launch import Environment
from seednb.record import Record
from seednb.replay.execute import Execution
from seednb.replay.run import make_record
from seednb.replay.widgets import with_widgets
from seednb.report import Side

REPLAYED = "replayed"


@dataclass(frozen=True)
class Replay:
    """What a replay gave: how its cells went, the notebook with these outputs, and its record."""

    execution: Execution
    nb: dict[str, Any]
    record: Record | None

    @classmethod
    def of(cls, nb: dict[str, Any], execution: Execution, environment: Environment, folder: Path) -> Replay:
        """Return the replay of a notebook; cells that did not run have no outputs."""
        return cls(execution, _replayed(nb, execution), make_record(execution, environment, nb=nb, folder=folder))

    @property
    def notes(self) -> dict[str, list[Any]]:
        """What the kernel told of each cell, by key."""
        keys = self.execution.keys
        return {keys[index]: list(cell.event["notes"]) for index, cell in self.execution.cells.items() if cell.event is not None}

    @property
    def variables(self) -> dict[str, Any]:
        """What the kernel told of each cell's variables, by key."""
        found = ((self.execution.keys[index], cell.event) for index, cell in self.execution.cells.items())
        return {key: event["variables"] for key, event in found if event is not None and event["variables"] is not None}

    def compared(
        self,
        recorded: Side,
        policy: Policy,
        *,
        variables: dict[str, Any] | None = None,
        rtol: float | None = None,
        atol: float | None = None,
        ulp: int | None = None,
    ) -> Comparison:
        """Compare with the run that is recorded. variables: what its kernel told, if it was one of ours a moment ago."""
        return compare_notebooks(
            recorded.nb,
            self.nb,
            record_a=recorded.record,
            record_b=self.record,
            notes_b=self.notes,
            variables_a=variables,
            variables_b=self.variables,
            rtol=rtol,
            atol=atol,
            ulp=ulp,
            policy=policy,
        )


def _replayed(nb: dict[str, Any], execution: Execution) -> dict[str, Any]:
    cells = []
    for index, cell in enumerate(nb["cells"]):
        if index in execution.keys:
            ran = execution.cells.get(index)
            cell = {**cell, "outputs": ran.outputs if ran is not None else [], "execution_count": ran.execution_count if ran else None}
        cells.append(cell)
    return {**nb, "metadata": with_widgets(nb.get("metadata", {}), execution.widgets), "cells": cells}
