"""Compares the cells of a run with the lines that an earlier one has recorded: their texts, random states and variables."""

from __future__ import annotations

import re
from typing import NamedTuple, Optional

from seednb.digest import ALGORITHM
from seednb.streams import RECORDABLE

MAX_LINE = 1000
SAME, DIFFERS, UNSEEDED, NEW = "as before", "differs", "unseeded", "new"
_DIGEST = r"[0-9a-f]{10}"
_SOURCE = re.compile(rf"([A-Za-z_][A-Za-z0-9_.-]{{0,63}})=({_DIGEST}|-)")
_VARIABLES = re.compile(rf"([a-z][a-z0-9]{{0,7}}:)({_DIGEST})((?:/[0-9a-f]{{4}})?)")
_KNOWN = frozenset({"s", "v", "k", "o"})


class Line(NamedTuple):
    """What a cell's line says: the digest of its text, whether a seed was set, its variables, its own stream, its sources."""

    source: str
    seeded: bool
    variables: str
    stream: str
    sources: dict[str, str]


class Outcome(NamedTuple):
    """What became of one cell: `as before`, `differs`, `unseeded` or `new`, and what differs."""

    verdict: str
    what: str = ""


def read_line(text: object) -> Optional[Line]:
    """Return what a cell's line says; None where it is none that this version can compare."""
    if not isinstance(text, str) or len(text) > MAX_LINE or not text.isascii():
        return None
    algorithm, *words = text.split(" ")
    found = dict(word.partition("=")[::2] for word in words)
    if algorithm != ALGORITHM or not re.fullmatch(_DIGEST, found.get("s", "")):
        return None
    stream = found.get("k", "")
    sources = {match[1]: match[2] for word in words if (match := _SOURCE.fullmatch(word)) and match[1] not in _KNOWN}
    sources = dict(sorted(sources.items()))
    return Line(found["s"], "unseeded" not in found, found.get("v", ""), stream if RECORDABLE.fullmatch(stream) else "", sources)


class Comparison:
    """The cells of a run that is compared as it goes, with what each was before; each cell counts the first time that it runs."""

    def __init__(self, expected: dict[str, Line]) -> None:
        self.expected = expected
        self._missing = set(expected)
        self.outcomes: dict[str, Outcome] = {}
        self.numbers: dict[str, int] = {}
        self.with_variables = 0

    def add(self, key: str, number: int, line: str) -> bool:
        """Compare a cell that has run as `In [number]`; return whether it had run in this run before."""
        if key in self.outcomes:
            return True
        self.numbers[key] = number
        self._missing.discard(key)
        now, before = read_line(line), self.expected.get(key)
        self.outcomes[key] = Outcome(NEW) if before is None or now is None else self._compare(before, now)
        return False

    def leave_out(self, key: str) -> None:
        """Do not wait for a cell that is still running, since it asks what came out."""
        if key not in self.outcomes:
            self.expected.pop(key, None)
            self._missing.discard(key)

    @property
    def complete(self) -> bool:
        """Tell whether each cell that was recorded has run."""
        return not self._missing

    @property
    def first(self) -> Optional[str]:
        """The key of the first cell that differs, in the order in which they ran."""
        return next((key for key, outcome in self.outcomes.items() if outcome.verdict == DIFFERS), None)

    def _compare(self, before: Line, now: Line) -> Outcome:
        if before.source != now.source:
            return Outcome(DIFFERS, "its text was edited")
        if not before.seeded:
            return Outcome(UNSEEDED)
        names = sorted(before.sources.keys() | now.sources.keys())
        apart = [name for name in names if before.sources.get(name) != now.sources.get(name)]
        if apart:
            return Outcome(DIFFERS, ", ".join(apart))
        first, second = _VARIABLES.fullmatch(before.variables), _VARIABLES.fullmatch(now.variables)
        if first is not None and second is not None and first.group(1, 3) == second.group(1, 3):
            self.with_variables += 1
            if first[2] != second[2]:
                return Outcome(DIFFERS, "its variables")
        return Outcome(SAME)

    def summary(self) -> str:
        """Return what came out, in one line."""
        ran = [self.outcomes[key] for key in self.expected.keys() - self._missing]
        apart = sum(outcome.verdict == DIFFERS for outcome in ran)
        same = sum(outcome.verdict == SAME for outcome in ran)
        if self.first is not None:
            text = f"cell [{self.numbers[self.first]}] is the first to differ: {self.outcomes[self.first].what}"
            text += f"; {apart} of {_cells(len(self.expected))} differ" if apart > 1 else ""
        elif not same:
            text = "nothing was compared: none of the recorded cells has run"
        else:
            text = f"reproduced: {_cells(same)}"
        more = [_count(self.outcomes, UNSEEDED, "ran before a seed was set"), _count(self.outcomes, NEW, "had not run before")]
        more.append(f"{_cells(len(self._missing))} that had run before did not run" if self._missing else "")
        return "; ".join(part for part in (text, *more, self._compared()) if part)

    def _compared(self) -> str:
        what = "texts, random states and variables" if self.with_variables else "texts and random states"
        return f"{what} were compared, outputs were not: a replay in a fresh runtime compares these too"


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _count(outcomes: dict[str, Outcome], verdict: str, what: str) -> str:
    count = sum(outcome.verdict == verdict for outcome in outcomes.values())
    return f"{_cells(count)} {what}" if count else ""
