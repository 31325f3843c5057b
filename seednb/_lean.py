"""A notebook's outputs as comparing needs them: texts are strings, and JSON data stays text, for nobody looks at most of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from seednb._jsontext import loose, shape, too_deep, walk_array, walk_object
from seednb._structure import is_json_mime, rejoined
from seednb.wire import RECORD_MIME

_READ = {RECORD_MIME, "application/vnd.jupyter.widget-view+json"}
"""Data that seednb itself looks into."""


class Deferred:
    """A JSON value that is known to be well-formed, as its text."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    @property
    def value(self) -> Any:
        """The value itself, made anew each time."""
        return loose(self.text, 0)[0]


def told(value: Any) -> Any:
    """Return what a `Deferred` stands for: the `default` of `json.dumps`. Raises TypeError for anything else."""
    if isinstance(value, Deferred):
        return value.value
    raise TypeError(f"{type(value).__name__} is no JSON")


def outputs(text: str, at: int) -> tuple[Any, int]:
    """Read a cell's outputs at a position, with the JSON data of displays as `Deferred`; return them and where they end."""
    if text[at] != "[":
        return loose(text, at)
    found, end = walk_array(text, at, partial(_output, text))
    return rejoined(found), end


def _output(text: str, at: int) -> tuple[Any, int]:
    return _object(text, at, _member) if text[at] == "{" else loose(text, at)


def _member(key: str, text: str, at: int) -> tuple[Any, int]:
    return _object(text, at, _data) if key == "data" and text[at] == "{" else loose(text, at)


def _data(mime: str, text: str, at: int) -> tuple[Any, int]:
    if not is_json_mime(mime) or mime in _READ:
        return loose(text, at)
    found, end = shape(text, at)
    if too_deep(found):
        raise RecursionError
    return Deferred(text[at:end]), end


def _object(text: str, at: int, read: Callable[[str, str, int], tuple[Any, int]]) -> tuple[Any, int]:
    found, layout = walk_object(text, at, lambda key, inner: read(key, text, inner), unique=False)
    return found, layout.end
