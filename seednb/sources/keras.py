"""Keras 3's global SeedGenerator. (Layers draw their seeds from Python's `random` when they are built.)"""

from __future__ import annotations

import sys
from typing import Any

from seednb.sources.base import Source, complete, pack, unpack

GLOBAL_STATE = "keras.src.backend.common.global_state"
GENERATOR = "global_seed_generator"
SEED = "global_random_seed"


class KerasSource(Source):
    """What `keras.utils.set_random_seed` sets beside the generators of Python, NumPy, TensorFlow and PyTorch.

    Calling it ourselves would import TensorFlow even where the backend is another one.
    """

    name = "keras"
    module = "keras"

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete(GLOBAL_STATE) is not None

    def seed(self, seed: int) -> None:
        _set(SEED, seed)
        _set(GENERATOR, None)

    def state(self) -> bytes:
        generator = _get(GENERATOR)
        return pack(repr(_get(SEED)).encode(), b"" if generator is None else bytes(_values(generator).tobytes()))

    def restore(self, state: bytes) -> None:
        seed, values = unpack(state)
        _set(SEED, None if seed == b"None" else int(seed))
        if not values:
            _set(GENERATOR, None)
            return
        generator = _get(GENERATOR)
        if generator is None:
            generator = sys.modules["keras"].random.SeedGenerator(seed=0)  # type: ignore[attr-defined]
            _set(GENERATOR, generator)
        current = _values(generator)
        generator.state.assign(sys.modules["numpy"].frombuffer(values, dtype=current.dtype))  # type: ignore[attr-defined]


def _get(name: str) -> Any:
    return sys.modules[GLOBAL_STATE].get_global_attribute(name)  # type: ignore[attr-defined]


def _set(name: str, value: Any) -> None:
    sys.modules[GLOBAL_STATE].set_global_attribute(name, value)  # type: ignore[attr-defined]


def _values(generator: Any) -> Any:
    return sys.modules["keras"].ops.convert_to_numpy(generator.state)  # type: ignore[attr-defined]
