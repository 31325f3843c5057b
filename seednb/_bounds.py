"""Readers for JSON from strangers: each takes a value and the place where it stands, and returns it or raises RecordError in one line."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from seednb.errors import RecordError

Reader = Callable[[Any, str], Any]

MAX_DEPTH = 20
MAX_VALUES = 200_000
MAX_CHARACTERS = 4 * 2**20
MAX_TEXT = 20_000
_MAX_INT = 2**63
_SHOWN = 60


def bounded(value: object, where: str) -> None:
    """Refuse a value that is no JSON, too large or too deep, whatever it means."""
    level, count, size = [value], 0, 0
    for _ in range(MAX_DEPTH):
        count += len(level)
        size += sum(_size(item, where) for item in level)
        if count > MAX_VALUES or size > MAX_CHARACTERS:
            raise RecordError(f"{where} is too large for a record")
        level = [part for item in level for part in _parts(item, where)]
        if not level:
            return
    raise RecordError(f"{where} nests deeper than {MAX_DEPTH} levels")


def mapping(value: Any, where: str) -> dict[str, Any]:
    """Read an object."""
    if not isinstance(value, dict):
        raise RecordError(f"{where} is {cut(value)}, not an object")
    return value


def boolean(value: Any, where: str) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise RecordError(f"{where} is {cut(value)}, not true or false")
    return value


def integer(low: int, high: int) -> Reader:
    """Read an integer in low … high."""

    def read(value: Any, where: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise RecordError(f"{where} is {cut(value)}, not an integer from {low} to {high}")
        return value

    return read


def text(limit: int) -> Reader:
    """Read a string of at most so many characters."""

    def read(value: Any, where: str) -> str:
        if not isinstance(value, str) or len(value) > limit:
            raise RecordError(f"{where} is {cut(value)}, not a text of at most {limit} characters")
        return value

    return read


def one_of(*names: str) -> Reader:
    """Read one of some words."""

    def read(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in names:
            raise RecordError(f"{where} is {cut(value)}, which this seednb does not know (it knows {', '.join(names)})")
        return value

    return read


def optional(reader: Reader) -> Reader:
    """Read null or what the reader reads."""
    return lambda value, where: None if value is None else reader(value, where)


def scalar(value: Any, where: str) -> bool | int | str | None:
    """Read a switch's value: true, false, an integer, a short string or null."""
    return value if value is None or isinstance(value, (bool, int)) else str(text(1000)(value, where))


def anything(value: Any, where: str) -> Any:
    """Read any JSON, with its keys sorted."""
    if isinstance(value, dict):
        return {key: anything(item, where) for key, item in sorted(value.items())}
    return [anything(item, where) for item in value] if isinstance(value, list) else value


def items(reader: Reader, limit: int) -> Reader:
    """Read a list of at most so many items."""

    def read(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list) or len(value) > limit:
            raise RecordError(f"{where} is {cut(value)}, not a list of at most {limit} items")
        return [reader(item, f"{where}[{place}]") for place, item in enumerate(value)]

    return read


def table(reader: Reader, limit: int, *, key: Reader) -> Reader:
    """Read an object of at most so many members whose names one reader reads and whose values another."""

    def read(value: Any, where: str) -> dict[str, Any]:
        if len(mapping(value, where)) > limit:
            raise RecordError(f"{where} has {len(value)} members, more than {limit}")
        return {key(name, f"a name in {where}"): reader(item, f"{where}.{cut(name)}") for name, item in sorted(value.items())}

    return read


def members(readers: Mapping[str, Reader]) -> Reader:
    """Read an object by its members' names; those without a reader of their own may be anything."""

    def read(value: Any, where: str) -> dict[str, Any]:
        found = sorted(mapping(value, where).items())
        return {name: readers.get(name, anything)(item, f"{where}.{cut(name)}") for name, item in found}

    return read


def cut(value: object) -> str:
    """Return a value as one short line."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int) and abs(value) >= _MAX_INT:
        return "a huge integer"
    shown = ascii(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "…"


def _parts(value: object, where: str) -> list[Any]:
    if isinstance(value, dict):
        if not {str}.issuperset(map(type, value)):
            raise RecordError(f"{where} has a name that is not a string")
        return list(value.values())
    return value if isinstance(value, list) else []


def _size(value: object, where: str) -> int:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise RecordError(f"{where} holds a text of {len(value)} characters, more than {MAX_TEXT}")
        return len(value)
    if isinstance(value, dict):
        return sum(len(name) for name in value if isinstance(name, str))
    if isinstance(value, int):
        if abs(value) >= _MAX_INT:
            raise RecordError(f"{where} holds a huge integer")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise RecordError(f"{where} holds {value}, which is no JSON number")
    elif value is not None and not isinstance(value, list):
        raise RecordError(f"{where} holds a {type(value).__name__}, which is no JSON value")
    return 0
