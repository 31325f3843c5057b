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

DENIED = frozenset(
    {"aiohttp", "datasets", "dask", "distributed", "ipykernel", "jupyter_client", "mlflow", "ray", "seednb", "tornado", "wandb"}
)
"""Top-level packages whose own unseeded generators keep the operating system's entropy: they make identifiers and cache keys."""

_COPIES = "numpy.random._pickle"
"""Where NumPy rebuilds a generator that is copied or unpickled: it asks for entropy, and then overwrites the state."""

_MAX_NOTES = 200


class Seal:
    """The seal of one runtime; also the source `sealed`, whose state is its counters.

    A sealed use is keyed by (seed, cell key, number of the use within that cell), so that adding an unseeded generator
    to one cell leaves the others as they were; what installed code uses while it is imported has keys of its own, so
    that it does not matter where the import stands. Uses off the main thread or in a forked child have no such stable name:
    they keep the operating system's entropy, and are noted (a child's notes stay in the child).

    `RandomState(7)` counts as a use too: NumPy asks for entropy before it throws it away for the 7, and nothing tells why.
    """

    name = "sealed"

    def __init__(self, *, _pid: Callable[[], int] = os.getpid) -> None:
        self.seed: Optional[int] = None
        self.cell = ""
        self.importing = False
        self._uses: dict[str, int] = {}
        self._import_uses: dict[str, int] = {}
        self._state: Optional[bytes] = None
        self._notes: dict[tuple[str, str, str], None] = {}
        self._undo: list[Callable[[], None]] = []
        self._sealed: set[str] = set()
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
        _restart_global_generator(self)

    def stop(self) -> None:
        """Put everything back as it was found."""
        while self._undo:
            self._undo.pop()()
        self._sealed.clear()
        self.seed = None

    def imported(self, module: str) -> None:
        """Seal a module that has just been imported; what is sealed already stays as it is."""
        if self.seed is None or module not in SEALED_MODULES or module in self._sealed:
            return
        self._sealed.add(module)
        try:
            self._undo.append(_seal_numpy(self) if module == NUMPY else _seal_tensorflow(self))
        except (AttributeError, KeyError) as error:  # a version that is built otherwise: not sealed, and said so
            self._notes[("unsealed", module, f"{type(error).__name__}: {error}")] = None

    def has_drawn(self) -> bool:
        """Tell whether anything but importing code has used the seal since it started."""
        return bool(self._uses)

    def state(self) -> bytes:
        """Return the counters, as bytes that change with every use."""
        if self._state is None:
            self._state = json.dumps(sorted(self._uses.items())).encode()
        return self._state

    def restore(self, state: bytes) -> None:
        """Put counters back."""
        self._uses = dict(json.loads(state))
        self._state = None

    def bits(self, count: int, caller: FrameType) -> Optional[int]:
        """Return `count` sealed bits for one use, or None where the caller keeps its own entropy."""
        module = str(caller.f_globals.get("__name__"))
        if self.seed is None or module.partition(".")[0] in DENIED:
            return None
        in_child = self._pid() != self._home
        if in_child or threading.get_ident() != threading.main_thread().ident:
            self._note("unsealed" if in_child else "threads", caller)
            return None
        if self.importing or module == _COPIES:
            return derive(self.seed, f"import:{module}", _count(self._import_uses, module), bits=count)
        self._note("sealed", caller)
        self._state = None
        return derive(self.seed, self.cell, _count(self._uses, self.cell), bits=count)

    def take_notes(self) -> list[Note]:
        """Return the notes since the last call, each once."""
        notes, self._notes = self._notes, {}
        return [{"kind": kind, "where": where, "what": what} for kind, where, what in notes]

    def _note(self, kind: str, caller: FrameType) -> None:
        if len(self._notes) < _MAX_NOTES:
            self._notes[(kind, _where(caller), caller.f_code.co_name)] = None


def derive(seed: int, *path: str, bits: int) -> int:
    """Return `bits` bits that depend on the seed and the path: keyed BLAKE2b (RFC 7693), in blocks of 512 bits."""
    message = "\x1f".join(path).encode("utf-8", "surrogatepass")
    key = b"seednb-seal-1" + seed.to_bytes(4, "big")
    size = (bits + 7) // 8
    blocks = (blake2b(message, key=key, salt=block.to_bytes(4, "big")).digest() for block in range((size + 63) // 64))
    return int.from_bytes(b"".join(blocks)[:size], "big") >> (8 * size - bits)


def _count(uses: dict[str, int], key: str) -> str:
    """Count one use of a key; return how many came before it."""
    use = uses.get(key, 0)
    uses[key] = use + 1
    return str(use)


def _where(frame: FrameType) -> str:
    """Name the place of a use: the line of the running cell that led to it, and what it led through."""
    main = getattr(sys.modules.get("__main__"), "__dict__", None)
    cell: Optional[FrameType] = frame
    while cell is not None and not (cell.f_globals is main and cell.f_code.co_name.startswith(("<module", "<cell line"))):
        cell = cell.f_back
    name = frame.f_code.co_name if frame.f_globals is main else os.path.basename(frame.f_code.co_filename)
    place = f"{name} line {frame.f_lineno}"
    if cell is None:
        return place
    return f"line {cell.f_lineno}" if cell is frame else f"line {cell.f_lineno}, through {place}"


def _seal_numpy(seal: Seal) -> Callable[[], None]:
    """Replace `randbits`, NumPy's only road to the operating system's entropy for its generators, looked up at each use."""
    module: Any = sys.modules[NUMPY]
    original = module.randbits

    def randbits(count: int) -> int:
        sealed = seal.bits(count, sys._getframe(1))
        return int(original(count)) if sealed is None else sealed

    module.randbits = randbits

    def undo() -> None:
        if module.randbits is randbits:
            module.randbits = original

    return undo


def _seal_tensorflow(seal: Seal) -> Callable[[], None]:
    """Replace `Generator.from_non_deterministic_state`, which also makes TensorFlow's global generator."""
    module: Any = sys.modules[TENSORFLOW]
    generator = module.Generator
    original = vars(generator)["from_non_deterministic_state"]

    def from_non_deterministic_state(cls: Any, alg: Any = None) -> Any:
        caller = sys._getframe(1)
        if seal.seed is not None and caller.f_globals.get("__name__") == TENSORFLOW:
            return cls.from_seed(_global_seed(seal), alg=alg)
        sealed = seal.bits(63, caller)
        return original.__get__(None, cls)(alg) if sealed is None else cls.from_seed(sealed, alg=alg)

    ours = classmethod(from_non_deterministic_state)
    generator.from_non_deterministic_state = ours

    def undo() -> None:
        if vars(generator)["from_non_deterministic_state"] is ours:
            generator.from_non_deterministic_state = original

    return undo


def _global_seed(seal: Seal) -> int:
    return derive(seal.seed or 0, "tensorflow.global_generator", bits=63)


def _restart_global_generator(seal: Seal) -> None:
    module: Any = complete(TENSORFLOW)
    if module is not None and module.global_generator is not None:
        module.global_generator.reset_from_seed(_global_seed(seal))
