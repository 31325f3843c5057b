"""Fake PRNG systems: installed modules with one number, and sources for them."""

from __future__ import annotations

import importlib
import sys

import pytest

from seednb.runtime import Runtime
from seednb.sources import EXACT_RESTORE, READABLE, SET_ONLY, Source

MODULE = "value = 0\ndef draw():\n    global value\n    value += 1\n    return value\n"


class Counter(Source):
    """A source for a module with one number, which drawing counts up."""

    def __init__(self, name, *, traits=frozenset({EXACT_RESTORE, READABLE}), per_thread=False):
        self.name = name
        self.module = f"seednb_fake_{name}"
        self.traits = traits
        self.per_thread = per_thread
        self.broken = ""

    def seed(self, seed):
        """Start at a thousand times the seed."""
        self._may("seed")
        sys.modules[self.module].value = seed * 1000

    def state(self):
        """Return the number."""
        self._may("state")
        return None if SET_ONLY in self.traits else str(sys.modules[self.module].value).encode()

    def restore(self, state):
        """Set the number."""
        self._may("restore")
        sys.modules[self.module].value = int(state)

    def _may(self, what):
        if self.broken == what:
            raise OSError(f"no {what}")


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Return a function that writes an installed module; with no text, one that draws."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))

    def write(name, text=MODULE):
        (folder / f"seednb_fake_{name}.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()

    write("a")
    write("b")
    yield write
    for name in [name for name in sys.modules if name.startswith("seednb_fake_")]:
        del sys.modules[name]


@pytest.fixture
def sources():
    """Return two sources."""
    return Counter("a"), Counter("b")


@pytest.fixture
def runtime(fake, sources):
    """Return a runtime of these sources that seals nothing."""
    made = Runtime(sources)
    yield made
    made.stop()


def load(name):
    """Import one of the fake modules."""
    return importlib.import_module(f"seednb_fake_{name}")


def start(runtime, seed, origin="magic"):
    """Seed without the seal."""
    runtime.start(seed, origin, sealing=False)
