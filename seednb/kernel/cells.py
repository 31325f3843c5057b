"""The cell hooks: bracket each cell for the runtime, and tell who listens."""

from __future__ import annotations

import threading
from typing import Any, Callable, NamedTuple, Optional

from seednb.digest import source_digest
from seednb.inflight import CellFacts, event_of
from seednb.kernel.identity import Identity, request_metadata, sent_id
from seednb.runtime import Runtime
from seednb.wire import CellEvent


class _Begun(NamedTuple):
    """A cell in flight: IPython's ExecutionInfo (None where we were loaded in its middle), its source, its request, and if it counts."""

    info: Any
    source: str
    request: Any
    counts: bool


class CellHooks:
    """IPython's `pre_run_cell` and `post_run_cell` are no clean pair.

    Blank cells end without beginning, interrupted asynchronous ones end without saying which, cells nest, and cells of
    subshells run in other threads, beside ours.
    """

    def __init__(self, shell: Any, runtime: Runtime, done: Callable[[CellEvent, CellFacts], None]) -> None:
        self._shell = shell
        self._runtime = runtime
        self._done = done
        self._identity = Identity()
        self._begun: list[_Begun] = []

    def install(self) -> None:
        """Begin to watch cells; the one that is running counts from here."""
        self._shell.events.register("pre_run_cell", self.pre_run_cell)
        self._shell.events.register("post_run_cell", self.post_run_cell)
        source = running_source(self._shell)
        if source is not None and _in_main_thread():
            self._begin(None, source)

    def uninstall(self) -> None:
        """Stop watching."""
        self._unregister("pre_run_cell", self.pre_run_cell)
        self._unregister("post_run_cell", self.post_run_cell)
        while self._begun:
            self._begun.pop()
            self._runtime.end_cell()

    def _unregister(self, name: str, hook: Callable[[Any], None]) -> None:
        try:
            self._shell.events.unregister(name, hook)
        except ValueError:  # someone has taken it away before us
            return

    def pre_run_cell(self, info: Any) -> None:
        """A cell begins."""
        if not _in_main_thread():
            return
        try:
            if self._begun and _request(self._shell) != self._begun[0].request:
                self._end(0)
            self._begin(info, str(info.raw_cell))
        except Exception as error:  # IPython prints what a hook raises into the cell's output
            self._runtime.failed(error, "a cell hook failed")

    def post_run_cell(self, result: Any) -> None:
        """A cell has ended, or a blank one was run."""
        if not _in_main_thread():
            return
        try:
            position = self._position(getattr(result, "info", None))
            if position is not None:
                self._end(position)
        except Exception as error:
            self._runtime.failed(error, "a cell hook failed")

    def _begin(self, info: Any, source: str) -> None:
        metadata = request_metadata(self._shell, info)
        # Front ends run code of their own too, without storing it in the history, and without a cell's id.
        counts = bool(getattr(info, "store_history", True)) or sent_id(metadata) is not None
        key = self._runtime.cell
        if not self._begun and counts:
            key = self._identity.key(metadata, source)
        self._begun.append(_Begun(info, source, _request(self._shell), counts))
        self._runtime.begin_cell(key)

    def _end(self, position: int) -> None:
        """End the cell at this position of those in flight, and those in it, whose ends have got lost."""
        facts = None
        while len(self._begun) > position:
            cell = self._begun.pop()
            facts = self._runtime.end_cell()
        if facts is not None and not self._begun and cell.counts:
            self._done(event_of(facts, source=source_digest(cell.source), epoch=self._runtime.epoch), facts)

    def _position(self, info: Any) -> Optional[int]:
        """Return which of the cells in flight ends, the innermost that fits; None for a blank one, which has not begun."""
        source = getattr(info, "raw_cell", None)
        for position in reversed(range(len(self._begun))):
            cell = self._begun[position]
            if info is None or cell.info is info or cell.source == source:
                return position
        return None


def running_source(shell: Any) -> Optional[str]:
    """Return the source of the cell whose request is being executed; None for silent requests and outside kernels."""
    parent = getattr(shell, "parent_header", None)
    content = parent.get("content") if isinstance(parent, dict) else None
    if not isinstance(content, dict) or content.get("silent"):
        return None
    code = content.get("code")
    return code if isinstance(code, str) else None


def _in_main_thread() -> bool:
    return threading.get_ident() == threading.main_thread().ident


def _request(shell: Any) -> Any:
    """Return the id of the request that is being executed, or None outside kernels."""
    parent = getattr(shell, "parent_header", None)
    header = parent.get("header") if isinstance(parent, dict) else None
    return header.get("msg_id") if isinstance(header, dict) else None
