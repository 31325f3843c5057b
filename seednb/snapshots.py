"""States of the sources as cells first found them, for rewinding: equal states are kept once, and the oldest are dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Optional

States = dict[str, Optional[bytes]]

LIMIT = 64 * 2**20
"""Bytes of states that are kept."""


class Snapshot(NamedTuple):
    """What a cell's first run found, and the names of the sources that it drew from (empty until it has ended)."""

    states: States
    drew: frozenset[str] = frozenset()


class Snapshots:
    """The snapshots of one runtime, in the order of the cells' first runs.

    Equal states are one object, and a cell that finds what the cell before it found shares its whole table: only new
    states count against `limit` (bytes).
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._kept: dict[str, Snapshot] = {}
        self._dropped: set[str] = set()
        self._uses: dict[bytes, int] = {}
        self._objects: dict[bytes, bytes] = {}
        self._size = 0
        self._newest = Snapshot({})

    def add(self, key: str, states: States) -> None:
        """Keep what a cell found, unless this is not its first run."""
        if key in self._kept or key in self._dropped:
            return
        if states != self._newest.states:
            self._newest = Snapshot({name: None if state is None else self._objects.get(state, state) for name, state in states.items()})
        self._kept[key] = self._newest
        self._count(self._newest.states, 1)
        while self._size > self._limit and len(self._kept) > 1:
            self._drop_oldest()

    def drew(self, key: str, names: frozenset[str]) -> None:
        """Note which sources a cell's first run drew from."""
        snapshot = self._kept.get(key)
        if snapshot is not None and names:
            self._kept[key] = snapshot._replace(drew=names)

    def get(self, key: str) -> Optional[Snapshot]:
        """Return a cell's snapshot, or None."""
        return self._kept.get(key)

    def __contains__(self, key: str) -> bool:
        return key in self._kept

    def was_dropped(self, key: str) -> bool:
        """Tell whether a cell's snapshot has been dropped for want of room."""
        return key in self._dropped

    def since(self, key: str) -> Iterator[Snapshot]:
        """Yield the snapshots from a cell's on, in the order of first runs."""
        found = False
        for other, snapshot in self._kept.items():
            found = found or other == key
            if found:
                yield snapshot

    @property
    def size(self) -> int:
        """Bytes of states that are kept."""
        return self._size

    def _drop_oldest(self) -> None:
        key = next(iter(self._kept))
        self._dropped.add(key)
        self._count(self._kept.pop(key).states, -1)

    def _count(self, states: States, step: int) -> None:
        for state in states.values():
            if state is None:
                continue
            uses = self._uses.get(state, 0) + step
            if uses == step == 1:
                self._objects[state] = state
                self._size += len(state)
            self._uses[state] = uses
            if uses == 0:
                del self._uses[state], self._objects[state]
                self._size -= len(state)
