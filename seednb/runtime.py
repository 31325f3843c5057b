"""Runtime: this process's seed, mode and sources. It is the only writer of PRNG state."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from seednb.digest import digest
from seednb.entropy import SEALED_MODULES, Seal
from seednb.errors import SeednbError
from seednb.imports import ImportHook
from seednb.settings import check_seed
from seednb.sources import EXACT_RESTORE, Source, builtin
from seednb.wire import Note

UNREADABLE = "-"
MAX_RESEEDS = 1000
"""How many `%seed` lines a record lists; one in a loop must not make it grow without end."""
_MAX_FAILURES = 20

States = dict[str, Optional[bytes]]


class CellFacts(NamedTuple):
    """What one cell did: the digests after it of the sources that it changed, and the notes of the seal."""

    key: str
    seeded: bool
    sources: dict[str, str]
    notes: list[Note]


class _Cell:
    """A cell in flight."""

    def __init__(self, key: str, before: States, *, seeded: bool) -> None:
        self.key = key
        self.before = before
        self.seeded = seeded


class _Import(NamedTuple):
    """What `enter_import` found: states of loaded sources, names of the seeded ones, and which seeding that was."""

    states: list[tuple[Source, Optional[bytes]]]
    seeded: frozenset[str]
    seeding: int


class Runtime:
    """One life of this process, from the first seed on.

    `seed` is None until `start`. All writing happens in the main thread, but for a source that another thread has just
    imported, and in this process: forked children go on as they were copied.
    """

    def __init__(self, sources: Optional[Iterable[Source]] = None) -> None:
        self.epoch = os.urandom(16).hex()
        self.seed: Optional[int] = None
        self.seed_origin = ""
        self.start_seed: Optional[int] = None
        self.origin = ""
        self.reseeds: list[tuple[str, int]] = []
        self.seal = Seal()
        self.sealing = True
        self.sources: list[Source] = list(builtin() if sources is None else sources)
        self.failures: list[str] = []
        self._open: list[_Cell] = []
        self._fresh: States = {}
        self._seedings = 0
        self._early = False
        self._home = os.getpid()
        watched = SEALED_MODULES.union(source.module for source in self.sources)
        self._imports = ImportHook(watched, self)

    # -- seeding ---------------------------------------------------------------------------------

    def start(self, seed: int, origin: str, *, sealing: bool = True, before_cells: bool = False) -> None:
        """Seed every loaded source now and every other one at its import; with `before_cells`, once more as the first cell begins.

        The first call sets the start seed; so does a later one as long as nothing has drawn. Raises SeedError if it is
        no seed, and SeednbError, with all other sources seeded, if a source could not be.
        """
        seed = check_seed(seed)
        if self.start_seed is None or not self.has_drawn():
            self.start_seed, self.origin, self.reseeds = seed, origin, []
        elif len(self.reseeds) < MAX_RESEEDS:
            self.reseeds.append((self.cell, seed))
        for cell in self._open:
            cell.seeded = cell.seeded or not self._changed(cell.before)
            cell.before.clear()  # a cell that seeds changes every source, also one that stood at that seed's start already
        self.seed, self.seed_origin, self.sealing = seed, origin, sealing
        self._early = before_cells and not self._open
        self._home = os.getpid()
        self._imports.install()
        failed = self._restart()
        if failed:
            raise SeednbError(f"seed {seed} is set, but {'; '.join(failed)}")

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

    def _restart(self) -> list[str]:
        """Start all streams; return what went wrong."""
        self._seedings += 1
        self.failures.clear()
        self._fresh.clear()
        if self.sealing and self.seed is not None:
            self.seal.start(self.seed)
        else:
            self.seal.stop()
        return self._adopt()

    # -- cells -----------------------------------------------------------------------------------

    def begin_cell(self, key: str) -> None:
        """A cell begins. Cells may nest; each `begin_cell` has its `end_cell`."""
        if self._early and self.seed is not None:
            # IPython's banner picks its tip of the day from `random`, each time that a front end asks for it.
            self._restart()
        self._early = False
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

    def states(self) -> States:
        """Read the states of all loaded sources, and of the seal once it was used."""
        states = {source.name: self._read(source) for source in self.sources if source.loaded()}
        if self.seal.has_drawn():
            states[self.seal.name] = self.seal.state()
        return states

    def _changed(self, before: States) -> States:
        return {name: state for name, state in self.states().items() if name not in before or before[name] != state}

    def _read(self, source: Source) -> Optional[bytes]:
        try:
            return source.state()
        except Exception as error:  # one system that cannot be read must not hide the others
            self.failed(error, f"{source.name} cannot be read")
            return None

    # -- imports (called by ImportHook) ------------------------------------------------------------

    def enter_import(self) -> Any:
        """Remember the states that importing installed code must not change."""
        if self.seed is None or os.getpid() != self._home:
            return None
        self.seal.importing = True
        exact = (source for source in self.sources if source.loaded() and EXACT_RESTORE in source.traits)
        return _Import([(source, self._read(source)) for source in exact], frozenset(self._fresh), self._seedings)

    def leave_import(self, entered: Any) -> None:
        """Put back what importing drew: old generators to where they were, newly loaded ones to their start."""
        self.seal.importing = False
        if self.seed is None or entered is None or entered.seeding != self._seedings:
            return
        for source, state in entered.states:
            self._put_back(source, state)
        for name in self._fresh.keys() - entered.seeded:
            del self._fresh[name]
        self._adopt()

    def imported(self, module: str) -> None:
        """Seed a source whose module has just been imported, and seal what came with it."""
        self.seal.imported(module)
        if threading.get_ident() == threading.main_thread().ident:
            self._adopt()
        else:
            self._adopt([source for source in self.sources if source.module == module and not source.per_thread])

    def _put_back(self, source: Source, state: Optional[bytes]) -> None:
        if state is not None and self._read(source) != state:
            try:
                source.restore(state)
            except Exception as error:
                self.failed(error, f"{source.name} could not be put back after an import")

    def failed(self, error: Exception, what: str = "an import hook failed") -> str:
        """Remember what went wrong where nothing may be raised, for `%seed` to show; return it in words."""
        failure = f"{what}: {type(error).__name__}: {error}"
        if failure not in self.failures and len(self.failures) < _MAX_FAILURES:
            self.failures.append(failure)
        return failure

    def _adopt(self, sources: Optional[list[Source]] = None) -> list[str]:
        """Seed each loaded source that has not been seeded yet; return what went wrong."""
        failed: list[str] = []
        if self.seed is None or os.getpid() != self._home:
            return failed
        for source in self.sources if sources is None else sources:
            if source.name not in self._fresh and source.loaded():
                try:
                    source.seed(self.seed)
                except Exception as error:
                    failed.append(self.failed(error, f"{source.name} could not be seeded"))
                self._fresh[source.name] = self._read(source)
        return failed


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
