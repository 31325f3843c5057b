"""JSON of two runs without the lists of numbers that both have: to read and write these is most of the work, and tells nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from seednb._lean import Deferred
from seednb.compare.texts import CLOSE, EQUAL_NUMBERS, OPEN, marked

MIN_LIST = 200
_LIST = re.compile(rf'"[^"\\]*(?:\\.[^"\\]*)*"|(?P<numbers>\[[-+0-9.eE, \t\r\n]{{{MIN_LIST},}}\])', re.DOTALL)
_ESCAPED_MARK = re.compile(r"\\u[fF][dD][dD][01]")


def without_equal_numbers(a: Deferred, b: Deferred) -> tuple[Deferred, Deferred]:
    """Return two JSON values in which a list of numbers that both have in one place, in the same characters, is a mark.

    The n-th long list of one text is held against the n-th of the other. Equal lists have equal marks and different ones
    different marks, so that the values returned are equal where the values given are. A text that could hold a mark of its own stays whole.
    """
    if _may_hold_marks(a.text) or _may_hold_marks(b.text):
        return a, b
    names: dict[str, str] = {}
    spans = [(one.span(), other.span()) for one, other in zip(_lists(a.text), _lists(b.text)) if one[0] == other[0]]
    cuts = [
        (one, other, names.setdefault(a.text[slice(*one)], f'["{marked(f"{EQUAL_NUMBERS}{len(names) + 1}")}"]')) for one, other in spans
    ]
    first = _cut(a.text, [(one, name) for one, _, name in cuts])
    return Deferred(first), Deferred(first if a.text == b.text else _cut(b.text, [(other, name) for _, other, name in cuts]))


def _may_hold_marks(text: str) -> bool:
    return OPEN in text or CLOSE in text or ("\\" in text and _ESCAPED_MARK.search(text) is not None)


def _lists(text: str) -> Iterator[re.Match[str]]:
    return (match for match in _LIST.finditer(text) if match["numbers"])


def _cut(text: str, spans: list[tuple[tuple[int, int], str]]) -> str:
    parts, done = [], 0
    for (start, end), name in spans:
        parts += [text[done:start], name]
        done = end
    return "".join([*parts, text[done:]])
