"""What is sealed: for each library the one place where its unseeded generators ask the operating system for entropy.

Where the same place also sees a global generator being given a seed, it tells of that (see `reseeds`).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Callable

from seednb import reseeds
from seednb.callers import scientific
from seednb.replacing import dress, put, put_method, together
from seednb.sources import numpy as numpy_source
from seednb.sources.base import complete

if TYPE_CHECKING:
    from seednb.entropy import Seal

PYTHON = "random"
NUMPY = "numpy.random.bit_generator"
NUMPY_LEGACY = "numpy.random"
NUMPY_MT19937 = "numpy.random._mt19937"
TORCH = "torch"
TENSORFLOW = "tensorflow.python.ops.stateful_random_ops"

_RANDOM_BITS = 128
_SEED_BITS = 32
_WORD_BITS = 63


def seal_module(seal: Seal, module: str) -> Callable[[], None]:
    """Seal a module; return what undoes it. Raises AttributeError or KeyError where the module is built otherwise."""
    return _SEALS[module](seal)


def restart_global_generator(seal: Seal) -> None:
    """Start TensorFlow's global generator anew, if there is one."""
    module: Any = complete(TENSORFLOW)
    if module is not None and module.global_generator is not None:
        module.global_generator.reset_from_seed(_global_seed(seal))


def _seal_python(seal: Seal) -> Callable[[], None]:
    """Replace `Random.seed`, which `Random()` calls, and the bound method of the global generator beside it."""
    module: Any = sys.modules[PYTHON]
    original = module.Random.seed

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        """Initialize internal state from a seed."""
        caller = scientific(sys._getframe(1)) if a is None else None
        sealed = None if caller is None else seal.bits(_RANDOM_BITS, caller)
        original(self, a if sealed is None else sealed, version)
        if self is inner:
            seal.reseeded("python", a, sys._getframe(1))

    inner: Any = getattr(module, "_inst", None)
    of_class = put(module.Random, seed=dress(seed, original, module=PYTHON, name="Random.seed"))
    return of_class if inner is None else together(put(module, seed=inner.seed), of_class)


def _seal_numpy(seal: Seal) -> Callable[[], None]:
    """Replace `randbits`, NumPy's only road to the operating system's entropy for its generators, looked up at each use."""
    original = sys.modules[NUMPY].randbits

    def randbits(count: int) -> int:
        caller = sys._getframe(1)
        if caller.f_globals is globals() and caller.f_back is not None:  # the method of MT19937 that is replaced below
            caller = caller.f_back
        sealed = seal.bits(count, caller)
        return int(original(count)) if sealed is None else sealed

    return put(sys.modules[NUMPY], randbits=randbits)


def _seal_numpy_legacy(seal: Seal) -> Callable[[], None]:
    """Replace the method that `np.random.seed` ends in: without a seed it refreshes MT19937's key and leaves its position where it is.

    The function itself stays: Numba and pickling know it by its identity.
    """
    mtrand: Any = sys.modules[numpy_source.MTRAND]
    kind = sys.modules[NUMPY_MT19937].MT19937
    original = vars(kind)["_legacy_seeding"]

    def _legacy_seeding(self: Any, seed: Any) -> None:
        if self is not mtrand._rand._bit_generator:
            original(self, seed)
            return
        sealed = seal.bits(_SEED_BITS, sys._getframe(1)) if seed is None else None
        if sealed is None:
            original(self, seed)
        else:
            numpy_source.start(mtrand._rand, sealed)
        seal.reseeded("numpy", seed, sys._getframe(1))

    dress(_legacy_seeding, original, module=NUMPY_MT19937, name="MT19937._legacy_seeding")
    of_method = put_method(kind, _legacy_seeding)
    return together(reseeds.watch_numpy_states(seal.reseeded, sys.modules[NUMPY_LEGACY], mtrand), of_method)


def _seal_torch(seal: Seal) -> Callable[[], None]:
    """Replace `torch.seed`, and the method `torch.Generator.seed`."""
    torch: Any = sys.modules[TORCH]
    original, method = torch.seed, vars(torch.Generator)["seed"]

    def generator_seed(self: Any) -> int:
        sealed = seal.bits(_WORD_BITS, sys._getframe(1))
        if sealed is None:
            return int(method(self))
        self.manual_seed(sealed)
        return sealed

    def torch_seed() -> int:
        sealed = seal.bits(_WORD_BITS, sys._getframe(1))
        if sealed is None:
            return int(original())
        torch.manual_seed(sealed)
        return sealed

    dress(torch_seed, original, module=original.__module__, name="seed")
    dress(generator_seed, method, module=torch.Generator.__module__, name="Generator.seed")
    # The methods first: where they cannot be replaced, nothing is.
    of_methods = put_method(torch.Generator, generator_seed), reseeds.watch_torch(seal.reseeded, torch)
    return together(*of_methods, put(torch, seed=torch_seed), put(torch.random, seed=torch_seed))


def _seal_tensorflow(seal: Seal) -> Callable[[], None]:
    """Replace `Generator.from_non_deterministic_state`, which also makes TensorFlow's global generator."""
    generator = sys.modules[TENSORFLOW].Generator
    original = vars(generator)["from_non_deterministic_state"]

    def from_non_deterministic_state(cls: Any, alg: Any = None) -> Any:
        caller = sys._getframe(1)
        if seal.seed is not None and caller.f_globals.get("__name__") == TENSORFLOW:
            return cls.from_seed(_global_seed(seal), alg=alg)
        sealed = seal.bits(_WORD_BITS, caller)
        return original.__get__(None, cls)(alg) if sealed is None else cls.from_seed(sealed, alg=alg)

    return put(generator, from_non_deterministic_state=classmethod(from_non_deterministic_state))


def _watch_tensorflow(seal: Seal) -> Callable[[], None]:
    return reseeds.watch_tensorflow(seal.reseeded)


def _global_seed(seal: Seal) -> int:
    return seal.named_bits("tensorflow.global_generator", _WORD_BITS)


_SEALS: dict[str, Callable[[Seal], Callable[[], None]]] = {
    PYTHON: _seal_python,
    NUMPY: _seal_numpy,
    NUMPY_LEGACY: _seal_numpy_legacy,
    TORCH: _seal_torch,
    TENSORFLOW: _seal_tensorflow,
    reseeds.TENSORFLOW_CONTEXT: _watch_tensorflow,
}
SEALED_MODULES = frozenset(_SEALS)
