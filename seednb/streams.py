"""Modes: all cells draw from one stream, in the order of execution, or each from a stream of its own."""

from __future__ import annotations

import re

from seednb.entropy import derive

STREAM = "stream"
PER_CELL = "per-cell"
MODES = (STREAM, PER_CELL)

_RECORDABLE = re.compile(r"[!-~]{1,64}")
_BITS = 31
"""Every system takes a seed below 2**31, R too."""


def stream_key(cell: str) -> str:
    """Return the key of a cell's own stream, as the record can hold it: the cell's key, or 64 bits that stand for it."""
    return cell if _RECORDABLE.fullmatch(cell) else f"k-{derive(0, 'stream-key', cell, bits=64):016x}"


def seed_of(seed: int, stream: str, source: str) -> int:
    """Return the seed of one source in a cell's own stream."""
    return derive(seed, "stream", stream, source, bits=_BITS)
