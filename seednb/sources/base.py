"""The protocol of a source: one PRNG system that can be seeded, and mostly read and restored."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, ModuleType
from typing import Any, ClassVar, Optional

EXACT_RESTORE = "exact-restore"
READABLE = "readable"
SET_ONLY = "set-only"

_TOLD = "_seednb_told"


class Source:
    """One PRNG system. A subclass names the module whose import completes it, and touches nothing before that.

    traits: `exact-restore` (restore() brings back every later draw), `readable` (the state can be read, but hidden
    counters survive a restore) or `set-only`. An instance may learn its own as it is seeded.
    """

    name: ClassVar[str]
    module: ClassVar[str]
    traits: frozenset[str] = frozenset({EXACT_RESTORE, READABLE})
    per_thread: ClassVar[bool] = False
    """Each thread has a state of its own; the main thread's counts."""
    on_request: ClassVar[bool] = False
    """In force only where a setting asks for it."""

    def loaded(self) -> bool:
        """Tell whether the user's code has imported this system, completely."""
        return complete(self.module) is not None

    def seed(self, seed: int) -> None:
        """Start the stream that the system's own seeding call starts for `seed` (0 … 2**32-1)."""
        raise NotImplementedError

    def spread(self, entropy: int) -> None:
        """Start the stream of a worker's task, from 128 bits: many tasks draw side by side, and 32 bits would soon repeat.

        A system that takes no more than 32 bits gets the upper ones.
        """
        self.seed(entropy >> 96)

    def state(self) -> Optional[bytes]:
        """Return the whole state as bytes that are equal exactly when the states are; None where it cannot be read."""
        raise NotImplementedError

    def restore(self, state: bytes) -> None:
        """Put a state back that `state` returned in this process."""
        raise NotImplementedError

    def stop(self) -> None:
        """Seeding ends: put back what `seed` has changed beside the stream."""


class SetOnlySource(Source):
    """A system that can be seeded, and neither read nor put back."""

    traits = frozenset({SET_ONLY})

    def state(self) -> None:
        return None

    def restore(self, state: bytes) -> None:
        raise TypeError(f"{self.name} can only be seeded")


def signed(seed: int) -> int:
    """Return the 32-bit signed integer with the same bits, for seeding calls that take a C int."""
    return seed - 2**32 if seed >= 2**31 else seed


def complete(name: str) -> Optional[ModuleType]:
    """Return the module if it has been imported to its end, else None; import nothing."""
    module = sys.modules.get(name)
    if module is None or type(module).__name__ == "_LazyModule":  # importlib.util.LazyLoader's: any look at it imports it
        return None
    spec = getattr(module, "__spec__", None)
    if getattr(spec, "_initializing", False) and not getattr(spec, _TOLD, False):
        return None
    if getattr(spec, "loader_state", None) is not None and _is_running(module):
        return None
    return module


@contextmanager
def told(spec: Any) -> Iterator[None]:
    """Let `complete` give a module whose code has just been run, while other threads that import it still wait."""
    if spec is None:
        yield
        return
    setattr(spec, _TOLD, True)
    try:
        yield
    finally:
        delattr(spec, _TOLD)


def _is_running(module: ModuleType) -> bool:
    """Tell whether a module's own code is being executed: LazyLoader does that without marking the module's spec."""
    frame: Optional[FrameType] = sys._getframe(1)
    while frame is not None:
        if frame.f_globals is vars(module) and frame.f_code.co_name == "<module>":
            return True
        frame = frame.f_back
    return False


def pack(*parts: bytes) -> bytes:
    """Join byte strings so that `unpack` can part them again."""
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def unpack(data: bytes) -> list[bytes]:
    """Part what `pack` joined."""
    parts = []
    while data:
        size = 8 + int.from_bytes(data[:8], "big")
        parts.append(data[8:size])
        data = data[size:]
    return parts
