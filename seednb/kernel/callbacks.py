"""Notices what a front end makes the kernel do between cells: callbacks of widgets arrive as comm messages."""

from __future__ import annotations

import threading
from typing import Any

from seednb.kernel.identity import request_part
from seednb.runtime import Runtime


class Callbacks:
    """Tells the guard of each comm message: IPython's `pre_execute` and `post_execute` fire for them, and no other event does.

    Front ends that open comms themselves have them run in subshells, beside the cell that is running, and past its end.
    """

    def __init__(self, shell: Any, runtime: Runtime) -> None:
        self._shell = shell
        self._guard = runtime.guard
        self._lock = threading.Lock()

    def install(self) -> None:
        """Begin to notice."""
        self._shell.events.register("pre_execute", self.pre_execute)
        self._shell.events.register("post_execute", self.post_execute)

    def uninstall(self) -> None:
        """Stop noticing."""
        for name, hook in (("pre_execute", self.pre_execute), ("post_execute", self.post_execute)):
            if hook in self._shell.events.callbacks[name]:
                self._shell.events.unregister(name, hook)

    def pre_execute(self) -> None:
        """Something is executed: a cell, a front end's own request, or a comm message."""
        if self._is_comm():
            self._guard.callback_ran = True
            self._count(1)

    def post_execute(self) -> None:
        """It has been executed."""
        if self._is_comm():
            self._count(-1)

    def _count(self, step: int) -> None:
        with self._lock:
            self._guard.callbacks = max(0, self._guard.callbacks + step)

    def _is_comm(self) -> bool:
        kind = request_part(self._shell, "header").get("msg_type")
        return isinstance(kind, str) and kind.startswith("comm_")
