"""TensorFlow's eager context, and its global `tf.random.Generator` once there is one."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable, Optional

from seednb.sources.base import READABLE, Source, complete, pack, unpack
from seednb.sources.python import reader, write

CONTEXT = "tensorflow.python.eager.context"
EXECUTE = "tensorflow.python.pywrap_tfe"
STATEFUL = "tensorflow.python.ops.stateful_random_ops"


class TensorflowSource(Source):
    """What `tf.random.set_seed` controls. Kernels of ops with a seed of their own hold counters that no call reads back."""

    name = "tensorflow"
    module = "tensorflow"
    traits = frozenset({READABLE})

    def __init__(self) -> None:
        self._read: Optional[Callable[[Any], bytes]] = None
        self._home = os.getpid()

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete(CONTEXT) is not None

    def seed(self, seed: int) -> None:
        _set_seed(seed)

    def spread(self, entropy: int) -> None:
        # TensorFlow's threads do not live on in a forked child, and may have held the locks that clearing its caches takes.
        if os.getpid() == self._home or getattr(_context(), "_context_handle", None) is None:
            super().spread(entropy)

    def state(self) -> bytes:
        context = _context()
        rng = getattr(context, "_rng", None)
        if rng is not None and self._read is None:
            self._read = reader(rng)
        words = b"" if rng is None or self._read is None else self._read(rng)
        return pack(repr(getattr(context, "_seed", None)).encode(), words, _global_generator_bytes())

    def restore(self, state: bytes) -> None:
        import ast  # seldom needed, and no child process should wait for it

        seed, words, values = unpack(state)
        # Setting `_rng` alone is not enough: cached kernels keep counters, which only set_seed clears.
        _set_seed(ast.literal_eval(seed.decode()))
        if words:
            write(_context()._rng, words)
        generator = global_generator()
        if values and generator is not None:
            generator.state.assign(sys.modules["numpy"].frombuffer(values, dtype="int64"))


def global_generator() -> Any:
    """Return TensorFlow's global generator if it exists; asking TensorFlow for it would create it."""
    module: Any = complete(STATEFUL)
    return None if module is None else module.global_generator


def read_variable(variable: Any) -> bytes:
    """Read a `tf.Variable` with one eager op: its own numpy() takes five times as long."""
    try:
        execute = sys.modules[EXECUTE].TFE_Py_FastPathExecute
        tensor = execute(_context(), "ReadVariableOp", None, variable.handle, "dtype", variable.dtype)
        return bytes(tensor._numpy().tobytes())
    except Exception:  # private names, and handles that are not eager
        return bytes(variable.numpy().tobytes())


def _set_seed(seed: Any) -> None:
    sys.modules["tensorflow"].random.set_seed(seed)


def _context() -> Any:
    return sys.modules[CONTEXT]._context


def _global_generator_bytes() -> bytes:
    generator = global_generator()
    return b"" if generator is None else read_variable(generator.state)
