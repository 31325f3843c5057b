"""The cell hooks: bracket each cell for the runtime, and tell who listens."""

from __future__ import annotations

from typing import Any, Callable, Optional

from seednb.digest import source_digest
from seednb.kernel.identity import Identity
from seednb.runtime import CellFacts, Runtime
from seednb.wire import CellEvent


class CellHooks:
    """IPython's `pre_run_cell` and `post_run_cell` are no clean pair: blank cells end without beginning, and cells nest."""

    def __init__(self, shell: Any, runtime: Runtime, done: Callable[[CellEvent, CellFacts], None]) -> None:
        self._shell = shell
        self._runtime = runtime
        self._done = done
        self._identity = Identity()
        self._begun: list[Any] = []
        self.errors: list[Exception] = []

    def install(self) -> None:
        """Begin to watch cells; the one that is running counts from here."""
        self._shell.events.register("pre_run_cell", self.pre_run_cell)
        self._shell.events.register("post_run_cell", self.post_run_cell)
        source = running_source(self._shell)
        if source is not None:
            self._begin(None, source)

    def uninstall(self) -> None:
        """Stop watching."""
        for name, hook in (("pre_run_cell", self.pre_run_cell), ("post_run_cell", self.post_run_cell)):
            if hook in self._shell.events.callbacks[name]:
                self._shell.events.unregister(name, hook)
        while self._begun:
            self._begun.pop()
            self._runtime.end_cell()

    def pre_run_cell(self, info: Any) -> None:
        """A cell begins."""
        try:
            self._begin(info, str(info.raw_cell))
        except Exception as error:  # IPython prints what a hook raises into the cell's output
            self.errors.append(error)

    def post_run_cell(self, result: Any) -> None:
        """A cell has ended, or a blank one was run."""
        try:
            info = getattr(result, "info", None)
            if self._begun and self._matches(info):
                _, source = self._begun.pop()
                self._end(source)
        except Exception as error:
            self.errors.append(error)

    def _begin(self, info: Any, source: str) -> None:
        key = self._runtime.cell if self._begun else self._identity.key(self._shell, info, source)
        self._begun.append((info, source))
        self._runtime.begin_cell(key)

    def _end(self, source: str) -> None:
        facts = self._runtime.end_cell()
        if facts is not None and not self._begun:
            event: CellEvent = {
                "event": "cell",
                "key": facts.key,
                "source": source_digest(source),
                "sources": facts.sources,
                "seeded": facts.seeded,
                "notes": facts.notes,
            }
            self._done(event, facts)

    def _matches(self, info: Any) -> bool:
        """Tell whether this end belongs to the innermost begin: a blank cell ends without one."""
        begun, source = self._begun[-1]
        return begun is None or begun is info or (info is not None and str(getattr(info, "raw_cell", None)) == source)


def running_source(shell: Any) -> Optional[str]:
    """Return the source of the cell whose request is being executed; None for silent requests and outside kernels."""
    parent = getattr(shell, "parent_header", None)
    content = parent.get("content") if isinstance(parent, dict) else None
    if not isinstance(content, dict) or content.get("silent"):
        return None
    code = content.get("code")
    return code if isinstance(code, str) else None
