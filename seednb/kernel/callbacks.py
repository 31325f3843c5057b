"""Notices what a front end makes the kernel do between cells: callbacks of widgets arrive as comm messages."""

from __future__ import annotations

from typing import Any

from seednb.runtime import Runtime


class Callbacks:
    """Tells the guard of each comm message: IPython's `pre_execute` fires for them, and no other event does."""

    def __init__(self, shell: Any, runtime: Runtime) -> None:
        self._shell = shell
        self._runtime = runtime

    def install(self) -> None:
        """Begin to notice."""
        self._shell.events.register("pre_execute", self.pre_execute)

    def uninstall(self) -> None:
        """Stop noticing."""
        if self.pre_execute in self._shell.events.callbacks["pre_execute"]:
            self._shell.events.unregister("pre_execute", self.pre_execute)

    def pre_execute(self) -> None:
        """Something is executed: a cell, a front end's own request, or a comm message."""
        parent = getattr(self._shell, "parent_header", None)
        header = parent.get("header") if isinstance(parent, dict) else None
        kind = header.get("msg_type") if isinstance(header, dict) else None
        if isinstance(kind, str) and kind.startswith("comm_"):
            self._runtime.guard.callback_ran = True
