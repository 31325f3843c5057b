"""All sources of a runtime together: one that breaks spoils no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Callable, Optional

from seednb.snapshots import States
from seednb.sources.base import Source

_MAX_FAILURES = 20


class SourceGroup:
    """Reads, seeds and puts back sources; what fails is remembered in `failures`, in words, and not raised.

    `fresh`: the state that seeding gave each source that has been seeded.
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = list(sources)
        self.fresh: States = {}
        self.failures: list[str] = []
        self._last: States = {}

    def loaded(self) -> list[Source]:
        """Return the sources that the user's code has imported."""
        return [source for source in self.sources if self._is_loaded(source)]

    def states(self) -> States:
        """Read the states of all loaded sources; a state that is what it was at the last call is the same object."""
        states: States = {}
        for source in self.sources:
            if self._is_loaded(source):
                state, last = self.read(source), self._last.get(source.name)
                states[source.name] = last if last == state else state
        self._last = states
        return states

    def read(self, source: Source) -> Optional[bytes]:
        """Return a source's state, or None where it cannot be read."""
        try:
            state = source.state()
            if state is not None and type(state) is not bytes:
                raise TypeError("its state must be bytes")
        except Exception as error:
            self.failed(error, f"{source.name} cannot be read")
            return None
        return state

    def restore(self, source: Source, state: Optional[bytes], when: str) -> bool:
        """Put a source back to a state, if it is in another one; tell whether it is there now."""
        if state is None:
            return False
        if self.read(source) == state:
            return True
        try:
            source.restore(state)
        except Exception as error:
            self.failed(error, f"{source.name} could not be put back {when}")
            return False
        return True

    def seed(self, source: Source, seed: int) -> str:
        """Start a source's stream; return what went wrong, or nothing."""
        failure = ""
        try:
            source.seed(seed)
        except Exception as error:
            failure = self.failed(error, f"{source.name} could not be seeded")
        self.fresh[source.name] = self.read(source)
        return failure

    def spread(self, source: Source, entropy: int) -> None:
        """Start the stream of a worker's task in a source. Its state is not read: a forked child cannot always do that."""
        self.fresh[source.name] = None
        try:
            source.spread(entropy)
        except Exception as error:
            self.failed(error, f"{source.name} could not be seeded in a worker")

    def new(self, sources: Optional[Iterable[Source]] = None) -> list[Source]:
        """Return the loaded sources, of all or of these, that have not been seeded yet."""
        asked = self.sources if sources is None else sources
        return [source for source in asked if source.name not in self.fresh and self._is_loaded(source)]

    def adopt(self, seed_of: Callable[[str], int], sources: Optional[Iterable[Source]] = None) -> list[str]:
        """Seed each loaded source that has not been seeded yet; return what went wrong."""
        return [failure for source in self.new(sources) if (failure := self.seed(source, seed_of(source.name)))]

    def stop(self) -> None:
        """Let the sources put back what they have changed beside their streams."""
        for source in self.sources:
            try:
                source.stop()
            except Exception as error:
                self.failed(error, f"{source.name} could not be left as it was")

    def _is_loaded(self, source: Source) -> bool:
        try:
            return source.loaded()
        except Exception as error:
            self.failed(error, f"{source.name} cannot be asked whether it is loaded")
            return False

    def failed(self, error: Exception, what: str = "an import hook failed") -> str:
        """Remember what went wrong where nothing may be raised, for `%seed` to show; return it in words."""
        failure = f"{what}: {type(error).__name__}: {error}"
        if failure not in self.failures and len(self.failures) < _MAX_FAILURES:
            self.failures.append(failure)
        return failure
