"""The cell hooks: bracket each cell for the runtime, warn before it runs, and tell who listens."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Any, Callable, NamedTuple, Optional

from seednb.digest import source_digest
from seednb.errors import RerunWarning
from seednb.inflight import CellFacts, event_of
from seednb.kernel.identity import Identity, Who, request_metadata, request_part, sent_id, sent_uri
from seednb.kernel.outline import Outline
from seednb.kernel.reruns import Refusal, Reruns, transform
from seednb.runtime import Runtime
from seednb.tasks import in_main_thread
from seednb.wire import CellEvent, Variables

if TYPE_CHECKING:
    from seednb.variables import Watch


class _Begun(NamedTuple):
    """A cell in flight: IPython's ExecutionInfo (None where we were loaded in its middle), its source, its request, and if it counts.

    digest: of the source, for an outermost cell that counts. names: what it reads.
    """

    info: Any
    source: str
    digest: str
    request: Any
    counts: bool
    names: list[str]


class CellHooks:
    """IPython's `pre_run_cell` and `post_run_cell` are no clean pair.

    Blank cells end without beginning, interrupted asynchronous ones end without saying which, cells nest, and cells of
    subshells run in other threads, beside ours.

    warn: shows a warning about the cell that is about to run, or has just run; returns what `warnings` made an error of it.
    """

    def __init__(
        self,
        shell: Any,
        runtime: Runtime,
        done: Callable[[CellEvent, CellFacts], None],
        warn: Callable[[RerunWarning], Optional[Warning]],
    ) -> None:
        self._shell = shell
        self._runtime = runtime
        self._done = done
        self._warn = warn
        self._outline = Outline(shell)
        self._identity = Identity(self._outline)
        self._reruns = Reruns(shell, runtime, self._outline)
        self._refusal = Refusal(shell)
        self._begun: list[_Begun] = []
        self._lock = threading.Lock()
        self._watching = False
        self._variables: Optional[Watch] = None

    def install(self) -> None:
        """Begin to watch cells; the one that is running counts from here."""
        self._watching = True
        self._shell.events.register("pre_run_cell", self.pre_run_cell)
        self._shell.events.register("post_run_cell", self.post_run_cell)
        self._refusal.install()
        source = running_source(self._shell)
        if source is not None and in_main_thread():
            self._begin(None, source)

    def watch_variables(self) -> None:
        """Digest the variables of each cell from now on."""
        from seednb.variables import Watch

        if self._variables is None:
            self._variables = Watch(transform, self._shell.user_ns_hidden)
            self._variables.begin(self._shell.user_ns)

    def notebook(self) -> str:
        """Return the path of the notebook, if the front end tells it."""
        return self._outline.path()

    def ignore_variables(self) -> None:
        """Digest no variables any more."""
        self._variables = None

    def uninstall(self) -> None:
        """Stop watching."""
        self._watching = False
        self._unregister("pre_run_cell", self.pre_run_cell)
        self._unregister("post_run_cell", self.post_run_cell)
        self._refusal.uninstall()
        self._outline.stop()
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
        if not self._watching:  # taken away by a hook before this one
            return
        if not in_main_thread():
            self._count_elsewhere(1)
            return
        try:
            if self._begun and _request(self._shell) != self._begun[0].request:
                self._end(0)
            self._begin(info, str(info.raw_cell))
        except Exception as error:  # IPython prints what a hook raises into the cell's output
            self._runtime.failed(error, "a cell hook failed")

    def post_run_cell(self, result: Any) -> None:
        """A cell has ended, or a blank one was run."""
        if not in_main_thread():
            if str(getattr(getattr(result, "info", None), "raw_cell", "")).strip():
                self._count_elsewhere(-1)
            return
        try:
            position = self._position(getattr(result, "info", None))
            if position is not None:
                self._end(position)
        except Exception as error:
            self._runtime.failed(error, "a cell hook failed")

    def _count_elsewhere(self, step: int) -> None:
        with self._lock:
            self._runtime.elsewhere = max(0, self._runtime.elsewhere + step)
            self._runtime.guard.subshell_ran = True

    def _begin(self, info: Any, source: str) -> None:
        metadata = request_metadata(self._shell, info)
        # Front ends run code of their own too, without storing it in the history, and without a cell's id.
        counts = bool(getattr(info, "store_history", True)) or sent_id(metadata) is not None or sent_uri(metadata) is not None
        names = self._reruns.names(source)
        who, digest = None, ""
        if not self._begun and counts:
            who, digest = self._identity.who(metadata, source), source_digest(source)
        if who is not None and info is not None:
            self._judge(who, source, digest, names)
        key = self._runtime.cell if who is None else who.key
        self._begun.append(_Begun(info, source, digest, _request(self._shell), counts, names))
        self._runtime.begin_cell(key, names)
        if self._variables is not None and len(self._begun) == 1:
            self._variables.begin(self._shell.user_ns)
        if sys.platform == "emscripten" and len(self._begun) == 1:
            self._end_with_request(self._begun[0])

    def _end_with_request(self, cell: _Begun) -> None:
        """End a cell, if nothing else has, with the task that answers its request.

        JupyterLite's kernel awaits `run_cell_async`, which calls no hook at the end:
        https://github.com/jupyterlite/pyodide-kernel/blob/main/py/pyodide-kernel/pyodide_kernel/kernel.py
        """
        task = sys.modules["asyncio"].current_task()
        if task is not None:
            task.add_done_callback(lambda _task: self._end(0) if self._begun and self._begun[0] is cell else None)

    def _judge(self, who: Who, source: str, digest: str, names: list[str]) -> None:
        """Warn of a cell that has run before, where that matters; let it be refused where the user wants that."""
        warning = self._reruns.begin(who, source, digest, names)
        if warning is not None:
            self._refusal.refuse(self._warn(warning))

    def _end(self, position: int) -> None:
        """End the cell at this position of those in flight, and those in it, whose ends have got lost."""
        facts = None
        while len(self._begun) > position:
            cell = self._begun.pop()
            facts = self._runtime.end_cell()
        if facts is None or self._begun or not cell.counts or self._refusal.end():
            return
        late = self._reruns.end(facts)
        if late is not None:
            self._warn(late)
        variables = self._digests(cell) if self._variables is not None else None
        self._done(event_of(facts, source=cell.digest, epoch=self._runtime.epoch, variables=variables), facts)
        self._outline.refresh()

    def _digests(self, cell: _Begun) -> Optional[Variables]:
        """Return the digests of the cell's variables; a listener is told of the cell in any case."""
        assert self._variables is not None
        try:
            return self._variables.end(cell.source, cell.names, self._shell.user_ns)
        except Exception as error:
            self._runtime.failed(error, "variables were not digested")
            return None

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
    content = request_part(shell, "content")
    code = None if content.get("silent") else content.get("code")
    return code if isinstance(code, str) else None


def _request(shell: Any) -> Any:
    """Return the id of the request that is being executed, or None outside kernels."""
    return request_part(shell, "header").get("msg_id")
