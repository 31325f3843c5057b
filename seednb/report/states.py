"""The random states after each cell, named by letters: the same letter in both runs is the same state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from seednb.record import CellLine

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class State(NamedTuple):
    """The state that a cell leaves. name: empty where nothing is known, or nothing drew yet; drew: the sources that the cell changed."""

    name: str = ""
    rank: int = 0
    drew: tuple[str, ...] = ()
    known: bool = False


class States:
    """Follows both runs and gives their states names, in the order in which they appear."""

    def __init__(self) -> None:
        self._current: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._ranks: dict[tuple[tuple[str, str], ...], int] = {}

    def after(self, a: CellLine | None, b: CellLine | None) -> tuple[State, State]:
        """Return the states after a cell, from its lines in the two records."""
        return self._after(0, a), self._after(1, b)

    def _after(self, side: int, line: CellLine | None) -> State:
        if line is None or line.unseeded:
            return State()
        current = self._current[side]
        current.update(line.sources)
        if not current:
            return State(known=True)
        rank = self._ranks.setdefault(tuple(sorted(current.items())), len(self._ranks))
        return State(_letters(rank), rank, tuple(sorted(line.sources)), known=True)


def _letters(rank: int) -> str:
    """Return A … Z, AA, AB …."""
    name = ""
    rank += 1
    while rank:
        rank, letter = divmod(rank - 1, len(_LETTERS))
        name = _LETTERS[letter] + name
    return name
