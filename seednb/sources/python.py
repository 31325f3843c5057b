"""Python's `random`: the module-level generator."""

from __future__ import annotations

import ctypes
import struct
import sys
from collections.abc import Sequence
from typing import Any, Callable, Optional

from seednb.sources.base import Source

_WORDS = 624
_LAYOUT = struct.Struct(f"{_WORDS + 1}I")
_VERSION = 3

Reader = Callable[[Any], bytes]


class PythonSource(Source):
    """The generator behind `random.random()` and its neighbours."""

    name = "python"
    module = "random"

    def __init__(self) -> None:
        self._read: Optional[Reader] = None

    def seed(self, seed: int) -> None:
        _generator().seed(seed)

    def spread(self, entropy: int) -> None:
        _generator().seed(entropy)

    def state(self) -> bytes:
        if self._read is None:
            self._read = reader(_generator())
        return self._read(_generator())

    def restore(self, state: bytes) -> None:
        write(_generator(), state)


def reader(generator: Any) -> Reader:
    """Return the fastest exact reader of a `random.Random`: its memory where a self-test proves the layout, else getstate().

    CPython keeps the position and the 624 words of MT19937 behind the object's header; the cached Gaussian of
    `random.gauss` is an ordinary attribute.
    """
    return read_memory if _memory_is_exact(type(generator)) else read_public


def read_public(generator: Any) -> bytes:
    """Read a `random.Random` by getstate(), into the same bytes as `read_memory`."""
    _, words, gauss = generator.getstate()
    return pack_state(words, gauss)


def pack_state(words: Sequence[int], gauss: Optional[float]) -> bytes:
    """Pack what getstate() gives: position, words, cached Gaussian."""
    return _LAYOUT.pack(words[-1], *words[:-1]) + repr(gauss).encode()


def read_memory(generator: Any) -> bytes:
    """Read a `random.Random` from its memory: position, words, cached Gaussian."""
    return ctypes.string_at(id(generator) + object.__basicsize__, _LAYOUT.size) + repr(generator.gauss_next).encode()


def write(generator: Any, state: bytes) -> None:
    """Give a `random.Random` the state that a reader read."""
    position, *words = _LAYOUT.unpack(state[: _LAYOUT.size])
    gauss = state[_LAYOUT.size :].decode()
    generator.setstate((_VERSION, (*words, position), None if gauss == "None" else float(gauss)))


def _generator() -> Any:
    return sys.modules["random"]._inst


def _memory_is_exact(kind: Any) -> bool:
    if sys.implementation.name != "cpython" or kind.__basicsize__ < object.__basicsize__ + _LAYOUT.size:
        return False
    probe = kind(20_19)
    for _ in range(3):
        if read_memory(probe) != read_public(probe):
            return False
        probe.gauss(0.0, 1.0)
    return True
