"""Modes: all cells draw from one stream, in the order of execution, or each from a stream of its own; and streams that are lent."""

from __future__ import annotations

import re
from typing import Callable

from seednb.entropy import Seal, derive
from seednb.inflight import Cell
from seednb.rewinding import restore_seal
from seednb.sources import SET_ONLY
from seednb.sources.group import SourceGroup

STREAM = "stream"
PER_CELL = "per-cell"
MODES = (STREAM, PER_CELL)

RECORDABLE = re.compile(r"[!-~]{1,64}")
_BITS = 31
"""Every system takes a seed below 2**31, R too."""


def stream_key(cell: str) -> str:
    """Return the key of a cell's own stream, as the record can hold it: the cell's key, or 64 bits that stand for it."""
    return cell if RECORDABLE.fullmatch(cell) else f"k-{derive(0, 'stream-key', cell, bits=64):016x}"


def seed_of(seed: int, stream: str, source: str) -> int:
    """Return the seed of one source in a cell's own stream."""
    return derive(seed, "stream", stream, source, bits=_BITS)


def start_streams(group: SourceGroup, cell: Cell, seed_for: Callable[[str], int]) -> None:
    """Seed every loaded source, and the generators that a cell can reach."""
    for source in group.loaded():
        group.seed(source, seed_for(source.name))
    if cell.held.loaded():
        cell.held.seed(seed_for(cell.held.name))


def give_back(group: SourceGroup, seal: Seal, cell: Cell, seed_for: Callable[[str], int]) -> None:
    """End a cell's loan: everything goes back to what the cell found, and what it has loaded starts from the run's seed.

    A source that can only be seeded gets a stream that nobody has drawn from: the run's own would repeat what was drawn.
    """
    assert cell.lent is not None
    states, cell.lent = cell.lent.states, None
    for source in group.loaded():
        if source.name not in states:
            group.seed(source, seed_for(source.name))
        elif SET_ONLY in source.traits:
            group.seed(source, seed_of(seed_for(source.name), f"after {cell.key}", source.name))
        else:
            group.restore(source, states[source.name], "after the cell")
    group.restore(cell.held, states.get(cell.held.name), "after the cell")
    restore_seal(seal, states)
