"""`%seed panel` and `%seed replay`: made when somebody asks for them, or when an earlier runtime has left something to replay."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional

from seednb.kernel.kept import places
from seednb.wire import CellEvent, Plan

if TYPE_CHECKING:
    from seednb.kernel import Extension
    from seednb.kernel.nextrun import NextRun
    from seednb.kernel.panel import Panel


class Desk:
    """The panel of one extension, if one was shown, and the replay of what an earlier runtime has kept, if there is one."""

    def __init__(self, extension: Extension) -> None:
        self._extension = extension
        self.panel: Optional[Panel] = None
        self._next: Optional[NextRun] = None
        self.verbs = {"panel": self._show, "replay": lambda _: self.next.verb()}

    @property
    def next(self) -> NextRun:
        """The replay of what an earlier runtime has kept, or of what this one keeps."""
        if self._next is None:
            from seednb.kernel.nextrun import NextRun

            extension = self._extension
            self._next = NextRun(extension.shell, extension.runtime, self._record, self._obey, self._finish, self._told)
        return self._next

    def begin(self) -> None:
        """Replay what an earlier runtime of this notebook has kept, if it has."""
        if any(os.path.lexists(path) for path in places(self._extension.shell)):
            self.next.begin()

    def plan_came(self) -> None:
        """A runner or a front end replays by a plan of its own: what an earlier runtime has kept is not replayed any more."""
        if self._next is not None or any(os.path.lexists(path) for path in places(self._extension.shell)):
            self.next.drop()

    def cell(self, event: CellEvent, number: int) -> None:
        """A cell has ended as `In [number]`."""
        if self._next is not None:
            self._next.cell(event, number)
        if self.panel is not None:
            self.panel.cell_done(event["key"])

    def close(self) -> None:
        """Close the panel; end what it has started."""
        if self.panel is not None:
            self.panel.close()

    def _show(self, _: str) -> str:
        if self.panel is None:
            self.panel = self._made()
        self.panel.show()
        return ""

    def _made(self) -> Panel:
        from seednb.kernel.panel import Doors, Panel

        extension = self._extension
        doors = Doors(
            ask=extension.ask,
            restart=extension.restart.request,
            replay_next=self.next.store,
            notebook=extension.cells.notebook,
            watch=lambda on: extension.attachment.wish_variables("panel", on=on),
            lines=lambda: extension.output.lines,
            numbers=extension.names.numbers,
            verdicts=self.next.verdicts,
            record=extension.output.record,
            warnings=lambda: (extension.listeners.warnings, extension.listeners.warned),
        )
        return Panel(extension.shell, extension.runtime, doors)

    # -- what the replay of the next run asks for ----------------------------------------------------------

    def _record(self) -> dict[str, Any]:
        return self._extension.output.record()

    def _obey(self, plan: Plan) -> None:
        self._extension.attachment.wish_variables("replay", on=plan["variables"])
        self._extension.attachment.seed(plan)

    def _finish(self) -> None:
        self._extension.attachment.wish_variables("replay", on=False)
        self._extension.magic.plan = None

    def _told(self, text: str) -> None:
        """Tell what came out: in the panel that is open, else in the cell that has ended."""
        if self.panel is not None and self.panel.open:
            self.panel.tell(text)
        else:
            self._extension.output.show(f"seednb: {text}")
