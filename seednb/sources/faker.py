"""Faker's generator, which all `Faker` objects share until `seed_instance` gives one its own."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from seednb.sources.base import Source, complete, pack, unpack
from seednb.sources.python import reader, write

GENERATOR = "faker.generator"


class FakerSource(Source):
    """What `Faker.seed` controls: the shared generator, and whether `binary()` draws from it."""

    name = "faker"
    module = "faker"

    def __init__(self) -> None:
        self._read: Optional[Callable[[Any], bytes]] = None

    def loaded(self) -> bool:
        return complete(self.module) is not None and complete(GENERATOR) is not None

    def seed(self, seed: int) -> None:
        sys.modules[self.module].Faker.seed(seed)

    def state(self) -> bytes:
        generator = shared()
        if self._read is None:
            self._read = reader(generator)
        return pack(self._read(generator), b"seeded" if _class()._is_seeded else b"")

    def restore(self, state: bytes) -> None:
        words, seeded = unpack(state)
        write(shared(), words)
        _class()._is_seeded = bool(seeded)


def shared() -> Any:
    """Return the generator that all Faker objects share, if Faker has been imported."""
    return getattr(complete(GENERATOR), "random", None)


def _class() -> Any:
    return sys.modules[GENERATOR].Generator
