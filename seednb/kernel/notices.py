"""What a cell is told of once it has ended: draws between cells, and libraries that reseed.

Each thing is told once in the outputs; a front end that marks cells is told of each cell.
"""

from __future__ import annotations

import warnings
from typing import Optional, Union

from seednb.errors import GuardWarning, ReseedWarning
from seednb.inflight import CellFacts
from seednb.kernel.listeners import Listeners
from seednb.reseeds import told
from seednb.runtime import Runtime


class Notices:
    """What has been told so far. Listeners that show warnings themselves keep them out of the cells' outputs."""

    def __init__(self, runtime: Runtime, listeners: Listeners) -> None:
        self._runtime = runtime
        self._listeners = listeners
        self._between = 0
        self._reseeds: set[str] = set()

    def tell(self, facts: CellFacts) -> None:
        """A cell has ended: tell what is new since the last one, or holds of this one."""
        seen = [between for between in self._runtime.guard.seen if between.reason]
        for number, between in enumerate(seen):
            if number >= self._between or (self._listeners.badges and between == facts.between):
                self._show(facts.key, "between", GuardWarning(between.names, between.reason))
        self._between = len(seen)
        reseeds = self._runtime.seal.reseeds
        for place, sources in reseeds.seen.items():
            if place not in self._reseeds or (self._listeners.badges and place in reseeds.taken):
                self._reseeds.add(place)
                self._show(facts.key, "reseeded", ReseedWarning(place, sorted(sources), told(sources)))

    def _show(self, key: str, kind: str, warning: Union[GuardWarning, ReseedWarning]) -> None:
        if not self._listeners.badges:
            show(warning)
        self._listeners.warning(key, kind, str(warning), sources=warning.sources, names=[])


def show(warning: Warning) -> Optional[Warning]:
    """Show a warning in the running cell, each time; return it where `warnings.filterwarnings` makes an error of it."""
    try:
        warnings.warn_explicit(warning, None, "seednb", 1, module="__main__", registry={})
    except Warning as error:
        return error
    return None
