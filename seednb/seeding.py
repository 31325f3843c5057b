"""Seeding: this process's sources, seeded now or at their import, and the seal. All that a child process needs of its parent's run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, Optional

from seednb.entropy import Seal, derive
from seednb.imports import ImportHook
from seednb.processes import PROCESS_MODULES, Processes
from seednb.seals import SEALED_MODULES
from seednb.sharing import Sharing
from seednb.snapshots import States
from seednb.sources import EXACT_RESTORE, Source, builtin
from seednb.sources.group import SourceGroup
from seednb.sources.plugins import Plugins
from seednb.tasks import TASK_MODULES, Tasks, in_main_thread
from seednb.workers import Place


class _Import(NamedTuple):
    """What `enter_import` found: states of loaded sources, names of the seeded ones, and which seeding that was."""

    states: list[tuple[Source, Optional[bytes]]]
    seeded: frozenset[str]
    seeding: int


class Seeding:
    """The generators of one process. `seed` is None until there is one.

    In a child process they start from its place, and anew with each task. All writing happens in the main thread, but for a
    source that another thread has just imported and for tasks that a worker runs in threads, and in this process: children that
    have no place go on as they were copied. `modules`: others whose import is told.
    """

    def __init__(self, sources: Optional[Iterable[Source]] = None, *, modules: frozenset[str] = frozenset()) -> None:
        self.seed: Optional[int] = None
        self.sealing = True
        self.sharing = Sharing(self._shared)
        self.tasks = Tasks(self.sharing.watching)
        self.seal = Seal(self.tasks)
        self.processes = Processes(self.seal, self)
        self.group = SourceGroup(builtin() if sources is None else sources)
        self.sources, self.failures, self.failed = self.group.sources, self.group.failures, self.group.failed
        self.plugins = Plugins(self.group)
        self._seedings = 0
        self._in_threads: set[str] = set()
        self._home = os.getpid()
        self._place: Optional[Place] = None
        self._busy = 0
        watched = (SEALED_MODULES | TASK_MODULES | PROCESS_MODULES | modules).union(source.module for source in self.sources)
        self._imports = ImportHook(watched, self)

    def install(self) -> None:
        """Begin to seed and to seal what is imported, and to give places to what is started; once more is once."""
        self._imports.watch(self.plugins.find())
        self._imports.install()
        self.tasks.install()
        self.processes.install()

    def stop(self) -> None:
        """Stop seeding and sealing; generators go on from where they are."""
        self._imports.uninstall()
        self.seal.stop()
        self.processes.uninstall()
        self.tasks.uninstall()
        self.group.stop()
        self.seed = None
        if self._place is not None:
            self._place = None
            self.tasks.become()

    def work(self, place: Place) -> None:
        """This process is a child, or begins with another task of its parent: every source starts the stream of that place.

        Where a worker runs tasks in several threads, they share the global generators: only one that is alone has its own stream there.
        """
        if self._home != os.getpid() or self._place is None:
            self._enlist()
            self.plugins.know(place.plugins)
            self.install()
        self._home, self._place = os.getpid(), place
        self.seed, self.sealing = place.seed, True
        self.seal.become(place)
        self.tasks.enter(place.cell, place.path)
        if in_main_thread() or not self._busy:
            self.group.fresh.clear()
            self.adopt()

    def known_plugins(self) -> tuple[tuple[str, str], ...]:
        """Return the third parties' sources that children may need."""
        return self.plugins.known

    def _enlist(self) -> None:
        """This process has just become a child: what its parent was doing is no longer done here."""
        self._busy = 0
        self.tasks.become()

    @contextmanager
    def at(self, place: Place) -> Iterator[None]:
        """Run a job at the place that it was given when it was submitted."""
        self._busy += 1
        try:
            with self.tasks.at(place.cell, place.path), self.processes.starting(None):
                yield
        finally:
            self._busy -= 1

    def _shared(self) -> States:
        """Read the global generators that threads share, as far as any thread may read them."""
        shared = (source for source in self.group.loaded() if EXACT_RESTORE in source.traits and not source.per_thread)
        return {source.name: self.group.read(source) for source in shared}

    def adopt(self, sources: Optional[list[Source]] = None) -> list[str]:
        """Seed each loaded source, of all or of these, that has not been seeded yet; return what went wrong."""
        if self.seed is None or os.getpid() != self._home:
            return []
        self.plugins.take()
        if self._place is None:
            return self.group.adopt(self._seed_of, sources)
        for source in self.group.new(sources):
            self.group.spread(source, derive(self.seed, "task", self._place.cell, self._place.path, source.name, bits=128))
        return []

    def _seed_of(self, _source: str) -> int:
        """Return the seed that a source starts from, now."""
        assert self.seed is not None
        return self.seed

    # -- called by ImportHook ------------------------------------------------------------------------

    def enter_import(self) -> Any:
        """Remember the states that importing installed code must not change."""
        if self.seed is None or os.getpid() != self._home:
            return None
        self.seal.importing = True
        exact = (source for source in self.group.loaded() if EXACT_RESTORE in source.traits)
        return _Import([(source, self.group.read(source)) for source in exact], frozenset(self.group.fresh), self._seedings)

    def leave_import(self, entered: Any) -> None:
        """Put back what importing drew: old generators to where they were, newly loaded ones to their start."""
        self.seal.importing = False
        if self.seed is None or entered is None or entered.seeding != self._seedings:
            return
        for source, state in entered.states:
            self.group.restore(source, state, "after an import")
        for name in self.group.fresh.keys() - entered.seeded - self._in_threads:
            del self.group.fresh[name]
        self.adopt()

    def imported(self, module: str) -> None:
        """Seed a source whose module has just been imported, and seal what came with it."""
        self.tasks.imported(module)
        self.processes.imported(module)
        self.seal.imported(module)
        if in_main_thread():
            self.adopt()
        else:
            if self.seed is not None:
                self.plugins.take()
            found = [source for source in self.sources if source.module == module and not source.per_thread]
            self.adopt(found)
            self._in_threads.update(source.name for source in found)


_session: list[Seeding] = []


def current() -> Optional[Seeding]:
    """Return this process's one Seeding, if there is one."""
    return _session[0] if _session else None


def session() -> Seeding:
    """Return this process's one Seeding; a child that has none yet makes it."""
    if not _session:
        _session.append(Seeding())
    return _session[0]


def replace_session(other: Seeding) -> None:
    """Put another one, which does more, in the place of this process's."""
    end_session()
    _session.append(other)


def end_session() -> None:
    """Forget this process's Seeding, with all that it installed put back."""
    while _session:
        _session.pop().stop()
