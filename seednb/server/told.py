"""What a kernel has told a front end, and the front end passes on: checked before anything is made of it."""

from __future__ import annotations

from typing import Any

from seednb._structure import StructureError, check, rejoined
from seednb.record import CellLine
from seednb.replay.client import merge_streams
from seednb.replay.doors import Door
from seednb.server.requests import BAD_REQUEST, RefusedError
from seednb.wire import CellEvent, Current, cell_line

MAX_TEXT = 100_000


def outputs_of(value: Any) -> list[dict[str, Any]]:
    """Return a cell's outputs as a run of ours gives them."""
    cell = {"cell_type": "code", "source": "", "outputs": value}
    try:
        check({"nbformat": 4, "nbformat_minor": 5, "cells": [cell]})
    except StructureError as error:
        raise RefusedError(BAD_REQUEST, f"the cell's outputs cannot be read: {error}") from None
    return merge_streams([dict(output) for output in rejoined(value)])


def event_of(door: Door, told: Any, key: str, source: str) -> CellEvent | None:
    """Return what a kernel tells of a cell that has run."""
    if told is None:
        return door.unheard(key, source)
    try:
        event = door.event(told, key, source)
        CellLine.parse(cell_line(event))
        good = _are_notes(event["notes"]) and _are_variables(event["variables"])
    except (AttributeError, KeyError, TypeError, ValueError, RuntimeError):
        good = False
    if not good:
        raise RefusedError(BAD_REQUEST, "the event is none that seednb's kernel side sends after a cell")
    return event


def current_of(door: Door, reply: Any, *, attached: bool = False) -> Current:
    """Return the state of a runtime from its reply, of which the front end passes on the content. Raises ValueError where there is none."""
    message = {"content": reply} if isinstance(reply, dict) else {}
    try:
        found = door.attached(message) if attached else door.current(message)
        good = _is_state(found)
    except (AttributeError, KeyError, TypeError, SyntaxError, RecursionError, MemoryError):
        good = False
    if not good:
        raise ValueError("its answer cannot be read")
    return found


def _is_state(found: Any) -> bool:
    return isinstance(found["epoch"], str) and isinstance(found["inputs"], list) and all(isinstance(name, str) for name in found["inputs"])


def _are_notes(found: Any) -> bool:
    return isinstance(found, list) and all(
        isinstance(note, dict)
        and all(isinstance(note.get(name), str) and len(note[name]) <= MAX_TEXT for name in ("kind", "where", "what"))
        for note in found
    )


def _are_variables(found: Any) -> bool:
    if found is None:
        return True
    return isinstance(found["digest"], str) and all(
        isinstance(found[part], dict) and all(isinstance(value, str) for value in found[part].values()) for part in ("names", "uncompared")
    )
