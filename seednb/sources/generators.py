"""The kinds of generator objects that users hold: how each is read, put back and started anew."""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any, Optional

from seednb.digest import blake2b
from seednb.sources import dask, faker, keras, numpy, python, tensorflow, torch


class Kind:
    """One kind of generator object."""

    def read(self, generator: Any) -> bytes:
        """Return the whole state, as bytes that are equal exactly when the states are."""
        raise NotImplementedError

    def write(self, generator: Any, state: bytes) -> None:
        """Put a state back that `read` returned for a generator of the same type."""
        raise NotImplementedError

    def begin(self, generator: Any, seed: int) -> None:
        """Start the stream of a 64-bit seed."""
        raise NotImplementedError

    def start(self, generator: Any, seed: int, path: str) -> None:
        """Start a stream that depends on the seed and on the path that leads to the generator."""
        word = blake2b(f"{seed}\x1f{path}".encode(), digest_size=8, person=b"seednb-held").digest()
        self.begin(generator, int.from_bytes(word, "big"))

    def is_global(self, generator: Any) -> bool:
        """Tell whether this is a library's global generator, which is a source of its own."""
        return False

    def identity(self, generator: Any) -> int:
        """Return the id() of what holds the state: two objects may share it."""
        return id(generator)


class _PythonRandom(Kind):
    def read(self, generator: Any) -> bytes:
        # A subclass may have a getstate() of its own, or a Gaussian that is an attribute of another kind.
        _, words, gauss = sys.modules["random"].Random.getstate(generator)
        return python.pack_state(words, gauss)

    def write(self, generator: Any, state: bytes) -> None:
        python.write(generator, state)

    def begin(self, generator: Any, seed: int) -> None:
        sys.modules["random"].Random.seed(generator, seed)

    def is_global(self, generator: Any) -> bool:
        return generator is getattr(sys.modules["random"], "_inst", None) or generator is faker.shared()


class _BitGenerator(Kind):
    """NumPy's bit generators, and the Generators around them, which hold no state of their own."""

    def read(self, generator: Any) -> bytes:
        return json.dumps(_bits(generator).state, default=lambda array: {"array": array.tolist(), "dtype": str(array.dtype)}).encode()

    def write(self, generator: Any, state: bytes) -> None:
        saved = json.loads(state, object_hook=_array)
        if saved["bit_generator"] == _bits(generator).state["bit_generator"]:
            _bits(generator).state = saved

    def begin(self, generator: Any, seed: int) -> None:
        bits = _bits(generator)
        bits.state = type(bits)(seed).state

    def is_global(self, generator: Any) -> bool:
        return _bits(generator) is getattr(getattr(sys.modules.get(numpy.MTRAND), "_rand", None), "_bit_generator", None)

    def identity(self, generator: Any) -> int:
        return id(_bits(generator))


class _RandomState(Kind):
    def read(self, generator: Any) -> bytes:
        return numpy.read_public(generator)

    def write(self, generator: Any, state: bytes) -> None:
        numpy.write(generator, state)

    def begin(self, generator: Any, seed: int) -> None:
        numpy.start(generator, seed % 2**32)

    def is_global(self, generator: Any) -> bool:
        rand = getattr(sys.modules.get(numpy.MTRAND), "_rand", None)
        return generator is rand or any(generator is other for other in dask.cached())

    def identity(self, generator: Any) -> int:
        return id(generator._bit_generator)


class _Torch(Kind):
    def read(self, generator: Any) -> bytes:
        state = generator.get_state()
        return ctypes.string_at(state.data_ptr(), state.numel())

    def write(self, generator: Any, state: bytes) -> None:
        generator.set_state(torch.tensor(sys.modules["torch"], state))

    def begin(self, generator: Any, seed: int) -> None:
        generator.manual_seed(seed)

    def is_global(self, generator: Any) -> bool:
        return torch.is_default(sys.modules["torch"], generator)


class _Variable(Kind):
    """Generators whose state is a variable: TensorFlow's and Keras's."""

    def write(self, generator: Any, state: bytes) -> None:
        dtype, _, values = state.partition(b":")
        generator.state.assign(sys.modules["numpy"].frombuffer(values, dtype=dtype.decode()).reshape(tuple(generator.state.shape)))


class _TensorFlow(_Variable):
    def read(self, generator: Any) -> bytes:
        return b"int64:" + tensorflow.read_variable(generator.state)

    def begin(self, generator: Any, seed: int) -> None:
        generator.reset_from_seed(seed >> 1)

    def is_global(self, generator: Any) -> bool:
        return generator is tensorflow.global_generator()


class _Keras(_Variable):
    def read(self, generator: Any) -> bytes:
        return str(generator.state.dtype).encode() + b":" + keras.read(generator.state)

    def begin(self, generator: Any, seed: int) -> None:
        generator.state.assign([seed % 2**32, 0])

    def is_global(self, generator: Any) -> bool:
        return generator is keras.global_generator()


_KINDS: dict[tuple[str, str], Kind] = {
    ("random", "Random"): _PythonRandom(),
    ("numpy.random._generator", "Generator"): _BitGenerator(),
    ("numpy.random.bit_generator", "BitGenerator"): _BitGenerator(),
    ("numpy.random.mtrand", "RandomState"): _RandomState(),
    ("torch._C", "Generator"): _Torch(),
    ("tensorflow.python.ops.stateful_random_ops", "Generator"): _TensorFlow(),
    ("keras.src.random.seed_generator", "SeedGenerator"): _Keras(),
}
MANY_TYPES = 2000
"""Types that are remembered: notebooks define classes again and again."""
_known: dict[type, Optional[Kind]] = {}


def kind_of(found: type) -> Optional[Kind]:
    """Return the kind of generators that instances of a type are, or None."""
    try:
        return _known[found]
    except KeyError:
        if len(_known) >= MANY_TYPES:
            _known.clear()
        kind = _look(found)
        return _known.setdefault(found, kind)


def _look(found: type) -> Optional[Kind]:
    names = [(str(base.__module__), base.__name__) for base in found.__mro__]
    kinds = [_KINDS.get(name) for name in names] if ("random", "SystemRandom") not in names else []
    return next((kind for kind in kinds if kind is not None), None)


def _bits(generator: Any) -> Any:
    return getattr(generator, "bit_generator", generator)


def _array(saved: dict[str, Any]) -> Any:
    return sys.modules["numpy"].array(saved["array"], dtype=saved["dtype"]) if saved.keys() == {"array", "dtype"} else saved
