"""PyTorch's default generators: the processor's, and those of accelerators that the user's code has initialised."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from seednb.sources.base import Source, pack, unpack

_WORD = 8


class TorchSource(Source):
    """The generators behind `torch.rand()`, initial weights, dropout and data loaders.

    PyTorch keeps the seed for a device until somebody initialises it. A device that has its seed and has drawn nothing is
    therefore the same as one that nobody has initialised, and adds nothing to the state.
    """

    name = "torch"
    module = "torch"

    def seed(self, seed: int) -> None:
        _torch().manual_seed(seed)

    def spread(self, entropy: int) -> None:
        _torch().manual_seed(entropy >> 64)

    def state(self) -> bytes:
        torch = _torch()
        host = _bytes(torch.get_rng_state())
        kinds = accelerators(torch)
        if not any(kinds):
            return pack(host)
        fresh = fresh_state(torch.initial_seed())
        devices = [_devices([_bytes(generator.get_state()) for generator in kind], fresh) for kind in kinds]
        return pack(host, *devices) if any(devices) else pack(host)

    def restore(self, state: bytes) -> None:
        torch = _torch()
        host, *devices = unpack(state)
        torch.set_rng_state(tensor(torch, host))
        for index, generators in enumerate(accelerators(torch)):
            states = unpack(devices[index]) if index < len(devices) else []
            for number, generator in enumerate(generators):
                if number < len(states) and states[number]:
                    generator.set_state(tensor(torch, states[number]))
                else:
                    generator.manual_seed(torch.initial_seed())


def accelerators(torch: Any) -> list[tuple[Any, ...]]:
    """Return the generators of CUDA, XPU and MPS devices that are initialised: asking for others would initialise them.

    A state lies in the host's memory: reading it waits for no device.
    """
    xpu, mps = getattr(torch, "xpu", None), getattr(torch, "mps", None)
    apple = getattr(mps, "_default_mps_generator", None)
    return [
        tuple(torch.cuda.default_generators) if torch.cuda.is_initialized() else (),
        tuple(xpu.default_generators) if xpu is not None and xpu.is_initialized() else (),
        () if apple is None else (apple,),
    ]


def is_default(torch: Any, generator: Any) -> bool:
    """Tell whether this is the default generator of the processor or of an initialised device."""
    return generator is torch.default_generator or any(generator is other for kind in accelerators(torch) for other in kind)


def fresh_state(seed: int) -> bytes:
    """Return the state of a CUDA or XPU generator that has this seed and has drawn nothing: the seed, and the offset 0."""
    return (seed % 2**64).to_bytes(_WORD, sys.byteorder) + bytes(_WORD)


def _devices(states: list[bytes], fresh: bytes) -> bytes:
    drawn = [b"" if state == fresh else state for state in states]
    return pack(*drawn) if any(drawn) else b""


def _torch() -> Any:
    return sys.modules["torch"]


def _bytes(tensor: Any) -> bytes:
    return ctypes.string_at(tensor.data_ptr(), tensor.numel())


def tensor(torch: Any, state: bytes) -> Any:
    """Return a state's bytes as the tensor that `set_state` takes."""
    return torch.frombuffer(bytearray(state), dtype=torch.uint8)
