"""Its source: imports seednb, and not the library."""

from __future__ import annotations

import sys

from seednb.sources import Source


class DiceSource(Source):
    """The generator behind `dice.roll()`."""

    name = "dice"
    module = "dice"

    def seed(self, seed: int) -> None:
        """Start the stream of a seed."""
        sys.modules["dice"].seed(seed)

    def state(self) -> bytes:
        """Return the state."""
        return str(sys.modules["dice"].state).encode()

    def restore(self, state: bytes) -> None:
        """Put a state back."""
        sys.modules["dice"].state = int(state)
