"""`%seed replay`: the next runtime of this notebook replays what this one has recorded, and each cell is compared as it ends."""

from __future__ import annotations

from typing import Any, Callable, Optional

from seednb.environment import hash_seed
from seednb.errors import SeednbError
from seednb.kernel.comparing import DIFFERS, Comparison
from seednb.kernel.frontend import front_end
from seednb.kernel.intent import Intent, store, streams, take
from seednb.runtime import Runtime
from seednb.wire import WIRE_VERSION, CellEvent, Plan, cell_line


class NextRun:
    """Stores what is to be replayed, and in the runtime that follows compares it with what the cells do.

    obey, finish: begin and end a plan. record: returns what this runtime has recorded. told: tells what came out.
    """

    def __init__(
        self,
        shell: Any,
        runtime: Runtime,
        record: Callable[[], dict[str, Any]],
        obey: Callable[[Plan], None],
        finish: Callable[[], None],
        told: Callable[[str], None],
    ) -> None:
        self._shell = shell
        self._runtime = runtime
        self._record = record
        self._obey = obey
        self._finish = finish
        self._told = told
        self._intent: Optional[Intent] = None
        self.comparison: Optional[Comparison] = None
        self.running = False
        self._summary = ""

    def begin(self) -> None:
        """Obey the intent that an earlier runtime has left, if there is one; nothing else is done without one."""
        try:
            intent = take(self._shell)
        except OSError as error:  # a folder that is read-only by now
            self._runtime.failed(error, "what an earlier runtime has kept was not replayed")
            return
        if intent is not None:
            self._intent, self.comparison, self.running = intent, Comparison(intent.cells), True
            self._obey(_plan(intent))

    def drop(self) -> None:
        """Replay nothing of what an earlier runtime has left."""
        try:
            take(self._shell)
        except OSError as error:
            self._runtime.failed(error, "what an earlier runtime has kept is still there")
        if self.running:
            self.running = False
            self._finish()

    def cell(self, event: CellEvent, number: int) -> None:
        """A cell has ended as `In [number]`: compare it; the last of those that were recorded ends the replay."""
        if not self.running or self.comparison is None:
            return
        again = self.comparison.add(event["key"], number, cell_line(event))
        if again or self.comparison.complete:
            self._end()
            self._told(self._summary)

    def verb(self) -> str:
        """Do what `%seed replay` asks for: tell what came out of the replay that has run, else keep what is to be replayed next."""
        if self.running and self.comparison is not None:
            self.comparison.leave_out(self._runtime.cell)
            self._end()
        if self._summary:
            text, self._summary = self._summary, ""
            return text
        return self.store()

    def store(self) -> str:
        """Keep what this runtime has recorded for the next one; return what to do now."""
        record = self._record()
        if self._runtime.start_seed is None or not record["cells"]:
            raise SeednbError("nothing to replay: no cell has run since a seed was set")
        store(self._shell, record)
        count = len(record["cells"])
        kept = f"kept for one hour: seed {record['seed']}, and what {'1 cell' if count == 1 else f'{count} cells'} did"
        between = [str(seed) for key, seed in record["reseeds"] if not key]
        kept += f"; seed {', '.join(between)} was set between cells, which a replay does not repeat" if between else ""
        return f"{kept}; now {front_end(self._shell).run_again}: the run is a replay, and is compared"

    def _end(self) -> None:
        assert self.comparison is not None
        assert self._intent is not None
        self.running = False
        self._finish()
        self._summary = self.comparison.summary()
        before, now = self._intent.hash_seed, hash_seed()
        if self.comparison.first is not None and before != now:
            self._summary += f"; the hash seed was {_shown(before)} and is {_shown(now)}: sets of strings may have another order"

    def verdicts(self) -> dict[str, str]:
        """Return what became of each cell that was compared, in words."""
        outcomes = self.comparison.outcomes if self.comparison is not None else {}
        return {key: f"differs: {found.what}" if found.verdict == DIFFERS else found.verdict for key, found in outcomes.items()}


def _plan(intent: Intent) -> Plan:
    return {
        "version": WIRE_VERSION,
        "seed": intent.seed,
        "origin": intent.origin,
        "override": True,
        "seal": intent.sealing,
        "replay": True,
        "reseeds": [list(item) for item in intent.reseeds],
        "mode": intent.mode,
        "streams": streams(intent),
        "settings": dict(intent.settings),
        "restore_env": {},
        "stable_files": False,
        "variables": any(line.variables for line in intent.cells.values()),
        "interactive": True,
    }


def _shown(seed: Optional[int]) -> str:
    return "random" if seed is None else str(seed)
