"""Keras 3's global SeedGenerator. Layers draw their seeds from Python's `random` when they are built."""

from __future__ import annotations

import os
import sys
from typing import Any

from seednb.sources.base import Source, complete, pack, unpack
from seednb.sources.tensorflow import read_variable

GLOBAL_STATE = "keras.src.backend.common.global_state"
GENERATOR = "global_seed_generator"
SEED = "global_random_seed"


class KerasSource(Source):
    """What `keras.utils.set_random_seed` sets beside the generators of Python, NumPy, TensorFlow and PyTorch.

    Calling it ourselves would import TensorFlow even where the backend is another one.
    """

    name = "keras"
    module = "keras"
    per_thread = True

    def __init__(self) -> None:
        self._home = os.getpid()

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete(GLOBAL_STATE) is not None

    def seed(self, seed: int) -> None:
        _set(SEED, seed)
        _set(GENERATOR, None)

    def spread(self, entropy: int) -> None:
        # Letting go of a TensorFlow variable in a forked child may wait for ever for threads that it does not have.
        if os.getpid() == self._home or global_generator() is None:
            super().spread(entropy)

    def state(self) -> bytes:
        generator = global_generator()
        return pack(repr(_get(SEED)).encode(), b"" if generator is None else read(generator.state))

    def restore(self, state: bytes) -> None:
        seed, values = unpack(state)
        _set(SEED, None if seed == b"None" else int(seed))
        if not values:
            _set(GENERATOR, None)
            return
        keras, generator = sys.modules["keras"], global_generator()
        if generator is None:
            generator = keras.random.SeedGenerator(seed=0)
            _set(GENERATOR, generator)
        dtype = keras.ops.convert_to_numpy(generator.state).dtype
        generator.state.assign(sys.modules["numpy"].frombuffer(values, dtype=dtype))


def global_generator() -> Any:
    """Return Keras' global SeedGenerator if it exists."""
    return _get(GENERATOR)


def _get(name: str) -> Any:
    return sys.modules[GLOBAL_STATE].get_global_attribute(name)


def _set(name: str, value: Any) -> None:
    sys.modules[GLOBAL_STATE].set_global_attribute(name, value)


def read(variable: Any) -> bytes:
    """Read a Keras variable, on the TensorFlow backend without Keras' own detours."""
    value = getattr(variable, "_value", None)
    if type(value).__module__.startswith("tensorflow."):
        return read_variable(value)
    return bytes(sys.modules["keras"].ops.convert_to_numpy(variable).tobytes())
