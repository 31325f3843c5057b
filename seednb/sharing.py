"""Threads that share a global generator: who is quicker decides what each of them draws, so they are named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Callable

from seednb.snapshots import States

if TYPE_CHECKING:
    from seednb.wire import Note


class Sharing:
    """Looks at the global generators before and after what threads run. `read` gives their states; it is called in any thread.

    One thread beside the main one may well be waited for, and is not named; two or more that saw a generator move are.
    """

    def __init__(self, read: Callable[[], States]) -> None:
        self._read = read
        self._seen: dict[str, set[int]] = {}

    def begin(self) -> None:
        """A cell begins: nobody has drawn yet."""
        self._seen = {}

    def notes(self) -> list[Note]:
        """Name what several threads have drawn from since the cell began."""
        names = sorted(name for name, threads in self._seen.items() if len(threads) > 1)
        return [{"kind": "threads", "where": "several threads", "what": f"draw from {', '.join(names)}"}] if names else []

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Run what a thread runs."""
        before = self._read()
        try:
            yield
        finally:
            for name, state in self._read().items():
                if before.get(name, state) != state:
                    self._seen.setdefault(name, set()).add(threading.get_ident())
