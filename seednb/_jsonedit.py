"""Replace, insert and remove members of a JSON text in the text's own layout; every byte outside the splice stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from seednb._jsontext import Layout, Member, Object

_LINE_END = re.compile(r"\r\n|\n|\r")
_ESCAPED = re.compile(r"\\(?<!\\\\)(?:\\\\)*u(?!00[0-7])")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Style(NamedTuple):
    """How a file is laid out: one step of indentation, and whether it escapes what is not ASCII."""

    unit: str
    ascii: bool


class Splice(NamedTuple):
    """A stretch of the old text and what stands there in the new one."""

    start: int
    end: int
    text: str


def style_of(text: str, layout: Layout) -> Style:
    """Return how a notebook's text is laid out."""
    first = next(iter(layout.root.members.values()))
    line = _line(text[first.before : first.start])
    bare = text[1:] if text.startswith("\ufeff") else text
    return Style(line[1] if line else " ", bare.isascii() and _ESCAPED.search(text) is not None)


def set_member(text: str, target: Object, key: str, value: Any, style: Style, *, outer: Member) -> Splice:
    """Return the splice that gives a member a value. A new member goes to its place among sorted ones, else to the end.

    `outer` is a member beside or around the object: an empty object is laid out as it is.
    """
    present = target.members.get(key)
    if present is not None:
        return Splice(present.value, present.end, _render(value, _gap(text, present), _colon(text, present), style))
    if not target.members:
        return _fill(text, target, key, value, style, outer)
    names = list(target.members)
    later = next((name for name in names if name > key), None) if names == sorted(names) else None
    neighbour = target.members[later or names[-1]]
    gap, colon = _between(text, target), _colon(text, neighbour)
    item = _dumps(key, style) + colon + _render(value, _gap(text, neighbour), colon, style)
    if later is not None:
        return Splice(neighbour.start, neighbour.start, f"{item},{gap}")
    return Splice(neighbour.end, neighbour.end, f",{gap}{item}")


def remove_member(target: Object, key: str) -> Splice:
    """Return the splice that takes a member away, with the comma and white space that came with it."""
    names = list(target.members)
    place, member = names.index(key), target.members[key]
    if len(names) == 1:
        return Splice(target.start + 1, target.end - 1, "")
    if place < len(names) - 1:
        return Splice(member.start, target.members[names[place + 1]].start, "")
    return Splice(target.members[names[place - 1]].end, member.end, "")


def splice(text: str, splices: Iterable[Splice]) -> str:
    """Return the text with its splices applied; they do not overlap, and those at one place keep their order."""
    parts, at = [], 0
    for start, end, new in sorted(splices, key=lambda part: part[:2]):
        parts += [text[at:start], new]
        at = end
    return "".join([*parts, text[at:]])


def _fill(text: str, target: Object, key: str, value: Any, style: Style, outer: Member) -> Splice:
    colon, line = _colon(text, outer), _line(_gap(text, outer))
    outside = "".join(line) if line else ""
    inside = outside + style.unit if line else ""
    item = _dumps(key, style) + colon + _render(value, inside, colon, style)
    return Splice(target.start + 1, target.end - 1, f"{inside}{item}{outside}")


def _gap(text: str, member: Member) -> str:
    return text[member.before : member.start]


def _colon(text: str, member: Member) -> str:
    found = text[member.colon : member.value]
    return ": " if _LINE_END.search(found) else found


def _between(text: str, target: Object) -> str:
    """Return the white space between two members of an object."""
    members = list(target.members.values())
    gap = _gap(text, members[-1])
    if len(members) > 1 or _LINE_END.search(gap):
        return gap
    return " " if _colon(text, members[0]).endswith(" ") else ""


def _line(gap: str) -> tuple[str, str] | None:
    """Return the line end and the indentation of what follows a gap, or None where it is on the same line."""
    ends = list(_LINE_END.finditer(gap))
    return (ends[-1][0], gap[ends[-1].end() :]) if ends else None


def _render(value: Any, gap: str, colon: str, style: Style) -> str:
    line = _line(gap)
    if line is None:
        return _dumps(value, style, separators=(", " if colon.endswith(" ") else ",", colon))
    return _dumps(value, style, indent=style.unit, separators=(",", colon)).replace("\n", "".join(line))


def _dumps(value: Any, style: Style, **layout: Any) -> str:
    options: dict[str, Any] = {"sort_keys": True, "ensure_ascii": style.ascii, **layout}
    try:
        text = json.dumps(value, allow_nan=False, **options)
    except ValueError:
        text = json.dumps(_finite(value), allow_nan=False, **options)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def canonical(value: Any) -> str:
    """Return a text that two JSON values share exactly if they are equal: 1, 1.0 and true are three."""
    return json.dumps(value, sort_keys=True)


def _finite(value: Any) -> Any:
    """Return a value with null for what JSON cannot hold, NaN and infinities, as JupyterLab writes it."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and value - value != 0 else value
