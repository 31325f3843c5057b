"""Runtime: this process's seed, mode, sources and cells. It is the only writer of PRNG state."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Optional

from seednb import seeding
from seednb.determinism import SWITCHED_MODULES, Switches
from seednb.display import MAKERS, DisplayIds
from seednb.errors import NotNowError, SeednbError
from seednb.guard import Guard
from seednb.inflight import Cell, CellFacts, facts_of
from seednb.rewinding import Rewinding, Rewound
from seednb.seeding import Seeding
from seednb.settings import check_seed
from seednb.snapshots import States
from seednb.solvers import SolverSeeds
from seednb.sources import SET_ONLY, Source
from seednb.sources.held import HeldSource
from seednb.streams import PER_CELL, STREAM, give_back, seed_of, start_streams, stream_key
from seednb.tasks import in_main_thread

MAX_RESEEDS = 1000
"""How many `%seed` lines a record lists; one in a loop must not make it grow without end."""


class Runtime(Seeding):
    """One life of this process, from the first seed on: what Seeding does, and cells.

    `elsewhere` counts the cells that run in other threads: while there is one, nothing is put back. `cells` counts those that have
    begun in this one.
    """

    def __init__(self, sources: Optional[Iterable[Source]] = None) -> None:
        super().__init__(sources, modules=SWITCHED_MODULES.union(MAKERS))
        self.epoch = os.urandom(16).hex()
        self.seed_origin = ""
        self.start_seed: Optional[int] = None
        self.origin = ""
        self._start_cell = ""
        self.reseeds: list[tuple[str, int]] = []
        self.mode = STREAM
        self.streams: dict[str, str] = {}
        self.display = DisplayIds(self.seal, self.tasks)
        self.switches = Switches()
        self.solvers = SolverSeeds(lambda: self.seed)
        self.rewinding = Rewinding(self.group, self.seal)
        self.guard = Guard(self.group, self.seal, self.tasks)
        self.elsewhere = 0
        self.cells = 0
        self._open: list[Cell] = []
        self._early = False
        self._drew = False

    # -- seeding ---------------------------------------------------------------------------------

    def start(self, seed: int, origin: str, *, sealing: bool = True, before_cells: bool = False) -> None:
        """Seed every loaded source now and every other one at its import; with `before_cells`, once more as the first cell begins.

        The first call sets the start seed; so does a later one until `has_begun`. Raises SeedError if it is
        no seed, and SeednbError, with all other sources seeded, if a source could not be.
        """
        seed = check_seed(seed)
        if not self.has_begun():
            self.start_seed, self.origin, self._start_cell, self.reseeds = seed, origin, self.cell, []
        elif len(self.reseeds) < MAX_RESEEDS:
            self.reseeds.append((self.cell, seed))
        for cell in self._open:
            untouched = not self._changed(cell)
            cell.seeded, cell.repeats = cell.seeded or untouched, untouched
        self.seed, self.seed_origin, self.sealing = seed, origin, sealing
        self._early = before_cells and not self._open
        self._home = os.getpid()
        if self._place is not None:  # a child that sets its own seed is a process like any other
            self._place = None
            self.tasks.become()
        self.install()
        failed = self._restart()
        if failed:
            raise SeednbError(f"seed {seed} is set, but {'; '.join(failed)}")

    def install(self) -> None:
        super().install()
        self.solvers.start()

    def stop(self) -> None:
        super().stop()
        self.display.stop()
        self.switches.stop()
        self.solvers.stop()
        self.guard.forget()

    def imported(self, module: str) -> None:
        self.switches.imported(module)
        self.solvers.imported(module)
        self.display.imported(module)
        super().imported(module)

    def _enlist(self) -> None:
        super()._enlist()
        self._open.clear()
        self._early = False

    def set_mode(self, mode: str) -> None:
        """Let cells draw from one stream, or each from its own; the streams start anew. Raises NotNowError."""
        self.must_be_free()
        self._must_be_seeded()
        if mode != self.mode:
            self.mode = mode
            for cell in self._open[:1]:
                cell.stream = self._stream_of(cell.key)
            self._restart()

    def set_display_ids(self, *, on: bool) -> None:
        """Let display ids follow the seed, or not. Raises NotNowError. Where they do, a new run of the cell begins for them."""
        self.must_be_free()
        if on:
            self._must_be_seeded()
            self.display.begin(self.seal.cell)
        self.switches.display_ids = on
        self._show_ids()

    def _show_ids(self) -> None:
        if self.switches.display_ids and self.seed is not None:
            self.display.start(self.seed)
        else:
            self.display.stop()

    def has_begun(self) -> bool:
        """Tell whether the start seed stands: something has drawn from it, or a cell has set it beside this one, and a replay runs both."""
        if self.start_seed is None:
            return False
        has_its_cell = self.cell != "" and self._start_cell not in ("", self.cell)
        return has_its_cell or bool(self.reseeds) or self.has_drawn()

    def has_drawn(self) -> bool:
        """Tell whether a source has left the state that seeding gave it, as far as states can be read."""
        fresh = self.group.fresh
        return self._drew or self.seal.has_drawn() or any(fresh.get(name) != state for name, state in self.group.states().items())

    @property
    def cell(self) -> str:
        """The key of the cell that is running, or an empty string."""
        return self._open[-1].key if self._open else ""

    def loaded(self) -> list[str]:
        """Return the names of the sources that the user's code has imported."""
        return [source.name for source in self.group.loaded()]

    def unreadable(self) -> list[str]:
        """Return the names of the loaded sources whose state cannot be read."""
        return [name for name, state in self.group.states().items() if state is None]

    def must_be_free(self) -> None:
        """Raise NotNowError unless this is the main thread of the seeded process and no other cell is in flight."""
        if not in_main_thread():
            raise NotNowError("not now: generators are set in the main thread only")
        if self.elsewhere:
            raise NotNowError("not now: another cell is running beside this one, in a subshell")
        if os.getpid() != self._home:
            raise NotNowError("not now: this process was forked; generators are set in its parent")

    def _must_be_seeded(self) -> None:
        if self.seed is None:
            raise SeednbError("no seed is set; %seed 42 sets one, %seed new generates one")

    def _restart(self) -> list[str]:
        """Start all streams; return what went wrong. A cell that seeds changes every source, also one that stood there already."""
        self._seedings += 1
        self._drew = False
        self.failures.clear()
        self.group.fresh.clear()
        self.guard.forget()
        for cell in self._open:
            cell.before.clear()
            cell.lent = None
        if self.sealing and self.seed is not None:
            self.seal.start(self.seed)
        else:
            self.seal.stop()
        self._show_ids()
        return self.adopt()

    def _seed_of(self, source: str) -> int:
        """Return the seed that a source starts from, now."""
        assert self.seed is not None
        if self._open and self._open[-1].lent is not None:
            return self._open[-1].lent.seed
        stream = self._open[0].stream if self._open else None
        return self.seed if stream is None else seed_of(self.seed, stream, source)

    def _stream_of(self, key: str) -> Optional[str]:
        return (self.streams.get(key) or stream_key(key)) if self.mode == PER_CELL and self.seed is not None else None

    # -- cells -----------------------------------------------------------------------------------

    def begin_cell(self, key: str, names: Iterable[str] = ()) -> None:
        """A cell begins; it reads these names. Cells may nest; each `begin_cell` has its `end_cell`."""
        if self._early and self.seed is not None:
            # IPython's banner picks its tip of the day from `random`, each time that a front end asks for it.
            self._restart()
        self._early = False
        self.adopt()
        cell = Cell(key, HeldSource(names, self.rewinding.namespace), seeded=self.seed is not None)
        outermost = not self._open
        self.cells += outermost
        states = self.group.states()
        if outermost:
            if cell.seeded:
                cell.between = self.guard.check(states, free=self._is_free())
            cell.stream = self._stream_of(key)
            self.sharing.begin()
            self.seal.cell = cell.stream or key
            self.tasks.enter(self.seal.cell)
            self.display.begin(self.seal.cell)
        self._open.append(cell)
        if cell.stream is not None:
            self._own_stream(cell)
        cell.before = self._states(cell, states if cell.between is None and cell.stream is None else None)
        if outermost and cell.seeded:
            self.rewinding.snapshots.add(key, cell.before)

    def end_cell(self) -> Optional[CellFacts]:
        """The innermost cell has ended: return what it did, or None where no cell had begun."""
        if not self._open:
            return None
        cell = self._open[-1]
        states = self._states(cell)
        changed = self._difference(cell.before, states)
        if cell.lent is not None:
            give_back(self.group, self.seal, cell, self._seed_of)
            states = self._states(cell)
        self._open.pop()
        outermost = not self._open
        takers = (self.seal.take_notes, self.sharing.notes, self.solvers.take_notes, self.display.take_notes) if outermost else ()
        facts = facts_of(cell, changed, [note for take in takers for note in take()])
        if outermost:
            self.rewinding.snapshots.drew(cell.key, facts.drew)
            self.seal.cell = ""
            self.guard.remember(states, cell.held, elsewhere=self.elsewhere)
            self.tasks.leave()
        return facts

    def states(self) -> States:
        """Read the states of all loaded sources, of the seal, and of the generators that the running cell can reach."""
        return self._states(self._open[-1] if self._open else None)

    def _states(self, cell: Optional[Cell], sources: Optional[States] = None) -> States:
        states = dict(self.group.states() if sources is None else sources)
        if self.sealing:
            states[self.seal.name] = self.seal.state()
        if cell is not None and cell.held.loaded():
            states[cell.held.name] = self.group.read(cell.held)
        return states

    def _difference(self, before: States, now: States) -> States:
        hidden = "" if self.seal.has_drawn() else self.seal.name
        return {name: state for name, state in now.items() if name != hidden and (name not in before or before[name] != state)}

    def _changed(self, cell: Cell) -> States:
        return self._difference(cell.before, self._states(cell))

    def _is_free(self) -> bool:
        try:
            self.must_be_free()
        except NotNowError:
            return False
        return True

    # -- streams of cells, rewinding ---------------------------------------------------------------

    def _own_stream(self, cell: Cell) -> None:
        """Start a cell's own stream: in every source, in the generators that it can reach, in the seal."""
        if not self._is_free():
            cell.stream = None
            self.failed(NotNowError("another cell is running beside it"), f"cell {cell.key} could not have its own stream")
            return
        self._drew = self.has_drawn()
        start_streams(self.group, cell, self._seed_of)
        self.seal.forget(self.seal.cell)

    def lend(self, seed: int) -> list[str]:
        """Give the innermost cell the stream of this seed until it ends; return the sources that cannot be put back then."""
        seed = check_seed(seed)
        self.must_be_free()
        self._must_be_seeded()
        cell = self._open[-1]
        cell.lend(seed, self._states(cell))
        fresh = dict(self.group.fresh)
        start_streams(self.group, cell, self._seed_of)
        self.group.fresh = fresh
        if self.sealing:
            self.seal.start(seed)
        cell.before = self._states(cell)
        return [source.name for source in self.group.loaded() if SET_ONLY in source.traits]

    def rewind(self, key: str) -> Rewound:
        """Put the sources back to where a cell first found them. Raises NotNowError, and SeednbError where that cannot be done."""
        self.must_be_free()
        self._must_be_seeded()
        done = self.rewinding.rewind(key, self._seed_of)
        self.guard.forget()
        for cell in self._open:
            cell.before, cell.repeats = self._states(cell), cell.repeats or not self._changed(cell)
        return done

    def is_back(self, key: str) -> bool:
        """Tell whether every source that a cell's first run drew from is again in the state in which that run found it."""
        return self.rewinding.is_back(key)


def session() -> Runtime:
    """Return this process's one Runtime; it is made at the first call, also where a child had less."""
    found = seeding.current()
    if isinstance(found, Runtime):
        return found
    made = Runtime()
    seeding.replace_session(made)
    return made


def end_session() -> None:
    """Forget this process's Runtime, with all that it installed put back."""
    seeding.end_session()
