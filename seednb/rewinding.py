"""Rewinding: sources go back to where a cell's first run found them, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable, NamedTuple, Optional

from seednb.entropy import Seal
from seednb.errors import SeednbError
from seednb.snapshots import Snapshots, States
from seednb.sources.group import SourceGroup
from seednb.sources.held import HeldSource, join, parts, root


class Rewound(NamedTuple):
    """What a rewind has put back, and which generators it could not find any more."""

    cell: str
    names: list[str]
    missing: list[str]


class Rewinding:
    """The snapshots of one runtime's cells, and the way back to them. `namespace`: where the names that cells read are looked up."""

    def __init__(self, group: SourceGroup, seal: Seal) -> None:
        self._group = group
        self._seal = seal
        self.snapshots = Snapshots()
        self.namespace: Mapping[str, Any] = {}

    def rewind(self, key: str, seed_of: Callable[[str], int]) -> Rewound:
        """Put the sources back to where a cell first found them, and generators that variables hold as the cells from there on did.

        A source that has been imported since starts as at its import, with the seed that `seed_of` gives. Raises SeednbError where
        a source or the cell's states are not there to be put back; then nothing changes.
        """
        snapshot = self.snapshots.get(key)
        if snapshot is None:
            raise SeednbError(self._no_snapshot(key))
        only_set = [source.name for source in self._group.loaded() if snapshot.states.get(source.name, b"") is None]
        if only_set:
            raise SeednbError(
                f"cannot rewind: {', '.join(only_set)} can be seeded, not put back; "
                "%seed restart starts everything anew, and under %seed per-cell every cell repeats"
            )
        done = []
        for source in self._group.loaded():
            if source.name not in snapshot.states:
                self._group.seed(source, seed_of(source.name))
            elif not self._group.restore(source, snapshot.states[source.name], "by rewinding"):
                continue
            done.append(source.name)
        restore_seal(self._seal, snapshot.states)
        held, missing = self._rewind_held(key)
        return Rewound(key, done + held, missing)

    def is_back(self, key: str) -> bool:
        """Tell whether every source that a cell's first run drew from is again in the state in which that run found it."""
        snapshot = self.snapshots.get(key)
        if snapshot is None:
            return False
        now = {**self._group.states(), self._seal.name: self._seal.state()}
        return all(self._equals(name, snapshot.states.get(name), now) for name in snapshot.drew)

    def _equals(self, name: str, state: Optional[bytes], now: States) -> bool:
        if name != HeldSource.name:
            return state is not None and now.get(name) == state
        saved = parts(state or b"")
        found = self._held(saved).found
        return all(path in found and found[path][1].read(found[path][0]) == part for path, part in saved.items())

    def _rewind_held(self, key: str) -> tuple[list[str], list[str]]:
        first: dict[str, bytes] = {}
        for snapshot in self.snapshots.since(key):
            for path, state in parts(snapshot.states.get(HeldSource.name) or b"").items():
                first.setdefault(path, state)
        held = self._held(first)
        self._group.restore(held, join(first), "by rewinding")
        return [path for path in first if path in held.found], [path for path in first if path not in held.found]

    def _held(self, paths: Iterable[str]) -> HeldSource:
        return HeldSource({root(path) for path in paths}, self.namespace)

    def _no_snapshot(self, key: str) -> str:
        if self.snapshots.was_dropped(key):
            return (
                f"cannot rewind to cell {key}: its states were dropped, as the newest 64 MB are kept; %seed restart starts everything anew"
            )
        return f"cannot rewind to cell {key}: it has not run since the seed was set"


def restore_seal(seal: Seal, states: States) -> None:
    """Put the seal's counters back, if they were read while it was in force."""
    state = states.get(seal.name)
    if state is not None and seal.seed is not None:
        seal.restore(state)
