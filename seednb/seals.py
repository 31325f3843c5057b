"""What is sealed: for each library the one place where its unseeded generators ask the operating system for entropy."""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import TYPE_CHECKING, Any, Callable

from seednb.callers import scientific
from seednb.sources import numpy as numpy_source
from seednb.sources.base import complete

if TYPE_CHECKING:
    from seednb.entropy import Seal

PYTHON = "random"
NUMPY = "numpy.random.bit_generator"
NUMPY_LEGACY = "numpy.random"
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


def _put(owner: Any, **replacements: Any) -> Callable[[], None]:
    """Set attributes; return what puts the old ones back, where nobody has replaced them since."""
    found = {name: vars(owner)[name] for name in replacements}
    for name, replacement in replacements.items():
        setattr(owner, name, replacement)

    def undo() -> None:
        for name, replacement in replacements.items():
            if vars(owner)[name] is replacement:
                setattr(owner, name, found[name])

    return undo


def _together(*undone: Callable[[], None]) -> Callable[[], None]:
    """Return what undoes several things, in this order."""

    def undo() -> None:
        for put_back in undone:
            put_back()

    return undo


def _seal_python(seal: Seal) -> Callable[[], None]:
    """Replace `Random.seed`, which `Random()` calls, and the bound method of the global generator beside it."""
    module: Any = sys.modules[PYTHON]
    original = module.Random.seed

    def seed(self: Any, a: Any = None, version: int = 2) -> None:
        """Initialize internal state from a seed."""
        caller = scientific(sys._getframe(1)) if a is None else None
        sealed = None if caller is None else seal.bits(_RANDOM_BITS, caller)
        original(self, a if sealed is None else sealed, version)

    of_class = _put(module.Random, seed=seed)
    inner: Any = getattr(module, "_inst", None)
    return of_class if inner is None else _together(_put(module, seed=inner.seed), of_class)


def _seal_numpy(seal: Seal) -> Callable[[], None]:
    """Replace `randbits`, NumPy's only road to the operating system's entropy for its generators, looked up at each use."""
    original = sys.modules[NUMPY].randbits

    def randbits(count: int) -> int:
        sealed = seal.bits(count, sys._getframe(1))
        return int(original(count)) if sealed is None else sealed

    return _put(sys.modules[NUMPY], randbits=randbits)


def _seal_numpy_legacy(seal: Seal) -> Callable[[], None]:
    """Replace `np.random.seed`: without a seed it refreshes MT19937's key and leaves its position where it happens to be."""
    module: Any = sys.modules[NUMPY_LEGACY]
    original = module.seed

    def seed(seed: Any = None) -> None:
        sealed = seal.bits(_SEED_BITS, sys._getframe(1)) if seed is None else None
        if sealed is None:
            original(seed)
        else:
            numpy_source.start(sys.modules[numpy_source.MTRAND]._rand, sealed)

    seed.__doc__ = original.__doc__
    return _together(_put(module, seed=seed), _put(sys.modules[numpy_source.MTRAND], seed=seed))


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

    torch_seed.__doc__, torch_seed.__name__, torch_seed.__module__ = original.__doc__, "seed", original.__module__
    generator_seed.__doc__, generator_seed.__name__ = method.__doc__, "seed"
    # The method first: where it cannot be replaced, nothing is.
    of_method = _put_method(torch.Generator, generator_seed)
    return _together(of_method, _put(torch, seed=torch_seed), _put(torch.random, seed=torch_seed))


def _put_method(kind: type, function: Any) -> Callable[[], None]:
    """Put a method into a class that is written in C, and so takes no assignment; return what puts the old one back.

    A subclass in its place would do for everybody but torch.compile, which asks for the very type of a generator
    (`type(value) is torch._C.Generator` in torch/_dynamo/variables/builder.py). Raises AttributeError where the class's own
    dictionary cannot be had.
    """
    (methods,) = gc.get_referents(vars(kind))
    if sys.implementation.name != "cpython" or type(methods) is not dict:
        raise AttributeError(f"the methods of {kind.__name__} cannot be replaced")
    name = function.__name__
    original = methods[name]

    def put(method: Any) -> None:
        methods[name] = method
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))

    def undo() -> None:
        if methods.get(name) is function:
            put(original)

    put(function)
    return undo


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

    return _put(generator, from_non_deterministic_state=classmethod(from_non_deterministic_state))


def _global_seed(seal: Seal) -> int:
    return seal.named_bits("tensorflow.global_generator", _WORD_BITS)


_SEALS: dict[str, Callable[[Seal], Callable[[], None]]] = {
    PYTHON: _seal_python,
    NUMPY: _seal_numpy,
    NUMPY_LEGACY: _seal_numpy_legacy,
    TORCH: _seal_torch,
    TENSORFLOW: _seal_tensorflow,
}
SEALED_MODULES = frozenset(_SEALS)
