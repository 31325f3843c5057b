"""Parse a notebook's JSON text and keep where its members stand, so that one can be replaced while every other byte stays.

Values are skipped by json's C scanner; only the notebook, its metadata and its cells are walked through in Python.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out; json.decoder's own callers import it so
from typing import Any, NamedTuple

_skip = re.compile(r"[ \t\n\r]*").match
MAX_DIGITS = 4300
MAX_DEPTH = 200
_CONTAINERS = frozenset({dict, list})


class Member(NamedTuple):
    """Where one member of an object stands: after which position its white space begins, its key, its colon, its value."""

    before: int
    start: int
    colon: int
    value: int
    end: int


class Object(NamedTuple):
    """Where an object and its members stand."""

    start: int
    end: int
    members: dict[str, Member]


Reader = Callable[[str, int], "tuple[Any, int]"]
"""Reads the value that begins at a position of a text; returns it and where it ends."""


class Layout(NamedTuple):
    """Where the parts of a notebook stand that may be edited; None where a part is missing."""

    root: Object
    metadata: Object | None
    cells: list[Object | None]


def parse(text: str, outputs: Reader | None = None) -> tuple[Any, Layout | None]:
    """Return the value of a JSON text, and where its parts stand if it is an object. outputs: reads those of cells, if not as they are.

    Raises ValueError (JSONDecodeError where the position is known) or RecursionError.
    """
    start = _skip(text, 1 if text.startswith("\ufeff") else 0).end()  # type: ignore[union-attr]  # matches always
    layout = None
    if text.startswith("{", start):
        value, layout = _notebook(text, start, outputs or loose)
        end = layout.root.end
    else:
        value, end = _strict(text, start)
    end = _space(text, end)
    if end != len(text):
        raise json.JSONDecodeError("Extra data", text, end)
    return value, layout


def _notebook(text: str, start: int, outputs: Reader) -> tuple[dict[str, Any], Layout]:
    metadata: list[Object] = []
    cells: list[Object | None] = []
    readers = {"outputs": outputs, "attachments": loose}

    def value(key: str, at: int) -> tuple[Any, int]:
        if key == "metadata" and text[at] == "{":
            part, found = walk_object(text, at, lambda _, inner: _strict(text, inner))
            metadata.append(found)
            return part, found.end
        return walk_array(text, at, cell) if key == "cells" and text[at] == "[" else _strict(text, at)

    def cell(at: int) -> tuple[Any, int]:
        if text[at] != "{":
            cells.append(None)
            return _strict(text, at)
        part, found = walk_object(text, at, lambda key, inner: readers.get(key, _strict)(text, inner))
        cells.append(found)
        return part, found.end

    notebook, root = walk_object(text, start, value)
    return notebook, Layout(root, metadata[0] if metadata else None, cells)


def walk_object(
    text: str, start: int, value: Callable[[str, int], tuple[Any, int]], *, unique: bool = True
) -> tuple[dict[str, Any], Object]:
    """Read an object: `value` is given each member's key and where its value begins. Of equal keys, if allowed, the last counts."""
    parsed: dict[str, Any] = {}
    members: dict[str, Member] = {}
    before = start + 1
    at = _space(text, before)
    while members or not text.startswith("}", at):
        if not text.startswith('"', at):
            raise json.JSONDecodeError("Expecting property name enclosed in double quotes", text, at)
        key, after_key = scanstring(text, at + 1)
        colon = _space(text, after_key)
        if not text.startswith(":", colon):
            raise json.JSONDecodeError("Expecting ':' delimiter", text, colon)
        if unique and key in members:
            raise json.JSONDecodeError(f"Duplicate key {key[:40]!r}", text, at)
        place = _present(text, _space(text, colon + 1))
        parsed[key], end = value(key, place)
        members[key] = Member(before, at, after_key, place, end)
        before, at, more = _next(text, end, "}")
        if not more:
            break
    return parsed, Object(start, at + 1, members)


def walk_array(text: str, start: int, item: Callable[[int], tuple[Any, int]]) -> tuple[list[Any], int]:
    """Read an array item by item; return it and where it ends."""
    parsed: list[Any] = []
    at = _space(text, start + 1)
    if text.startswith("]", at):
        return parsed, at + 1
    more = True
    while more:
        value, end = item(_present(text, at))
        parsed.append(value)
        _, at, more = _next(text, end, "]")
    return parsed, at + 1


def _next(text: str, end: int, closing: str) -> tuple[int, int, bool]:
    """Return where the comma after a value ends, where the next thing begins, and whether it is a value; not where the bracket closes."""
    at = _space(text, end)
    if text.startswith(",", at):
        return at + 1, _space(text, at + 1), True
    if text.startswith(closing, at):
        return at, at, False
    raise json.JSONDecodeError("Expecting ',' delimiter", text, at)


def _space(text: str, at: int) -> int:
    return _skip(text, at).end()  # type: ignore[union-attr]  # matches always


def _present(text: str, at: int) -> int:
    if at >= len(text):
        raise json.JSONDecodeError("Expecting value", text, at)
    return at


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"Duplicate key {key[:40]!r}")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"Exceeds the limit ({MAX_DIGITS} digits) for integers")
    return int(digits)


# Pythons before 3.10.7 take time squared in the number of digits; later ones refuse by themselves, so that C's fast way can stay.
_parse_int = None if hasattr(sys, "get_int_max_str_digits") else _bounded_int
_strict = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_parse_int).raw_decode
loose = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_parse_int).raw_decode
"""Reads a value in which objects may have a key twice, as outputs of some libraries do."""
shape = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_parse_int, parse_float=len).raw_decode
"""Reads a value as `loose` does, but for its fractions: to make these takes most of the time that JSON of plots takes."""


def too_deep(value: Any) -> bool:
    """Tell whether a JSON value nests so deeply that code which walks it may run out of stack."""
    level = [value]
    for _ in range(MAX_DEPTH):
        inner: list[Any] = []
        for container in level:
            items = container.values() if type(container) is dict else container if type(container) is list else ()
            if not _CONTAINERS.isdisjoint(map(type, items)):
                inner.extend(item for item in items if type(item) in _CONTAINERS)
        if not inner:
            return False
        level = inner
    return True
