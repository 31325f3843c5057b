"""The seal: unseeded statistical generators take their entropy from the run's seed in place of the operating system.

What is sealed is named in `seals`, one place each; `secrets`, `os.urandom`, `random.SystemRandom`, `uuid` and `tempfile` are
not, and neither are the callers that `callers` turns away.
"""

from __future__ import annotations

import json
import os
import threading
from types import FrameType
from typing import TYPE_CHECKING, Callable, Optional

from seednb.callers import is_denied, is_importing, where
from seednb.digest import blake2b
from seednb.reseeds import Reseeds
from seednb.seals import SEALED_MODULES, restart_global_generator, seal_module
from seednb.sources.base import complete
from seednb.tasks import Path, Tasks, in_main_thread
from seednb.workers import Place

if TYPE_CHECKING:
    from seednb.wire import Note

_COPIES = "numpy.random._pickle"
"""Where NumPy rebuilds a generator that is copied or unpickled: it asks for entropy, and then overwrites the state."""

_MAX_NOTES = 200
_APART = "\x1f"


class Seal:
    """The seal of one runtime; also the source `sealed`, whose state is its counters and the seed that they belong to.

    A sealed use is keyed by (seed, cell key, task path, number of the use there), so that adding an unseeded generator
    to one cell leaves the others as they were, and that threads, jobs and asyncio tasks may run in any order; what
    installed code uses while it is imported has keys of its own, so that it does not matter where the import stands. Uses
    without a stable path keep the operating system's entropy, and are noted; so are those in a child process that was not
    given a place (a child's notes stay in the child).

    `RandomState(7)` counts as a use too: NumPy asks for entropy before it throws it away for the 7, and nothing tells why.
    """

    name = "sealed"

    def __init__(self, tasks: Optional[Tasks] = None, *, _pid: Callable[[], int] = os.getpid) -> None:
        self.seed: Optional[int] = None
        self.cell = ""
        self.importing = False
        self.reseeds = Reseeds()
        self._tasks = Tasks() if tasks is None else tasks
        self._uses: dict[str, int] = {}
        self._import_uses: dict[str, int] = {}
        self._state: Optional[bytes] = None
        self._notes: dict[tuple[str, str, str], None] = {}
        self._undo: list[Callable[[], None]] = []
        self._sealed: set[str] = set()
        self._lock = threading.Lock()
        self._pid = _pid
        self._home = _pid()

    def start(self, seed: int) -> None:
        """Seal all that is imported, with the counters at zero; `imported` seals what comes later."""
        self.seed, self._home = seed, self._pid()
        self._uses.clear()
        self._import_uses.clear()
        self._state = None
        for module in SEALED_MODULES:
            if complete(module) is not None:
                self.imported(module)
        restart_global_generator(self)

    def stop(self) -> None:
        """Put everything back as it was found."""
        while self._undo:
            self._undo.pop()()
        self._sealed.clear()
        self.reseeds = Reseeds()
        self.seed = None

    def imported(self, module: str) -> None:
        """Seal a module that has just been imported; what is sealed already stays as it is."""
        if self.seed is None or module not in SEALED_MODULES or module in self._sealed:
            return
        self._sealed.add(module)
        try:
            self._undo.append(seal_module(self, module))
        except (AttributeError, KeyError) as error:  # a version that is built otherwise: not sealed, and said so
            self._notes[("unsealed", module, f"{type(error).__name__}: {error}")] = None

    def has_drawn(self) -> bool:
        """Tell whether anything but importing code has used the seal since it started."""
        return bool(self._uses)

    def state(self) -> bytes:
        """Return the counters, as bytes that change with every use."""
        if self._state is None:
            with self._lock:
                self._state = json.dumps([self.seed, sorted(self._uses.items())]).encode()
        return self._state

    def restore(self, state: bytes) -> None:
        """Put counters back, and the seed that they belong to."""
        self.seed, uses = json.loads(state)
        with self._lock:
            self._uses = dict(uses)
            self._state = None

    def forget(self, cell: str, path: str = "") -> None:
        """Count the uses of a cell, or of one place in it, from zero again, and those of all that it starts."""
        own = f"{cell}{_APART}{path}" if path else cell
        with self._lock:
            self._uses = {key: count for key, count in self._uses.items() if not _is_within(key, own)}
            self._state = None

    def bits(self, count: int, caller: FrameType) -> Optional[int]:
        """Return `count` sealed bits for one use, or None where the caller keeps its own entropy."""
        module = str(caller.f_globals.get("__name__"))
        if self.seed is None or is_denied(module):
            return None
        if self._pid() != self._home:
            self._note("unsealed", caller)
            return None
        if module == _COPIES or (self.importing and in_main_thread()) or is_importing(caller):
            return derive(self.seed, f"import:{module}", self._count(self._import_uses, module), bits=count)
        at = self._tasks.current()
        if at is None:
            self._note("threads", caller)
            return None
        self._note("sealed", caller)
        return derive(self.seed, *(key := self._key(at)), self._count(self._uses, _APART.join(key)), bits=count)

    def place(self, kind: str, caller: FrameType) -> Optional[Place]:
        """Return the place of the next child or job of that kind that the running code starts; None where it keeps its own entropy.

        Their numbers are uses of the seal: a cell that is run again gives its workers new streams, and after a rewind the old ones.
        """
        if self.seed is None or self._pid() != self._home:
            return None
        at = self._tasks.current()
        if at is None:
            self._note("threads", caller)
            return None
        cell = at.cell or self.cell
        number = self._count(self._uses, f"{cell}{_APART}{at.path}/{kind}")
        return Place(self._home, self.seed, cell, f"{at.path}/{kind}{number}")

    def become(self, place: Place) -> None:
        """This process is a worker, and begins with a task: its uses are those of the place."""
        if self._home != self._pid():
            self._lock = threading.Lock()  # another thread of the parent may have held it
            self._home = self._pid()
            self._uses.clear()
        if self.seed != place.seed:
            self.start(place.seed)
        self.cell = place.cell

    def reseeded(self, source: str, value: object, caller: FrameType) -> None:
        """A source was given a seed, here or anywhere: importing code's seeds are put back, and a child has generators of its own."""
        if self._pid() == self._home and not (self.importing and in_main_thread()):
            self.reseeds.report(source, value, caller)

    def named_bits(self, name: str, count: int) -> int:
        """Return bits that depend on the seed and a name only."""
        return derive(self.seed or 0, name, bits=count)

    def _key(self, at: Path) -> tuple[str, ...]:
        cell = at.cell or self.cell
        return (cell, at.path) if at.path else (cell,)

    def _count(self, uses: dict[str, int], key: str) -> str:
        """Count one use of a key; return how many came before it."""
        with self._lock:
            use = uses.get(key, 0)
            uses[key] = use + 1
            self._state = None
        return str(use)

    def take_notes(self) -> list[Note]:
        """Return the notes since the last call, each once."""
        notes, self._notes = self._notes, {}
        sealed: list[Note] = [{"kind": kind, "where": where, "what": what} for kind, where, what in list(notes)]
        return sealed + self.reseeds.take()

    def _note(self, kind: str, caller: FrameType) -> None:
        if len(self._notes) < _MAX_NOTES:
            self._notes[(kind, where(caller), caller.f_code.co_name)] = None


def _is_within(key: str, own: str) -> bool:
    return key.startswith(own) and key[len(own) : len(own) + 1] in {"", _APART, "/", "["}


def derive(seed: int, *path: str, bits: int) -> int:
    """Return `bits` bits that depend on the seed and the path: keyed BLAKE2b (RFC 7693), in blocks of 512 bits."""
    message = "\x1f".join(path).encode("utf-8", "surrogatepass")
    key = b"seednb-seal-1" + seed.to_bytes(4, "big")
    size = (bits + 7) // 8
    blocks = (blake2b(message, key=key, salt=block.to_bytes(4, "big")).digest() for block in range((size + 63) // 64))
    return int.from_bytes(b"".join(blocks)[:size], "big") >> (8 * size - bits)
