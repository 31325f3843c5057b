"""NumPy's legacy global generator, `numpy.random.mtrand._rand`."""

from __future__ import annotations

import ctypes
import json
import struct
import sys
from typing import Any, Optional

from seednb.sources.base import Source, complete

MTRAND = "numpy.random.mtrand"
_KEY_BYTES = 4 * 624
_MT19937_BYTES = _KEY_BYTES + 4
_GAUSS = struct.Struct("i4xd")
_RAW_BYTES = _MT19937_BYTES + _GAUSS.size


class NumpySource(Source):
    """The generator behind `np.random.rand()` and every library that draws from NumPy's global state."""

    name = "numpy"
    module = "numpy.random"

    def __init__(self, *, _gauss_offset: Optional[int] = None) -> None:
        self._read = Reader(_gauss_offset)

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete(MTRAND) is not None

    def seed(self, seed: int) -> None:
        start(_rand(), seed)

    def spread(self, entropy: int) -> None:
        kind = type(_rand()._bit_generator)
        fresh = kind(sys.modules["numpy.random"].SeedSequence(entropy))
        write(_rand(), read_public(_random_state_class()(fresh)))

    def state(self) -> bytes:
        return self._read(_rand())

    def restore(self, state: bytes) -> None:
        write(_rand(), state)


class Reader:
    """Reads a RandomState, quickly where its memory is laid out as is proved: always the same one, whose address is kept."""

    def __init__(self, gauss_offset: Optional[int] = None) -> None:
        self._gauss_offset = gauss_offset
        self._address: tuple[Any, int] = (None, 0)

    def __call__(self, rand: Any) -> bytes:
        """Return the whole state, as `read_public` does."""
        if self._gauss_offset is None:
            self._gauss_offset = find_gauss(_random_state_class())
        if self._gauss_offset < 0 or not _is_mt19937(rand):
            return read_public(rand)
        gauss = _GAUSS.unpack(ctypes.string_at(id(rand) + self._gauss_offset, _GAUSS.size))
        return ctypes.string_at(self._state_address(rand._bit_generator), _MT19937_BYTES) + _GAUSS.pack(*gauss)

    def _state_address(self, generator: Any) -> int:
        known, address = self._address
        if known is not generator:
            address = generator.ctypes.state_address
            self._address = (generator, address)
        return address


def start(rand: Any, seed: int) -> None:
    """Start a RandomState's stream anew, as `RandomState(seed)` does."""
    # np.random.seed() would mark the global state as seeded by hand (`_seed_seq` becomes None), which SPEC 7 lets
    # libraries warn about: https://scientific-python.org/specs/spec-0007/. The stream is the same.
    if _is_mt19937(rand):
        rand.set_state(_random_state_class()(seed).get_state())
    else:
        rand.set_state(dict(type(rand._bit_generator)(seed).state, has_gauss=0, gauss=0.0))


def write(rand: Any, state: bytes) -> None:
    """Give a RandomState the state that was read from one with the same bit generator; leave another one alone."""
    if len(state) != _RAW_BYTES:
        saved = json.loads(state)
    else:
        key = sys.modules["numpy"].frombuffer(state[:_KEY_BYTES], dtype="uint32")
        position = int.from_bytes(state[_KEY_BYTES:_MT19937_BYTES], sys.byteorder)
        has_gauss, gauss = _GAUSS.unpack(state[_MT19937_BYTES:])
        saved = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}, "has_gauss": has_gauss, "gauss": gauss}
    if saved["bit_generator"] == type(rand._bit_generator).__name__:
        rand.set_state(saved)


def read_public(rand: Any) -> bytes:
    """Read a RandomState by get_state(): for MT19937 into the same bytes as its memory holds, else as JSON."""
    state = rand.get_state(legacy=False)
    if not _is_mt19937(rand):
        return json.dumps(state, default=lambda array: array.tolist()).encode()
    position = int(state["state"]["pos"]).to_bytes(4, sys.byteorder)
    return bytes(state["state"]["key"].tobytes()) + position + _GAUSS.pack(state["has_gauss"], state["gauss"])


def _rand() -> Any:
    return sys.modules[MTRAND]._rand


def _random_state_class() -> Any:
    return sys.modules[MTRAND].RandomState


def _is_mt19937(rand: Any) -> bool:
    return type(rand._bit_generator).__name__ == "MT19937"


def find_gauss(random_state: Any) -> int:
    """Return where a RandomState keeps its cached Gaussian (`aug_bitgen_t`: int has_gauss, double gauss), or -1.

    The Gaussian lies in the object, outside MT19937's own memory, so a reader of that memory alone misses it. The
    position is found and proved with generators of our own; without proof the public get_state() is read.
    """
    if sys.implementation.name != "cpython":
        return -1
    probe = random_state(20_19)
    probe.standard_normal()
    memory = ctypes.string_at(id(probe), random_state.__basicsize__)
    offset = memory.find(_GAUSS.pack(1, probe.get_state()[4]))
    return offset if offset >= 0 and _gauss_is_at(offset, random_state) and _key_is_exact(random_state) else -1


def _gauss_is_at(offset: int, random_state: Any) -> bool:
    for seed in (1, 2):
        probe = random_state(seed)
        for _ in range(3):
            if _GAUSS.unpack(ctypes.string_at(id(probe) + offset, _GAUSS.size)) != tuple(probe.get_state()[3:]):
                return False
            probe.standard_normal()
    return True


def _key_is_exact(random_state: Any) -> bool:
    probe = random_state(3)
    for draws in (0, 1, 700):
        probe.random_sample(draws)
        _, key, position = probe.get_state()[:3]
        expected = key.tobytes() + int(position).to_bytes(4, sys.byteorder)
        if ctypes.string_at(probe._bit_generator.ctypes.state_address, _MT19937_BYTES) != expected:
            return False
    return True
