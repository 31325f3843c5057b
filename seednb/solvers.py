"""Caffe solvers that bring a seed of their own: it wins over the run's, so the cell that makes one says so."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import Any, Callable, Optional

from seednb.callers import where
from seednb.replacing import replace
from seednb.settings import MAX_SEED
from seednb.sources.base import complete
from seednb.wire import Note

MODULE = "caffe"
FIELD = "random_seed"
_EXTENSION = "caffe._caffe"
_MAX_BYTES = 2**24
_MAX_NOTES = 200
_MAX_SEEN = 20


class SolverSeeds:
    """Looks at each solver definition that Caffe is given: at `random_seed` 0 or more, Caffe starts its generator with it.

    Two solvers made from one such file start alike, also where the run's seed is another one. Caffe keeps 32 bits of it.

    seen: what was noted so far, in words.
    """

    def __init__(self, seed: Callable[[], Optional[int]]) -> None:
        self._seed = seed
        self._undo: list[Callable[[], None]] = []
        self._notes: dict[tuple[str, str], None] = {}
        self.seen: list[str] = []

    def imported(self, module: str) -> None:
        """Begin to look, once Caffe is there."""
        if module == MODULE and not self._undo:
            self.start()

    def start(self) -> None:
        """Stand before all that makes solvers, if Caffe is there."""
        extension: Any = sys.modules.get(_EXTENSION)
        if self._undo or complete(MODULE) is None or not hasattr(extension, "get_solver"):
            return
        for module in (extension, sys.modules[MODULE]):
            self._undo.append(replace(module, get_solver=self._make))
        for kind in list(vars(extension).values()):
            if isinstance(kind, type) and issubclass(kind, extension.Solver) and "__init__" in vars(kind):
                self._undo.append(replace(kind, __init__=self._make))

    def stop(self) -> None:
        """Put everything back as it was found."""
        while self._undo:
            self._undo.pop()()
        self._notes.clear()
        self.seen.clear()

    def take_notes(self) -> list[Note]:
        """Return the notes since the last call, each once."""
        notes, self._notes = self._notes, {}
        return [{"kind": "overridden", "where": place, "what": what} for place, what in notes]

    def _make(self, original: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        made = original(*arguments, **options)
        self._look(next((value for value in arguments if isinstance(value, str)), ""), sys._getframe(2))
        return made

    def _look(self, path: str, caller: FrameType) -> None:
        """Note a definition whose own seed is not the run's; it has been read by Caffe just now."""
        seed = self._seed()
        own = None if seed is None or len(self._notes) >= _MAX_NOTES else own_seed(path)
        if own is None or own == seed:
            return
        cut = f", which Caffe cuts to {own & MAX_SEED}" if own > MAX_SEED else ""
        what = f"{FIELD}: {own} in {os.path.basename(path)}{cut}"
        self._notes[(where(caller), what)] = None
        if what not in self.seen and len(self.seen) < _MAX_SEEN:
            self.seen.append(what)


def own_seed(path: str) -> Optional[int]:
    """Return the seed that a solver definition gives Caffe's generator, as it stands there; None where it leaves the generator alone."""
    from seednb.prototxt import integer  # few notebooks have one

    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            number = integer(file.read(_MAX_BYTES), FIELD)
    except (OSError, ValueError):
        return None
    return number if number is not None and number >= 0 else None
