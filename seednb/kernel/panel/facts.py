"""What the panel shows of a runtime, gathered when it is shown: nothing is kept for it while cells run."""

from __future__ import annotations

from typing import NamedTuple, Optional

from seednb.digest import digest
from seednb.kernel.comparing import Line, read_line
from seednb.kernel.status import origin_of
from seednb.runtime import Runtime

MAX_ROWS = 100
UNKNOWN = Line(source="", seeded=True, variables="", stream="", sources={})
MAX_WARNINGS = 5
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Row(NamedTuple):
    """A cell: its number, the sources it drew from, the random state after it by letter and digest, and its verdict.

    rank: the place of the state among those seen, which gives it a colour; -1 where nothing is known of it.
    """

    number: int
    drew: list[str]
    letter: str
    digest: str
    rank: int
    verdict: str


class Facts(NamedTuple):
    """A runtime. rows: its last cells, in the order in which they ran; earlier: how many there are before these."""

    seed: Optional[int]
    origin: str
    mode: str
    strict: bool
    draws: dict[str, int]
    warned: int
    warnings: list[str]
    rows: list[Row]
    earlier: int


class Cells:
    """The cells of one runtime, of which each line is read once: there may be thousands, and they are asked for after each."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[str, Optional[Line]]] = {}

    def gather(
        self,
        runtime: Runtime,
        lines: dict[str, str],
        numbers: dict[str, int],
        verdicts: dict[str, str],
        warnings: list[str],
        warned: int,
    ) -> Facts:
        """Return the facts, given the cells' lines, numbers and verdicts by key, and what was warned of."""
        rows, draws = self._rows(lines, numbers, verdicts)
        return Facts(
            runtime.seed,
            origin_of(runtime.seed_origin) if runtime.seed is not None else "",
            runtime.mode,
            runtime.switches.strict_now,
            draws,
            warned,
            warnings[-MAX_WARNINGS:],
            rows,
            max(0, len(lines) - MAX_ROWS),
        )

    def _rows(self, lines: dict[str, str], numbers: dict[str, int], verdicts: dict[str, str]) -> tuple[list[Row], dict[str, int]]:
        state: dict[str, str] = {}
        ranks: dict[tuple[tuple[str, str], ...], int] = {}
        draws: dict[str, int] = {}
        rows = []
        now: tuple[tuple[str, str], ...] = ()
        shown_from = len(lines) - MAX_ROWS
        for place, key in enumerate(sorted(lines, key=lambda key: numbers.get(key, 0))):
            line = self._line(key, lines[key])
            if line.sources:
                state.update(line.sources)
                now = tuple(sorted(state.items()))
                ranks.setdefault(now, len(ranks))
            for name in line.sources:
                draws[name] = draws.get(name, 0) + 1
            if place >= shown_from:
                rank = ranks.get(now, -1)
                verdict = verdicts.get(key, "" if line.seeded else "unseeded")
                rows.append(Row(numbers.get(key, 0), list(line.sources), _letter(rank), _digest(now), rank, verdict))
        return rows, draws

    def _line(self, key: str, text: str) -> Line:
        known = self._read.get(key)
        if known is None or known[0] != text:
            known = self._read[key] = (text, read_line(text))
        return known[1] or UNKNOWN


def _letter(rank: int) -> str:
    """Return A … Z, AA, AB …, as the report names states; a dot where nothing has drawn yet."""
    name, rank = "", rank + 1
    while rank:
        rank, letter = divmod(rank - 1, len(_LETTERS))
        name = _LETTERS[letter] + name
    return name or "·"


def _digest(state: tuple[tuple[str, str], ...]) -> str:
    return digest(repr(state).encode())[:4] if state else ""
