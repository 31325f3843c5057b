"""Runtime: this process's seed, mode and sources. It is the only writer of PRNG state."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from seednb.digest import digest
from seednb.entropy import SEALED_MODULES, Seal
from seednb.imports import ImportHook
from seednb.settings import check_seed
from seednb.sources import EXACT_RESTORE, Source, builtin
from seednb.wire import Note

UNREADABLE = "-"


class CellFacts(NamedTuple):
    """What one cell did: the digests after it of the sources that it changed, and the notes of the seal."""

    key: str
    seeded: bool
    sources: dict[str, str]
    notes: list[Note]


class _Cell:
    """A cell in flight."""

    def __init__(self, key: str, before: dict[str, Optional[bytes]], *, seeded: bool) -> None:
        self.key = key
        self.before = before
        self.seeded = seeded


class Runtime:
    """One life of this process, from the first seed on.

    `seed` is None until `start`. All writing happens in the main thread.
    """

    def __init__(self, sources: Optional[Iterable[Source]] = None) -> None:
        self.epoch = os.urandom(16).hex()
        self.seed: Optional[int] = None
        self.origin = ""
        self.start_seed: Optional[int] = None
        self.reseeds: list[tuple[str, int]] = []
        self.seal = Seal()
        self.sealing = True
        self.sources: list[Source] = list(builtin() if sources is None else sources)
        self._open: list[_Cell] = []
        self._fresh: dict[str, Optional[bytes]] = {}
        watched = SEALED_MODULES.union(source.module for source in self.sources)
        self._imports = ImportHook(watched, self)

    # -- seeding ---------------------------------------------------------------------------------

    def start(self, seed: int, origin: str, *, sealing: bool = True) -> None:
        """Seed every loaded source now and every other one at its import.

        The first call sets the start seed; so does a later one as long as nothing has drawn.
        """
        seed = check_seed(seed)
        if self.start_seed is None or not self.has_drawn():
            self.start_seed, self.origin, self.reseeds = seed, origin, []
        else:
            self.reseeds.append((self.cell, seed))
        for cell in self._open:
            cell.seeded = cell.seeded or not self._changed(cell.before)
            cell.before.clear()  # a cell that seeds changes every source, also one that stood at that seed's start already
        self.seed, self.sealing = seed, sealing
        self._fresh.clear()
        self._imports.install()
        if sealing:
            self.seal.start(seed)
        else:
            self.seal.stop()
        self._adopt()

    def stop(self) -> None:
        """Stop seeding and sealing; generators go on from where they are."""
        self._imports.uninstall()
        self.seal.stop()
        self.seed = None

    def has_drawn(self) -> bool:
        """Tell whether a source has left the state that seeding gave it, as far as states can be read."""
        moved = any(self._fresh.get(name) != state for name, state in self.states().items() if name != self.seal.name)
        return moved or self.seal.has_drawn()

    @property
    def cell(self) -> str:
        """The key of the cell that is running, or an empty string."""
        return self._open[-1].key if self._open else ""

    def loaded(self) -> list[str]:
        """Return the names of the sources that the user's code has imported."""
        return [source.name for source in self.sources if source.loaded()]

    # -- cells -----------------------------------------------------------------------------------

    def begin_cell(self, key: str) -> None:
        """A cell begins. Cells may nest; each `begin_cell` has its `end_cell`."""
        self._adopt()
        self.seal.cell = key
        self._open.append(_Cell(key, self.states(), seeded=self.seed is not None))

    def end_cell(self) -> Optional[CellFacts]:
        """The innermost cell has ended: return what it did, or None where no cell had begun."""
        if not self._open:
            return None
        cell = self._open.pop()
        self.seal.cell = self.cell
        digests = {name: UNREADABLE if state is None else digest(state) for name, state in self._changed(cell.before).items()}
        return CellFacts(cell.key, cell.seeded, digests, [] if self._open else self.seal.take_notes())

    def states(self) -> dict[str, Optional[bytes]]:
        """Read the states of all loaded sources, and of the seal once it was used."""
        states: dict[str, Optional[bytes]] = {source.name: source.state() for source in self.sources if source.loaded()}
        if self.seal.has_drawn():
            states[self.seal.name] = self.seal.state()
        return states

    def _changed(self, before: dict[str, Optional[bytes]]) -> dict[str, Optional[bytes]]:
        return {name: state for name, state in self.states().items() if name not in before or before[name] != state}

    # -- imports (called by ImportHook) ------------------------------------------------------------

    def enter_import(self) -> Any:
        """Remember the states that importing installed code must not change."""
        if self.seed is None:
            return None
        self.seal.importing = True
        states = [(source, source.state()) for source in self.sources if source.loaded() and EXACT_RESTORE in source.traits]
        return states, frozenset(self._fresh)

    def leave_import(self, entered: Any) -> None:
        """Put back what importing drew: old generators to where they were, newly loaded ones to their start."""
        self.seal.importing = False
        if self.seed is None or entered is None:
            return
        states, seeded = entered
        for source, state in states:
            if state is not None and source.state() != state:
                source.restore(state)
        for name in self._fresh.keys() - seeded:
            del self._fresh[name]
        self._adopt()

    def imported(self, module: str) -> None:
        """Seed a source whose module has just been imported, and seal what came with it."""
        self.seal.imported(module)
        self._adopt()

    def _adopt(self) -> None:
        """Seed each loaded source that has not been seeded yet."""
        for source in self.sources:
            if self.seed is not None and source.name not in self._fresh and source.loaded():
                source.seed(self.seed)
                self._fresh[source.name] = source.state()


_session: list[Runtime] = []


def session() -> Runtime:
    """Return this process's one Runtime; it is made at the first call."""
    if not _session:
        _session.append(Runtime())
    return _session[0]


def end_session() -> None:
    """Forget this process's Runtime, with all that it installed put back."""
    while _session:
        _session.pop().stop()
