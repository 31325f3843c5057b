"""Errors by what they say: type, message, and the frames' functions and lines of code; not by paths, line numbers and line art."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from seednb.compare.terminal import fold
from seednb.compare.texts import text_of

_FRAME = re.compile(
    r" *(?:Cell In ?\[\d+\], line \d+|Input In \[\d+\]|File .*?(?::\d+|, line \d+))(?:,? in (.+))?"
    r"|(?:<ipython-input-\d+-[0-9a-f]+>|(?:~|/|\.|[A-Za-z]:\\)\S*) in (.+)"
)
_FUNCTION = re.compile(r"<cell line: \d+>|<[\w ]+>|[\w.<>]+")
_ARROW = re.compile(r"-*> *\d+ (.*)")
_NUMBERED = re.compile(r" *\d+(?: .*)?")
_ART = re.compile(r"-{20,}| *\[\.\.\. skipping .*\]| *\^+ *| *")
_PLACE = re.compile(r"\((?:\d{1,12}\.py|[\w./\\~-]*ipykernel_\w+[/\\]\d+\.py|<[\w -]{1,60}>), line (\d+)\)")


def canonical(output: Mapping[str, Any]) -> str:
    """Return an error output as text."""
    traceback = output.get("traceback", [])
    lines = traceback if isinstance(traceback, list) and all(isinstance(line, str) for line in traceback) else [text_of(traceback)]
    name, value = (fold(text_of(output.get(key, "")))[0] for key in ("ename", "evalue"))
    text, _ = fold(text_of("\n".join(lines)))
    kept = [shown for line in text.split("\n") if (shown := _line(line)) is not None]
    return _PLACE.sub(r"(cell, line \1)", "\n".join([f"{name}: {value}", *kept]))


def _line(line: str) -> str | None:
    """Return what counts of a traceback's line."""
    frame = _FRAME.fullmatch(line)
    if frame is not None:
        called = next((group for group in frame.groups() if group), "<module>")
        function = _FUNCTION.match(called)
        name = function[0] if function else called
        return f"in {'<module>' if name.startswith('<cell line') else name}"
    arrow = _ARROW.fullmatch(line)
    if arrow is not None:
        return f"> {arrow[1].strip()}"
    if _ART.fullmatch(line) or _NUMBERED.fullmatch(line):
        return None
    return " ".join(line.split())
