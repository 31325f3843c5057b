"""pytest-randomly seeds Python, NumPy and Faker before each test; through its entry point it seeds everything else that seednb knows."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from seednb.settings import MAX_SEED
from seednb.sources import builtin
from seednb.sources.group import SourceGroup
from seednb.sources.plugins import Plugins

_SEEDED = frozenset({"faker", "numpy", "python"})
"""Sources that pytest-randomly seeds itself."""


def reseed(seed: int) -> None:
    """Seed every loaded system that pytest-randomly does not seed itself. Raises RuntimeError where one could not be seeded."""
    group, plugins = _sources()
    group.fresh.clear()
    group.failures.clear()
    plugins.take()
    group.adopt(lambda _: reduced(seed))
    if group.failures:
        raise RuntimeError("; ".join(group.failures))


@lru_cache(maxsize=1)
def _sources() -> tuple[SourceGroup, Plugins]:
    """Look for the sources once: pytest-randomly seeds three times for each test."""
    group = SourceGroup(source for source in builtin() if source.name not in _SEEDED)
    plugins = Plugins(group)
    plugins.find()
    return group, plugins


def reduced(seed: int) -> int:
    """Return a seed that every system takes: itself where it is one, else a digest of it."""
    if 0 <= seed <= MAX_SEED:
        return seed
    return int.from_bytes(blake2b(str(seed).encode(), digest_size=4, person=b"seednb-randomly").digest(), "big")
