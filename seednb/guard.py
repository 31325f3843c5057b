"""The guard: draws between cells are noticed, and put back where nobody can have used them."""

from __future__ import annotations

from typing import Optional

from seednb.entropy import Seal
from seednb.inflight import Between
from seednb.snapshots import States
from seednb.sources import EXACT_RESTORE, Source
from seednb.sources.group import SourceGroup
from seednb.sources.held import HeldSource
from seednb.tasks import Tasks


class Guard:
    """Compares what a cell finds with what the last one left.

    callback_ran, subshell_ran: whether a widget's callback, or a cell in a subshell, has run since. callbacks: how many run now.

    Front ends and extensions draw between cells (IPython 9 picks the tip of its banner with `random` at every kernel_info
    request), and so does code of the user's: threads, tasks, timers, widget callbacks. What these may have drawn is never
    put back, or they would see values twice.
    """

    def __init__(self, group: SourceGroup, seal: Seal, tasks: Tasks) -> None:
        self._group = group
        self._seal = seal
        self._tasks = tasks
        self._after: Optional[States] = None
        self._held = HeldSource()
        self._company = False
        self.callback_ran = False
        self.callbacks = 0
        self.subshell_ran = False
        self.seen: list[Between] = []

    def remember(self, states: States, held: HeldSource, *, elsewhere: int) -> None:
        """A cell has ended and has left these states, its held generators among them: this is what the next one should find.

        elsewhere: how many cells run on in other threads.
        """
        self._after, self._held = states, held
        self._company = self._tasks.alive()
        self.callback_ran, self.subshell_ran = self.callbacks > 0, elsewhere > 0

    def forget(self) -> None:
        """Streams were set from outside of cells: there is nothing to compare with."""
        self._after, self._held = None, HeldSource()

    def check(self, states: States, *, free: bool) -> Optional[Between]:
        """A cell begins and finds these states: return the draws since the last one, put back if that is exact, safe and `free` to do."""
        if self._after is None:
            return None
        moved = self._moved(self._after, states)
        if not moved:
            return None
        reason = self._reason(moved) or ("" if free else "another cell is running")
        if not reason and not all(self._group.restore(source, self._after[source.name], "between cells") for source in moved):
            reason = "it failed"
        found = Between(sorted(source.name for source in moved), reason)
        if found not in self.seen:
            self.seen.append(found)
        return found

    def _moved(self, after: States, now: States) -> list[Source]:
        moved = [source for source in self._group.sources if source.name in after and now.get(source.name) != after[source.name]]
        if self._held.loaded() and self._group.read(self._held) != after.get(self._held.name):
            moved.append(self._held)
        return moved

    def _reason(self, moved: list[Source]) -> str:
        """Return why these draws stay, or nothing."""
        if self._company or self._tasks.alive():
            return "a thread or task that a cell started was running"
        if self.callback_ran:
            return "a widget's callback has run"
        if self.subshell_ran:
            return "a cell has run in a subshell"
        inexact = [source.name for source in moved if EXACT_RESTORE not in source.traits]
        return f"{', '.join(inexact)} cannot be put back exactly" if inexact else ""
