"""PaddlePaddle's generators: the processor's, and those of all CUDA devices."""

from __future__ import annotations

import sys
from typing import Any, Optional

from seednb.sources.base import SET_ONLY, Source, complete, pack, unpack

CORE = "paddle.base.core"


class PaddleSource(Source):
    """What `paddle.seed` controls. Paddle 2 hides its states, and can only be seeded."""

    name = "paddle"
    module = "paddle"

    def seed(self, seed: int) -> None:
        sys.modules[self.module].seed(seed)
        if self.state() is None:
            self.traits = frozenset({SET_ONLY})

    def state(self) -> Optional[bytes]:
        states = [generator.get_state() for generator in _generators()]
        # What pickle would store: device, seed, offset, and the characters of the engine's state in C++'s notation.
        fields = [state.__getstate__() for state in states if hasattr(type(state), "__setstate__")]
        if not fields or len(fields) < len(states):
            return None
        # bytearray() takes a list three times as fast as bytes() does.
        return pack(*(part for *numbers, engine in fields for part in (repr(numbers).encode(), bytes(bytearray(engine)))))

    def restore(self, state: bytes) -> None:
        parts = unpack(state)
        for generator, numbers, engine in zip(_generators(), parts[::2], parts[1::2]):
            kind: Any = type(generator.get_state())
            saved = kind.__new__(kind)
            saved.__setstate__((*map(int, numbers.decode().strip("[]").split(",")), list(engine)))
            generator.set_state(saved)


def _generators() -> list[Any]:
    core: Any = complete(CORE)
    if core is None:
        return []
    devices = range(core.get_cuda_device_count()) if core.is_compiled_with_cuda() else ()
    return [core.default_cpu_generator(), *(core.default_cuda_generator(index) for index in devices)]
