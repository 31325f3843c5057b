"""Whether a message has the shape that its TypedDict names."""

from __future__ import annotations

import typing
from typing import Any

from seednb import wire


def misshapen(value: Any, kind: Any, where: str = "message") -> list[str]:
    """Return what of a value is not as its type says, member by member."""
    if isinstance(kind, str):
        kind = getattr(wire, kind)
    if typing.is_typeddict(kind):
        return _members(value, typing.get_type_hints(kind, vars(wire)), where)
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or (origin is typing.Union and value is None and type(None) in arguments):
        return []
    if origin is typing.Union:
        return misshapen(value, arguments[0], where)
    if origin is list:
        wrong = [] if isinstance(value, list) else [where]
        return wrong or [text for index, item in enumerate(value) for text in misshapen(item, arguments[0], f"{where}[{index}]")]
    if origin is dict:
        wrong = [] if isinstance(value, dict) else [where]
        return wrong or [text for key, item in value.items() for text in misshapen(item, arguments[1], f"{where}.{key}")]
    return [] if type(value) is kind else [where]


def _members(value: Any, hints: dict[str, Any], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [where]
    wrong = [f"{where}.{name}" for name in value.keys() ^ hints.keys()]
    return wrong + [text for name in value.keys() & hints.keys() for text in misshapen(value[name], hints[name], f"{where}.{name}")]
