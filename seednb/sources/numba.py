"""Numba's generators: what `np.random` and `random` draw from inside compiled functions."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Optional

from seednb.sources.base import SET_ONLY, Source, complete, pack, unpack

HELPER = "numba._helperlib"
_KEY_BYTES = 4 + 4 * 624
_STATE_BYTES = _KEY_BYTES + 4 + 8 + 4
_PROBE_BYTES = 2 * _STATE_BYTES
_GAUSS = bytes(12)
_INITIALISED = (1).to_bytes(4, sys.byteorder)


class NumbaSource(Source):
    """The main thread's two generators, which `np.random.seed(42)` and `random.seed(42)` seed inside a compiled function.

    Each thread has two of its own: those of `prange` loops cannot be reached from outside.
    """

    name = "numba"
    module = "numba"
    per_thread = True

    def __init__(self) -> None:
        self._proved: Optional[bool] = None

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete(HELPER) is not None

    def seed(self, seed: int) -> None:
        helper = _helper()
        for pointer in _pointers(helper):
            helper.rnd_seed(pointer, seed)
        if self.state() is None:
            self.traits = frozenset({SET_ONLY})

    def state(self) -> Optional[bytes]:
        helper = _helper()
        if self._proved is None:
            self._proved = layout_is_exact(helper)
        return pack(*(ctypes.string_at(pointer, _STATE_BYTES) for pointer in _pointers(helper))) if self._proved else None

    def restore(self, state: bytes) -> None:
        for pointer, saved in zip(_pointers(_helper()), unpack(state)):
            ctypes.memmove(pointer, saved, _STATE_BYTES)


def layout_is_exact(helper: Any) -> bool:
    """Tell whether a state is laid out as in numba/_random.h: position, key, kept Gaussian, initialised or not.

    `rnd_get_state` leaves out the Gaussian, which is why the memory is read. The proof is made in memory of our own.
    """
    memory = (ctypes.c_ubyte * _PROBE_BYTES)(*(b"\xff" * _PROBE_BYTES))
    address = ctypes.addressof(memory)
    for seed in (1, 2):
        helper.rnd_seed(address, seed)
        position, key = helper.rnd_get_state(address)
        written = b"".join(int(word).to_bytes(4, sys.byteorder) for word in (position, *key))
        expected = written + _GAUSS + _INITIALISED
        if len(written) != _KEY_BYTES or bytes(memory) != expected + b"\xff" * (_PROBE_BYTES - _STATE_BYTES):
            return False
    return True


def _helper() -> Any:
    return sys.modules[HELPER]


def _pointers(helper: Any) -> tuple[int, int]:
    return helper.rnd_get_np_state_ptr(), helper.rnd_get_py_state_ptr()
