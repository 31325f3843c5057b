"""The seal: unseeded statistical generators take their entropy from the run's seed in place of the operating system.

What is sealed is named here, one place each; `secrets`, `os.urandom`, `random.SystemRandom`, `uuid` and `tempfile` are
not, and neither are the callers on `DENIED`.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from hashlib import blake2b
from types import FrameType
from typing import Any, Callable, Optional

from seednb.sources.base import complete
from seednb.wire import Note

NUMPY = "numpy.random.bit_generator"
TENSORFLOW = "tensorflow.python.ops.stateful_random_ops"
SEALED_MODULES = frozenset({NUMPY, TENSORFLOW})

DENIED = frozenset({"aiohttp", "datasets", "dask", "distributed", "ipykernel", "jupyter_client", "mlflow", "ray", "seednb", "tornado", "wandb"})
"""Top-level packages whose own unseeded generators keep the operating system's entropy: they make identifiers and cache keys."""

_MAX_NOTES = 200
_IMPORT = "import:"


class Seal:
    """The seal of one runtime; also the source `sealed`, whose state is its counters.

    A sealed use is keyed by (seed, cell key, number of the use within that cell), so that adding an unseeded generator
    to one cell leaves the others as they were; what installed code uses while it is imported has keys of its own, so
    that it does not matter where the import stands. Uses off the main thread or in a forked child have no such stable name:
    they keep the operating system's entropy, and are noted.
    """

    name = "sealed"

    def __init__(self, *, _pid: Callable[[], int] = os.getpid) -> None:
        self.seed: Optional[int] = None
        self.cell = ""
        self.importing = False
        self.uses: dict[str, int] = {}
        self.notes: list[Note] = []
        self._undo: list[Callable[[], None]] = []
        self._sealed: set[str] = set()
        self._pid = _pid
        self._home = _pid()

    def start(self, seed: int) -> None:
        """Seal all that is imported, with the counters at zero; `imported` seals what comes later."""
        self.seed = seed
        self.uses.clear()
        for module in SEALED_MODULES:
            if complete(module) is not None:
                self.imported(module)
        _restart_global_generator(self)

    def stop(self) -> None:
        """Put everything back as it was found."""
        while self._undo:
            self._undo.pop()()
        self._sealed.clear()
        self.seed = None

    def imported(self, module: str) -> None:
        """Seal a module that has just been imported; what is sealed already stays as it is."""
        if self.seed is not None and module in SEALED_MODULES and module not in self._sealed:
            self._sealed.add(module)
            self._undo.append(_seal_numpy(self) if module == NUMPY else _seal_tensorflow(self))

    def has_drawn(self) -> bool:
        """Tell whether anything but importing code has used the seal since it started."""
        return any(not key.startswith(_IMPORT) for key in self.uses)

    def state(self) -> bytes:
        """Return the counters, as bytes that change with every use."""
        return json.dumps(sorted(item for item in self.uses.items() if not item[0].startswith(_IMPORT))).encode()

    def restore(self, state: bytes) -> None:
        """Put counters back."""
        self.uses = dict(json.loads(state))

    def bits(self, count: int, caller: FrameType) -> Optional[int]:
        """Return `count` sealed bits for one use, or None where the caller keeps its own entropy."""
        if self.seed is None or self._pid() != self._home or caller.f_globals.get("__name__", "").partition(".")[0] in DENIED:
            return None
        if threading.current_thread() is not threading.main_thread():
            self._note("threads", caller)
            return None
        key = f"{_IMPORT}{caller.f_globals.get('__name__')}" if self.importing else self.cell
        use = self.uses.get(key, 0)
        self.uses[key] = use + 1
        self._note("sealed", caller)
        return derive(self.seed, key, str(use), bits=count)

    def take_notes(self) -> list[Note]:
        """Return the notes since the last call."""
        notes, self.notes = self.notes, []
        return notes

    def _note(self, kind: str, caller: FrameType) -> None:
        if len(self.notes) < _MAX_NOTES and not self.importing:
            self.notes.append({"kind": kind, "where": _where(caller), "what": caller.f_code.co_name})


def derive(seed: int, *path: str, bits: int) -> int:
    """Return `bits` bits that depend on the seed and the path: keyed BLAKE2b (RFC 7693), in blocks of 512 bits."""
    message = "\x1f".join(path).encode("utf-8", "surrogatepass")
    key = b"seednb-seal-1" + seed.to_bytes(4, "big")
    size = (bits + 7) // 8
    blocks = (blake2b(message, key=key, salt=block.to_bytes(4, "big")).digest() for block in range((size + 63) // 64))
    return int.from_bytes(b"".join(blocks)[:size], "big") >> (8 * size - bits)


def _where(frame: FrameType) -> str:
    """Name the place of a use: the cell's line that led to it, else the file's."""
    place = f"{os.path.basename(frame.f_code.co_filename)} line {frame.f_lineno}"
    step: Optional[FrameType] = frame
    while step is not None:
        if step.f_globals.get("__name__") == "__main__":
            return f"line {step.f_lineno}" if step is frame else f"line {step.f_lineno}, through {place}"
        step = step.f_back
    return place


def _seal_numpy(seal: Seal) -> Callable[[], None]:
    """Replace `randbits`, NumPy's only road to the operating system's entropy for its generators, looked up at each use."""
    module: Any = sys.modules[NUMPY]
    original = module.randbits

    def randbits(count: int) -> int:
        sealed = seal.bits(count, sys._getframe(1))
        return int(original(count)) if sealed is None else sealed

    module.randbits = randbits

    def undo() -> None:
        module.randbits = original

    return undo


def _seal_tensorflow(seal: Seal) -> Callable[[], None]:
    """Replace `Generator.from_non_deterministic_state`, which also makes TensorFlow's global generator."""
    module: Any = sys.modules[TENSORFLOW]
    generator = module.Generator
    original = generator.__dict__["from_non_deterministic_state"]

    def from_non_deterministic_state(cls: Any, alg: Any = None) -> Any:
        caller = sys._getframe(1)
        if caller.f_globals.get("__name__") == TENSORFLOW:
            return cls.from_seed(_global_seed(seal), alg=alg) if seal.seed is not None else original.__get__(None, cls)(alg)
        sealed = seal.bits(63, caller)
        return original.__get__(None, cls)(alg) if sealed is None else cls.from_seed(sealed, alg=alg)

    generator.from_non_deterministic_state = classmethod(from_non_deterministic_state)

    def undo() -> None:
        generator.from_non_deterministic_state = original

    return undo


def _global_seed(seal: Seal) -> int:
    return derive(seal.seed or 0, "tensorflow.global_generator", bits=63)


def _restart_global_generator(seal: Seal) -> None:
    module = complete(TENSORFLOW)
    if module is not None and module.global_generator is not None:
        module.global_generator.reset_from_seed(_global_seed(seal))
