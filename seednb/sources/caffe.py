"""Caffe's generator, which nets draw their initial weights, dropout and shuffles from.

Caffe can only be told to start it; in builds without CUDA it is found in memory, and read and put back there.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from typing import Any, Optional

from seednb.sources.base import EXACT_RESTORE, READABLE, SET_ONLY, Source

EXTENSION = "caffe._caffe"
_GET = "_ZN5caffe5Caffe3GetEv"
_DRAW = "_ZN5caffe14caffe_rng_randEv"
_LAYOUT = struct.Struct("@624IN")
"""boost::random::mt19937: 624 words, and the place of the next one."""
_POINTERS = 3
"""From Caffe's object of this thread to the words: shared_ptr<RNG>, shared_ptr<Generator>, shared_ptr<rng_t>, the first member of each."""


class CaffeSource(Source):
    """What `caffe.set_random_seed` starts. How much more can be done with it is known once it has been seeded here."""

    name = "caffe"
    module = "caffe"
    per_thread = True

    def __init__(self) -> None:
        self.traits = frozenset({SET_ONLY})
        self._memory: Optional[Memory] = None
        self._looked = False

    def seed(self, seed: int) -> None:
        sys.modules[self.module].set_random_seed(seed)
        if not self._looked:
            self._looked = True
            self._memory = find(seed)
            if self._memory is not None:
                self.traits = frozenset({EXACT_RESTORE, READABLE})

    def state(self) -> Optional[bytes]:
        return None if self._memory is None else self._memory.read()

    def restore(self, state: bytes) -> None:
        if self._memory is None:
            raise LookupError("this build of Caffe does not show its generator")
        self._memory.write(state)


class Memory:
    """The generator of the calling thread, in memory. Seeding makes a new one, so it is looked up each time."""

    def __init__(self, get: Any) -> None:
        self._get = get

    def read(self) -> Optional[bytes]:
        """Return its words and place; None in a thread that has not drawn yet."""
        address = self._address()
        return ctypes.string_at(address, _LAYOUT.size) if address else None

    def write(self, state: bytes) -> None:
        """Give it words and place."""
        address = self._address()
        if not address:
            raise LookupError("Caffe has no generator in this thread")
        ctypes.memmove(address, state, _LAYOUT.size)

    def _address(self) -> Optional[int]:
        address: Optional[int] = self._get()
        for _ in range(_POINTERS):
            if not address:
                return None
            address = ctypes.c_void_p.from_address(address).value
        return address


def find(seed: int) -> Optional[Memory]:
    """Return the generator in memory, which has just been started with this seed; None where it is not where it is looked for."""
    try:
        library = ctypes.PyDLL(sys.modules[EXTENSION].__file__)
        get, draw = library[_GET], library[_DRAW]
        get.restype, draw.restype = ctypes.c_void_p, ctypes.c_uint
        found = Memory(get)
        return found if _holds(get(), started(seed)) and _is_exact(found, draw) else None
    except (KeyError, AttributeError, OSError):  # a build with other names, or a static one; no more file descriptors
        return None


def started(seed: int) -> bytes:
    """Return the state of MT19937 right after seeding, without the first word, of which boost changes 31 bits that never count."""
    words = [seed]
    for place in range(1, 624):
        words.append((1812433253 * (words[-1] ^ words[-1] >> 30) + place) & 0xFFFFFFFF)
    return _LAYOUT.pack(*words, 624)[4:]


def _holds(address: int, expected: bytes) -> bool:
    """Tell whether the pointers lead to these words. A build with CUDA has other members there: nothing is trusted to be a pointer."""
    for _ in range(_POINTERS):
        pointer = probe(address, ctypes.sizeof(ctypes.c_void_p))
        address = int.from_bytes(pointer, sys.byteorder)
    return probe(address, _LAYOUT.size)[4:] == expected


def _is_exact(memory: Memory, draw: Any) -> bool:
    """Tell whether a draw that is put back is drawn again; leave everything as found."""
    state = memory.read()
    if state is None:
        return False
    first = draw()
    moved = memory.read() != state
    memory.write(state)
    second = draw()
    memory.write(state)
    return bool(moved and first == second and memory.read() == state)


def probe(address: int, size: int) -> bytes:
    """Return the bytes at an address, or none where nothing can be read: the system checks what write() is given."""
    reader, writer = os.pipe()
    try:
        write = ctypes.PyDLL(None).write
        write.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t)
        return os.read(reader, size) if write(writer, address, size) == size else b""
    finally:
        os.close(reader)
        os.close(writer)
