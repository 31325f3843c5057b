"""The generator behind the functions of `dask.array.random`. It hands out seeds to the chunks of an array."""

from __future__ import annotations

import sys
from typing import Any

from seednb.sources import numpy
from seednb.sources.base import Source, complete, pack, unpack


class DaskSource(Source):
    """What `dask.array.random.seed` controls: one cached generator for each array backend that has been used.

    `dask.array.random.default_rng()` makes others, which the seal covers.
    """

    name = "dask"
    module = "dask.array"

    def __init__(self) -> None:
        self._readers: list[numpy.Reader] = []

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete("dask.array.random") is not None

    def seed(self, seed: int) -> None:
        for generator in cached():
            numpy.start(generator, seed)
        sys.modules["dask.array"].random.seed(seed)

    def state(self) -> bytes:
        generators = cached()
        while len(self._readers) < len(generators):
            self._readers.append(numpy.Reader())
        return pack(*(read(generator) for read, generator in zip(self._readers, generators)))

    def restore(self, state: bytes) -> None:
        for generator, saved in zip(cached(), unpack(state)):
            numpy.write(generator, saved)


def cached() -> list[Any]:
    """Return the NumPy generators that `dask.array.random` draws from, in the order of their first use."""
    found = getattr(getattr(complete("dask.array"), "random", None), "_cached_states", {})
    states = [getattr(state, "_numpy_state", None) for state in found.values()]
    return [state for state in states if type(state).__module__ == numpy.MTRAND]
