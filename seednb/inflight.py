"""A cell in flight, and the facts that it leaves behind."""

from __future__ import annotations

from typing import NamedTuple, Optional

from seednb.digest import digest
from seednb.snapshots import States
from seednb.sources.held import HeldSource
from seednb.wire import WIRE_VERSION, CellEvent, Note, Variables

UNREADABLE = "-"
NOTHING: frozenset[str] = frozenset()
"""One object for all cells that draw from nothing: 10,000 empty sets are 2 MB."""


class Between(NamedTuple):
    """Draws between cells: from which sources, and why they were not put back; no reason: they were."""

    names: list[str]
    reason: str


class Lent(NamedTuple):
    """The stream that a cell has to itself, and the states to put back when it ends."""

    seed: int
    states: States


class Cell:
    """A cell in flight: what it found, and the generators that it can reach.

    stream: the key of its own stream. lent: the stream of `%%seed`. repeats: its draws are the same in every run of it.
    """

    def __init__(self, key: str, held: HeldSource, *, seeded: bool) -> None:
        self.key = key
        self.held = held
        self.seeded = seeded
        self.before: States = {}
        self.stream: Optional[str] = None
        self.lent: Optional[Lent] = None
        self.repeats = False
        self.between: Optional[Between] = None

    def lend(self, seed: int, states: States) -> None:
        """Lend the stream of a seed; what is put back is what was there before the first loan."""
        self.lent = Lent(seed, states if self.lent is None else self.lent.states)
        self.repeats = True


class CellFacts(NamedTuple):
    """What one cell did: the digests after it of the sources that it changed, the notes, the key of its own stream.

    drew: the names of the sources that it moved and that a second run would find elsewhere. between: the draws since the cell before.
    """

    key: str
    seeded: bool
    sources: dict[str, str]
    notes: list[Note]
    stream: Optional[str] = None
    drew: frozenset[str] = NOTHING
    between: Optional[Between] = None


def state_digest(state: Optional[bytes]) -> str:
    """Return how a source's state stands in events and records."""
    return UNREADABLE if state is None else digest(state)


def facts_of(cell: Cell, changed: States, notes: list[Note]) -> CellFacts:
    """Return the facts of a cell that has ended."""
    digests = {name: state_digest(state) for name, state in changed.items()}
    repeats = cell.repeats or cell.stream is not None
    if cell.between is not None:
        names = ", ".join(cell.between.names)
        what = f"not put back, {cell.between.reason}" if cell.between.reason else "put back"
        notes = [{"kind": "between", "where": "before the cell", "what": f"{names}: {what}"}, *notes]
    drew = frozenset(changed) if changed and not repeats else NOTHING
    return CellFacts(cell.key, cell.seeded, digests, notes, cell.stream, drew, cell.between)


def event_of(facts: CellFacts, *, source: str, epoch: str, variables: Optional[Variables] = None) -> CellEvent:
    """Return the message that tells a listener of a cell, given the digest of its source and those of its variables."""
    return {
        "event": "cell",
        "version": WIRE_VERSION,
        "epoch": epoch,
        "key": facts.key,
        "source": source,
        "sources": facts.sources,
        "seeded": facts.seeded,
        "stream": facts.stream,
        "notes": facts.notes,
        "variables": variables,
    }
