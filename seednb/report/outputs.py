"""A cell's outputs for showing: streams merged, each content as text or as a picture, both runs side by side and bounded in size."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from seednb._lean import told
from seednb.compare.terminal import fold
from seednb.wire import RECORD_MIME

PICTURES = ("image/png", "image/jpeg", "image/jpg", "image/gif", "image/svg+xml")
MAX_FOLDED = 4_000_000
_FIRST = (*PICTURES, "text/plain")
Piece = dict[str, str]


@dataclass(frozen=True)
class Content:
    """One content of an output in both runs: its MIME type (or `stdout`, `stderr`, `error`), and its text on each side, None if absent."""

    mime: str
    recorded: str | None
    replayed: str | None

    @property
    def is_picture(self) -> bool:
        """Whether it is shown as a picture."""
        return self.mime in PICTURES

    @property
    def same(self) -> bool:
        """Whether both runs have stored the same."""
        return self.recorded == self.replayed


def contents(recorded: Sequence[Any], replayed: Sequence[Any]) -> Iterator[list[Content]]:
    """Give the outputs of two runs of a cell, pair by pair; each with its contents, those that people look at first."""
    one, other = _folded(recorded), _folded(replayed)
    for channel in dict.fromkeys([*one, *other]):
        for a, b in zip_longest(one.get(channel, []), other.get(channel, [])):
            first, second = a or {}, b or {}
            mimes = sorted(first.keys() | second.keys(), key=_rank)
            yield [Content(mime, first.get(mime), second.get(mime)) for mime in mimes]


def _folded(outputs: Sequence[Any]) -> dict[str, list[Piece]]:
    """Return outputs by channel: each stream as one, the displays, the errors."""
    pieces: dict[str, list[Piece]] = {}
    for output in outputs:
        if not isinstance(output, Mapping):
            pieces.setdefault("display", []).append({"unknown": text_of(output)})
        elif output.get("output_type") == "stream":
            name = str(output.get("name", "stdout"))
            before = pieces.get(name, [{name: ""}])[0][name]
            pieces[name] = [{name: before + text_of(output.get("text", ""))}]
        elif output.get("output_type") == "error":
            pieces.setdefault("error", []).append({"error": _error(output)})
        else:
            pieces.setdefault("display", []).append(_display(output))
    for name in pieces.keys() - {"display"}:
        pieces[name] = [{mime: _screen(text) for mime, text in piece.items()} for piece in pieces[name]]
    return pieces


def _display(output: Mapping[str, Any]) -> Piece:
    data = output.get("data")
    if not isinstance(data, Mapping):
        return {"unknown": text_of({key: value for key, value in output.items() if key != "metadata"})}
    texts = {str(mime): text_of(value) for mime, value in data.items() if mime != RECORD_MIME}
    if "text/plain" in texts:
        texts["text/plain"] = _screen(texts["text/plain"])
    return texts


def _error(output: Mapping[str, Any]) -> str:
    traceback = output.get("traceback")
    lines = [line for line in traceback if isinstance(line, str)] if isinstance(traceback, list) else []
    return "\n".join(lines) or f"{text_of(output.get('ename', ''))}: {text_of(output.get('evalue', ''))}"


def _screen(text: str) -> str:
    """Return what a terminal would show, unless the text is so long that only a part of it can be shown."""
    return fold(text)[0] if len(text) <= MAX_FOLDED else text


def text_of(value: Any) -> str:
    """Return a value of an output as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        return "".join(value)
    try:
        return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=told)
    except (RecursionError, TypeError, ValueError):
        return repr(type(value))


def _rank(mime: str) -> tuple[int, str]:
    return (_FIRST.index(mime) if mime in _FIRST else len(_FIRST), mime)
