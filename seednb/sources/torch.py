"""PyTorch's default generators: the CPU's, and those of CUDA devices once the user's code has initialised CUDA."""

from __future__ import annotations

import ctypes
import sys
from typing import Any

from seednb.sources.base import Source, pack, unpack


class TorchSource(Source):
    """The generators behind `torch.rand()`, initial weights, dropout and data loaders."""

    name = "torch"
    module = "torch"

    def seed(self, seed: int) -> None:
        _torch().manual_seed(seed)

    def spread(self, entropy: int) -> None:
        _torch().manual_seed(entropy >> 64)

    def state(self) -> bytes:
        torch = _torch()
        return pack(_bytes(torch.get_rng_state()), *(_bytes(generator.get_state()) for generator in _cuda_generators(torch)))

    def restore(self, state: bytes) -> None:
        torch = _torch()
        host, *devices = (torch.frombuffer(bytearray(part), dtype=torch.uint8) for part in unpack(state))
        torch.set_rng_state(host)
        for generator, saved in zip(_cuda_generators(torch), devices):
            generator.set_state(saved)


def _torch() -> Any:
    return sys.modules["torch"]


def _cuda_generators(torch: Any) -> tuple[Any, ...]:
    """Return the generators of all CUDA devices; reading a device's state before the user did would create its context."""
    return tuple(torch.cuda.default_generators) if torch.cuda.is_initialized() else ()


def _bytes(tensor: Any) -> bytes:
    return ctypes.string_at(tensor.data_ptr(), tensor.numel())
