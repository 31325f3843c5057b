"""What a report tells, gathered once from a comparison and from the two runs, for all forms of the report."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seednb.compare import CellResult, Comparison
from seednb.compare.align import CodeCell, align, code_cells
from seednb.report.states import State, States
from seednb.report.surroundings import Difference, differences

if TYPE_CHECKING:
    from seednb.record import Record

RECORDED = "recorded"
_UNREADABLE = "-"


@dataclass(frozen=True)
class Side:
    """One of two runs: its notebook, its record if it has one, and what it is called."""

    nb: Mapping[str, Any]
    record: Record | None
    name: str


@dataclass(frozen=True)
class CellFacts:
    """A cell: how it compares, its outputs in both runs, the digests that differ, and the random states that it leaves.

    uncompared: the variables that were left out, wholly or in part, each with the kernel's reason.
    """

    result: CellResult
    outputs: tuple[list[Any], list[Any]] = field(default_factory=lambda: ([], []))
    changed: tuple[Difference, ...] = ()
    states: tuple[State, State] = (State(), State())
    uncompared: tuple[tuple[str, str], ...] = ()

    @property
    def number(self) -> int:
        """The cell's number among all cells, as people count."""
        return self.result.index + 1


@dataclass(frozen=True)
class Facts:
    """All that a report tells of one comparison.

    other: the second notebook's path, if there is a file of it. interrupted: whether somebody stopped the replay, in cell `failed`.
    """

    command: str
    notebook: str
    comparison: Comparison
    sides: tuple[Side, Side]
    cells: tuple[CellFacts, ...]
    other: str | None = None
    seed: int | None = None
    origin: str | None = None
    failed: int | None = None
    reason: str = ""
    interrupted: bool = False

    @property
    def names(self) -> tuple[str, str]:
        """What the two runs are called."""
        return self.sides[0].name, self.sides[1].name

    @property
    def had_record(self) -> bool:
        """Whether the first run is the one that the notebook's record tells of, and not one made for the comparison."""
        return self.sides[0].name == RECORDED

    @property
    def reproduced(self) -> bool:
        """Whether every cell ran and none differed."""
        return self.failed is None and self.comparison.reproduced

    @property
    def first(self) -> CellFacts | None:
        """The first cell that differs or failed."""
        return next((cell for cell in self.cells if cell.result.verdict.bad), None)

    @property
    def surroundings(self) -> list[Difference]:
        """What differs in the environments, the settings and the input files of the two runs."""
        return differences(self.sides[0].record, self.sides[1].record)

    @property
    def diff_command(self) -> str:
        """The command with which nbdime shows both notebooks side by side; nothing where there is but one file."""
        return "" if self.other is None else shlex.join(["nbdiff-web", self.notebook, self.other])


def gather(
    command: str, notebook: str, comparison: Comparison, a: Side, b: Side, *, variables: Sequence[Mapping[str, Any]] = (), **more: Any
) -> Facts:
    """Bring together what a comparison of two runs found, and what the runs left.

    variables: what the kernels told of the cells' variables, by key. `more`: other fields of Facts.
    """
    pairs = align(code_cells(a.nb, a.record), code_cells(b.nb, b.record))
    states = States()
    cells = tuple(_cell(result, pair, states, variables) for result, pair in zip(comparison.cells, pairs))
    return Facts(command, notebook, comparison, (a, b), cells, **more)


def _cell(
    result: CellResult, pair: tuple[CodeCell | None, CodeCell | None], states: States, variables: Sequence[Mapping[str, Any]]
) -> CellFacts:
    a, b = pair
    outputs = ([] if a is None else a.outputs, [] if b is None else b.outputs)
    after = states.after(None if a is None else a.line, None if b is None else b.line)
    told = [known[cell.key]["uncompared"] for known, cell in zip(variables, pair) if cell is not None and cell.key in known]
    left_out = {name: reason for reasons in reversed(told) for name, reason in reasons.items()}
    return CellFacts(result, outputs, _changed(a, b), after, tuple(sorted(left_out.items())))


def _changed(a: CodeCell | None, b: CodeCell | None) -> tuple[Difference, ...]:
    """Return the digests in which two lines of the record differ: of generators, and of variables."""
    if a is None or b is None or a.line is None or b.line is None or a.line.unseeded or b.line.unseeded:
        return ()
    one, other = dict(a.line.sources), dict(b.line.sources)
    if a.line.variables and b.line.variables:
        one["variables"], other["variables"] = a.line.variables, b.line.variables
    names = (name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name))
    return tuple(
        Difference(name, one.get(name, "unchanged"), other.get(name, "unchanged"))
        for name in names
        if _UNREADABLE not in (one.get(name), other.get(name))
    )
