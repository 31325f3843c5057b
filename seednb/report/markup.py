"""HTML that cannot be broken into: whatever is not `Html` is escaped when it becomes part of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

_VOID = {"img", "input"}
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")


class Html(str):
    """Markup that stays as it is. Only this module makes it."""

    __slots__ = ()


def tag(name: str, *children: str | None, **attributes: str | int | bool | None) -> Html:
    """Return an element. A trailing `_` of an attribute's name is dropped, others stand for `-`; False and None leave it out."""
    shown = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None and value is not False)
    return Html(f"<{name}{shown}>" if name in _VOID else f"<{name}{shown}>{joined(children)}</{name}>")


def joined(parts: Iterable[str | None]) -> Html:
    """Return parts one after the other, those that are no markup escaped."""
    return Html("".join(part if isinstance(part, Html) else text(part) for part in parts if part is not None))


def text(value: str) -> Html:
    """Return a text escaped, without characters that a browser would obey: controls, and those that turn the direction of writing."""
    return Html(escape(_OBEYED.sub("\N{REPLACEMENT CHARACTER}", value.replace("\r\n", "\n"))))


def _attribute(key: str, value: str | int) -> str:
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'
