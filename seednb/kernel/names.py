"""How a user names a cell: by its number, by its id, or by neither, for the one that is running."""

from __future__ import annotations

from seednb.errors import SeednbError

_MAX = 10_000


class CellNames:
    """The keys of the cells that have run, by their execution counts."""

    def __init__(self) -> None:
        self._keys: dict[int, str] = {}

    def add(self, number: int, key: str) -> None:
        """A cell has run as `In [number]`."""
        self._keys[number] = key
        if len(self._keys) > _MAX:
            del self._keys[next(iter(self._keys))]

    def numbers(self) -> dict[str, int]:
        """Return the number that each cell has run as last, by its key."""
        return {key: number for number, key in self._keys.items()}

    def find(self, text: str, *, running: str) -> str:
        """Return the key of the cell that a user means: `7`, `[7]`, `In [7]`, an id or its beginning; nothing is the running one.

        Raises SeednbError, in one line, where there is no such cell, or more than one.
        """
        if not text:
            if not running:
                raise SeednbError("name a cell: its number, for example 7, or its id")
            return running
        number = text.lower().replace("in", "", 1).strip(" []")
        if number.isdecimal():
            if int(number) in self._keys:
                return self._keys[int(number)]
            raise SeednbError(f"no cell ran as [{int(number)}] since seednb was loaded")
        found = sorted({key for key in self._keys.values() if key == text} or {key for key in self._keys.values() if key.startswith(text)})
        if len(found) == 1:
            return found[0]
        raise SeednbError(f"{'several cells have' if found else 'no cell with'} an id that begins with {text[:60]!r}")
