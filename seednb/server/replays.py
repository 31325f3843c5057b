"""A replay in a front end's own kernel: what it must send, how each cell compares, and what the notebook holds in the end."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from seednb.compare import Verdict, policy_for
from seednb.errors import KernelError
from seednb.launch import Environment
from seednb.record import Record
from seednb.replay.accept import keeps, merged
from seednb.replay.client import CellRun
from seednb.replay.doors import answers, door_to
from seednb.replay.execute import Execution, variables_for
from seednb.replay.plans import as_recorded, replay_plan
from seednb.replay.replayed import REPLAYED, Replay
from seednb.replay.run import choose, refuse_when_off
from seednb.replay.verify import Verification
from seednb.report import Side, document, page
from seednb.report.facts import RECORDED
from seednb.report.words import explained
from seednb.server.editor import OpenNotebook
from seednb.server.requests import BAD_REQUEST, CONFLICT, NOT_FOUND, RefusedError
from seednb.server.told import current_of, event_of, outputs_of
from seednb.server.verifications import with_first_id
from seednb.settings import Choice

_MAY_FAIL = "raises-exception"
_NOT_ITS_OWN = {None, "unknown", "draws", "execution-order", "library-version", "cpu-or-gpu", "settings", "input-file"}
"""Causes that do not lie in the cell itself: where an earlier one differs already, that is the nearer cause."""


@dataclass(frozen=True)
class LiveKernel:
    """The kernel that a front end restarts. planned: it is started by our provisioner, so that its environment can be planned."""

    name: str
    language: str
    planned: bool


class InteractiveReplay:
    """One replay, from its plan to its end. choice: its seed, and where that comes from."""

    def __init__(self, notebook: OpenNotebook, kernel: LiveKernel, folder: Path, seed: int | None) -> None:
        refuse_when_off(folder)
        self.notebook = notebook
        self.kernel = kernel
        self.folder = folder
        self.choice, chosen = _choose(notebook.record, seed, folder)
        self._environment = as_recorded(notebook.record) if kernel.planned else _unplanned()
        record = notebook.record_by_id()
        self._plan = replay_plan(record, notebook.ids.values(), self.choice, self._environment, chosen=chosen, interactive=True)
        self.planner(os.environ)
        self._door = door_to(kernel.language, kernel.name)
        self._requests = self._door.requests(self._plan)
        self._policy = policy_for(folder)
        self._execution = Execution(keys=notebook.keys, language=kernel.language)
        self._indices = {name: index for index, name in notebook.ids.items()}
        self._bad = False

    def planner(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Return the environment to start the kernel with, from the one that it would have. Raises SeedError for a seed that R refuses."""
        return variables_for(self.kernel.language, self._plan, as_recorded(self.notebook.record, environ))

    def described(self) -> dict[str, Any]:
        """Return what a front end needs to begin."""
        notices = list(self._environment.notices)
        if not self.kernel.planned:
            notices.append(
                "this kernel is not started by seednb's provisioner: its hash seed, threads and flags are as they are, not as recorded"
            )
        return {
            "seed": self.choice.seed,
            "origin": self.choice.origin,
            "cells": self.notebook.to_run(),
            "attach": self._next_request(),
            "question": {"expressions": self._door.question()},
            "finish": {"expressions": self._door.finish()},
            "notices": notices,
            "recorded": self.notebook.record is not None,
        }

    def attached(self, reply: Any) -> dict[str, Any]:
        """Read the reply to a request that attaches: what is known of the runtime now, or the request to send next."""
        answered = isinstance(reply, dict) and answers({"content": reply})
        further = None if answered else self._next_request()
        if further is not None:
            return {"attach": further}
        try:
            current = current_of(self._door, reply, attached=True)
        except ValueError as error:
            raise KernelError(f"seednb could not be loaded in kernel {self.kernel.name!r}: {error}") from None
        self._execution.current = current
        if not self.kernel.planned:
            self._environment = self._environment._replace(hash_seed=current["hash_seed"])
        notices = [self._door.notice] if self._door.notice else []
        self._execution.notices = notices
        return {"current": current, "notices": notices}

    def _next_request(self) -> dict[str, Any] | None:
        """Return what to send to the kernel so that it is attached; null where there is nothing more to try."""
        found = next(self._requests, None)
        return None if found is None else {"code": found[0], "expressions": found[1]}

    def compared(self, told: Any) -> dict[str, Any]:
        """Take what cells gave, in the order in which they ran, and compare each with what is recorded; the end may judge otherwise."""
        return {"cells": [self._provisional(*taken) for taken in self._take_all(told)]}

    def _take_all(self, told: Any) -> list[tuple[int, CellRun]]:
        if not isinstance(told, list) or not all(isinstance(cell, dict) for cell in told):
            raise RefusedError(BAD_REQUEST, "'cells' must be a list of what cells gave")
        return [self._take(cell) for cell in told]

    def _take(self, told: dict[str, Any]) -> tuple[int, CellRun]:
        if self._execution.current is None:
            raise RefusedError(CONFLICT, "the kernel is not attached yet")
        index = self._index(told.get("cell"))
        cell, count, error = self.notebook.cells[index], told.get("execution_count"), told.get("error")
        event = event_of(self._door, told.get("event"), self.notebook.ids[index], "".join(cell["source"]))
        tags = cell["metadata"].get("tags")
        failed = isinstance(error, str) and not (isinstance(tags, list) and _MAY_FAIL in tags)
        run = CellRun(outputs_of(told.get("outputs")), count if type(count) is int else None, event, error if failed else None)
        self._execution.cells[index] = run
        if failed and self._execution.failed is None:
            self._execution.failed, self._execution.reason = index, str(error).split("\n")[0][:1000]
        return index, run

    def end(self, told: Mapping[str, Any], place: Path, url: str) -> dict[str, Any]:
        """Compare the whole, write the report, and return what the notebook is to hold."""
        execution = self._execution
        self._take_all(told.get("cells", []))
        self._update(told.get("outputs"))
        execution.cells = dict(sorted(execution.cells.items()))
        if told.get("reply") is not None and execution.current is not None:
            try:
                execution.current = current_of(self._door, told["reply"])
            except ValueError as error:
                execution.notices.append(f"the kernel's state at the end is not known: {error}")
        stopped = told.get("stopped")
        self._stop(stopped if isinstance(stopped, str) and stopped else None)
        verification, new = self._verification()
        place.write_text(page([verification.facts]), encoding="utf-8")
        result = with_first_id(self._with_ids(document(verification.facts)))
        return {**result, **self._holds(verification, new), "notices": list(verification.notices), "report": url}

    def _update(self, outputs: Any) -> None:
        """Take the outputs of cells that later ones have updated."""
        for name, shown in outputs.items() if isinstance(outputs, dict) else ():
            index = self._index(name)
            if index in self._execution.cells:
                self._execution.cells[index] = self._execution.cells[index]._replace(outputs=outputs_of(shown))

    def _stop(self, stopped: str | None) -> None:
        """Note where a replay was stopped: at the first cell that has not run."""
        execution = self._execution
        left = [index for index in map(self._indices.__getitem__, self.notebook.to_run()) if index not in execution.cells]
        if stopped is not None and execution.failed is None and left:
            execution.interrupted = True
            execution.failed, execution.reason = left[0], stopped.split("\n")[0][:1000]

    def _verification(self) -> tuple[Verification, Record | None]:
        replay = Replay.of(self.notebook.read.nb, self._execution, self._environment, self.folder)
        sides = self._sides(replay)
        comparison = replay.compared(sides[0], self._policy)
        choice = self.choice if replay.record is None else Choice(replay.record.seed, replay.record.origin)
        return Verification(self.notebook.read, comparison, choice, sides, self._execution), replay.record

    def _sides(self, replay: Replay) -> tuple[Side, Side]:
        if self.notebook.record is None:
            return Side(self.notebook.without_outputs(), None, "as it is"), Side(replay.nb, replay.record, "first run")
        return Side(self.notebook.read.nb, self.notebook.record, RECORDED), Side(replay.nb, replay.record, REPLAYED)

    def _provisional(self, index: int, run: CellRun) -> dict[str, Any]:
        """Compare one cell by itself: its cost does not depend on how many there are."""
        key = self.notebook.keys[index]
        known, nb = self.notebook.record, self.notebook.read.nb
        held = self.notebook.cells[index] if known is not None else {**self.notebook.cells[index], "outputs": [], "execution_count": None}
        alone = {**nb, "cells": [{**held, "id": key}]}
        execution = Execution(cells={0: run}, keys={0: key}, current=self._execution.current, language=self.kernel.language)
        replay = Replay.of(alone, execution, self._environment, self.folder)
        line = None if known is None else known.cells.get(key)
        record = None if known is None else replace(known, cells={} if line is None else {key: line})
        (result,) = replay.compared(Side(alone, record, RECORDED), self._policy).cells
        if self._bad and result.verdict is Verdict.DIVERGED and result.cause in _NOT_ITS_OWN:
            result = replace(result, cause="upstream")
        self._bad = self._bad or result.verdict.bad
        return {**result.to_json(), "index": index, "id": self.notebook.ids[index], **explained(result)}

    def _holds(self, verification: Verification, new: Record | None) -> dict[str, Any]:
        """Return what is put back into the cells that keep their outputs, what could be into the others, and the record of both."""
        known, ids = self.notebook.record, self.notebook.ids
        verdicts = {cell.index: cell.verdict for cell in verification.comparison.cells}
        kept = {index for index in ids if self._keeps(index, verdicts.get(index, Verdict.MISSING), new)}
        changed = [index for index in ids if index not in kept]
        keys = self.notebook.keys
        record = self.notebook.stored
        if changed and new is not None and not (known is not None and known.newer):
            kept_keys = {keys[index] for index in kept}
            record = (new if known is None else merged(known, new, kept_keys, set(keys.values()))).to_json()
        return {
            "keep": {ids[index]: self.notebook.held(index) for index in sorted(kept)},
            "restore": {ids[index]: self.notebook.held(index) for index in changed},
            "record": record,
            "recorded": self.notebook.stored,
        }

    def _keeps(self, index: int, verdict: Verdict, new: Record | None) -> bool:
        if index not in self._execution.cells:
            return True
        known, key = self.notebook.record, self.notebook.keys[index]
        if known is None:
            return False
        return keeps(verdict, known.cells.get(key), None if new is None else new.cells.get(key))

    def _with_ids(self, result: dict[str, Any]) -> dict[str, Any]:
        cells = [{**cell, "id": self.notebook.ids.get(cell["index"], cell["id"])} for cell in result["cells"]]
        return {**result, "cells": cells}

    def _index(self, name: Any) -> int:
        index = self._indices.get(name) if isinstance(name, str) else None
        if index is None:
            raise RefusedError(NOT_FOUND, f"the replay has no cell {str(name)[:200]!r}")
        return index


def _choose(record: Record | None, seed: int | None, folder: Path) -> tuple[Choice, bool]:
    """Return the seed of a replay, and whether it takes the place of the recorded one, or of the notebook's own."""
    if record is None:
        return choose(None, folder) if seed is None else (Choice(seed, "front-end"), True)
    if seed is None or seed == record.seed:
        return Choice(record.seed, record.origin), False
    return Choice(seed, "front-end"), True


def _unplanned() -> Environment:
    return Environment(variables=dict(os.environ), restore={}, hash_seed=None)
